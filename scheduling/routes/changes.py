"""What single change of the problem would help the routes most: found by insertion, tried by improving the routes."""

from collections.abc import Callable, Iterator, Mapping
from copy import copy
from typing import Any

import numpy as np

from scheduling.reading import LARGEST
from scheduling.routes.insertion import IMPOSSIBLE, Grid, Insertion, Tour
from scheduling.routes.problem import NO_LIMIT, Ints
from scheduling.routes.standing import Standing, read
from scheduling.routes.trying import Base, Trying, change_of, widened
from scheduling.stop import Stop

_Measure = Callable[[Tour, int, int], dict[str, Any]]
"""Tells for a tour, a stop and a position in it how much of a change is needed."""

_NOBODY = -1
_FEW, _TRIES, _LEAST = 20, ((20, 10), (60, 2)), 5
"""Up to how many stops every limit is lifted; how many times as many changes are tried as are asked for, or as 5."""


def helpful_changes(
    problem: Mapping[str, Any],
    solution: Mapping[str, Any],
    count: int = 5,
    *,
    verify: int | None = None,
    time_limit: float | None = None,
    should_stop: Callable[[], bool] | None = None,
    seed: int = 0,
) -> list[dict[str, Any]]:
    """List the single changes of the problem that would help the routes most.

    Parameters
    ----------
    problem, solution : mapping
        The two files; of a solution without routes the change that lets most required stops in comes first.
    count : int
        How many at most.
    verify : int, optional
        How many are tried at most, those first that insertion lets hope most of: the routes are improved with the
        change. If not given, ten times ``count`` (of less than 5, as of 5) up to 20 stops, where every limit is lifted
        as well, twice up to 60, else ``count``; 0 for insertion alone.
    time_limit : float, optional
        Seconds for all together.
    should_stop : callable, optional
        Asked often; True ends the work with what is known by then.
    seed : int

    Returns
    -------
    list of dict
        Best first: ``code`` (``later_end``, ``earlier_start``, ``more_capacity``, ``more_stops`` or ``one_more_skill``
        of a team, ``wider_window`` of a stop, ``one_more_team`` like a team), ``team``, ``stops`` that could then be
        visited or moved there, ``amount`` (minutes or units that are short; None for a team or a skill), ``window``
        (from and to, as wide as it would be; None elsewhere), ``skill`` (None elsewhere), ``required`` (how many stops
        that must be visited it lets in), ``at_least``, by how much the value would fall at least, prizes of required
        stops apart, and ``exact``: whether that is all, since both values are proven. Where the solution itself can be
        improved in as short a time, a change is worth what it brings beside that.

    Raises
    ------
    InvalidProblem
        The problem is wrong.
    ValueError
        The solution is not one of this problem.
    """
    return told_changes(problem, solution, count, verify, Stop(time_limit, should_stop), seed)


def told_changes(
    problem: Mapping[str, Any], solution: Mapping[str, Any], count: int, verify: int | None, stop: Stop, seed: int
) -> list[dict[str, Any]]:
    """Do the work of `helpful_changes`; ``stop`` says afterwards whether it was cut short."""
    standing = read(problem, solution)
    stops = len(standing.problem.stops)
    times = next((times for most, times in _TRIES if stops <= most), 1)
    tries = times * max(count, _LEAST) if verify is None else verify
    base = Base(problem, standing, stop, seed, proven=solution.get("status") == "optimal")
    if not solution["routes"] or (tries and not base.proven):
        base = base.reworked()
    changes = sorted(_Finder(base.standing).changes(), key=_rank)
    trying = Trying(base)
    for change in changes[:tries]:
        trying.improve(change)
    if stops <= _FEW and tries:
        changes += trying.lifted(changes)
    trying.settle(changes)
    helpful = [change for change in changes if (change["required"], change["at_least"]) > (0, 0)]
    return sorted(helpful, key=_rank)[:count]


def _rank(change: Mapping[str, Any]) -> tuple[Any, ...]:
    return (
        -change["required"],
        -change["at_least"],
        change["code"],
        change["team"],
        change["stops"],
        change["skill"] or "",
        change["amount"] or 0,
    )


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
        yield from self._best(
            "more_stops", team, self._relaxed("max_stops", team, NO_LIMIT), now, lambda tour, s, p: {"amount": 1}
        )
        yield from self._best("wider_window", team, self._all_day(), now, self._wider)
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
        self, code: str, team: int, grid: Grid, now: Ints, measure: _Measure | None, skill: str | None = None
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
        what = {} if measure is None else measure(tour, stop, int(position[best]))
        brings = int(must[best]), int(gain[best])
        yield change_of(self._problem, code, team, [stop], *brings, **what, skill=skill)

    def _with(self, tour: Tour, stop: int, position: int) -> Tour:
        return Tour(tour.grid, tour.team, [*tour.stops[:position], stop, *tour.stops[position:]])

    def _later(self, tour: Tour, stop: int, position: int) -> dict[str, Any]:
        """Return by how many minutes the team must be back later."""
        travel = tour.grid.travel
        order = [*tour.stops[:position], stop, *tour.stops[position:]]
        starts = travel.earliest(tour.team, order, travel.opens[tour.team])
        if starts is None:
            raise AssertionError("an insertion that is possible is in time")
        done = starts[-1] + travel.service[order[-1]]
        back = done + travel.duration[travel.place[order[-1]]][travel.end[tour.team]]
        return {"amount": max(0, back - int(self._problem.closes[tour.team]))}

    def _earlier(self, tour: Tour, stop: int, position: int) -> dict[str, Any]:
        """Return by how many minutes the team must leave earlier."""
        last = self._with(tour, stop, position).last_departure
        return {"amount": max(0, int(self._problem.opens[tour.team]) - last)}

    def _heavier(self, tour: Tour, stop: int, position: int) -> dict[str, Any]:
        """Return how much capacity is short."""
        demand = int(self._problem.demand[[*tour.stops, stop]].sum())
        return {"amount": demand - int(self._problem.capacity[tour.team])}

    def _wider(self, tour: Tour, stop: int, position: int) -> dict[str, Any]:
        """Return by how many minutes the nearest window misses the times at which the team could begin."""
        amount, window = widened(self._problem.windows[stop], *tour.slack(position, stop))
        return {"amount": amount, "window": window}

    def _one_more_team(self, team: int) -> Iterator[dict[str, Any]]:
        """Price a further team like one: which of the stops left out it would visit (with none it may shorten ways)."""
        insertion = Insertion(self._grid, [[] for _ in self._standing.routes])
        insertion.only(team, self._left)
        stops = insertion.routes[team]
        travel, problem = self._standing.travel, self._problem
        prizes = sum(max(int(problem.prize[stop]), 0) for stop in stops)
        gain = prizes - travel.distance(team, stops) - (problem.team_cost if stops else 0)
        required = int(problem.required[stops].sum())
        yield change_of(self._problem, "one_more_team", team, sorted(stops), required, gain)
