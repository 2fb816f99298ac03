"""A volunteer's record changes: what is written, where the volunteer stands, which account it belongs to (S08)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields as dataclass_fields
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from qianshou.accounts.models import User
from qianshou.accounts.queries import field_class_for
from qianshou.centres.queries import places
from qianshou.centres.rules import guess_village
from qianshou.core import audit, clock, crypto, names, readlog
from qianshou.core.changes import changed_values, for_audit
from qianshou.core.errors import Conflict, Invalid, NotAllowed
from qianshou.core.fieldclasses import FieldClass

from .. import queries, rules
from ..entries import VolunteerEntry, cleaned
from ..models import CheckKind, CheckResult, Volunteer, VolunteerStatus
from .authorising import OWN_FIELDS, authorise, authorise_change
from .registering import LIST_FIELDS, PLAIN_FIELDS, exists

CHANGEABLE = (frozenset(PLAIN_FIELDS) | frozenset(LIST_FIELDS) | {"village_id"}) - {"status", "availability_text"}
IDENTITY = {"national_id", "birth_date", "sex"}
REVEALABLE = frozenset({"national_id", "phone", "address", "emergency_contact"})


def locked(volunteer: Volunteer) -> Volunteer:
    """Lock and read again the row of a volunteer."""
    return Volunteer.objects.select_for_update(of=("self",)).select_related("centre").get(pk=volunteer.pk)


@transaction.atomic
def change_volunteer(
    volunteer: Volunteer, values: Mapping[str, Any], *, by: User | None, on: date | None = None
) -> Volunteer:
    """Change fields of a record; volunteers change only their own `OWN_FIELDS`.

    Raises `Invalid` with the field of every fault, `NotAllowed`, `Conflict` when the identity number is another's.
    """
    as_owner = authorise_change(by, volunteer)
    if values.keys() - CHANGEABLE:
        raise TypeError(f"not fields of a volunteer: {sorted(values.keys() - CHANGEABLE)}")
    if as_owner and values.keys() - OWN_FIELDS:
        raise NotAllowed(_("The manager of the home keeps this part of your record."), code="field_not_own")
    volunteer = locked(volunteer)
    touched = set(values) | (IDENTITY if IDENTITY & values.keys() else set())
    made = cleaned(_entry_of(volunteer, values), on=on or clock.today(), only=touched)
    wanted = {name: _value_of(made, name) for name in values}
    if "national_id" in values:
        wanted |= {"birth_date": made.birth_date, "sex": made.sex}
    if "address" in wanted and "village_id" not in wanted and volunteer.village_id is None:
        wanted["village_id"] = guess_village(made.address, places())
    changed = changed_values(volunteer, wanted)
    if not changed:
        return volunteer
    told = for_audit(volunteer, changed)
    if "name" in changed:
        changed["name_sort"] = names.sort_key(changed["name"])
    if "national_id" in changed:
        _refuse_taken(volunteer, changed["national_id"], by)
    for name, value in changed.items():
        setattr(volunteer, name, value)
    written = set(changed) | {f"{name}_index" for name in ("national_id", "phone") if name in changed}
    try:
        with transaction.atomic():
            volunteer.save(update_fields=list(written))
    except IntegrityError as error:
        raise exists(None) from error
    audit.record("volunteers.change_volunteer", by=by, subject=volunteer, changes=told)
    return volunteer


def _value_of(entry: VolunteerEntry, name: str) -> Any:
    value = getattr(entry, name)
    return list(value) if isinstance(value, tuple) else value


def _entry_of(volunteer: Volunteer, values: Mapping[str, Any]) -> VolunteerEntry:
    """Return the record as it would be: checks look at the whole, not at one field."""
    known = {one.name for one in dataclass_fields(VolunteerEntry)} - {"availability", "checks"}
    held: dict[str, Any] = {name: getattr(volunteer, name) for name in known} | dict(values)
    plain: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in held.items()}
    return VolunteerEntry(**plain)


def _refuse_taken(volunteer: Volunteer, number: str, by: User | None) -> None:
    others = (
        Volunteer.objects.exclude(pk=volunteer.pk)
        .exclude(status=VolunteerStatus.LEFT)
        .filter(national_id_index=crypto.blind_index(number, "national_id"))
    )
    for other in others[:1]:
        visible = by is None or queries.searchable(by).filter(pk=other.pk).exists()
        raise exists(other if visible else None)


@transaction.atomic
def change_status(volunteer: Volunteer, status: str, *, by: User | None, reason: str = "") -> Volunteer:
    """Move a volunteer on: interview, probation, active, suspended, left.

    Raises `Conflict` (`record_inquiry_not_clear`) for service after an inquiry that found something (R-V2), and
    `has_pairing` for leaving while a child is accompanied. Suspending and leaving need a reason.
    """
    authorise(by, "volunteers.change", volunteer.centre_id)
    if status not in VolunteerStatus.values:
        raise Invalid(_("Choose one of the list."), fields={"status": _("Choose one of the list.")})
    volunteer = locked(volunteer)
    if status == volunteer.status:
        return volunteer
    if status in (VolunteerStatus.SUSPENDED, VolunteerStatus.LEFT) and not reason.strip():
        raise Invalid(_("Say why."), fields={"reason": _("Write in a few words why.")})
    refused = volunteer.checks.filter(
        kind=CheckKind.RECORD_INQUIRY, result=CheckResult.NOT_CLEAR, withdrawn_at__isnull=True
    ).exists()
    if status in rules.SERVING and refused:
        raise Conflict(
            _("The record inquiry was not clear: this person does not work with children."),
            code="record_inquiry_not_clear",
        )
    if status == VolunteerStatus.LEFT and volunteer.pairings.filter(state__in=["awaiting_consent", "active"]).exists():
        raise Conflict(_("The volunteer accompanies a child. End the pairing first."), code="has_pairing")
    if volunteer.status == VolunteerStatus.LEFT:
        _refuse_taken(volunteer, volunteer.national_id, by)
    before, volunteer.status = volunteer.status, status
    volunteer.save(update_fields=["status"])
    audit.record(
        "volunteers.change_status",
        by=by,
        subject=volunteer,
        changes={"status": [before, str(status)]},
        reason=reason.strip(),
    )
    return volunteer


@transaction.atomic
def link_account(volunteer: Volunteer, user: User | None, *, by: User | None) -> Volunteer:
    """Let a volunteer sign in and keep the own record (`user=None` ends it)."""
    authorise(by, "volunteers.change", volunteer.centre_id)
    volunteer = locked(volunteer)
    if user is not None and Volunteer.objects.filter(user=user).exclude(pk=volunteer.pk).exists():
        raise Conflict(_("This account belongs to another volunteer."), code="account_taken")
    volunteer.user = user
    volunteer.save(update_fields=["user"])
    audit.record(
        "volunteers.link_account", by=by, subject=volunteer, changes={"account": [None, user.code if user else None]}
    )
    return volunteer


@transaction.atomic
def reveal_fields(volunteer: Volunteer, part: str, *, by: User, reason: str) -> None:
    """Let a person see one masked part of a record in full, with the reason in the read log (S40)."""
    if part not in REVEALABLE:
        raise Invalid(_("There is nothing to show."), fields={"part": _("There is nothing to show.")})
    if (field_class_for(by, volunteer) or FieldClass.PUBLIC) < FieldClass.SENSITIVE:
        raise NotAllowed(_("Your role does not show this. Ask the manager of the home."))
    if len(reason.strip()) < 2:
        raise Invalid(_("Say what you need it for."), fields={"reason": _("Say what you need it for.")})
    readlog.record_read(by=by, subject=volunteer, fields=[part], purpose=reason.strip())
