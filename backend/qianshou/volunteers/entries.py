"""What is written down about a volunteer, before it becomes rows: one form for pages, API and imports (form F16)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, time
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from qianshou.core import identity
from qianshou.core.ages import age_on
from qianshou.core.errors import Invalid
from qianshou.core.identity_texts import text_of

from . import rules
from .availability import Slot
from .models import CheckKind, CheckResult, VolunteerStatus, Weeks

LONGEST_TEXT = 2000
MOST_CHILDREN = 5
MOST_SLOTS = 30


@dataclass(frozen=True, slots=True, order=True)
class SlotEntry:
    """A stretch of one weekday (1 = Monday), every week or in odd or even teaching weeks."""

    weekday: int
    starts: time
    ends: time
    weeks: str = "all"


@dataclass(frozen=True, slots=True)
class CheckEntry:
    """One dated check."""

    kind: str
    done_on: date
    result: str = "clear"
    valid_to: date | None = None
    document_number: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class VolunteerEntry:
    """One volunteer as written down. Names of fields are those of the registers (`data/README`) and of `Volunteer`."""

    name: str
    birth_date: date | None = None
    sex: str = ""
    national_id: str = ""
    phone: str = ""
    id_type: str = ""
    ethnicity: str = ""
    political_status: str = ""
    education: str = ""
    occupation: str = ""
    address: str = ""
    village_id: int | None = None
    email: str = ""
    emergency_contact_name: str = ""
    emergency_contact_phone: str = ""
    skills: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()
    dialects: tuple[str, ...] = ()
    service_interests: tuple[str, ...] = ()
    availability_text: str = ""
    max_children: int = 1
    status: str = "interview"
    guardian_consent_on: date | None = None
    joined_on: date | None = None
    remark: str = ""
    availability: tuple[SlotEntry, ...] = ()
    checks: tuple[CheckEntry, ...] = ()

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> VolunteerEntry:
        """Build an entry from a record of a register: `record_inquiry_on`, `trained_on`, `availability` slots …

        Keys that an entry does not have are left out; None means that nothing was written.
        """
        own = {one.name for one in fields(cls)} - {"availability", "checks"}
        given = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in values.items()
            if name in own and value is not None
        }
        return cls(
            **given,
            availability=tuple(slots_from(values.get("availability") or ())),
            checks=tuple(values.get("checks") or _checks(values)),
        )


def slots_from(written: Iterable[Any]) -> list[SlotEntry]:
    """Return one entry per day from slots as registers and `availability.read_availability` write them.

    Accepts `SlotEntry`, `availability.Slot` and {"days": [1, 2], "from": "16:00", "to": "18:00", "weeks": "odd"}.
    """
    made: list[SlotEntry] = []
    for slot in written:
        if isinstance(slot, SlotEntry):
            made.append(slot)
            continue
        told = slot.as_dict() if isinstance(slot, Slot) else slot
        starts, ends = time.fromisoformat(told["from"]), time.fromisoformat(told["to"])
        made += [SlotEntry(day, starts, ends, told.get("weeks") or "all") for day in told["days"]]
    return made


def _checks(values: Mapping[str, Any]) -> Iterable[CheckEntry]:
    """Return the checks that the columns of a register tell of."""
    if values.get("record_inquiry_on"):
        result = values.get("record_inquiry_result") or CheckResult.PENDING.value
        yield CheckEntry(CheckKind.RECORD_INQUIRY.value, values["record_inquiry_on"], result)
    if values.get("pledge_signed_on"):
        yield CheckEntry(CheckKind.PLEDGE.value, values["pledge_signed_on"])
    trained_on, valid_to = values.get("trained_on"), values.get("training_valid_to")
    if trained_on:
        yield CheckEntry(CheckKind.TRAINING.value, trained_on, valid_to=valid_to)


def faulty(faults: Mapping[str, str]) -> Invalid:
    """Return the error that names each faulty field, with its sentence and its stable code."""
    return Invalid(
        _("Some fields need another look."),
        code="invalid",
        fields={name: text_of(code) for name, code in faults.items()},
        details={"codes": dict(faults)},
    )


def cleaned(entry: VolunteerEntry, *, on: date, only: Collection[str] | None = None) -> VolunteerEntry:
    """Return the entry in its lasting form.

    With `only`, faults of other fields (an old record may hold some) are passed over.

    Raises
    ------
    Invalid
        With the field of every fault; `details["codes"]` has the stable code of each.
    """
    faults: dict[str, str] = {}
    name = _reading("name", identity.normalise_name, entry.name, faults)
    known = _reading("national_id", identity.read_national_id, entry.national_id, faults)
    phone = _reading("phone", identity.normalise_phone, entry.phone, faults)
    emergency = ""
    if not identity.is_none_word(entry.emergency_contact_phone):
        emergency = _reading("emergency_contact_phone", identity.normalise_phone, entry.emergency_contact_phone, faults)
    birth_date, sex = _agree(entry, known, faults, on)
    ethnicity = identity.read_ethnicity(entry.ethnicity) if entry.ethnicity else ""
    if ethnicity is None:
        faults["ethnicity"] = "ethnicity_unknown"
    if entry.email:
        try:
            validate_email(entry.email)
        except ValidationError:
            faults["email"] = "email_invalid"
    if entry.status not in VolunteerStatus.values:
        faults["status"] = "not_a_choice"
    if not 1 <= entry.max_children <= MOST_CHILDREN:
        faults["max_children"] = "not_a_choice"
    if len(entry.remark) > LONGEST_TEXT:
        faults["remark"] = "too_long"
    for one in ("guardian_consent_on", "joined_on"):
        if getattr(entry, one) and getattr(entry, one) > on:
            faults[one] = "date_future"
    fault = fault_of_slots(entry.availability)
    if fault:
        faults["availability"] = fault
    if only is not None:
        faults = {one: code for one, code in faults.items() if one in only}
    if faults:
        raise faulty(faults)
    return replace(
        entry,
        name=name or "",
        national_id=known.value if known else identity.clean_national_id(entry.national_id),
        phone=phone or "",
        emergency_contact_phone=emergency or "",
        birth_date=birth_date,
        sex=sex,
        ethnicity=ethnicity or "",
        availability=tuple(sorted(set(entry.availability))),
    )


def _reading(name: str, read: Any, text: str, faults: dict[str, str]) -> Any:
    try:
        return read(text)
    except identity.IdentityFault as fault:
        faults[name] = fault.code
        return None


def _agree(
    entry: VolunteerEntry, known: identity.NationalId | None, faults: dict[str, str], on: date
) -> tuple[date | None, str]:
    birth_date = entry.birth_date or (known.birth_date if known else None)
    sex = entry.sex or (known.sex if known else "")
    if birth_date is None:
        faults.setdefault("birth_date", "birth_date_missing")
    elif birth_date > on:
        faults["birth_date"] = "birth_date_future"
    elif known and known.birth_date != birth_date:
        faults["birth_date"] = "birth_date_id_conflict"
    elif age_on(birth_date, on) < rules.YOUNGEST:
        faults["birth_date"] = "age_under_14"
    if sex not in (identity.MALE, identity.FEMALE):
        faults["sex"] = "sex_missing"
    elif known and known.sex != sex:
        faults["sex"] = "sex_id_conflict"
    return birth_date, sex


def fault_of_slots(slots: Iterable[SlotEntry]) -> str:
    """Return the code of what is wrong with a week, empty when it can stand."""
    kept = list(slots)
    if len(kept) > MOST_SLOTS:
        return "availability_too_many"
    for slot in kept:
        if slot.weekday not in range(1, 8) or slot.weeks not in Weeks.values:
            return "not_a_choice"
        if slot.ends <= slot.starts:
            return "dates_out_of_order"
    return ""


def cleaned_check(entry: CheckEntry, *, on: date) -> CheckEntry:
    """Return a check that can stand; raises `Invalid` with the field of every fault (R-V1, R-V2)."""
    faults: dict[str, str] = {}
    if entry.kind not in CheckKind.values:
        faults["kind"] = "not_a_choice"
    if entry.result not in CheckResult.values:
        faults["result"] = "not_a_choice"
    if entry.done_on > on:
        faults["done_on"] = "date_future"
    if entry.valid_to and entry.valid_to < entry.done_on:
        faults["valid_to"] = "dates_out_of_order"
    if faults:
        raise faulty(faults)
    return entry
