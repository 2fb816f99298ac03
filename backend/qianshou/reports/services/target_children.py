"""How a register of children meets the house (S01)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Model

from qianshou.accounts.models import User
from qianshou.children.entries import ChildEntry, GuardianEntry, RelativeEntry
from qianshou.children.models import Child
from qianshou.children.queries import present_guardian, with_guardian
from qianshou.children.services import change_child, register_many, set_guardian, unregister_many
from qianshou.children.services.registering import LIST_FIELDS, PLAIN_FIELDS

from ..models import Import, ImportRow, RowMatch
from .matching import as_text, by_index, indexes_of, plain, set_known, written
from .record_entries import child_entry
from .standing import later_changes

NEVER_COMPARED = {"filed_on", "companion_wish", "companion_places", "national_id"}
GUARDIAN, RELATIVES = "guardian", "relatives"
_GUARDIAN_FIELDS = ("name", "relation", "national_id", "phones", "address")
_RELATIVE_FIELDS = ("name", "birth_date", "national_id", "work_place", "phones")


class ChildTarget:
    """Children of one home."""

    def __init__(self, found: Import) -> None:
        self.found = found

    def entry(self, row: ImportRow) -> ChildEntry:
        """Return the entry of a row."""
        return child_entry(row.payload["record"], self.found.as_of)

    # Looking

    def match(self, rows: Sequence[ImportRow]) -> None:
        """Find children again by identity number, else ask about those of one name and birth date."""
        indexes = indexes_of(rows)
        known = by_index(Child, indexes.values(), ("guardians", "relatives"))
        unknown: list[ImportRow] = []
        for row in rows:
            child = known.get(indexes.get(row.position, ""))
            if child is not None:
                set_known(self.found, row, child, self._differences(child, self.entry(row)))
            else:
                row.found_as(RowMatch.NEW)
                unknown.append(row)
        self._match_by_name(unknown)

    def _match_by_name(self, rows: Sequence[ImportRow]) -> None:
        """Two different identity numbers are two children; where one is missing a person must say."""
        keys = {row.position: (row.payload["record"]["name"], row.payload["record"]["birth_date"]) for row in rows}
        alike = (
            Child.objects.in_home()
            .filter(
                centre=self.found.centre,
                name__in={name for name, _ in keys.values()},
                birth_date__in={born for _, born in keys.values()},
            )
            .prefetch_related("guardians", "relatives")
        )
        by_key = {(child.name, child.birth_date.isoformat()): child for child in alike}
        for row in rows:
            child = by_key.get(keys[row.position])
            if child is None or (child.national_id_index and row.payload["record"]["national_id"]):
                continue
            row.found_as(RowMatch.MAYBE, child.pk, self._differences(child, self.entry(row)))

    def _differences(self, child: Child, entry: ChildEntry) -> list[str]:
        fields = [name for name, value in self._values(entry).items() if plain(getattr(child, name)) != plain(value)]
        if entry.national_id and not child.national_id_index:
            fields.append("national_id")
        if self._guardian_differs(child, entry.guardian):
            fields.append(GUARDIAN)
        if self._relatives_differ(child, entry):
            fields.append(RELATIVES)
        return fields

    @staticmethod
    def _values(entry: ChildEntry) -> dict[str, Any]:
        names = [name for name in (*PLAIN_FIELDS, *LIST_FIELDS) if name not in NEVER_COMPARED]
        return written({name: getattr(entry, name) for name in names})

    @staticmethod
    def _guardian_differs(child: Child, entry: GuardianEntry) -> bool:
        if entry.is_empty:
            return False
        present = next((one for one in child.guardians.all() if one.is_current), None)
        told = written({name: getattr(entry, name) for name in _GUARDIAN_FIELDS})
        return present is None or any(plain(getattr(present, name)) != plain(value) for name, value in told.items())

    @staticmethod
    def _relatives_differ(child: Child, entry: ChildEntry) -> bool:
        held = {row.kin: row for row in child.relatives.all()}
        for one in entry.relatives:
            told = written({name: getattr(one, name) for name in _RELATIVE_FIELDS})
            row = held.get(one.kin)
            if told and (row is None or any(plain(getattr(row, name)) != plain(value) for name, value in told.items())):
                return True
        return False

    def describe(self, row: ImportRow) -> Child | None:
        """Return the child a row seems to be about, with the present guardian."""
        if row.matched_id is None:
            return None
        return with_guardian(Child.objects.filter(centre=self.found.centre, pk=row.matched_id)).first()

    def compare(self, row: ImportRow) -> list[tuple[str, str, str]]:
        """Return (field, in the house, in the file) for each difference."""
        child = self.describe(row)
        if child is None:
            return []
        entry = self.entry(row)
        told: list[tuple[str, str, str]] = []
        for name in row.differences:
            if name == GUARDIAN:
                present = present_guardian(child)
                told.append((name, _person(present) if present else "", _person(entry.guardian)))
            elif name == RELATIVES:
                held = "；".join(_relative(one) for one in child.relatives.all())
                told.append((name, held, "；".join(_relative(one) for one in entry.relatives if not one.is_empty)))
            else:
                told.append((name, as_text(getattr(child, name)), as_text(getattr(entry, name))))
        return told

    # Writing

    def create(self, rows: Sequence[ImportRow], *, by: User | None) -> list[Model]:
        """Register children; the services check every value again."""
        entries = [self.entry(row) for row in rows]
        reason = f"import {self.found.code}"
        return list(register_many(entries, centre=self.found.home, by=by, reason=reason, on=self.found.as_of))

    def update(self, row: ImportRow, *, by: User | None) -> dict[str, Any]:
        """Change the ticked fields; returns what was there before."""
        child = self.describe(row)
        if child is None:
            return {}
        entry, ticked = self.entry(row), [name for name in row.differences if name in row.ticked]
        values = {name: getattr(entry, name) for name in ticked if name not in {GUARDIAN, RELATIVES}}
        before: dict[str, Any] = {name: plain(getattr(child, name)) for name in values}
        relatives: list[RelativeEntry] | None = None
        if RELATIVES in ticked:
            before[RELATIVES] = [_as_dict(one) for one in child.relatives.all()]
            relatives = _together(child, entry)
        if values or relatives is not None:
            change_child(child, values, by=by, relatives=relatives, on=self.found.as_of)
        if GUARDIAN in ticked:
            present = present_guardian(child)
            before[GUARDIAN] = _guardian_as_dict(present) if present else None
            set_guardian(child, entry.guardian, by=by, reason=f"import {self.found.code}")
        return before

    # Undoing

    def built_on(self, found: Import, ids: Sequence[int]) -> dict[str, int]:
        """Return what was changed later on the children that the import brought."""
        return later_changes(found, Child, ids)

    def remove(self, found: Import, ids: Sequence[int], *, by: User | None, reason: str) -> int:
        """Take children out again."""
        return unregister_many(ids, centre=found.home, by=by, reason=reason)

    def restore(self, row: ImportRow, *, by: User | None) -> None:
        """Give a child back what was in the file before."""
        child = Child.objects.filter(pk=row.matched_id or 0).first()
        if child is None:
            return
        before = dict(row.before)
        relatives = [_relative_from(one) for one in before.pop(RELATIVES)] if RELATIVES in before else None
        guardian = before.pop(GUARDIAN, None)
        for name in ("birth_date", "visited_on"):
            if before.get(name):
                before[name] = date.fromisoformat(before[name])
        if before or relatives is not None:
            change_child(child, before, by=by, relatives=relatives)
        if guardian:
            told = guardian | {"phones": tuple(guardian["phones"])}
            set_guardian(child, GuardianEntry(**told), by=by, reason=f"undo of import {self.found.code}")


def _together(child: Child, entry: ChildEntry) -> list[RelativeEntry]:
    """The relatives as the file tells them, and from the house what the file does not tell."""
    told = {one.kin: one for one in entry.relatives if not one.is_empty}
    made: list[RelativeEntry] = []
    for row in child.relatives.all():
        held = _as_dict(row)
        one = told.pop(row.kin, None)
        if one is not None:
            held |= {
                name: plain(value) for name, value in written({n: getattr(one, n) for n in _RELATIVE_FIELDS}).items()
            }
        made.append(_relative_from(held))
    return [*made, *told.values()]


def _as_dict(row: Any) -> dict[str, Any]:
    return {"kin": row.kin} | {name: plain(getattr(row, name)) for name in _RELATIVE_FIELDS}


def _relative_from(told: dict[str, Any]) -> RelativeEntry:
    born = told.get("birth_date")
    return RelativeEntry(
        told["kin"],
        told["name"],
        date.fromisoformat(born) if isinstance(born, str) else born,
        told["national_id"],
        told["work_place"],
        tuple(told["phones"]),
    )


def _guardian_as_dict(row: Any) -> dict[str, Any]:
    return {name: plain(getattr(row, name)) for name in (*_GUARDIAN_FIELDS, "relation_word")}


def _person(one: Any) -> str:
    return " ".join(part for part in (one.name, one.relation_word, as_text(one.phones)) if part)


def _relative(one: Any) -> str:
    return " ".join(part for part in (one.name, one.work_place, as_text(one.phones)) if part)
