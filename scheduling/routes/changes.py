"""What single change of the problem would help the routes most: priced by the cheapest insertion it allows."""

from collections.abc import Iterator, Mapping
from copy import copy
from typing import Any

import numpy as np

from scheduling.reading import LARGEST
from scheduling.routes.insertion import IMPOSSIBLE, Grid, Insertion, Tour
from scheduling.routes.problem import NO_LIMIT, Ints
from scheduling.routes.standing import Standing, read

_NOBODY = -1


def helpful_changes(problem: Mapping[str, Any], solution: Mapping[str, Any], count: int = 5) -> list[dict[str, Any]]:
    """List the single changes of the problem that would help the routes most.

    Parameters
    ----------
    problem, solution : mapping
        The two files; of a solution without routes the change that lets most required stops in comes first.
    count : int
        How many at most.

    Returns
    -------
    list of dict
        Best first: ``code`` (``later_end``, ``earlier_start``, ``more_capacity``, ``more_stops`` or ``one_more_skill``
        of a team, ``wider_window`` of a stop, ``one_more_team`` like a team), ``team``, ``stops`` that could then be
        visited or moved there, ``amount`` (minutes or units that are short; None for a team or a skill), ``skill``
        (None elsewhere), ``required`` (how many stops that must be visited it lets in) and ``at_least``, by how much
        the value would fall at least, prizes of required stops apart.

    Raises
    ------
    InvalidProblem
        The problem is wrong.
    ValueError
        The solution is not one of this problem.
    """
    standing = read(problem, solution)
    if not solution["routes"]:
        insertion = Insertion(standing.grid, standing.routes)
        insertion.insert(list(range(len(standing.problem.stops))))
        standing = Standing(standing.problem, insertion.routes)
    finder = _Finder(standing)
    found = [change for change in finder.changes() if change["required"] or change["at_least"] > 0]
    found.sort(key=lambda c: (-c["required"], -c["at_least"], c["code"], c["team"], c["stops"], c["skill"] or ""))
    return found[:count]


