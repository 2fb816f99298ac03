"""What is written down about a child, before it becomes rows: one form for pages, API and imports (form F1)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from qianshou.core import identity
from qianshou.core.errors import Invalid
from qianshou.core.identity_texts import text_of

from . import rules
from .models import (
    Assessment,
    CompanionWish,
    GuardianshipType,
    HealthStatus,
    Relation,
    Schooling,
    Situation,
)

CHOICES = {
    "schooling": Schooling,
    "health_status": HealthStatus,
    "situation": Situation,
    "guardianship_type": GuardianshipType,
    "guardianship_assessment": Assessment,
    "companion_wish": CompanionWish,
}
LONGEST_TEXT = 2000
LONGEST_ADDRESS = 300
MOST_COMPANIONS = 3


@dataclass(frozen=True, slots=True)
class RelativeEntry:
    """A parent or grandparent on the form; no name and no place means that nothing was written."""

    kin: str
    name: str = ""
    birth_date: date | None = None
    national_id: str = ""
    work_place: str = ""
    phones: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was written about this relative."""
        return not (self.name or self.birth_date or self.national_id or self.work_place or self.phones)


@dataclass(frozen=True, slots=True)
class GuardianEntry:
    """Who cares for the child now."""

    name: str = ""
    relation: str = ""
    relation_word: str = ""
    national_id: str = ""
    phones: tuple[str, ...] = ()
    address: str = ""

    @property
    def is_empty(self) -> bool:
        """Tell whether nobody was named."""
        return not (self.name or self.phones or self.national_id)


@dataclass(frozen=True, slots=True)
class ChildEntry:
    """One child as written down. Names of fields are those of the registers (`data/README`) and of `Child`."""

    name: str
    birth_date: date | None = None
    sex: str = ""
    national_id: str = ""
    ethnicity: str = ""
    hukou_registered: bool | None = None
    hukou_address: str = ""
    current_address: str = ""
    village_id: int | None = None
    school: str = ""
    school_class: str = ""
    schooling: str = ""
    is_boarding: bool | None = None
    health_status: str = ""
    disability_category: str = ""
    disability_grade: str = ""
    illness_type: str = ""
    situation: str = ""
    has_entrusted_carer: bool | None = None
    guardianship_type: str = ""
    guardianship_assessment: str = ""
    income_sources: tuple[str, ...] = ()
    aid_received: tuple[str, ...] = ()
    confirmed_by: str = ""
    visited_on: date | None = None
    filed_on: date | None = None
    interests: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    dialects: tuple[str, ...] = ()
    companion_wish: str = "any"
    companion_places: int = 1
    remark: str = ""
    guardian: GuardianEntry = field(default_factory=GuardianEntry)
    relatives: tuple[RelativeEntry, ...] = ()

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> ChildEntry:
        """Build an entry from a record of a register: flat `guardian_*`, `father`, `mother`, `grandparents`.

        Keys that an entry does not have are left out; None means that nothing was written.
        """
        own = {one.name for one in fields(cls)} - {"guardian", "relatives"}
        given = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in values.items()
            if name in own and value is not None
        }
        guardian = values.get("guardian") or GuardianEntry(
            name=values.get("guardian_name") or "",
            relation=values.get("guardian_relation") or "",
            relation_word=values.get("guardian_relation_word") or "",
            national_id=values.get("guardian_national_id") or "",
            phones=tuple(values.get("guardian_phones") or ()),
            address=values.get("guardian_address") or "",
        )
        return cls(**given, guardian=guardian, relatives=tuple(_relatives(values)))


def _relatives(values: Mapping[str, Any]) -> Iterable[RelativeEntry]:
    yield from values.get("relatives") or ()
    for kin in ("father", "mother"):
        told = dict(values.get(kin) or {})
        told.setdefault("phones", values.get(f"{kin}_phones") or ())
        yield _relative(kin, told)
    for told in values.get("grandparents") or ():
        yield _relative(str(told["kin"]), told)


def _relative(kin: str, told: Mapping[str, Any]) -> RelativeEntry:
    return RelativeEntry(
        kin,
        told.get("name") or "",
        told.get("birth_date"),
        told.get("national_id") or "",
        told.get("work_place") or "",
        tuple(told.get("phones") or ()),
    )


