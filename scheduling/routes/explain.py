"""Why a stop is where it is, why not elsewhere and what forcing that would cost: data with codes, never sentences."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from scheduling.ids import index_of
from scheduling.routes.problem import NO_LIMIT, REQUIRED
from scheduling.routes.reasons import Reason, impossible
from scheduling.routes.solve import solve
from scheduling.routes.standing import Place, Standing, read
from scheduling.stop import Stop


def why_here(problem: Mapping[str, Any], solution: Mapping[str, Any], stop: str) -> dict[str, Any]:
    """Say what a stop costs where it is.

    Parameters
    ----------
    problem, solution : mapping
        The two files.
    stop : str

    Returns
    -------
    dict
        ``stop``; ``team`` (None where it is left out); ``saving``, by how much distance and team costs would fall
        without it; ``prize``, which would then be paid (None: it must be visited); ``elsewhere``, the three cheapest
        other teams: ``team`` and ``extra``, by how much the value would rise if it moved there.

    Raises
    ------
    InvalidProblem
        The problem is wrong.
    ValueError
        No such stop, or the solution is not one of this problem.
    """
    standing = read(problem, solution)
    at = index_of(standing.problem.stops, stop, "stop")
    team = standing.team_of.get(at)
    prize = int(standing.problem.prize[at])
    given_up = _given_up(standing, at)
    places = [] if given_up is None else _elsewhere(standing, at)
    elsewhere = [{"team": standing.problem.teams[p.team], "extra": p.extra - (given_up or 0)} for p in places[:3]]
    return {
        "stop": stop,
        "team": None if team is None else standing.problem.teams[team],
        "saving": 0 if team is None else standing.saving(at),
        "prize": None if prize == REQUIRED else prize,
        "elsewhere": elsewhere,
    }


def _given_up(standing: Standing, stop: int) -> int | None:
    """Return what taking a stop out of where it is saves; None where its route would not work without it."""
    if stop not in standing.team_of:
        return max(int(standing.problem.prize[stop]), 0)
    return standing.saving(stop) if standing.rest_keeps(stop) else None


def _elsewhere(standing: Standing, stop: int) -> list[Place]:
    """Return the places that other teams have for a stop, cheapest first; of teams alike that stay at home only one."""
    own = standing.team_of.get(stop)
    seen: set[int] = set()
    places = []
    for team, stops in enumerate(standing.routes):
        kind = standing.grid.alike[team]
        if team == own or (not stops and kind in seen):
            continue
        if not stops:
            seen.add(kind)
        place = standing.price(team, stop, stops)
        if place is not None:
            places.append(place)
    return sorted(places, key=lambda place: (place.extra, place.team))


def why_not(problem: Mapping[str, Any], solution: Mapping[str, Any], stop: str, team: str) -> dict[str, Any]:
    """Say what keeps a stop out of a team's route.

    Parameters
    ----------
    problem, solution : mapping
        The two files.
    stop, team : str

    Returns
    -------
    dict
        ``stop``, ``team``, ``visited`` (whether it is in that route), ``possible`` (whether nothing rules it out for
        ever), ``reasons`` (every rule in the way: ``code`` and what is short: the ``skills``, or by how much as
        ``short``; where none is ``not_worth``, or for a stop that is left out ``prize_below_cost``) and ``swap``: the
        cheapest way to do it, ``drop`` (a stop of that route that would have to go, None where none has to; ``to``, the
        team that would take it, None: nobody) and ``extra``, by how much the value would rise; None where one stop's
        move is not enough.

    Raises
    ------
    InvalidProblem
        The problem is wrong.
    ValueError
        No such stop or team, or the solution is not one of this problem.
    """
    standing = read(problem, solution)
    at, who = index_of(standing.problem.stops, stop, "stop"), index_of(standing.problem.teams, team, "team")
    visited = standing.team_of.get(at) == who
    possible = visited or bool(standing.able[who, at])
    reasons = [] if visited else _reasons(standing, at, who)
    return {
        "stop": stop,
        "team": team,
        "visited": visited,
        "possible": possible,
        "reasons": reasons,
        "swap": None if visited or not possible else _swap(standing, at, who),
    }


def _reasons(standing: Standing, stop: int, team: int) -> list[dict[str, Any]]:
    """List every rule in the way."""
    problem, stops = standing.problem, standing.routes[team]
    found: list[dict[str, Any]] = []
    lacking = np.flatnonzero(problem.needs_skill[stop] & ~problem.has_skill[team])
    if len(lacking):
        found.append({"code": Reason.SKILLS.value, "skills": [problem.skills[k] for k in lacking.tolist()]})
    capacity, demand = int(problem.capacity[team]), int(problem.demand[stop])
    short = demand + int(problem.demand[stops].sum()) - capacity
    if demand > capacity:
        found.append({"code": Reason.DEMAND.value, "short": demand - capacity})
    elif short > 0:
        found.append({"code": Reason.FULL.value, "short": short})
    most = int(problem.max_stops[team])
    if most == 0:
        found.append({"code": Reason.NO_STOPS.value, "short": 1})
    elif most != NO_LIMIT and len(stops) >= most:
        found.append({"code": Reason.MAX_STOPS.value, "short": 1})
    if not standing.travel.in_time(team, [stop]):
        found.append({"code": Reason.WINDOW.value})
    if not found:
        place = standing.price(team, stop, stops)
        worth = Reason.NOT_WORTH if stop in standing.team_of else Reason.PRIZE
        found.append({"code": Reason.NO_TIME.value if place is None else worth.value})
    return found


def _swap(standing: Standing, stop: int, team: int) -> dict[str, Any] | None:
    """Return the cheapest way to put a stop into a route, if need be in the place of one other stop."""
    given_up = _given_up(standing, stop)
    if given_up is None:
        return None
    stops = standing.routes[team]
    options: list[tuple[int, int, dict[str, Any] | None]] = []
    place = standing.price(team, stop, stops)
    if place is not None:
        options.append((place.extra - given_up, -1, None))
    for other in [] if place is not None else stops:
        option = _exchange(standing, stop, team, other)
        if option is not None:
            options.append((option[0] - given_up, other, option[1]))
    if not options:
        return None
    extra, _, drop = min(options, key=lambda option: option[:2])
    return {"drop": drop, "extra": extra}


def _exchange(standing: Standing, stop: int, team: int, other: int) -> tuple[int, dict[str, Any]] | None:
    """Return what it costs to put one stop in the place of another, which goes to another team or nowhere."""
    place = standing.price(team, stop, standing.without(other))
    if place is None:
        return None
    cost = place.extra - standing.saving(other)
    own = standing.team_of.get(stop)
    targets = []
    for target in _elsewhere(standing, other):
        rest = standing.rest_of(target.team, stop)
        moved = target if target.team != own else standing.price(target.team, other, rest)
        if moved is not None:
            targets.append((moved.extra, moved.team))
    prize = int(standing.problem.prize[other])
    if prize != REQUIRED:
        targets.append((prize, len(standing.routes)))
    if not targets:
        return None
    extra, where = min(targets)
    to = standing.problem.teams[where] if where < len(standing.routes) else None
    return cost + extra, {"stop": standing.problem.stops[other], "to": to}


def forced_extra(
    problem: Mapping[str, Any],
    stop: str,
    team: str,
    *,
    solution: Mapping[str, Any] | None = None,
    time_limit: float | None = None,
    should_stop: Callable[[], bool] | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Solve again with a stop bound to a team: what forcing that costs.

    Parameters
    ----------
    problem : mapping
    stop, team : str
    solution : mapping, optional
        A solution of the problem; else it is solved too.
    time_limit : float, optional
        Seconds for all solves together.
    should_stop : callable, optional
        As for `solve`.
    seed : int

    Returns
    -------
    dict
        ``stop``, ``team``, ``possible`` (False: proven impossible; None: no way was found), ``extra`` (by how much the
        value rises; None where no way was found) and ``exact`` (whether the figures are proven).

    Raises
    ------
    InvalidProblem
        The problem is wrong.
    ValueError
        No such stop or team, or the solution is not one of this problem.
    """
    return forced(problem, stop, team, solution, Stop(time_limit, should_stop), seed)


