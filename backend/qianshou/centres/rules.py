"""Rules about a home that need no database: opening hours, and which village an address names (S18, R-H3)."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from typing import NamedTuple

from qianshou.core.identity import without_invisibles

EARLIEST_OPENING = time(5, 0)
LATEST_CLOSING = time(23, 0)
MOST_STRETCHES_A_DAY = 4

Stretch = tuple[time, time]


class Place(NamedTuple):
    """A village as far as an address is read for it."""

    id: int
    name: str
    township: str


def faults_of_hours(stretches: Sequence[Stretch]) -> list[str]:
    """Return what is wrong with the opening hours of a day: codes, empty when they can stand."""
    found = []
    if any(closes <= opens for opens, closes in stretches):
        found.append("hours_out_of_order")
    ordered = sorted(stretches)
    if any(later[0] < earlier[1] for earlier, later in itertools.pairwise(ordered)):
        found.append("hours_overlap")
    if any(opens < EARLIEST_OPENING or closes > LATEST_CLOSING for opens, closes in stretches):
        found.append("hours_at_night")
    if len(stretches) > MOST_STRETCHES_A_DAY:
        found.append("hours_too_many")
    return found


def hours_on(
    day: date, hours: Mapping[str, Sequence[Stretch]], closed_weekdays: Iterable[int], *, in_term: bool, works: bool
) -> list[Stretch]:
    """Return when a home is open on a day.

    `in_term` and `works` come from the calendar: whether school is in term, and whether this is a working day
    (a make-up Saturday is one, a public holiday is not).
    """
    if day.isoweekday() in set(closed_weekdays):
        return []
    kind = "holiday" if not in_term else "term_weekday" if works else "term_weekend"
    return sorted(hours.get(kind, ()))


def guess_village(address: str, villages: Iterable[Place]) -> int | None:
    """Return the id of the one village that an address names; None when none or more than one fits.

    The longest name counts (上青石坪 is not 青石坪); two villages of one name are told apart by the township.
    """
    text = without_invisibles(address)
    if not text:
        return None
    named = [place for place in villages if place.name and place.name in text]
    if not named:
        return None
    longest = max(len(place.name) for place in named)
    # A shorter name counts only where it stands on its own, not as the tail of a longer one.
    best = [place for place in named if len(place.name) == longest]
    others = [place for place in named if len(place.name) < longest and not any(place.name in one.name for one in best)]
    if len({place.name for place in best}) > 1 or others:
        return None
    if len(best) > 1:
        best = [place for place in best if place.township and place.township in text]
    return best[0].id if len(best) == 1 else None
