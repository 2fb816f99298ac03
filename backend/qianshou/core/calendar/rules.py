"""What kind of day a day is, which festivals a year has, and what a notice of the State Council says. No database."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from lunar_python import Lunar, Solar

SATURDAY = 5


class DayKind(StrEnum):
    """What a day is; `UNPUBLISHED` where the year's notice is not known, so that nobody guesses."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKEUP_WORKDAY = "makeup_workday"
    UNPUBLISHED = "unpublished"


#: Kind of rule in the table -> kind of day.
_BY_RULE = {"public_holiday": DayKind.HOLIDAY, "makeup_workday": DayKind.MAKEUP_WORKDAY}


def kind_of(on: date, rules: Mapping[date, str], published: Set[int]) -> DayKind:
    """Return the kind of a day from the kinds of rule by date and the years whose notice is known."""
    rule = rules.get(on)
    if rule is not None:
        return _BY_RULE[rule]
    if on.year not in published:
        return DayKind.UNPUBLISHED
    return DayKind.WEEKEND if on.weekday() >= SATURDAY else DayKind.WORKDAY


def has_school(kind: DayKind) -> bool | None:
    """Tell whether there is school on such a day in term; None when it is not known yet."""
    if kind is DayKind.UNPUBLISHED:
        return None
    return kind in (DayKind.WORKDAY, DayKind.MAKEUP_WORKDAY)


@dataclass(frozen=True, slots=True)
class Festival:
    """A festival that the home keeps, on its day of one year."""

    code: str
    date: date
    name: Promise
    #: The lunar date in words, empty for festivals of the solar calendar.
    lunar: str


_LUNAR = (
    ("spring_festival", 1, 1, _("Spring Festival")),
    ("lantern", 1, 15, _("Lantern Festival")),
    ("dragon_boat", 5, 5, _("Dragon Boat Festival")),
    ("mid_autumn", 8, 15, _("Mid-Autumn Festival")),
    ("double_ninth", 9, 9, _("Double Ninth Festival")),
)
_SOLAR = (
    ("new_year", 1, 1, _("New Year")),
    ("childrens_day", 6, 1, _("Children's Day")),
    ("national_day", 10, 1, _("National Day")),
)


def festivals(year: int) -> list[Festival]:
    """Return the festivals of a (solar) year in order of their dates."""
    found = [Festival(code, date(year, month, day), name, "") for code, month, day, name in _SOLAR]
    for code, month, day, name in _LUNAR:
        solar = Lunar.fromYmd(year, month, day).getSolar()
        on = date(solar.getYear(), solar.getMonth(), solar.getDay())
        found.append(Festival(code, on, name, lunar_text(on)))
    return sorted(found, key=lambda festival: festival.date)


def lunar_text(on: date) -> str:
    """Return the lunar date of a day in the reader's language (农历八月十五; day 15 of lunar month 8)."""
    lunar = Solar.fromYmd(on.year, on.month, on.day).getLunar()
    if (get_language() or "zh").startswith("zh"):
        return f"农历{lunar.getMonthInChinese()}月{lunar.getDayInChinese()}"
    month = lunar.getMonth()
    leap = "leap " if month < 0 else ""
    return f"day {lunar.getDay()} of {leap}lunar month {abs(month)}"


@dataclass(frozen=True, slots=True)
class NoticeDay:
    """One day that a notice names."""

    date: date
    kind: str
    name: str
    name_en: str = ""


#: "一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。"
_ITEM = re.compile(r"[一二三四五六七八九十]+、\s*([^：:\n]{2,20})[：:]([^\n]*)")
_DAY = r"(?:(\d{1,2})月)?(\d{1,2})日"
_OFF = re.compile(rf"{_DAY}(?:至{_DAY})?放假")
_WORK = re.compile(_DAY)


def parse_notice(text: str, year: int) -> list[NoticeDay]:
    """Read the days off and the make-up workdays out of the text of a notice; empty when it is no such text.

    Raises ``ValueError`` for a date that does not exist.
    """
    days: dict[date, NoticeDay] = {}
    for name, body in _ITEM.findall(re.sub(r"（[^）]*）|\([^)]*\)|[ \t\u3000]", "", text)):
        for sentence in re.split(r"[。；;]", body):
            for day in _of_sentence(sentence, name.strip(), year):
                days[day.date] = day
    return [days[on] for on in sorted(days)]


def _of_sentence(sentence: str, name: str, year: int) -> Iterator[NoticeDay]:
    off = _OFF.search(sentence)
    if off is not None:
        first = _date(year, off[1], off[2], None)
        last = _date(year, off[3], off[4], first) if off[4] else first
        while first <= last:
            yield NoticeDay(first, "public_holiday", name)
            first += timedelta(days=1)
    elif sentence.endswith("上班"):
        before: date | None = None
        for month, day in _WORK.findall(sentence):
            before = _date(year, month, day, before)
            yield NoticeDay(before, "makeup_workday", name)


def _date(year: int, month: str | None, day: str, before: date | None) -> date:
    """Make a date; without a month it is the month of the date before."""
    if not month and before is None:
        raise ValueError(f"{day}日: no month")
    return date(year, int(month) if month else before.month, int(day))  # type: ignore[union-attr]
