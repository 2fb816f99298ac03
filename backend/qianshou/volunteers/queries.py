"""Named reads of volunteers; eligibility in the database agrees with `rules.eligibility`."""

from __future__ import annotations

import contextlib
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from qianshou.accounts.queries import AnyUser, scope_filter
from qianshou.core import clock, names
from qianshou.core.ages import born_on_or_before
from qianshou.core.crypto import blind_index
from qianshou.core.identity import IdentityFault, clean_national_id, normalise_phone
from qianshou.core.models import AuditEntry

from . import rules
from .models import AvailabilitySlot, Check, Volunteer, VolunteerQuerySet

LACKING = ("record_inquiry", "pledge", "training", "age", "status")
"""What a list of volunteers who may not be with children can be narrowed to."""


def with_checks(volunteers: QuerySet[Volunteer]) -> QuerySet[Volunteer]:
    """Bring along home and checks, so that `eligibility_of` asks the database nothing more."""
    return volunteers.select_related("centre").prefetch_related(
        Prefetch("checks", queryset=Check.objects.select_related("recorded_by"))
    )


def for_list(volunteers: QuerySet[Volunteer]) -> QuerySet[Volunteer]:
    """Bring along what a row of the list shows: home, checks, week."""
    checks = Check.objects.filter(withdrawn_at__isnull=True)
    return volunteers.select_related("centre").prefetch_related(Prefetch("checks", queryset=checks), "availability")


def eligibility_of(volunteer: Volunteer, on: date) -> rules.Eligibility:
    """Return what the rule says of a volunteer on a day (R-V1)."""
    return rules.eligibility(volunteer.checks.all(), volunteer.birth_date, volunteer.status, on)


def _holding(kind: str, on: date) -> Exists:
    """Tell, in the database, whether a check of a kind holds on a day."""
    checks = Check.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=on),
        volunteer_id=OuterRef("pk"),
        kind=kind,
        result=rules.CLEAR,
        withdrawn_at__isnull=True,
        done_on__lte=on,
    )
    if kind == rules.INQUIRY:
        checks = checks.filter(done_on__gte=on - timedelta(days=rules.INQUIRY_VALID_DAYS))
    return Exists(checks)


def _refused(on: date) -> Exists:
    """Tell, in the database, whether a record inquiry found something (R-V2)."""
    return Exists(
        Check.objects.filter(
            volunteer_id=OuterRef("pk"),
            kind=rules.INQUIRY,
            result=rules.NOT_CLEAR,
            withdrawn_at__isnull=True,
            done_on__lte=on,
        )
    )


def conditions(on: date) -> dict[str, Q]:
    """Return each condition of eligibility as a filter; all of them together are the rule."""
    return {
        "record_inquiry": Q(_holding(rules.INQUIRY, on)) & ~Q(_refused(on)),
        "pledge": Q(_holding(rules.PLEDGE, on)),
        "training": Q(_holding(rules.TRAINING, on)),
        "age": Q(birth_date__lte=born_on_or_before(rules.ADULT_AT, on)),
        "status": Q(status__in=rules.SERVING),
    }


def eligible(volunteers: QuerySet[Volunteer], on: date) -> QuerySet[Volunteer]:
    """Return those who may be with children on a day: one query, the same answer as `rules.eligibility`."""
    return volunteers.filter(*conditions(on).values())


def not_eligible(volunteers: QuerySet[Volunteer], on: date) -> QuerySet[Volunteer]:
    """Return those who belong to a home but may not be with children on a day."""
    return volunteers.exclude(pk__in=eligible(Volunteer.objects.all(), on).values("pk"))


def lacking(volunteers: QuerySet[Volunteer], what: str, on: date) -> QuerySet[Volunteer]:
    """Return those who do not meet one condition (one of `LACKING`) on a day."""
    met = Volunteer.objects.filter(conditions(on)[what]).values("pk")
    return volunteers.exclude(pk__in=met)


def lapsing(volunteers: QuerySet[Volunteer], on: date, *, days: int = 30) -> QuerySet[Volunteer]:
    """Return those who are eligible on a day and will not be `days` later, because a check ends."""
    later = on + timedelta(days=days)
    kinds = conditions(later)
    still = Volunteer.objects.filter(*(kinds[kind] for kind in rules.REQUIRED_KINDS)).values("pk")
    return eligible(volunteers, on).exclude(pk__in=still)


def free_on(volunteers: QuerySet[Volunteer], weekday: int) -> QuerySet[Volunteer]:
    """Return those with free time on a weekday (1 = Monday)."""
    slots = AvailabilitySlot.objects.filter(volunteer_id=OuterRef("pk"), weekday=weekday)
    return volunteers.filter(Exists(slots))


def searchable(user: AnyUser) -> VolunteerQuerySet:
    """Return the volunteers whose names and records the person may look through: those of the own homes."""
    scope = scope_filter(user, "volunteers.list")
    return Volunteer.objects.none() if scope is None else Volunteer.objects.filter(**scope)


def search(volunteers: QuerySet[Volunteer], text: str) -> QuerySet[Volunteer]:
    """Find by name, pinyin, initials or code; never by a number, which has no place in an address."""
    text = text.strip()
    if not text:
        return volunteers
    found = Q(name__icontains="".join(text.split())) | Q(code__iexact=text)
    letters = names.search_key(text)
    if letters:
        found |= (
            Q(name_sort__startswith=letters)
            | Q(name_sort__contains=f"|{letters}")
            | Q(name_sort__contains=f" {letters}")
        )
    return volunteers.filter(found)


def find_by_number(user: AnyUser, number: str) -> Volunteer | None:
    """Return the volunteer with an identity or phone number, among those whose numbers the person may see."""
    scope = scope_filter(user, "volunteers.reveal")
    if scope is None or not number.strip():
        return None
    found = Q(national_id_index=blind_index(clean_national_id(number) or "-", "national_id"))
    with contextlib.suppress(IdentityFault):
        found |= Q(phone_index=blind_index(normalise_phone(number), "phone"))
    return Volunteer.objects.filter(found, **scope).order_by("id").first()


def history(volunteer: Volunteer) -> QuerySet[AuditEntry]:
    """Return what was done to a volunteer's record, newest first."""
    return AuditEntry.objects.filter(subject_type=Volunteer._meta.label_lower, subject_id=volunteer.pk).select_related(
        "actor"
    )


def own_record(user: AnyUser) -> Volunteer | None:
    """Return the record of a person who is a volunteer."""
    if not user.is_authenticated:
        return None
    return with_checks(Volunteer.objects.filter(user=user).prefetch_related("availability", "exceptions")).first()


def counts_of(user: AnyUser, on: date | None = None) -> dict[str, int]:
    """Return how many volunteers of the person's homes serve, are eligible, and lapse within 30 days."""
    on = on or clock.today()
    own = searchable(user).exclude(status="left")
    return {
        "all": own.count(),
        "eligible": eligible(own, on).count(),
        "lapsing": lapsing(own, on).count(),
    }
