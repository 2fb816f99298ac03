"""A roster problem as arrays, in canonical order."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

WEEK = 7 * 24 * 60
"""Minutes of a week."""

NO_LIMIT = -1
"""``max_shifts`` of a person without one."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What each priced part costs, all 0 or more."""

    uncovered: int
    missing_adult: int
    missing_lead: int
    missing_skill: int
    load: int
    wish: int
    change: int


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """A checked roster problem; all lists are sorted by id, so that input order cannot matter.

    Attributes
    ----------
    shifts, people, skills : tuple of str
        Ids and names, sorted.
    start, end, needs, min_adults, min_leads : int64 arrays [shifts]
        Times are minutes from the Monday of the first week.
    skill_needs : int64 array [shifts, skills]
    adult, lead : bool arrays [people]
    has_skill : bool array [people, skills]
    available : tuple of int64 arrays [intervals, 2], one per person
    max_minutes, max_shifts, min_rest : int64 arrays [people]
        `NO_LIMIT` where there is no limit on shifts.
    wishes : dict of (shift, person) to int
        By index, like the three sets.
    fixed : dict of (shift, person) to str
        JSON path of each entry.
    forbidden, previous : frozenset of (shift, person)
    weights : Weights
    """

    shifts: tuple[str, ...]
    people: tuple[str, ...]
    skills: tuple[str, ...]
    start: Ints
    end: Ints
    needs: Ints
    min_adults: Ints
    min_leads: Ints
    skill_needs: Ints
    adult: Bools
    lead: Bools
    has_skill: Bools
    available: tuple[Ints, ...]
    max_minutes: Ints
    max_shifts: Ints
    min_rest: Ints
    wishes: dict[tuple[int, int], int]
    fixed: dict[tuple[int, int], str]
    forbidden: frozenset[tuple[int, int]]
    previous: frozenset[tuple[int, int]]
    weights: Weights

    @property
    def minutes(self) -> Ints:
        """Length of each shift."""
        return self.end - self.start

    @property
    def week(self) -> Ints:
        """Week in which each shift counts."""
        return self.start // WEEK

    @property
    def weeks(self) -> list[int]:
        """Weeks in which a shift counts, ascending."""
        return sorted(set(self.week.tolist()))

    def covered(self, person: int) -> Bools:
        """Tell for each shift whether one interval of the person covers all of it."""
        low, high = self.available[person].T
        # Of the intervals that begin in time, the one that ends last decides.
        order = np.argsort(low, kind="stable")
        latest = np.append(-1, np.maximum.accumulate(high[order]))
        return self.end <= latest[np.searchsorted(low[order], self.start, side="right")]

    def clash(self, person: int, one: int, other: int) -> bool:
        """Tell whether two shifts overlap, or lie too near for the person's rest."""
        rest = int(self.min_rest[person])
        return bool(self.start[one] < self.end[other] + rest and self.start[other] < self.end[one] + rest)