class _Finder:
    """Prices every change for every stop that could gain by it."""

    def __init__(self, standing: Standing) -> None:
        self._standing, self._problem, self._grid = standing, standing.problem, standing.grid
        self._left = [s for s in range(len(self._problem.stops)) if s not in standing.team_of]
        movable = [s for s in sorted(standing.team_of) if standing.rest_keeps(s)]
        self._stops: Ints = np.array([*self._left, *movable], dtype=np.int64)
        worth = [max(int(self._problem.prize[s]), 0) for s in self._left] + [standing.saving(s) for s in movable]
        self._worth: Ints = np.array(worth, dtype=np.int64)
        self._own: Ints = np.array([_NOBODY] * len(self._left) + [standing.team_of[s] for s in movable], dtype=np.int64)

    def changes(self) -> Iterator[dict[str, Any]]:
        seen: set[int] = set()
        for team, stops in enumerate(self._standing.routes):
            kind = self._grid.alike[team]
            if stops or kind not in seen:
                yield from self._team_changes(team, stops)
            if kind not in seen:
                seen.add(kind)
                yield from self._one_more_team(team)

    def _team_changes(self, team: int, stops: list[int]) -> Iterator[dict[str, Any]]:
        now, _ = Tour(self._grid, team, stops).prices(self._stops)
        yield from self._best("later_end", team, self._relaxed("closes", team, 4 * LARGEST), now, self._later)
        yield from self._best("earlier_start", team, self._relaxed("opens", team, 0), now, self._earlier)
        total = int(self._problem.demand.sum())
        yield from self._best("more_capacity", team, self._relaxed("capacity", team, total), now, self._heavier)
        yield from self._best("more_stops", team, self._relaxed("max_stops", team, NO_LIMIT), now, lambda tour, s, p: 1)
        yield from self._best("wider_window", team, self._all_day(), now, self._gap)
        for skill in np.flatnonzero(~self._problem.has_skill[team]).tolist():
            name = self._problem.skills[skill]
            yield from self._best("one_more_skill", team, self._taught(team, skill), now, None, name)

    def _relaxed(self, field: str, team: int, value: int) -> Grid:
        """Return the grid with one number of one team changed."""
        grid, travel = copy(self._grid), copy(self._grid.travel)
        numbers = list(getattr(travel, field))
        numbers[team] = value
        setattr(travel, field, numbers)
        grid.travel = travel
        return grid

    def _taught(self, team: int, skill: int) -> Grid:
        grid, travel = copy(self._grid), copy(self._grid.travel)
        lacking = self._problem.needs_skill & ~self._problem.has_skill[team]
        lacking[:, skill] = False
        travel.skilled = travel.skilled.copy()
        travel.skilled[team] = ~lacking.any(axis=1)
        grid.travel = travel
        return grid

    def _all_day(self) -> Grid:
        grid = copy(self._grid)
        grid.low, grid.high = np.zeros_like(grid.low), np.full_like(grid.high, 4 * LARGEST)
        return grid

    def _best(
        self, code: str, team: int, grid: Grid, now: Ints, amount: Any, skill: str | None = None
    ) -> Iterator[dict[str, Any]]:
        """Give the change for the stop that gains most by it, one that must be visited before all others."""
        tour = Tour(grid, team, self._standing.routes[team])
        then, position = tour.prices(self._stops)
        gain = np.where((then < now) & (then < IMPOSSIBLE) & (self._own != team), self._worth - then, -IMPOSSIBLE)
        must = self._problem.required[self._stops] & (self._own == _NOBODY)
        open_ = np.flatnonzero(gain > -IMPOSSIBLE)
        if not len(open_):
            return
        best = min(open_.tolist(), key=lambda k: (not must[k], -int(gain[k]), k))
        stop = int(self._stops[best])
        short = None if amount is None else amount(tour, stop, int(position[best]))
        yield self._change(code, team, [stop], short, skill, int(must[best]), int(gain[best]))

    def _change(
        self, code: str, team: int, stops: list[int], amount: int | None, skill: str | None, required: int, gain: int
    ) -> dict[str, Any]:
        return {
            "code": code,
            "team": self._problem.teams[team],
            "stops": [self._problem.stops[stop] for stop in stops],
            "amount": amount,
            "skill": skill,
            "required": required,
            "at_least": gain,
        }

    def _with(self, tour: Tour, stop: int, position: int) -> Tour:
        return Tour(tour.grid, tour.team, [*tour.stops[:position], stop, *tour.stops[position:]])

    def _later(self, tour: Tour, stop: int, position: int) -> int:
        """Return by how many minutes the team must be back later."""
        travel = tour.grid.travel
        order = [*tour.stops[:position], stop, *tour.stops[position:]]
        starts = travel.earliest(tour.team, order, travel.opens[tour.team])
        if starts is None:
            raise AssertionError("an insertion that is possible is in time")
        done = starts[-1] + travel.service[order[-1]]
        back = done + travel.duration[travel.place[order[-1]]][travel.end[tour.team]]
        return max(0, back - int(self._problem.closes[tour.team]))

    def _earlier(self, tour: Tour, stop: int, position: int) -> int:
        """Return by how many minutes the team must leave earlier."""
        return max(0, int(self._problem.opens[tour.team]) - self._with(tour, stop, position).last_departure)

    def _heavier(self, tour: Tour, stop: int, position: int) -> int:
        """Return how much capacity is short."""
        return int(self._problem.demand[[*tour.stops, stop]].sum()) - int(self._problem.capacity[tour.team])

    def _gap(self, tour: Tour, stop: int, position: int) -> int:
        """Return by how many minutes the nearest window misses the times at which the team could begin."""
        first, last = tour.slack(position, stop)
        return min(max(low - last, first - high, 0) for low, high in self._problem.windows[stop])

    def _one_more_team(self, team: int) -> Iterator[dict[str, Any]]:
        """Price a further team like one: which of the stops left out it would visit."""
        if not self._left:
            return
        insertion = Insertion(self._grid, [[] for _ in self._standing.routes])
        insertion.only(team, self._left)
        stops = insertion.routes[team]
        if stops:
            travel, problem = self._standing.travel, self._problem
            prizes = sum(max(int(problem.prize[stop]), 0) for stop in stops)
            gain = prizes - travel.distance(team, stops) - problem.team_cost
            required = int(problem.required[stops].sum())
            yield self._change("one_more_team", team, sorted(stops), None, None, required, gain)
