"""From the normalised values of a register's row to the entries that the services of people take."""

from __future__ import annotations

from datetime import date
from typing import Any

from qianshou.children.entries import ChildEntry
from qianshou.children.models import Kin
from qianshou.volunteers.entries import VolunteerEntry

Record = dict[str, Any]
_CHILD_DATES = ("birth_date", "visited_on")
_VOLUNTEER_DATES = ("birth_date", "record_inquiry_on", "pledge_signed_on", "trained_on", "training_valid_to")
GRANDPARENTS = (
    Kin.PATERNAL_GRANDFATHER,
    Kin.PATERNAL_GRANDMOTHER,
    Kin.MATERNAL_GRANDFATHER,
    Kin.MATERNAL_GRANDMOTHER,
)
_OF_RELATIVES = ("name", "birth_date", "national_id", "work_place", "phones")


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if value else None


def child_entry(record: Record, filed_on: date | None) -> ChildEntry:
    """Return the entry of a child's row."""
    values: Record = {name: value for name, value in record.items() if "." not in name}
    values |= {name: _day(record.get(name)) for name in _CHILD_DATES}
    values["filed_on"] = filed_on
    for kin in ("father", "mother"):
        values[kin] = _relative(record, kin)
    values["grandparents"] = [
        {"kin": kin.value, **_relative(record, f"grandparents.{kin.value}")} for kin in GRANDPARENTS
    ]
    return ChildEntry.from_mapping(values)


def _relative(record: Record, prefix: str) -> Record:
    told = {name: record.get(f"{prefix}.{name}") for name in _OF_RELATIVES}
    told["birth_date"] = _day(told["birth_date"])
    return {name: value for name, value in told.items() if value}


def volunteer_entry(record: Record) -> VolunteerEntry:
    """Return the entry of a volunteer's row, with the checks it tells of."""
    values = record | {name: _day(record.get(name)) for name in _VOLUNTEER_DATES}
    trained, valid_to = values["trained_on"], values["training_valid_to"]
    if trained and (valid_to is None or valid_to < trained):
        values["trained_on"] = None  # without an end in order, a training proves nothing
    if not values.get("status"):
        values["status"] = None
    return VolunteerEntry.from_mapping(values)
