"""Named reads of homes, rooms and villages."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from qianshou.accounts.models import Membership, User

from .models import Centre, TravelTime, Village
from .rules import Place, Stretch


def _count(relation: str, **conditions: Any) -> Coalesce:
    """Count related rows in a subquery of its own: joins of several relations would multiply each other."""
    related = Centre._meta.get_field(relation).related_model
    rows = related.objects.filter(centre_id=OuterRef("pk"), **conditions).order_by().values("centre_id")  # type: ignore[union-attr]
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0)


def for_list(centres: QuerySet[Centre]) -> QuerySet[Centre]:
    """Bring along what a row of the list shows: village, hours, and how many children, volunteers and rooms."""
    return (
        centres.select_related("village")
        .prefetch_related("opening_hours")
        .annotate(
            children_now=_count("children", status="active"),
            volunteers_now=_count("volunteers", status__in=["active", "probation"]),
            rooms_now=_count("rooms", is_active=True),
        )
    )


def hours_by_day(centre: Centre) -> dict[str, list[Stretch]]:
    """Return the opening hours of a home by kind of day."""
    hours: dict[str, list[Stretch]] = defaultdict(list)
    for row in centre.opening_hours.all():
        hours[row.day_type].append((row.opens, row.closes))
    return dict(hours)


def staff_of(centre: Centre) -> list[tuple[User, list[str]]]:
    """Return who works at a home today, with their roles."""
    rows = (
        Membership.objects.filter(centre=centre, role__in=["manager", "worker", "counsellor"])
        .current()
        .select_related("user")
        .order_by("user__display_name", "role")
    )
    people: dict[int, tuple[User, list[str]]] = {}
    for row in rows:
        people.setdefault(row.user_id, (row.user, []))[1].append(row.role)
    return [person for person in people.values() if person[0].is_active]


def places() -> list[Place]:
    """Return every village as far as addresses are read for it: one query, for one or many addresses."""
    return [Place(*row) for row in Village.objects.values_list("id", "name", "township")]


def minutes_between(origin: str, destination: str) -> int | None:
    """Return the minutes on the road between two places (codes), or None when nobody measured them."""
    return TravelTime.objects.filter(origin=origin, destination=destination).values_list("minutes", flat=True).first()
