"""How a register of volunteers meets the house (S08)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Model

from qianshou.accounts.models import User
from qianshou.volunteers.entries import VolunteerEntry
from qianshou.volunteers.models import Volunteer
from qianshou.volunteers.services import change_volunteer, register_many, unregister_many
from qianshou.volunteers.services.registering import LIST_FIELDS, PLAIN_FIELDS

from ..models import Import, ImportRow, RowMatch
from .matching import as_text, by_index, indexes_of, plain, set_known, written
from .record_entries import volunteer_entry
from .standing import later_changes

# Where a volunteer stands and what was checked is kept by people of the home, never by a list.
NEVER_COMPARED = {"status", "max_children", "national_id", "availability_text", "guardian_consent_on", "joined_on"}


class VolunteerTarget:
    """Volunteers of one home; the identity number is required, so nobody is found by name alone."""

    def __init__(self, found: Import) -> None:
        self.found = found

    def entry(self, row: ImportRow) -> VolunteerEntry:
        """Return the entry of a row."""
        return volunteer_entry(row.payload["record"])

    def match(self, rows: Sequence[ImportRow]) -> None:
        """Find volunteers again by identity number."""
        indexes = indexes_of(rows)
        known = by_index(Volunteer, indexes.values(), ())
        for row in rows:
            volunteer = known.get(indexes.get(row.position, ""))
            if volunteer is None:
                row.found_as(RowMatch.NEW)
            else:
                set_known(self.found, row, volunteer, self._differences(volunteer, self.entry(row)))

    @staticmethod
    def _differences(volunteer: Volunteer, entry: VolunteerEntry) -> list[str]:
        names = [name for name in (*PLAIN_FIELDS, *LIST_FIELDS) if name not in NEVER_COMPARED]
        values = written({name: getattr(entry, name) for name in names})
        return [name for name, value in values.items() if plain(getattr(volunteer, name)) != plain(value)]

    def describe(self, row: ImportRow) -> Volunteer | None:
        """Return the volunteer a row is about."""
        if row.matched_id is None:
            return None
        return Volunteer.objects.filter(centre=self.found.centre, pk=row.matched_id).select_related("centre").first()

    def compare(self, row: ImportRow) -> list[tuple[str, str, str]]:
        """Return (field, in the house, in the file) for each difference."""
        volunteer = self.describe(row)
        if volunteer is None:
            return []
        entry = self.entry(row)
        return [(name, as_text(getattr(volunteer, name)), as_text(getattr(entry, name))) for name in row.differences]

    def create(self, rows: Sequence[ImportRow], *, by: User | None) -> list[Model]:
        """Register volunteers with their checks; the services check every value again."""
        entries = [self.entry(row) for row in rows]
        reason = f"import {self.found.code}"
        return list(register_many(entries, centre=self.found.home, by=by, reason=reason, on=self.found.as_of))

    def update(self, row: ImportRow, *, by: User | None) -> dict[str, Any]:
        """Change the ticked fields; returns what was there before."""
        volunteer = self.describe(row)
        if volunteer is None:
            return {}
        entry = self.entry(row)
        values = {name: getattr(entry, name) for name in row.differences if name in row.ticked}
        before = {name: plain(getattr(volunteer, name)) for name in values}
        if values:
            change_volunteer(volunteer, values, by=by, on=self.found.as_of)
        return before

    def built_on(self, found: Import, ids: Sequence[int]) -> dict[str, int]:
        """Return what was changed later on the volunteers that the import brought."""
        return later_changes(found, Volunteer, ids)

    def remove(self, found: Import, ids: Sequence[int], *, by: User | None, reason: str) -> int:
        """Take volunteers out again."""
        return unregister_many(ids, centre=found.home, by=by, reason=reason)

    def restore(self, row: ImportRow, *, by: User | None) -> None:
        """Give a volunteer back what was in the record before."""
        volunteer = Volunteer.objects.filter(pk=row.matched_id or 0).first()
        if volunteer is None or not row.before:
            return
        before = dict(row.before)
        if before.get("birth_date"):
            before["birth_date"] = date.fromisoformat(before["birth_date"])
        change_volunteer(volunteer, before, by=by)
