"""When a volunteer is free: the week, and the days on which the week does not hold (S08)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from qianshou.accounts.models import User
from qianshou.core import audit, clock
from qianshou.core.errors import Conflict, Invalid
from qianshou.core.identity_texts import text_of

from ..entries import SlotEntry, fault_of_slots
from ..models import AvailabilityException, AvailabilitySlot, Volunteer
from .authorising import authorise_change
from .records import locked
from .registering import slot_of

LONGEST_ABSENCE_DAYS = 366
LONGEST_OWN_WORDS = 200


def merged(slots: Iterable[SlotEntry]) -> list[SlotEntry]:
    """Return the week with stretches that touch or overlap joined, in order."""
    made: list[SlotEntry] = []
    for slot in sorted(set(slots), key=lambda one: (one.weekday, one.weeks, one.starts, one.ends)):
        last = made[-1] if made else None
        if last and (last.weekday, last.weeks) == (slot.weekday, slot.weeks) and slot.starts <= last.ends:
            made[-1] = SlotEntry(last.weekday, last.starts, max(last.ends, slot.ends), last.weeks)
        else:
            made.append(slot)
    return sorted(made)


@transaction.atomic
def set_availability(
    volunteer: Volunteer, slots: Iterable[SlotEntry], *, by: User | None, text: str | None = None
) -> list[AvailabilitySlot]:
    """Replace the week in which a volunteer is free; `text` are the volunteer's own words about it."""
    authorise_change(by, volunteer)
    week = merged(slots)
    fault = fault_of_slots(week)
    if fault:
        raise Invalid(text_of(fault), fields={"availability": text_of(fault)})
    if text is not None and len(text) > LONGEST_OWN_WORDS:
        raise Invalid(text_of("too_long"), fields={"availability_text": text_of("too_long")})
    volunteer = locked(volunteer)
    before = [_told(row) for row in volunteer.availability.all()]
    volunteer.availability.all().delete()
    rows = AvailabilitySlot.objects.bulk_create([slot_of(volunteer, slot) for slot in week])
    if text is not None and text.strip() != volunteer.availability_text:
        volunteer.availability_text = text.strip()
        volunteer.save(update_fields=["availability_text"])
    after = [_told(row) for row in rows]
    if before != after:
        audit.record("volunteers.set_availability", by=by, subject=volunteer, changes={"availability": [before, after]})
    return rows


def _told(row: AvailabilitySlot) -> str:
    weeks = "" if row.weeks == "all" else f" {row.weeks}"
    return f"{row.weekday} {row.starts:%H:%M}-{row.ends:%H:%M}{weeks}"


@transaction.atomic
def add_time_away(
    volunteer: Volunteer, starts_on: date, ends_on: date, *, by: User | None, reason: str = ""
) -> AvailabilityException:
    """Write down days on which the volunteer cannot come, both included."""
    authorise_change(by, volunteer)
    faults = {}
    if ends_on < starts_on:
        faults["ends_on"] = text_of("dates_out_of_order")
    elif (ends_on - starts_on).days > LONGEST_ABSENCE_DAYS:
        faults["ends_on"] = _("At most a year at a time.")
    if ends_on < clock.today():
        faults["ends_on"] = _("This time is over.")
    if len(reason) > 100:
        faults["reason"] = text_of("too_long")
    if faults:
        raise Invalid(_("Some fields need another look."), fields=faults)
    volunteer = locked(volunteer)
    if volunteer.exceptions.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
        message = _("Part of this time is written down already.")
        raise Conflict(message, code="time_away_overlaps", fields={"starts_on": message})
    away = AvailabilityException.objects.create(
        volunteer=volunteer, starts_on=starts_on, ends_on=ends_on, reason=reason.strip()
    )
    audit.record(
        "volunteers.add_time_away",
        by=by,
        subject=volunteer,
        changes={"time_away": [None, f"{starts_on.isoformat()}/{ends_on.isoformat()}"]},
    )
    return away


@transaction.atomic
def remove_time_away(away: AvailabilityException, *, by: User | None) -> None:
    """Take back days on which the volunteer could not come."""
    volunteer = locked(away.volunteer)
    authorise_change(by, volunteer)
    told = f"{away.starts_on.isoformat()}/{away.ends_on.isoformat()}"
    away.delete()
    audit.record("volunteers.remove_time_away", by=by, subject=volunteer, changes={"time_away": [told, None]})
