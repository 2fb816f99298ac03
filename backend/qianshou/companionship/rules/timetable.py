"""The week as half-hours: what the solver calls slots, and back to weekdays and times (S12).

A set of half-hours is one integer, bit `slot_of(weekday, time)`; slots are numbered day by day from Monday.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import time

DAYS = 7
OPENS = time(8)
CLOSES = time(21)
SLOT_MINUTES = 30
SLOTS_PER_DAY = ((CLOSES.hour - OPENS.hour) * 60) // SLOT_MINUTES
SLOTS = DAYS * SLOTS_PER_DAY

_FIRST_MINUTE = OPENS.hour * 60 + OPENS.minute

Span = tuple[int, time, time]
"""Weekday (1 = Monday to 7 = Sunday), from, to."""


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def slot_of(weekday: int, at: time) -> int:
    """Return the half-hour in which a time of a weekday lies.

    Raises
    ------
    ValueError
        When the weekday is not 1..7 or the time lies outside 08:00-21:00.
    """
    index = (_minute(at) - _FIRST_MINUTE) // SLOT_MINUTES
    if not 1 <= weekday <= DAYS or not 0 <= index < SLOTS_PER_DAY:
        raise ValueError(f"not in the week of meetings: {weekday} {at}")
    return (weekday - 1) * SLOTS_PER_DAY + index


def weekday_of(slot: int) -> int:
    """Return the weekday of a half-hour, 1 = Monday to 7 = Sunday."""
    return slot // SLOTS_PER_DAY + 1


def time_of(slot: int) -> time:
    """Return when a half-hour begins."""
    minute = _FIRST_MINUTE + (slot % SLOTS_PER_DAY) * SLOT_MINUTES
    return time(minute // 60, minute % 60)


def end_of(start: int, length: int) -> time:
    """Return when a meeting of `length` half-hours from `start` ends."""
    minute = _minute(time_of(start)) + length * SLOT_MINUTES
    return time(minute // 60, minute % 60)


def length_of(starts: time, ends: time) -> int:
    """Return how many half-hours a stretch touches."""
    return -(-(_minute(ends) - _minute(starts)) // SLOT_MINUTES)


def free_in(spans: Iterable[Span]) -> int:
    """Return the half-hours that lie whole in the stretches: 16:10-18:30 gives 16:30, 17:00, 17:30, 18:00."""
    return _mask(spans, outward=False)


def taken_by(spans: Iterable[Span]) -> int:
    """Return every half-hour that a stretch touches: 16:10-17:00 takes 16:00 and 16:30."""
    return _mask(spans, outward=True)


def _mask(spans: Iterable[Span], *, outward: bool) -> int:
    mask = 0
    for weekday, begins, ends in spans:
        first, last = _minute(begins) - _FIRST_MINUTE, _minute(ends) - _FIRST_MINUTE
        low = first // SLOT_MINUTES if outward else -(-first // SLOT_MINUTES)
        high = -(-last // SLOT_MINUTES) if outward else last // SLOT_MINUTES
        low, high = max(0, low), min(SLOTS_PER_DAY, high)
        if low < high:
            mask |= ((1 << (high - low)) - 1) << ((weekday - 1) * SLOTS_PER_DAY + low)
    return mask


def slots_in(mask: int) -> Iterator[int]:
    """Yield the half-hours of a set, in order."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def starts_in(mask: int, length: int) -> int:
    """Return the half-hours from which `length` of one day are free, one after the other."""
    starts = mask
    for step in range(1, length):
        starts &= mask >> step
    fits = (1 << max(0, SLOTS_PER_DAY - length + 1)) - 1
    return starts & sum(fits << (day * SLOTS_PER_DAY) for day in range(DAYS))


def meeting(start: int, length: int) -> int:
    """Return the half-hours of a meeting as a set."""
    return ((1 << length) - 1) << start
