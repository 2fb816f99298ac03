"""Filters for dates, numbers and masked values as the handbook of the interface writes them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext, pgettext

from qianshou.core import clock

register = template.Library()

# The context lets one English abbreviation have its own Chinese: "Mon" -> 周一, "May" (month) -> 5月.
_WEEKDAYS = (
    lambda: pgettext("weekday", "Mon"),
    lambda: pgettext("weekday", "Tue"),
    lambda: pgettext("weekday", "Wed"),
    lambda: pgettext("weekday", "Thu"),
    lambda: pgettext("weekday", "Fri"),
    lambda: pgettext("weekday", "Sat"),
    lambda: pgettext("weekday", "Sun"),
)
_MONTHS = (
    lambda: pgettext("month", "Jan"),
    lambda: pgettext("month", "Feb"),
    lambda: pgettext("month", "Mar"),
    lambda: pgettext("month", "Apr"),
    lambda: pgettext("month", "May"),
    lambda: pgettext("month", "Jun"),
    lambda: pgettext("month", "Jul"),
    lambda: pgettext("month", "Aug"),
    lambda: pgettext("month", "Sep"),
    lambda: pgettext("month", "Oct"),
    lambda: pgettext("month", "Nov"),
    lambda: pgettext("month", "Dec"),
)


def _local(value: Any) -> Any:
    if isinstance(value, dt.datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


def _date_of(value: Any) -> dt.date | None:
    value = _local(value)
    if isinstance(value, dt.datetime):
        return value.date()
    return value if isinstance(value, dt.date) else None


def _short_day(day: dt.date) -> str:
    """Write a date without its weekday, with the year only when it is not this year."""
    parts = {"day": day.day, "month": _MONTHS[day.month - 1](), "year": day.year}
    if day.year == clock.today().year:
        return pgettext("date", "{day} {month}").format(**parts)
    return pgettext("date", "{day} {month} {year}").format(**parts)


@register.filter
def day(value: Any) -> str:
    """Write a date: `11月23日 周一`, `Mon 23 Nov`; the year when it differs from this one."""
    date = _date_of(value)
    if date is None:
        return ""
    return pgettext("date", "{weekday} {date}").format(weekday=_WEEKDAYS[date.weekday()](), date=_short_day(date))


@register.filter
def clock_time(value: Any) -> str:
    """Write the time of day in 24 hours: `08:30`."""
    value = _local(value)
    return value.strftime("%H:%M") if isinstance(value, (dt.datetime, dt.time)) else ""


register.filter("clock", clock_time)


@register.filter
def day_time(value: Any) -> str:
    """Write a date and time: `11月23日 周一 08:30`, `Mon 23 Nov, 08:30`."""
    if not isinstance(value, dt.datetime):
        return day(value)
    return pgettext("date", "{day}, {time}").format(day=day(value), time=clock_time(value))


@register.filter
def span(start: Any, end: Any) -> str:
    """Write a range of times `08:30–11:30` or of dates `11月23日–11月25日`."""
    if isinstance(start, dt.datetime) and isinstance(end, dt.datetime):
        if _date_of(start) == _date_of(end):
            return f"{day(start)} {clock_time(start)}–{clock_time(end)}"
        return f"{day_time(start)} – {day_time(end)}"
    if isinstance(start, dt.time) and isinstance(end, dt.time):
        return f"{clock_time(start)}–{clock_time(end)}"
    first, last = _date_of(start), _date_of(end)
    if first is None:
        return ""
    if last is None:
        return pgettext("date", "from {day}").format(day=_short_day(first))
    return f"{_short_day(first)}–{_short_day(last)}"


@register.filter
def ago(value: Any) -> str:
    """Write how long ago within 24 hours, the date before that; the exact time stays in the element."""
    if not isinstance(value, dt.datetime):
        return day(value)
    seconds = int((clock.now() - value).total_seconds())
    if 0 <= seconds < 60:
        words = gettext("just now")
    elif 0 <= seconds < 3600:
        minutes = seconds // 60
        words = ngettext("%(n)d minute ago", "%(n)d minutes ago", minutes) % {"n": minutes}
    elif 0 <= seconds < 86400:
        hours = seconds // 3600
        words = ngettext("%(n)d hour ago", "%(n)d hours ago", hours) % {"n": hours}
    else:
        words = day_time(value)
    return format_html('<time datetime="{}" title="{}">{}</time>', _local(value).isoformat(), day_time(value), words)


@register.filter
def weekday(value: Any) -> str:
    """Write a day of the week from a date or a number, Monday being 0."""
    date = _date_of(value)
    number = date.weekday() if date else value
    return _WEEKDAYS[int(number)]() if str(number).isdigit() and int(number) < 7 else ""


@register.filter
def number(value: Any) -> str:
    """Write a number with thousands separators: `1,280`; decimals only where there are any."""
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return ""
    return f"{amount.normalize():,f}" if amount != amount.to_integral_value() else f"{int(amount):,}"


@register.filter
def yuan(value: Any) -> str:
    """Write money: `¥1,280.00`."""
    try:
        return f"¥{Decimal(str(value)):,.2f}"
    except InvalidOperation:
        return ""


@register.filter
def percent(value: Any) -> str:
    """Write a share between 0 and 1 as a whole percentage."""
    try:
        return f"{float(value):.0%}"
    except (TypeError, ValueError):
        return ""


@register.filter
def masked_id(value: Any) -> str:
    """Show the first four and the last two characters of an identity number: `3301************12`."""
    text = str(value or "")
    if not text:
        return ""
    return f"{text[:4]}{'*' * (len(text) - 6)}{text[-2:]}" if len(text) >= 10 else "*" * len(text)


@register.filter
def masked_phone(value: Any) -> str:
    """Show the first three and the last four digits of a phone number: `138****5678`."""
    text = str(value or "")
    if not text:
        return ""
    if len(text) < 9:
        return f"{'*' * max(len(text) - 2, 0)}{text[-2:]}"
    return f"{text[:3]}{'*' * (len(text) - 7)}{text[-4:]}"


@register.filter
def or_dash(value: Any) -> str:
    """Give the value, or a dash that is read aloud as "not recorded"."""
    if value is None or value == "":
        return format_html('<span aria-hidden="true">—</span><span class="sr-only">{}</span>', gettext("not recorded"))
    return value


@register.filter
def initial(name: Any) -> str:
    """Give the sign for a person's disc: first character of a Chinese name, first letter otherwise."""
    text = str(name or "").strip()
    return text[:1].upper() or "·"
