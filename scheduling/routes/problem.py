"""A routes problem as arrays, in canonical order."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

Windows = tuple[tuple[int, int], ...]
"""Times at which service may begin: ascending, apart, both ends included."""

Routes = list[list[int]]
"""The stops of every team in their order, by index; an empty list for a team that stays at home."""

NO_LIMIT = -1
"""``max_stops`` of a team without one."""

REQUIRED = -1
"""``prize`` of a stop that must be visited."""


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """A checked routes problem; teams and stops are sorted by id, so that input order cannot matter.

    Attributes
    ----------
    teams, stops, skills : tuple of str
        Ids and names, sorted.
    duration, distance : int64 arrays [places, places]
    start, end : int64 arrays [teams]
        Places where a team sets out and where it must be at last.
    opens, closes : int64 arrays [teams]
        Times from which a team may leave and at which it must be back.
    capacity, max_stops : int64 arrays [teams]
        `NO_LIMIT` where ``max_stops`` is null.
    has_skill : bool array [teams, skills]
    place, service, demand, prize : int64 arrays [stops]
        ``prize`` is `REQUIRED` where it is null.
    windows : tuple of `Windows`, one per stop
        Windows that overlap or touch are one.
    needs_skill : bool array [stops, skills]
    team_cost : int
    """

    teams: tuple[str, ...]
    stops: tuple[str, ...]
    skills: tuple[str, ...]
    duration: Ints
    distance: Ints
    start: Ints
    end: Ints
    opens: Ints
    closes: Ints
    capacity: Ints
    max_stops: Ints
    has_skill: Bools
    place: Ints
    service: Ints
    demand: Ints
    prize: Ints
    windows: tuple[Windows, ...]
    needs_skill: Bools
    team_cost: int

    @property
    def skilled(self) -> Bools:
        """Tell for each team and stop whether the team has all the stop's skills, [teams, stops]."""
        missing = self.needs_skill.astype(np.int64) @ (~self.has_skill).astype(np.int64).T
        return np.asarray(missing.T == 0, dtype=np.bool_)

    @property
    def required(self) -> Bools:
        """Tell for each stop whether it must be visited."""
        return np.asarray(self.prize == REQUIRED, dtype=np.bool_)