def cleaned(entry: ChildEntry, *, on: date, only: Collection[str] | None = None) -> ChildEntry:
    """Return the entry in its lasting form: names without spaces, ids in upper case, sex and birth date from the id.

    With `only`, faults of other fields of the child (an old file may hold some) are passed over; those of relatives
    and guardian always count.

    Raises
    ------
    Invalid
        With the field of every fault; `details["codes"]` has the stable code of each.
    """
    faults: dict[str, str] = {}
    name = _reading("name", identity.normalise_name, entry.name, faults)
    number, known = identity.clean_national_id(entry.national_id), None
    if number:
        known = _reading("national_id", identity.read_national_id, number, faults)
    birth_date, sex = _agree(entry, known, faults, on)
    ethnicity = identity.read_ethnicity(entry.ethnicity) if entry.ethnicity else ""
    if ethnicity is None:
        faults["ethnicity"] = "ethnicity_unknown"
    faults |= {
        one: "not_a_choice"
        for one, choices in CHOICES.items()
        if getattr(entry, one) and getattr(entry, one) not in choices.values
    }
    if not 0 <= entry.companion_places <= MOST_COMPANIONS:
        faults["companion_places"] = "not_a_choice"
    if entry.visited_on and entry.visited_on > on:
        faults["visited_on"] = "date_future"
    guardian = _guardian(entry.guardian, faults)
    relatives = tuple(_clean_relative(one, faults) for one in entry.relatives if not one.is_empty)
    for long, limit in (
        ("remark", LONGEST_TEXT),
        ("current_address", LONGEST_ADDRESS),
        ("hukou_address", LONGEST_ADDRESS),
    ):
        if len(getattr(entry, long)) > limit:
            faults[long] = "too_long"
    if only is not None:
        own = {one.name for one in fields(ChildEntry)}
        faults = {one: code for one, code in faults.items() if one in only or one not in own}
    if faults:
        raise faulty(faults)
    return replace(
        entry,
        name=name or "",
        national_id=number,
        birth_date=birth_date,
        sex=sex,
        ethnicity=ethnicity or "",
        guardian=guardian,
        relatives=relatives,
        disability_category=entry.disability_category if entry.health_status == "disabled" else "",
        disability_grade=entry.disability_grade if entry.health_status == "disabled" else "",
        illness_type=entry.illness_type if entry.health_status == "ill" else "",
    )


def faulty(faults: Mapping[str, str]) -> Invalid:
    """Return the error that names each faulty field, with its sentence and its stable code."""
    return Invalid(
        _("Some fields need another look."),
        code="invalid",
        fields={name: text_of(code) for name, code in faults.items()},
        details={"codes": dict(faults)},
    )


def _reading(name: str, read: Any, text: str, faults: dict[str, str]) -> Any:
    try:
        return read(text)
    except identity.IdentityFault as fault:
        faults[name] = fault.code
        return None


def _agree(
    entry: ChildEntry, known: identity.NationalId | None, faults: dict[str, str], on: date
) -> tuple[date | None, str]:
    """Take birth date and sex from the form, else from the id, and refuse where they disagree."""
    birth_date = entry.birth_date or (known.birth_date if known else None)
    sex = entry.sex or (known.sex if known else "")
    if birth_date is None:
        faults.setdefault("birth_date", "birth_date_missing")
    elif birth_date > on:
        faults["birth_date"] = "birth_date_future"
    elif known and known.birth_date != birth_date:
        faults["birth_date"] = "birth_date_id_conflict"
    elif rules.age_on(birth_date, on) >= rules.MINOR_UNDER:
        faults["birth_date"] = "age_18_or_over"
    if sex not in (identity.MALE, identity.FEMALE):
        faults["sex"] = "sex_missing"
    elif known and known.sex != sex:
        faults["sex"] = "sex_id_conflict"
    return birth_date, sex


def _phones(name: str, phones: Iterable[str], faults: dict[str, str]) -> tuple[str, ...]:
    found: list[str] = []
    for text in phones:
        found += _reading(name, identity.read_phones, text, faults) or []
    return tuple(dict.fromkeys(found))


def _guardian(entry: GuardianEntry, faults: dict[str, str]) -> GuardianEntry:
    if entry.is_empty:
        return entry
    number = identity.clean_national_id(entry.national_id)
    if number:
        _reading("guardian_national_id", identity.read_national_id, number, faults)
    if entry.relation and entry.relation not in Relation.values:
        faults["guardian_relation"] = "not_a_choice"
    return replace(
        entry,
        name=_reading("guardian_name", identity.normalise_name, entry.name, faults) or "",
        national_id=number,
        phones=_phones("guardian_phones", entry.phones, faults),
    )


def cleaned_guardian(entry: GuardianEntry) -> GuardianEntry:
    """Return a guardian in the lasting form; raises `Invalid` with the field of every fault."""
    faults: dict[str, str] = {}
    made = _guardian(entry, faults)
    if not made.name:
        faults.setdefault("guardian_name", "name_missing")
    if faults:
        raise faulty(faults)
    return made


def _clean_relative(entry: RelativeEntry, faults: dict[str, str]) -> RelativeEntry:
    name = entry.name
    if name:
        name = _reading(f"{entry.kin}_name", identity.normalise_name, name, faults) or ""
    number = identity.clean_national_id(entry.national_id)
    if number:
        _reading(f"{entry.kin}_national_id", identity.read_national_id, number, faults)
    return replace(entry, name=name, national_id=number, phones=_phones(f"{entry.kin}_phones", entry.phones, faults))
