"""Pictures drawn on the server: bars, a trend line, the hours of a week; their words and numbers stay text."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.translation import gettext as _

from qianshou.core.templatetags.face_text import number, weekday

register = template.Library()

# Where the hours of two people lie in one row: the first above, the second below, shared ones over both.
PLACES = {"slot-one": {"y": "0", "height": "50%"}, "slot-other": {"y": "50%", "height": "50%"}}
ROW = 3.25  # height of one bar with its label, in rem
Span = tuple[float, float]


@register.inclusion_tag("_partials/bar_chart.html")
def bar_chart(rows: Iterable[Any], *, title: Any, desc: Any = "", unit: Any = "") -> dict[str, Any]:
    """Draw horizontal bars from zero with their labels; rows are (label, value) pairs."""
    pairs = [(label, float(value)) for label, value in rows]
    largest = max((value for _label, value in pairs), default=0) or 1
    bars = [
        {
            "label": label,
            "value": number(value),
            "width": f"{max(value / largest * 100, 0.5 if value else 0):.1f}",
            "text_y": f"{place * ROW + 1.1:.2f}",
            "bar_y": f"{place * ROW + 1.6:.2f}",
        }
        for place, (label, value) in enumerate(pairs)
    ]
    return {
        "bars": bars,
        "height": f"{len(bars) * ROW:.2f}",
        "title": title,
        "desc": desc,
        "unit": unit,
        "chart_id": f"chart-{zlib.crc32(str(title).encode()):08x}",
    }


@register.inclusion_tag("_partials/sparkline.html")
def sparkline(values: Iterable[Any], *, title: Any) -> dict[str, Any]:
    """Draw a small trend line; its title and first and last value say it in words."""
    series = [float(value) for value in values]
    if not series:
        return {"points": "", "title": title}
    low, high = min(series), max(series)
    scale = (high - low) or 1
    step = 92 / max(len(series) - 1, 1)
    points = [(2 + place * step, 22 - (value - low) / scale * 18) for place, value in enumerate(series)]
    return {
        "points": " ".join(f"{x:.1f},{y:.1f}" for x, y in points),
        "end": {"x": f"{points[-1][0]:.1f}", "y": f"{points[-1][1]:.1f}"},
        "title": title,
        "words": _("from %(first)s to %(last)s") % {"first": number(series[0]), "last": number(series[-1])},
    }


def _hours(value: Any) -> float:
    """Read an hour of the day from a time, `16:30`, or a number of hours."""
    if isinstance(value, dt.time):
        return value.hour + value.minute / 60
    if isinstance(value, str):
        hour, _sep, minute = value.partition(":")
        return int(hour) + int(minute or 0) / 60
    return float(value)


def _shown(hours: float) -> str:
    minutes = round(hours * 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _by_day(slots: Iterable[Any] | None) -> list[list[Span]]:
    """Sort slots into seven days and join those that touch."""
    days: list[list[Span]] = [[] for _day in range(7)]
    for slot in slots or ():
        weekday_number, start, end = slot if isinstance(slot, (tuple, list)) else (slot.weekday, slot.start, slot.end)
        days[int(weekday_number)].append((_hours(start), _hours(end)))
    joined: list[list[Span]] = []
    for spans in days:
        merged: list[Span] = []
        for start, end in sorted(spans):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        joined.append(merged)
    return joined


def _overlap(first: list[Span], second: list[Span]) -> list[Span]:
    return [(max(a, c), min(b, d)) for a, b in first for c, d in second if min(b, d) > max(a, c)]


@register.inclusion_tag("_partials/week_grid.html")
def week_grid(
    slots: Iterable[Any],
    *,
    caption: Any,
    other: Iterable[Any] | None = None,
    name: Any = "",
    other_name: Any = "",
    from_hour: int = 8,
    to_hour: int = 21,
) -> dict[str, Any]:
    """Draw the free hours of a week, one row a day; with `other`, a second person and the hours they share."""
    mine, theirs = _by_day(slots), _by_day(other)
    starts = [span[0] for spans in (*mine, *theirs) for span in spans]
    ends = [span[1] for spans in (*mine, *theirs) for span in spans]
    first = min([from_hour, *(int(start) for start in starts)])
    last = max([to_hour, *(int(-(-end // 1)) for end in ends)])
    width = last - first

    def drawn(spans: list[Span], css: str) -> list[dict[str, str]]:
        return [
            {
                "x": f"{(start - first) / width * 100:.2f}",
                "width": f"{(end - start) / width * 100:.2f}",
                "css": css,
                **PLACES.get(css, {"y": "0", "height": "100%"}),
            }
            for start, end in spans
        ]

    days = []
    for place in range(7):
        shared = _overlap(mine[place], theirs[place]) if other is not None else []
        told = shared if other is not None else mine[place]
        days.append(
            {
                "name": weekday(place),
                "bars": [
                    *drawn(theirs[place], "slot-other"),
                    *drawn(mine[place], "slot-one" if other is not None else "slot-own"),
                    *drawn(shared, "slot-shared"),
                ],
                "words": [f"{_shown(start)}–{_shown(end)}" for start, end in told],
            }
        )
    marks = [hour for hour in range(first, last + 1) if hour % 4 == 0]
    ticks = [
        {
            "x": f"{(hour - first) / width * 100:.2f}",
            "hour": hour,
            "anchor": "start" if hour == first else "end" if hour == last else "middle",
        }
        for hour in marks
    ]
    return {
        "days": days,
        "ticks": ticks,
        "caption": caption,
        "two": other is not None,
        "name": name,
        "other_name": other_name,
    }
