"""A year as a list of months for the page: what happens on which days, neighbouring days joined."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from qianshou.core.calendar.rules import festivals
from qianshou.core.models.calendar import HolidayRule, RuleKind, Term


@dataclass(slots=True)
class Entry:
    """One line of a month: a day or a stretch of days."""

    kind: str
    first: date
    last: date
    name: str
    lunar: str = ""
    rules: list[HolidayRule] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Month:
    """One month with its entries in order."""

    first: date
    entries: tuple[Entry, ...]


def months_of(year: int, rules: Iterable[HolidayRule], terms: Iterable[Term]) -> list[Month]:
    """Return the twelve months of a year."""
    holidays = _holidays(rules)
    entries = [*holidays, *_terms(year, terms)]
    begun = {(entry.first, entry.name): entry for entry in holidays}
    for festival in festivals(year):
        holiday = begun.get((festival.date, str(festival.name)))
        if holiday is not None:
            holiday.lunar = festival.lunar  # the days off begin with the festival: one line says both
        else:
            entries.append(Entry("festival", festival.date, festival.date, str(festival.name), festival.lunar))
    entries.sort(key=lambda entry: (entry.first, entry.kind))
    return [
        Month(date(year, month, 1), tuple(entry for entry in entries if entry.first.month == month))
        for month in range(1, 13)
    ]


def _holidays(rules: Iterable[HolidayRule]) -> list[Entry]:
    entries: list[Entry] = []
    for rule in sorted(rules, key=lambda rule: rule.date):
        before = entries[-1] if entries else None
        joined = (
            before is not None
            and rule.kind == RuleKind.PUBLIC_HOLIDAY == before.kind
            and rule.name == before.rules[0].name
            and rule.date == before.last + timedelta(days=1)
        )
        if joined and before is not None:
            before.last = rule.date
            before.rules.append(rule)
        else:
            entries.append(Entry(rule.kind, rule.date, rule.date, rule.shown_name, rules=[rule]))
    return entries


def _terms(year: int, terms: Iterable[Term]) -> list[Entry]:
    entries = []
    for term in terms:
        if term.starts_on.year == year:
            entries.append(Entry("term_starts", term.starts_on, term.starts_on, term.name))
        if term.ends_on.year == year:
            entries.append(Entry("term_ends", term.ends_on, term.ends_on, term.name))
    return entries
