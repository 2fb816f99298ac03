"""Why a stop is not visited: for each team the first thing in the way, counted."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np

from scheduling.routes.insertion import IMPOSSIBLE, Grid, Tour
from scheduling.routes.problem import NO_LIMIT, Bools, Problem, Routes


class Reason(Enum):
    """What keeps a stop out of a team's route; the values are the codes of solutions."""

    NO_TEAM = "no_team"
    SKILLS = "no_team_with_skills"
    DEMAND = "demand_too_large"
    NO_STOPS = "team_may_not_stop"
    WINDOW = "window_unreachable"
    FULL = "team_full"
    MAX_STOPS = "max_stops_reached"
    NO_TIME = "no_time_left"
    PRIZE = "prize_below_cost"
    NOT_WORTH = "not_worth"


NEVER = (Reason.SKILLS, Reason.DEMAND, Reason.NO_STOPS, Reason.WINDOW)
"""Reasons that stand whatever the other stops are."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """The first thing in the way of a stop in a team's route.

    Attributes
    ----------
    reason : Reason
    extra : int or None
        What the stop would add to the value, its prize apart, where it can be inserted.
    """

    reason: Reason
    extra: int | None = None


def _first_obstacle(grid: Grid, able: Bools, tour: Tour, stop: int, extra: int) -> Obstacle:
    """Return what keeps a stop out of a team's route, `Reason.PRIZE` if nothing but its extra cost."""
    problem, team = grid.problem, tour.team
    if not grid.travel.skilled[team, stop]:
        return Obstacle(Reason.SKILLS)
    if problem.demand[stop] > problem.capacity[team]:
        return Obstacle(Reason.DEMAND)
    if problem.max_stops[team] == 0:
        return Obstacle(Reason.NO_STOPS)
    if not able[team, stop]:
        return Obstacle(Reason.WINDOW)
    if problem.max_stops[team] != NO_LIMIT and len(tour.stops) >= problem.max_stops[team]:
        return Obstacle(Reason.MAX_STOPS)
    if problem.demand[[*tour.stops, stop]].sum() > problem.capacity[team]:
        return Obstacle(Reason.FULL)
    return Obstacle(Reason.NO_TIME) if extra >= IMPOSSIBLE else Obstacle(Reason.PRIZE, extra)


def left_out(grid: Grid, able: Bools, routes: Routes, stops: Iterable[int]) -> list[dict[str, Any]]:
    """List stops that are not visited.

    Returns
    -------
    list of dict
        ``stop`` and ``reasons``, whose counts sum to the number of teams; that of ``prize_below_cost`` has ``extra``,
        the least that the stop would add to the value.
    """
    which = np.array(list(stops), dtype=np.int64)
    entries: list[list[Obstacle]] = [[] for _ in which]
    for team, order in enumerate(routes):
        tour = Tour(grid, team, order)
        extras, _ = tour.prices(which)
        for entry, stop, extra in zip(entries, which.tolist(), extras.tolist(), strict=True):
            entry.append(_first_obstacle(grid, able, tour, stop, extra))
    return [
        {"stop": grid.problem.stops[stop], "reasons": _reasons(entry)}
        for stop, entry in zip(which.tolist(), entries, strict=True)
    ]


def _reasons(obstacles: list[Obstacle]) -> list[dict[str, Any]]:
    """Count the obstacles of all teams."""
    if not obstacles:
        return [{"code": Reason.NO_TEAM.value, "count": 0}]
    found: list[dict[str, Any]] = []
    for reason in Reason:
        alike = [obstacle for obstacle in obstacles if obstacle.reason is reason]
        if alike:
            entry: dict[str, Any] = {"code": reason.value, "count": len(alike)}
            extras = [obstacle.extra for obstacle in alike if obstacle.extra is not None]
            found.append(entry | ({"extra": min(extras)} if extras else {}))
    return found


def impossible(problem: Problem, able: Bools) -> dict[str, Any] | None:
    """Return a proof that not all required stops can be visited, None where none was found.

    Notes
    -----
    Stops that nobody can serve; and for each set of teams, the stops that only they can serve against what those teams
    can carry, and how often they may stop.
    """
    required = np.flatnonzero(problem.required)
    alone = [int(stop) for stop in required if not able[:, stop].any()]
    if alone:
        return {"code": "no_team_can_serve", "stops": [problem.stops[stop] for stop in alone]}
    for column in sorted({able[:, stop].tobytes() for stop in required.tolist()}):
        teams = np.frombuffer(column, dtype=np.bool_)
        stops = [int(stop) for stop in required if not (able[:, stop] & ~teams).any()]
        names = {
            "stops": [problem.stops[stop] for stop in stops],
            "teams": [problem.teams[team] for team in np.flatnonzero(teams).tolist()],
        }
        needed, there = int(problem.demand[stops].sum()), int(problem.capacity[teams].sum())
        if needed > there:
            return {"code": "not_enough_capacity", "needed": needed, "available": there} | names
        limits = problem.max_stops[teams]
        if (limits != NO_LIMIT).all() and len(stops) > limits.sum():
            return {"code": "not_enough_stops_allowed", "needed": len(stops), "available": int(limits.sum())} | names
    return None
