"""What of a volunteer's record one pair of eyes may see, and what its eligibility says in words (S40, S08)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from qianshou.accounts.queries import AnyUser, field_class_for
from qianshou.core import clock
from qianshou.core.ages import age_on
from qianshou.core.fieldclasses import FieldClass
from qianshou.core.masking import mask

from . import queries, rules
from .models import Check, CheckKind, Volunteer

MISSING_WORDS: dict[str, Promise | str] = {
    "record_inquiry_not_clear": _("The record inquiry was not clear. This person does not work with children."),
    "record_inquiry_missing": _("There is no criminal-record inquiry yet. Ask for one and write it down."),
    "record_inquiry_pending": _("The criminal-record inquiry is asked for, the answer is not here yet."),
    "record_inquiry_expired": _("The criminal-record inquiry is older than a year. Ask again."),
    "pledge_missing": _("The code of conduct is not signed yet."),
    "pledge_expired": _("The signature under the code of conduct has run out. Sign again."),
    "training_missing": _("The training before service is still to do."),
    "training_expired": _("The training has run out. Do it again."),
    "under_18": _("Younger than 18: helps in groups, but accompanies no child alone."),
    "status_interview": _("The interview is still to come."),
    "status_suspended": _("Suspended by the manager of the home."),
    "status_left": _("Has left the home."),
}
"""Code of `rules.MISSING_CODES` -> what it means and what to do."""

MISSING_SHORT: dict[str, Promise | str] = {
    "record_inquiry_not_clear": _("inquiry not clear"),
    "record_inquiry_missing": _("no inquiry"),
    "record_inquiry_pending": _("inquiry under way"),
    "record_inquiry_expired": _("inquiry too old"),
    "pledge_missing": _("pledge not signed"),
    "pledge_expired": _("pledge run out"),
    "training_missing": _("not trained"),
    "training_expired": _("training run out"),
    "under_18": _("under 18"),
    "status_interview": _("before the interview"),
    "status_suspended": _("suspended"),
    "status_left": _("left"),
}
API_FIELDS = tuple(name for name in Volunteer.FIELD_CLASSES if name != "checks")


def seen_fields(highest: FieldClass | None) -> frozenset[str]:
    """Return the names of the fields that somebody with a class sees."""
    if highest is None:
        return frozenset()
    return frozenset(name for name, needed in Volunteer.FIELD_CLASSES.items() if needed <= highest)


def eligibility_words(answer: rules.Eligibility) -> dict[str, Any]:
    """Return the answer of the rule as a panel shows it: the verdict, what is missing, what ends when."""
    return {
        "is_eligible": answer.is_eligible,
        "expires_on": answer.expires_on,
        "missing": [{"code": code, "words": MISSING_WORDS[code]} for code in answer.missing],
        "short": [MISSING_SHORT[code] for code in answer.missing],
        "warnings": [
            {"kind": CheckKind(one.kind).label, "last_day": one.last_day, "days_left": one.days_left, "step": one.step}
            for one in answer.warnings
        ],
        "soonest": answer.warnings[0] if answer.warnings else None,
    }


def checks_shown(checks: Iterable[Check], on: date) -> list[dict[str, Any]]:
    """Return the checks as a list shows them, the newest first, with the state of each today."""
    return [{"check": check, "state": _state(check, on), "last_day": rules.last_day_of(check)} for check in checks]


def _state(check: Check, on: date) -> str:
    if check.is_withdrawn:
        return "withdrawn"
    if check.result == rules.NOT_CLEAR:
        return "not_clear"
    if check.result == rules.PENDING:
        return "pending"
    last = rules.last_day_of(check)
    if last is not None and last < on:
        return "expired"
    if last is not None and (last - on).days <= rules.WARN_DAYS[0]:
        return "ends_soon"
    return "valid"


def week_of(volunteer: Volunteer) -> list[tuple[int, Any, Any]]:
    """Return the week for the grid: (weekday from 0, start, end)."""
    return [(slot.weekday - 1, slot.starts, slot.ends) for slot in volunteer.availability.all()]


def eligibility_told(volunteer: Volunteer, on: date) -> dict[str, Any]:
    """Return the answer of the rule as programs get it: codes and dates."""
    answer = queries.eligibility_of(volunteer, on)
    return {
        "on": on,
        "is_eligible": answer.is_eligible,
        "missing": list(answer.missing),
        "expires_on": answer.expires_on,
        "warnings": [
            {"kind": one.kind, "last_day": one.last_day, "days_left": one.days_left} for one in answer.warnings
        ],
    }


def record_of(user: AnyUser, volunteer: Volunteer, *, unmasked: bool) -> dict[str, Any]:
    """Return every value of a record that a person may see; values above the class are not even read.

    Numbers and addresses come masked unless a purpose was given (`unmasked`) or the record is the person's own.
    """
    seen = seen_fields(field_class_for(user, volunteer))
    told = {name: _value(volunteer, name) for name in API_FIELDS if name in seen}
    if "checks" in seen:
        told["checks"] = [check_told(check) for check in volunteer.checks.all()]
    if not unmasked and not volunteer.is_own(user):
        for name in ("phone", "emergency_contact_phone"):
            if told.get(name):
                told[name] = mask(told[name], 3, 4)
        if told.get("national_id"):
            told["national_id"] = mask(told["national_id"], 4, 2)
        if told.get("address"):
            told["address"] = f"{volunteer.village.township}…" if volunteer.village else "…"
    return told


def check_told(check: Check) -> dict[str, Any]:
    """Return a check as programs get it: never the document number."""
    return {
        "code": check.code,
        "kind": check.kind,
        "done_on": check.done_on,
        "result": check.result,
        "last_day": rules.last_day_of(check),
        "is_withdrawn": check.is_withdrawn,
    }


def row_of(volunteer: Volunteer, on: date, *, personal: bool) -> dict[str, Any]:
    """Return one row of the API's list."""
    answer = queries.eligibility_of(volunteer, on)
    row = {
        "code": volunteer.code,
        "centre": volunteer.centre.code,
        "status": volunteer.status,
        "sex": volunteer.sex,
        "age": age_on(volunteer.birth_date, on),
        "skills": volunteer.skills,
        "interests": volunteer.interests,
        "dialects": volunteer.dialects,
        "max_children": volunteer.max_children,
        "is_eligible": answer.is_eligible,
        "missing": list(answer.missing),
        "expires_on": answer.expires_on,
        "availability": [slot_told(slot) for slot in volunteer.availability.all()],
    }
    return row | {"name": volunteer.name} if personal else row


def _value(volunteer: Volunteer, name: str) -> Any:
    if name == "centre":
        return volunteer.centre.code
    if name == "village":
        return volunteer.village.code if volunteer.village else ""
    if name == "availability":
        return [slot_told(slot) for slot in volunteer.availability.all()]
    if name == "eligibility":
        return eligibility_told(volunteer, clock.today())
    return getattr(volunteer, name)


def slot_told(slot: Any) -> dict[str, Any]:
    """Return a free time as programs get it."""
    return {"weekday": slot.weekday, "from": slot.starts, "to": slot.ends, "weeks": slot.weeks}
