"""Named reads of children; each brings along what its page shows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from qianshou.accounts.queries import AnyUser, field_class_for, scope_filter
from qianshou.core import clock, names
from qianshou.core.ages import born_on_or_before
from qianshou.core.crypto import blind_index
from qianshou.core.fieldclasses import FieldClass
from qianshou.core.identity import clean_national_id
from qianshou.core.models import AuditEntry

from . import rules
from .models import Child, ChildQuerySet, Guardian

OPEN_PAIRINGS = ("awaiting_consent", "active")
"""States of a pairing (`companionship.PairingState`) in which a child has a companion or is about to."""


def with_guardian(children: QuerySet[Child]) -> QuerySet[Child]:
    """Bring along the home, the village and the present guardian (as `present_guardians`)."""
    present = Prefetch("guardians", queryset=Guardian.objects.filter(is_current=True), to_attr="present_guardians")
    return children.select_related("centre", "village").prefetch_related(present)


def for_list(children: QuerySet[Child]) -> QuerySet[Child]:
    """Bring along what a row of the list shows: home and number of companions (as `companions`)."""
    pairings = Child._meta.get_field("pairings").related_model._base_manager
    open_ones = pairings.filter(child_id=OuterRef("pk"), state__in=OPEN_PAIRINGS).order_by().values("child_id")
    return children.select_related("centre").annotate(
        companions=Coalesce(Subquery(open_ones.annotate(n=Count("pk")).values("n")), 0)
    )


def present_guardian(child: Child) -> Guardian | None:
    """Return who cares for the child now."""
    fetched = getattr(child, "present_guardians", None)
    if fetched is None:
        fetched = list(child.guardians.filter(is_current=True))
    return fetched[0] if fetched else None


def left_behind(children: QuerySet[Child], on: date) -> QuerySet[Child]:
    """Return those who count as left-behind on a day: `rules.is_left_behind`, in the database (R-L1)."""
    return children.filter(
        situation__in=rules.LEFT_BEHIND_SITUATIONS,
        birth_date__gt=born_on_or_before(rules.LEFT_BEHIND_UNDER, on),
    )


def not_left_behind(children: QuerySet[Child], on: date) -> QuerySet[Child]:
    """Return those who do not count as left-behind on a day."""
    return children.exclude(pk__in=left_behind(Child.objects.all(), on).values("pk"))


def aged(children: QuerySet[Child], on: date, *, youngest: int | None, oldest: int | None) -> QuerySet[Child]:
    """Return children of an age, both bounds included, in completed years on a day."""
    if youngest is not None:
        children = children.filter(birth_date__lte=born_on_or_before(youngest, on))
    if oldest is not None:
        children = children.filter(birth_date__gt=born_on_or_before(oldest + 1, on))
    return children


def _open_pairings() -> Exists:
    pairings = Child._meta.get_field("pairings").related_model._base_manager
    return Exists(pairings.filter(child_id=OuterRef("pk"), state__in=OPEN_PAIRINGS))


def with_companion(children: QuerySet[Child]) -> QuerySet[Child]:
    """Return children with an open pairing."""
    return children.filter(_open_pairings())


def without_companion(children: QuerySet[Child]) -> QuerySet[Child]:
    """Return children who wish a companion and have none."""
    return children.filter(companion_places__gt=0).exclude(companion_wish="none").exclude(_open_pairings())


def children_without_companion(user: AnyUser) -> QuerySet[Child]:
    """Return the children in the homes of a member of staff who wait for a companion."""
    return without_companion(searchable(user).in_home())


def searchable(user: AnyUser) -> ChildQuerySet:
    """Return the children whose names and files the person may look through: those of the own homes."""
    scope = scope_filter(user, "children.list")
    return Child.objects.none() if scope is None else Child.objects.filter(**scope)


def search(children: QuerySet[Child], text: str) -> QuerySet[Child]:
    """Find by name, pinyin, initials or code; never by identity number, which has no place in an address."""
    text = text.strip()
    if not text:
        return children
    found = Q(name__icontains="".join(text.split())) | Q(code__iexact=text)
    letters = names.search_key(text)
    if letters:
        found |= (
            Q(name_sort__startswith=letters)
            | Q(name_sort__contains=f"|{letters}")
            | Q(name_sort__contains=f" {letters}")
        )
    return children.filter(found)


def find_by_number(user: AnyUser, number: str) -> Child | None:
    """Return the child with an identity number, among those whose numbers the person may see."""
    scope = scope_filter(user, "children.reveal")
    cleaned = clean_national_id(number)
    if scope is None or not cleaned:
        return None
    index = blind_index(cleaned, "national_id")
    return Child.objects.filter(national_id_index=index, **scope).order_by("status", "id").first()


def by_national_id(numbers: Iterable[str]) -> QuerySet[Child]:
    """Return children with one of these identity numbers, active ones first."""
    indexes = {blind_index(number, "national_id") for number in numbers if number}
    return Child.objects.filter(national_id_index__in=indexes).select_related("centre").order_by("status", "id")


def namesakes(name: str, birth_date: date, *, exclude: Child | None = None) -> QuerySet[Child]:
    """Return active children of the same name and birth date: perhaps the same child."""
    found = Child.objects.in_home().filter(name=name, birth_date=birth_date).select_related("centre")
    return found.exclude(pk=exclude.pk) if exclude is not None else found


def history(child: Child) -> QuerySet[AuditEntry]:
    """Return what was done to a child's file, newest first."""
    return AuditEntry.objects.filter(subject_type=Child._meta.label_lower, subject_id=child.pk).select_related("actor")


def birthdays(user: AnyUser, *, days: int = 14) -> list[Child]:
    """Return the children in the person's homes whose birthday is within some days, soonest first."""
    today = clock.today()
    wanted = [today + timedelta(days=step) for step in range(days)]
    found = Q()
    for day in wanted:
        found |= Q(birth_date__month=day.month, birth_date__day=day.day)
    order = {(day.month, day.day): place for place, day in enumerate(wanted)}
    children = searchable(user).in_home().filter(found)
    return sorted(children, key=lambda child: order[(child.birth_date.month, child.birth_date.day)])


def ward_of(user: AnyUser) -> QuerySet[Child]:
    """Return the children a guardian cares for now."""
    if not user.is_authenticated:
        return Child.objects.none()
    return Child.objects.filter(guardians__user=user, guardians__is_current=True)


def may_see(user: AnyUser, child: Child, name: str) -> bool:
    """Tell whether a person may see one field of a child; a field without a class counts as sealed."""
    highest = field_class_for(user, child)
    return highest is not None and Child.FIELD_CLASSES.get(name, FieldClass.SEALED) <= highest
