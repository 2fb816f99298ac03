"""Single changes of a problem, tried by improving its routes with them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count as counting
from typing import Any

import numpy as np

from scheduling.faults import InvalidProblem
from scheduling.reading import LARGEST
from scheduling.routes.insertion import Tour
from scheduling.routes.load import load
from scheduling.routes.problem import NO_LIMIT, Problem, Routes, Windows
from scheduling.routes.repair import Mender
from scheduling.routes.search import Search
from scheduling.routes.standing import Standing
from scheduling.stop import Stop

Change = dict[str, Any]

_REWORKED = 5
"""Whiles of search that routes are improved before a change is tried, at most."""

_LIMITS: Mapping[str, tuple[str, int | None]] = {
    "later_end": ("to", LARGEST),
    "earlier_start": ("from", 0),
    "more_capacity": ("capacity", LARGEST),
    "more_stops": ("max_stops", None),
}
"""The limit of a team that a change moves, and what it is where it is lifted."""


def change_of(
    problem: Problem, code: str, team: int, stops: list[int], required: int, gain: int, **what: Any
) -> Change:
    """Return a change in the form of `scheduling.routes.changes.helpful_changes`; ``what`` is what it is about."""
    return {
        "code": code,
        "team": problem.teams[team],
        "stops": [problem.stops[stop] for stop in stops],
        "amount": what.get("amount"),
        "window": what.get("window"),
        "skill": what.get("skill"),
        "required": required,
        "at_least": gain,
        "exact": False,
    }


def with_change(problem: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Return a problem with one of its helpful changes."""
    teams, stops = [dict(team) for team in problem["teams"]], [dict(stop) for stop in problem["stops"]]
    team = next(team for team in teams if team["id"] == change["team"])
    code = change["code"]
    if code in _LIMITS:
        team[_LIMITS[code][0]] += -change["amount"] if code == "earlier_start" else change["amount"]
    elif code == "one_more_skill":
        team["skills"] = [*team["skills"], change["skill"]]
    elif code == "wider_window":
        stop = next(stop for stop in stops if stop["id"] == change["stops"][0])
        stop["windows"] = [*stop["windows"], change["window"]]
    else:
        names = {team["id"] for team in teams}
        more = (change["team"] + "+" * k for k in counting(1))
        teams.append(team | {"id": next(name for name in more if name not in names)})
    return {**problem, "teams": teams, "stops": stops}


def _key(change: Change) -> tuple[str, ...]:
    """Return what a change is about, whatever its amount."""
    who = change["stops"][0] if change["code"] == "wider_window" else change["team"]
    return change["code"], who, change["skill"] or ""


def widened(windows: Windows, first: int, last: int) -> tuple[int, list[int]]:
    """Return by how much the nearest window misses the times from first to last, and that window as wide as needed."""
    amount, low, high = min((max(low - last, first - high, 0), low, high) for low, high in windows)
    return amount, [min(low, last), max(high, first)]


@dataclass(frozen=True, slots=True, eq=False)
class _Reworked:
    """Routes of a problem, how many required stops they leave out, their value, and whether nothing is better."""

    problem: Problem
    routes: Routes
    missing: int
    value: int
    proven: bool


def _quiet(stage: str, value: int | None, bound: int | None) -> None:
    """Hear of progress, and say nothing."""


def _of_teams(problem: Problem, other: Problem, routes: Routes) -> Routes:
    """Return the routes of another problem for the teams of this one; empty ones for teams that the other has not."""
    at = {name: team for team, name in enumerate(other.teams)}
    return [list(routes[at[name]]) if name in at else [] for name in problem.teams]


def _prize_of_all(problem: Problem) -> int:
    """Return more than all routes and prizes can cost."""
    way = int(problem.distance.max(initial=0)) + problem.team_cost
    prizes = int(np.maximum(problem.prize, 0).sum())
    return min(way * (len(problem.stops) + len(problem.teams)) + prizes + 1, LARGEST)


