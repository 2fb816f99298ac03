"""A volunteer comes to the home, alone or with a whole register (S08, F16)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from qianshou.accounts.models import User
from qianshou.centres.models import Centre
from qianshou.centres.queries import places
from qianshou.centres.rules import Place, guess_village
from qianshou.core import audit, clock, crypto, names
from qianshou.core.errors import Conflict, Invalid, Text
from qianshou.core.models import AuditEntry

from .. import queries
from ..entries import CheckEntry, SlotEntry, VolunteerEntry, cleaned, cleaned_check
from ..models import AvailabilitySlot, Check, Volunteer, VolunteerStatus
from .authorising import authorise

BATCH = 1000
PLAIN_FIELDS = (
    "name", "birth_date", "sex", "national_id", "phone", "id_type", "ethnicity", "political_status", "education",
    "occupation", "address", "email", "emergency_contact_name", "emergency_contact_phone", "availability_text",
    "max_children", "status", "guardian_consent_on", "joined_on", "remark",
)  # fmt: skip
LIST_FIELDS = ("skills", "interests", "dialects", "service_interests")


@transaction.atomic
def register_volunteer(entry: VolunteerEntry, *, centre: Centre, by: User | None, on: date | None = None) -> Volunteer:
    """Register one volunteer, with checks and free times where they are known.

    Raises `Invalid` with the field of every fault, `Conflict` (`volunteer_exists`) when somebody who has not left
    has the same identity number. Two people of one name are two people.
    """
    authorise(by, "volunteers.change", centre)
    day = on or clock.today()
    entry = _checked(entry, day)
    known = Volunteer.objects.exclude(status=VolunteerStatus.LEFT).filter(
        national_id_index=crypto.blind_index(entry.national_id, "national_id")
    )
    for volunteer in known[:1]:
        visible = by is None or queries.searchable(by).filter(pk=volunteer.pk).exists()
        raise exists(volunteer if visible else None)
    volunteer = _volunteer(entry, centre, places())
    try:
        with transaction.atomic():
            volunteer.save(force_insert=True)
    except IntegrityError as error:  # somebody registered the same person at the same moment
        raise exists(None) from error
    _write_rest([(volunteer, entry)], by)
    audit.record(
        "volunteers.register_volunteer", by=by, subject=volunteer, changes={"status": [None, volunteer.status]}
    )
    return volunteer


@transaction.atomic
def register_many(
    entries: Sequence[VolunteerEntry],
    *,
    centre: Centre,
    by: User | None,
    reason: str = "",
    on: date | None = None,
) -> list[Volunteer]:
    """Register the volunteers of a whole register: all or none, in the order given.

    Raises `Invalid` or `Conflict` with the place of each faulty entry in `details["rows"]`.
    """
    authorise(by, "volunteers.change", centre)
    day = on or clock.today()
    rows: list[int] = []
    made: list[VolunteerEntry] = []
    for place, entry in enumerate(entries):
        try:
            made.append(_checked(entry, day))
        except Invalid:
            rows.append(place)
    if rows:
        raise Invalid(_("Some volunteers cannot be registered as written."), details={"rows": rows})
    _refuse_known_many(made)
    villages = places()
    volunteers = [_volunteer(entry, centre, villages) for entry in made]
    try:
        with transaction.atomic():
            Volunteer.objects.bulk_create(volunteers, batch_size=BATCH)
    except IntegrityError as error:
        raise exists(None) from error
    _write_rest(list(zip(volunteers, made, strict=True)), by)
    AuditEntry.objects.bulk_create(
        [
            audit.entry(
                "volunteers.register_volunteer",
                by=by,
                subject=volunteer,
                changes={"status": [None, volunteer.status]},
                reason=reason,
            )
            for volunteer in volunteers
        ],
        batch_size=BATCH,
    )
    return volunteers


def _checked(entry: VolunteerEntry, day: date) -> VolunteerEntry:
    entry = cleaned(entry, on=day)
    for check in entry.checks:
        cleaned_check(check, on=day)
    return entry


def _volunteer(entry: VolunteerEntry, centre: Centre, villages: Iterable[Place]) -> Volunteer:
    volunteer = Volunteer(centre=centre, name_sort=names.sort_key(entry.name))
    for name in PLAIN_FIELDS:
        setattr(volunteer, name, getattr(entry, name))
    for name in LIST_FIELDS:
        setattr(volunteer, name, list(getattr(entry, name)))
    volunteer.village_id = entry.village_id or guess_village(entry.address, villages)
    return volunteer


def slot_of(volunteer: Volunteer, entry: SlotEntry) -> AvailabilitySlot:
    """Return the unsaved row of a free time."""
    return AvailabilitySlot(
        volunteer=volunteer, weekday=entry.weekday, starts=entry.starts, ends=entry.ends, weeks=entry.weeks
    )


def check_of(volunteer: Volunteer, entry: CheckEntry, by: User | None) -> Check:
    """Return the unsaved row of a check."""
    return Check(
        volunteer=volunteer,
        kind=entry.kind,
        done_on=entry.done_on,
        result=entry.result,
        valid_to=entry.valid_to,
        document_number=entry.document_number,
        channel=entry.channel,
        recorded_by=by,
    )


def _write_rest(pairs: Sequence[tuple[Volunteer, VolunteerEntry]], by: User | None) -> None:
    AvailabilitySlot.objects.bulk_create(
        [slot_of(volunteer, slot) for volunteer, entry in pairs for slot in entry.availability],
        batch_size=BATCH,
        ignore_conflicts=True,  # the same stretch written twice
    )
    Check.objects.bulk_create(
        [check_of(volunteer, check, by) for volunteer, entry in pairs for check in entry.checks], batch_size=BATCH
    )


def exists(known: Volunteer | None) -> Conflict:
    """Return the refusal of a second record for one person, naming the first where the caller may see it."""
    if known is None:
        message: Text = _("A volunteer with this identity number is registered already. Ask your supervisor.")
        return Conflict(message, code="volunteer_exists", fields={"national_id": message})
    message = _("%(name)s has this identity number already.") % {"name": known.name}
    return Conflict(
        message, code="volunteer_exists", fields={"national_id": message}, details={"volunteers": [known.code]}
    )


def _refuse_known_many(entries: Sequence[VolunteerEntry]) -> None:
    indexes = [crypto.blind_index(entry.national_id, "national_id") for entry in entries]
    known: set[str] = set()
    for start in range(0, len(indexes), BATCH):
        known |= set(
            Volunteer.objects.exclude(status=VolunteerStatus.LEFT)
            .filter(national_id_index__in=indexes[start : start + BATCH])
            .values_list("national_id_index", flat=True)
        )
    rows = []
    for place, index in enumerate(indexes):
        if index in known:
            rows.append(place)
        known.add(index)
    if rows:
        raise Conflict(
            _("Some of these volunteers are registered already."), code="volunteer_exists", details={"rows": rows}
        )