def forced(
    problem: Mapping[str, Any], name: str, team: str, solution: Mapping[str, Any] | None, stop: Stop, seed: int
) -> dict[str, Any]:
    """Do the work of `forced_extra`; ``stop`` says afterwards whether it was cut short."""
    standing = read(problem, solution or {"routes": []})
    at, who = index_of(standing.problem.stops, name, "stop"), index_of(standing.problem.teams, team, "team")
    bound = bound_to(problem, name, team)
    answer: dict[str, Any] = {"stop": name, "team": team}
    alone = read(bound, {"routes": []})
    if not standing.able[who, at] or impossible(alone.problem, alone.able) is not None:
        return answer | {"possible": False, "extra": None, "exact": True}

    def solved(document: Mapping[str, Any]) -> dict[str, Any]:
        found = solve(document, time_limit=stop.remaining(), should_stop=stop.wanted, seed=seed)
        stop.interrupted |= found["run"]["interrupted"]
        return found

    before = solution or solved(problem)
    after = solved(bound)
    if before["value"] is None or after["value"] is None:
        proven = after["status"] == "infeasible"
        return answer | {"possible": False if proven else None, "extra": None, "exact": proven}
    exact = before["status"] == after["status"] == "optimal"
    return answer | {"possible": True, "extra": after["value"] - before["value"], "exact": exact}


def bound_to(problem: Mapping[str, Any], stop: str, team: str) -> dict[str, Any]:
    """Return the problem in which a stop must be visited, by one team: by a skill that only this team has."""
    names = {name for key in ("teams", "stops") for entry in problem[key] for name in entry["skills"]}
    skill = "bound"
    while skill in names:
        skill += "+"
    return {
        **problem,
        "teams": [t | {"skills": [*t["skills"], skill]} if t["id"] == team else t for t in problem["teams"]],
        "stops": [
            s | {"skills": [*s["skills"], skill], "prize": None} if s["id"] == stop else s for s in problem["stops"]
        ],
    }
