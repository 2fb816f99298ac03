"""Dated checks: added, and taken back when they were wrong; never overwritten (R-V1 to R-V3)."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from qianshou.accounts.models import User
from qianshou.core import audit, clock
from qianshou.core.errors import Conflict, Invalid, NotAllowed

from ..entries import CheckEntry, cleaned_check
from ..models import Check, CheckKind, CheckResult, Volunteer
from .authorising import authorise
from .records import locked
from .registering import check_of


def _refuse_own(by: User | None, volunteer: Volunteer) -> None:
    if by is not None and volunteer.is_own(by):
        raise NotAllowed(_("Nobody records their own checks. Ask a colleague."), code="own_check")


@transaction.atomic
def record_check(volunteer: Volunteer, entry: CheckEntry, *, by: User | None, on: date | None = None) -> Check:
    """Write down a check that was made; never by the volunteer checked (R-V3).

    Raises `Invalid` with the field of every fault, `NotAllowed` (`own_check`), `Conflict` (`check_known`) for the
    same check of the same day.
    """
    authorise(by, "volunteers.record_check", volunteer.centre_id)
    _refuse_own(by, volunteer)
    entry = cleaned_check(entry, on=on or clock.today())
    volunteer = locked(volunteer)
    same = volunteer.checks.filter(
        kind=entry.kind, done_on=entry.done_on, result=entry.result, valid_to=entry.valid_to, withdrawn_at__isnull=True
    )
    if same.exists():
        message = _("This check of this day is written down already.")
        raise Conflict(message, code="check_known", fields={"done_on": message})
    check = check_of(volunteer, entry, by)
    check.save(force_insert=True)
    audit.record("volunteers.record_check", by=by, subject=volunteer, changes={"checks": True, "check": check.code})
    return check


@transaction.atomic
def withdraw_check(check: Check, *, by: User | None, reason: str) -> Check:
    """Take back a check that was written down wrongly; the row stays, with who and why in the audit.

    An inquiry that found something is taken back only by somebody other than who recorded it (R-V2: no single person
    overrides it).
    """
    volunteer = check.volunteer
    authorise(by, "volunteers.record_check", volunteer.centre_id)
    _refuse_own(by, volunteer)
    if not reason.strip():
        raise Invalid(_("Say why."), fields={"reason": _("Write in a few words what was wrong.")})
    locked(volunteer)
    check = Check.objects.select_for_update(of=("self",)).select_related("volunteer").get(pk=check.pk)
    if check.withdrawn_at is not None:
        raise Conflict(_("This check was taken back already."), code="already_withdrawn")
    found_something = check.kind == CheckKind.RECORD_INQUIRY and check.result == CheckResult.NOT_CLEAR
    if found_something and by is not None and check.recorded_by_id == by.pk:
        raise NotAllowed(
            _("Another manager must take back an inquiry that was not clear."), code="second_person_needed"
        )
    check.withdrawn_at = clock.now()
    check.withdrawn_reason = reason.strip()[:200]
    check.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    audit.record(
        "volunteers.withdraw_check",
        by=by,
        subject=check.volunteer,
        changes={"checks": True, "check": check.code},
        reason=reason.strip(),
    )
    return check
