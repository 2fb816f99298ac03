"""Routes mended after a change: as few stops as possible go to another team."""

import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from scheduling.routes.insertion import Insertion
from scheduling.routes.load import load
from scheduling.routes.problem import Problem, Routes
from scheduling.routes.search import Found, Search
from scheduling.routes.solution import answer_of
from scheduling.routes.solve import run_of
from scheduling.stop import Stop

_FREED = (1, 2, 3)
"""How many routes are made anew together where a stop that must be visited fits nowhere."""


def repair(
    problem: Mapping[str, Any],
    previous: Mapping[str, Any],
    *,
    time_limit: float | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Keep the routes of an earlier solution and mend what cannot stand any more.

    Parameters
    ----------
    problem : mapping
        The problem as it is now: stops and teams may be gone or new, windows, hours and travel times may have changed.
    previous : mapping
        A solution of the problem as it was.
    time_limit : float, optional
        Seconds after which the best so far is returned.
    seed : int

    Returns
    -------
    dict
        ``solution``, a solution file (of status ``feasible`` where there is one), and ``changes``, a list of ``stop``,
        ``before`` and ``after`` for every stop that changed teams (None: not visited, or no longer there).

    Raises
    ------
    InvalidProblem
        The problem is wrong.
    """
    began = time.perf_counter()
    stop = Stop(time_limit)
    search = Search(load(problem), stop, seed, lambda stage, value, bound: None)
    before = {call["stop"]: entry["team"] for entry in previous["routes"] for call in entry["stops"]}
    routes = Mender(search).mend(_kept(search, previous))
    visited = {s for stops in routes for s in stops}
    required = np.flatnonzero(search.problem.required)
    missing = tuple(int(s) for s in required if int(s) not in visited)
    found = Found(routes, missing, search.travel.value(routes), None)
    if missing:
        found = search.minimise()
    answer = answer_of(search, found)
    answer["run"] = run_of(stop, began, proven=answer["status"] in ("optimal", "infeasible"))
    return {"solution": answer, "changes": _changes(search.problem, before, found)}


def _kept(search: Search, previous: Mapping[str, Any]) -> Routes:
    """Return the routes as they were, without what is no longer there."""
    problem = search.problem
    team_at = {name: i for i, name in enumerate(problem.teams)}
    stop_at = {name: i for i, name in enumerate(problem.stops)}
    routes: Routes = [[] for _ in problem.teams]
    for entry in previous["routes"]:
        if entry["team"] in team_at:
            routes[team_at[entry["team"]]] = [stop_at[c["stop"]] for c in entry["stops"] if c["stop"] in stop_at]
    return routes


def _changes(problem: Problem, before: Mapping[str, str], found: Found) -> list[dict[str, Any]]:
    routes: Routes = [] if found.missing else found.routes
    after = {problem.stops[s]: problem.teams[team] for team, stops in enumerate(routes) for s in stops}
    names = sorted(before.keys() | after.keys())
    return [
        {"stop": name, "before": before.get(name), "after": after.get(name)}
        for name in names
        if before.get(name) != after.get(name)
    ]


class Mender:
    """Takes out what breaks a rule, puts in what is missing, and if that is not enough makes a few routes anew."""

    def __init__(self, search: Search) -> None:
        self._search, self._travel = search, search.travel

    def mend(self, routes: Routes) -> Routes:
        """Return routes that keep all rules."""
        kept = [self._thin(team, stops) for team, stops in enumerate(routes)]
        routes, left = self._fill(kept)
        for count in _FREED:
            for stop in [stop for stop in left if self._search.problem.required[stop]]:
                if stop in left:
                    routes, left = self._free(routes, left, stop, count)
        return routes

    def _fill(self, routes: Routes) -> tuple[Routes, list[int]]:
        visited = {stop for stops in routes for stop in stops}
        missing = [stop for stop in range(len(self._search.problem.stops)) if stop not in visited]
        insertion = Insertion(self._search.grid, routes)
        left = insertion.insert(missing)
        return insertion.routes, left

    def _thin(self, team: int, stops: list[int]) -> list[int]:
        """Return as much of a route as keeps all rules, in its order: one stop out and more where one is not enough."""
        stops = [stop for stop in stops if self._search.able[team, stop]]
        if not self._travel.broken(team, stops):
            return stops
        rests = [[other for other in stops if other != stop] for stop in stops]
        good = [rest for rest in rests if not self._travel.broken(team, rest)]
        if good:
            return min(good, key=lambda rest: (self._lost(stops, rest), self._travel.distance(team, rest)))
        return self._longest(team, stops)

    def _lost(self, stops: list[int], rest: list[int]) -> int:
        """Rank what goes: stops that may be left out first."""
        return int(self._search.problem.required[stops].sum() - self._search.problem.required[rest].sum())

    def _longest(self, team: int, stops: list[int]) -> list[int]:
        """Keep stop after stop as long as the route keeps all rules, those that must be visited first."""
        kept: list[int] = []
        required = self._search.problem.required
        for stop in sorted(stops, key=lambda s: (not required[s], stops.index(s))):
            longer = [other for other in stops if other in kept or other == stop]
            if not self._travel.broken(team, longer):
                kept.append(stop)
        return [stop for stop in stops if stop in kept]

    def _free(self, routes: Routes, left: list[int], stop: int, count: int) -> tuple[Routes, list[int]]:
        """Make so many routes anew with a stop that fits nowhere; keep the first way that lets it in."""
        able = np.flatnonzero(self._search.able[:, stop]).tolist()
        for team in able:
            others = [other for other in able if other != team and routes[other]][: count - 1]
            trial = [[] if other in (team, *others) else list(stops) for other, stops in enumerate(routes)]
            insertion = Insertion(self._search.grid, trial)
            insertion.only(team, [stop])
            filled, still = self._fill(insertion.routes)
            if self._required(still) < self._required(left):
                return filled, still
        return routes, left

    def _required(self, stops: list[int]) -> int:
        return int(self._search.problem.required[stops].sum())
