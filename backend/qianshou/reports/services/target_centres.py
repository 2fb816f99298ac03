"""How a list of homes meets the house (S18): found again by their codes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Any

from django.db.models import Model

from qianshou.accounts.models import User
from qianshou.centres.models import Centre, DayType, Village, Zone
from qianshou.centres.services import change_centre, open_centre

from ..models import Import, ImportRow, RowMatch
from .matching import as_text, written
from .standing import later_changes

_ROOMS = {
    "library_rooms": (Zone.LIBRARY, "图书室"),
    "family_call_rooms": (Zone.FAMILY_CALL, "亲情通话室"),
    "activity_rooms": (Zone.ACTIVITY, "活动室"),
    "counselling_rooms": (Zone.COUNSELLING, "谈心室"),
}
_HOURS = {
    "open_term_weekdays": DayType.TERM_WEEKDAY,
    "open_term_weekend": DayType.TERM_WEEKEND,
    "open_holiday": DayType.HOLIDAY,
}
_PLAIN = {
    "name": "name",
    "township": "township",
    "latitude": "latitude",
    "longitude": "longitude",
    "capacity": "capacity",
    "manager": "manager_name",
    "phone": "phone",
}


class CentreTarget:
    """All homes of the house."""

    def __init__(self, found: Import) -> None:
        self.found = found

    @staticmethod
    def _values(record: dict[str, Any]) -> dict[str, Any]:
        return written({field: record.get(name) for name, field in _PLAIN.items()})

    def match(self, rows: Sequence[ImportRow]) -> None:
        """Find homes again by code; a closed one (an import undone) counts as new and is opened again."""
        codes = [row.payload["record"]["home_id"] for row in rows]
        known = {centre.code: centre for centre in Centre.objects.filter(code__in=codes)}
        for row in rows:
            centre = known.get(row.payload["record"]["home_id"])
            if centre is None or not centre.is_active:
                row.found_as(RowMatch.NEW)
                continue
            values = self._values(row.payload["record"])
            differences = [name for name, value in values.items() if getattr(centre, name) != value]
            row.found_as(RowMatch.KNOWN, centre.pk, differences)

    def describe(self, row: ImportRow) -> Centre | None:
        """Return the home a row is about."""
        return Centre.objects.filter(pk=row.matched_id).first() if row.matched_id else None

    def compare(self, row: ImportRow) -> list[tuple[str, str, str]]:
        """Return (field, in the house, in the file) for each difference."""
        centre = self.describe(row)
        if centre is None:
            return []
        values = self._values(row.payload["record"])
        return [(name, as_text(getattr(centre, name)), as_text(values.get(name))) for name in row.differences]

    def create(self, rows: Sequence[ImportRow], *, by: User | None) -> list[Model]:
        """Open the homes with their rooms and hours."""
        records = [row.payload["record"] for row in rows]
        villages = {
            village.code: village
            for village in Village.objects.filter(code__in=[record.get("village_id") or "" for record in records])
        }
        closed = {
            centre.code: centre for centre in Centre.objects.filter(code__in=[record["home_id"] for record in records])
        }
        made: list[Model] = []
        for record in records:
            values = self._values(record) | {"village": villages.get(record.get("village_id") or "")}
            centre = closed.get(record["home_id"])
            if centre is not None:
                made.append(change_centre(centre, values | {"is_active": True}, by=by))
                continue
            made.append(
                open_centre(
                    code=record["home_id"],
                    by=by,
                    rooms=list(_rooms(record)),
                    opening_hours={_HOURS[name].value: _stretches(record.get(name)) for name in _HOURS},
                    closed_weekdays=record.get("closed_days") or (),
                    **values,
                )
            )
        return made

    def update(self, row: ImportRow, *, by: User | None) -> dict[str, Any]:
        """Change the ticked fields; returns what was there before."""
        centre = self.describe(row)
        if centre is None:
            return {}
        told = self._values(row.payload["record"])
        values = {name: told[name] for name in row.differences if name in row.ticked}
        before = {name: getattr(centre, name) for name in values}
        if values:
            change_centre(centre, values, by=by)
        return before

    def built_on(self, found: Import, ids: Sequence[int]) -> dict[str, int]:
        """Return what stands on the homes that the import brought."""
        built = later_changes(found, Centre, ids)
        for related in ("children", "volunteers", "memberships"):
            count = Centre.objects.filter(pk__in=ids, **{f"{related}__isnull": False}).distinct().count()
            if count:
                built[related] = count
        return built

    def remove(self, found: Import, ids: Sequence[int], *, by: User | None, reason: str) -> int:
        """Close the homes: what was done there stays in the audit, so the rows stay too."""
        centres = Centre.objects.filter(pk__in=ids, is_active=True)
        return len([change_centre(centre, {"is_active": False}, by=by) for centre in centres])

    def restore(self, row: ImportRow, *, by: User | None) -> None:
        """Give a changed home back what was posted before."""
        centre = self.describe(row)
        if centre is not None and row.before:
            change_centre(centre, row.before, by=by)


def _rooms(record: dict[str, Any]) -> Sequence[dict[str, Any]]:
    rooms: list[dict[str, Any]] = []
    for column, (zone, name) in _ROOMS.items():
        count = min(record.get(column) or 0, 50)
        rooms += [
            {"zone": zone.value, "name": name if count == 1 else f"{name} {number}"} for number in range(1, count + 1)
        ]
    return rooms


def _stretches(spans: Any) -> list[tuple[time, time]]:
    return [(time.fromisoformat(span["from"]), time.fromisoformat(span["to"])) for span in spans or ()]