class Base:
    """Routes of a problem that changes are compared with.

    Parameters
    ----------
    problem : mapping
    standing : Standing
        Routes of the problem; they may leave out required stops.
    stop : Stop
    seed : int
    proven : bool
        Whether nothing is better than these routes.

    Notes
    -----
    Where required stops are left out, each has a prize beyond all that routes can cost: the best routes of that problem
    leave out as few as can be.
    """

    def __init__(self, problem: Mapping[str, Any], standing: Standing, stop: Stop, seed: int, *, proven: bool) -> None:
        self.document, self.standing, self.stop, self.proven = problem, standing, stop, proven
        self._seed = seed
        self._prize = _prize_of_all(standing.problem) if standing.missing else None

    def reworked(self) -> "Base":
        """Return better routes of the same problem, if some whiles of search find them."""
        standing, proven = self.standing, False
        for _ in range(_REWORKED):
            found = self.rework(self.document, standing.routes)
            if found is None:
                break
            better = (found.missing, found.value) < (len(standing.missing), standing.value)
            standing, proven = Standing(self.standing.problem, found.routes), found.proven
            if proven or not better:
                break
        return Base(self.document, standing, self.stop, self._seed, proven=proven)

    def rework(self, document: Mapping[str, Any], routes: Routes) -> _Reworked | None:
        """Improve routes of this problem in a changed one; None without time, or where that cannot be written."""
        if self.stop.cut():
            return None
        try:
            changed = load(self._optional(document))
        except InvalidProblem:
            return None
        routes = _of_teams(changed, self.standing.problem, routes)
        return self._searched(Search(changed, self.stop, self._seed, _quiet), routes)

    def _optional(self, document: Mapping[str, Any]) -> Mapping[str, Any]:
        if self._prize is None:
            return document
        prize = {"prize": self._prize}
        return {**document, "stops": [s | prize if s.get("prize") is None else s for s in document["stops"]]}

    def _searched(self, search: Search, routes: Routes) -> _Reworked:
        found = search.rework(routes)
        visited = {stop for stops in found.routes for stop in stops}
        missing = [s for s in np.flatnonzero(self.standing.problem.required).tolist() if s not in visited]
        proven = found.impossible if found.missing else found.bound == found.value
        value = found.value - len(missing) * (self._prize or 0)
        return _Reworked(search.problem, found.routes, len(missing), value, proven)

    def without(self, found: _Reworked) -> tuple[int, int]:
        """Mend routes that were found with a change for the problem without it, and improve them for as long."""
        search = Search(load(self._optional(self.document)), self.stop, self._seed, _quiet)
        again = self._searched(search, Mender(search).mend(_of_teams(search.problem, found.problem, found.routes)))
        return again.missing, again.value


