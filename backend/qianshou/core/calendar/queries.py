"""Reads of the calendar: one day, or a stretch of days in two queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q

from qianshou.core.calendar.rules import DayKind, has_school, kind_of
from qianshou.core.models.calendar import HolidayRule, Term

if TYPE_CHECKING:
    from qianshou.centres.models import Centre


@dataclass(frozen=True, slots=True)
class Days:
    """A stretch of days that was read once and answers for each of its days."""

    rules: dict[date, HolidayRule]
    published: frozenset[int]

    def kind(self, on: date) -> DayKind:
        """Return the kind of a day."""
        rule = self.rules.get(on)
        return kind_of(on, {on: rule.kind} if rule else {}, self.published)

    def name(self, on: date) -> str:
        """Return the name of the holiday that a day belongs to, or an empty text."""
        rule = self.rules.get(on)
        return rule.shown_name if rule else ""


def days_between(first: date, last: date) -> Days:
    """Read all days from the first to the last."""
    rules = {rule.date: rule for rule in HolidayRule.objects.filter(date__range=(first, last))}
    return Days(rules, published_years(first.year, last.year))


def day_kind(on: date) -> DayKind:
    """Return the kind of one day; for several read `days_between` once."""
    return days_between(on, on).kind(on)


def published_years(first: int, last: int) -> frozenset[int]:
    """Return the years whose notice has been entered."""
    years = HolidayRule.objects.filter(year__range=(first, last)).values_list("year", flat=True).distinct()
    return frozenset(years.order_by("year"))


def term_on(on: date, centre: Centre | int | None = None) -> Term | None:
    """Return the term of a day: the centre's own, else that of the whole house."""
    centre_id = centre if centre is None or isinstance(centre, int) else centre.pk
    owners = Q(centre__isnull=True) if centre_id is None else Q(centre__isnull=True) | Q(centre_id=centre_id)
    found = Term.objects.filter(owners, starts_on__lte=on, ends_on__gte=on)
    return max(found, key=lambda term: (term.centre_id is not None, term.starts_on), default=None)


def is_school_day(on: date, centre: Centre | int | None = None) -> bool | None:
    """Tell whether there is school on a day; None while the notice of its year is not known."""
    return has_school(day_kind(on)) if term_on(on, centre) else False
