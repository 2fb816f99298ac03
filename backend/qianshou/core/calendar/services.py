"""Changes of the calendar: each in one transaction with its audit entry."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from qianshou.core import audit
from qianshou.core.calendar.rules import NoticeDay
from qianshou.core.errors import Conflict, Invalid
from qianshou.core.models.calendar import FIRST_YEAR, LAST_YEAR, HolidayRule, RuleKind, Term

if TYPE_CHECKING:
    from qianshou.accounts.models import User
    from qianshou.centres.models import Centre


def save_rule(
    rule: HolidayRule | None,
    *,
    by: User | None,
    on: date,
    kind: str,
    name: str,
    name_en: str = "",
    year: int | None = None,
    source: str = "",
) -> HolidayRule:
    """Write one day of the table; raises `Invalid` when the day has a rule already."""
    with transaction.atomic():
        others = HolidayRule.objects.filter(date=on)
        if others.exclude(pk=rule.pk if rule else 0).exists():
            raise Invalid(
                _("This day is in the table already."), fields={"date": _("This day is in the table already.")}
            )
        rule = rule or HolidayRule()
        rule.date, rule.kind, rule.name, rule.name_en = on, kind, name, name_en
        rule.year, rule.source = year or on.year, source
        rule.save()
        audit.record("core.save_holiday", by=by, subject=rule, changes={"date": on.isoformat(), "kind": kind})
    return rule


def delete_rule(rule: HolidayRule, *, by: User | None) -> None:
    """Take one day out of the table."""
    with transaction.atomic():
        audit.record("core.delete_holiday", by=by, subject=rule, changes={"date": rule.date.isoformat()})
        rule.delete()


@dataclass(frozen=True, slots=True)
class Saved:
    """How many days of a year were new, and how many were there already."""

    year: int
    added: int
    known: int


def save_notice(year: int, days: Iterable[NoticeDay], *, by: User | None, source: str = "") -> Saved:
    """Write the days of one year's notice; days that are in the table stay as people left them."""
    days = list(days)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Invalid(_("This is no year of our calendar."), fields={"year": _("This is no year of our calendar.")})
    if not days:
        raise Invalid(_("No day was found in this text."), fields={"text": _("No day was found in this text.")})
    with transaction.atomic():
        known = set(HolidayRule.objects.filter(date__in=[day.date for day in days]).values_list("date", flat=True))
        fresh = [day for day in days if day.date not in known]
        for day in fresh:
            HolidayRule.objects.create(
                date=day.date, kind=day.kind, name=day.name, name_en=day.name_en, year=year, source=source
            )
        if fresh:
            audit.record("core.save_notice", by=by, changes={"year": year, "days": len(fresh)})
    return Saved(year, len(fresh), len(known))


def load_file(path: Path, *, by: User | None = None) -> list[Saved]:
    """Write the years of a file of the shape of `fixtures/holidays.json`; running it again changes nothing.

    Raises `Invalid` when the file is not of that shape.
    """
    try:
        years = json.loads(path.read_text(encoding="utf-8"))["years"]
        parsed = [(int(year["year"]), str(year["source"]), _days_of(year)) for year in years]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Invalid(_("This is not a file of holidays."), code="holiday_file_unusable") from error
    with transaction.atomic():
        return [save_notice(year, days, by=by, source=source) for year, source, days in parsed]


def _days_of(year: dict[str, Any]) -> list[NoticeDay]:
    days = []
    for holiday in year["holidays"]:
        name, name_en = str(holiday["name"]), str(holiday.get("name_en", ""))
        on, last = date.fromisoformat(holiday["from"]), date.fromisoformat(holiday["to"])
        while on <= last:
            days.append(NoticeDay(on, RuleKind.PUBLIC_HOLIDAY, name, name_en))
            on += timedelta(days=1)
        for text in holiday["makeup_workdays"]:
            days.append(NoticeDay(date.fromisoformat(text), RuleKind.MAKEUP_WORKDAY, name, name_en))
    return days


def save_term(
    term: Term | None, *, by: User | None, name: str, starts_on: date, ends_on: date, centre: Centre | None = None
) -> Term:
    """Write a term; raises `Invalid` when its dates are not in order, `Conflict` when it overlaps another."""
    if ends_on <= starts_on:
        raise Invalid(
            _("The last day must come after the first."),
            fields={"ends_on": _("The last day must come after the first.")},
        )
    with transaction.atomic():
        clash = Term.objects.filter(centre=centre, starts_on__lte=ends_on, ends_on__gte=starts_on)
        if clash.exclude(pk=term.pk if term else 0).exists():
            raise Conflict(_("There is another term in these days."), code="term_overlaps")
        term = term or Term()
        term.name, term.starts_on, term.ends_on, term.centre = name, starts_on, ends_on, centre
        term.save()
        dates = {"starts_on": starts_on.isoformat(), "ends_on": ends_on.isoformat()}
        audit.record("core.save_term", by=by, subject=term, changes=dates)
    return term


def delete_term(term: Term, *, by: User | None) -> None:
    """Take a term out."""
    with transaction.atomic():
        audit.record("core.delete_term", by=by, subject=term)
        term.delete()


def note_missing_year(year: int) -> bool:
    """Write into the audit that the holidays of a year have not been entered; false when they have."""
    if HolidayRule.objects.filter(year=year).exists():
        return False
    with transaction.atomic():
        audit.record("core.miss_holidays", by=None, changes={"year": year})
    return True