class Trying:
    """Tries changes.

    Parameters
    ----------
    base : Base
        What they are compared with.
    """

    def __init__(self, base: Base) -> None:
        self._base, self._document, self._standing = base, base.document, base.standing
        self._least = len(base.standing.missing), base.standing.value

    def improve(self, change: Change) -> None:
        """Note in a change what the routes can gain by it, if that is more than it says."""
        found = self._with(with_change(self._document, change))
        if found is None:
            return
        brings = self._brings(found)
        if brings >= (change["required"], change["at_least"]):
            change["required"], change["at_least"] = brings
            change["exact"] = self._exact(found)

    def lifted(self, changes: list[Change]) -> list[Change]:
        """Lift every limit in turn: return what the best routes then need, where they gain more than by ``changes``.

        Notes
        -----
        Insertion sees what one stop needs; this also sees several, and stops that change places.
        """
        known: dict[tuple[str, ...], tuple[int, int]] = {}
        for change in changes:
            known[_key(change)] = max(known.get(_key(change), (0, 0)), (change["required"], change["at_least"]))
        found = [*self._of_limits(), *self._of_windows()]
        return [c for c in found if (c["required"], c["at_least"]) > known.get(_key(c), (0, 0))]

    def _with(self, document: Mapping[str, Any]) -> _Reworked | None:
        """Improve the routes in a changed problem, and look whether what that brings is due to the change."""
        found = self._base.rework(document, self._standing.routes)
        if found is not None and not self._base.proven and (found.missing, found.value) < self._least:
            self._least = min(self._least, self._base.without(found))
        return found

    def settle(self, changes: list[Change]) -> None:
        """Take off from all changes what the routes can gain without any, as the tries have shown."""
        missing, value = self._least
        for change in changes:
            change["required"] -= len(self._standing.missing) - missing
            change["at_least"] -= self._standing.value - value

    def _brings(self, found: _Reworked) -> tuple[int, int]:
        """Return how many more required stops some routes visit, and by how much less they cost."""
        return len(self._standing.missing) - found.missing, self._standing.value - found.value

    def _of_limits(self) -> Iterator[Change]:
        """Lift each limit of each team; of teams alike that stay at home only one's."""
        seen: set[int] = set()
        for team, before in enumerate(self._standing.routes):
            kind = self._standing.grid.alike[team]
            if not before and kind in seen:
                continue
            seen |= set() if before else {kind}
            name = self._standing.problem.teams[team]
            for code, (key, free) in _LIMITS.items():
                teams = [entry | {key: free} if entry["id"] == name else entry for entry in self._document["teams"]]
                found = self._with({**self._document, "teams": teams})
                if found is None:
                    continue
                amount = self._beyond(code, team, Standing(found.problem, found.routes))
                if amount > 0:
                    new = [stop for stop in found.routes[team] if stop not in before]
                    yield self._told(code, team, new, found, amount=amount)
            yield from self._of_skills(team, before)

    def _of_skills(self, team: int, before: list[int]) -> Iterator[Change]:
        """Teach a team each skill that it lacks and some stop needs."""
        problem = self._standing.problem
        for skill in np.flatnonzero(~problem.has_skill[team] & problem.needs_skill.any(axis=0)).tolist():
            taught = change_of(problem, "one_more_skill", team, [], 0, 0, skill=problem.skills[skill])
            found = self._with(with_change(self._document, taught))
            if found is not None:
                new = [stop for stop in found.routes[team] if stop not in before]
                yield self._told("one_more_skill", team, new, found, skill=problem.skills[skill])

    def _beyond(self, code: str, team: int, then: Standing) -> int:
        """Return by how much a route goes beyond a limit of its team that was lifted."""
        problem, stops = self._standing.problem, then.routes[team]
        if not stops:
            return 0
        if code == "more_capacity":
            return int(problem.demand[stops].sum()) - int(problem.capacity[team])
        if code == "more_stops":
            return 0 if problem.max_stops[team] == NO_LIMIT else len(stops) - int(problem.max_stops[team])
        if code == "earlier_start":
            return int(problem.opens[team]) - Tour(then.grid, team, stops).last_departure
        travel, last = then.travel, stops[-1]
        home = travel.visits(team, stops)[-1][2] + travel.duration[travel.place[last]][travel.end[team]]
        return int(home) - int(problem.closes[team])

    def _of_windows(self) -> Iterator[Change]:
        """Lift the windows of each stop."""
        for stop, name in enumerate(self._standing.problem.stops):
            free = {"windows": [[0, LARGEST]]}
            stops = [entry | free if entry["id"] == name else entry for entry in self._document["stops"]]
            found = self._with({**self._document, "stops": stops})
            team = None if found is None else next((t for t, order in enumerate(found.routes) if stop in order), None)
            if found is None or team is None:
                continue
            then = Standing(found.problem, found.routes)
            at = found.routes[team].index(stop)
            if then.rest_keeps(stop):
                first, last = Tour(then.grid, team, then.without(stop)).slack(at, stop)
            else:
                first = last = then.travel.visits(team, found.routes[team])[at][1]
            amount, window = widened(self._standing.problem.windows[stop], first, last)
            if amount > 0:
                yield self._told("wider_window", team, [stop], found, amount=amount, window=window)

    def _told(self, code: str, team: int, stops: list[int], found: _Reworked, **what: Any) -> Change:
        change = change_of(self._standing.problem, code, team, stops, *self._brings(found), **what)
        change["exact"] = self._exact(found)
        return change

    def _exact(self, found: _Reworked) -> bool:
        return self._base.proven and found.proven
