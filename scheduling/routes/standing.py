"""A solution file read back, and what moving single stops in it would do to its value."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from scheduling.ids import index_of
from scheduling.routes.insertion import IMPOSSIBLE, Grid, Tour
from scheduling.routes.load import load
from scheduling.routes.problem import Problem, Routes
from scheduling.routes.travel import Travel, reachable


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stop could go: a team, before which position of its route, and what it adds to the value there."""

    team: int
    position: int
    extra: int


class Standing:
    """Routes as they stand.

    Parameters
    ----------
    problem : Problem
    routes : Routes
        They keep all hard rules.
    """

    def __init__(self, problem: Problem, routes: Routes) -> None:
        self.problem, self.routes = problem, routes
        self.travel = Travel(problem)
        self.able = reachable(self.travel)
        self.grid = Grid(self.travel)
        self.team_of = {stop: team for team, stops in enumerate(routes) for stop in stops}
        self.value = self.travel.value(routes)
        self.missing = [s for s in np.flatnonzero(problem.required).tolist() if s not in self.team_of]

    def saving(self, stop: int) -> int:
        """Return by how much distance and team costs fall without a stop that is visited."""
        team = self.team_of[stop]
        stops, rest = self.routes[team], self.without(stop)
        saved = self.travel.distance(team, stops) - self.travel.distance(team, rest)
        return saved + (0 if rest else self.problem.team_cost)

    def without(self, stop: int) -> list[int]:
        """Return the route that a visited stop is in, without it."""
        return [other for other in self.routes[self.team_of[stop]] if other != stop]

    def rest_of(self, team: int, stop: int) -> list[int]:
        """Return a team's route without a stop."""
        return [other for other in self.routes[team] if other != stop]

    def rest_keeps(self, stop: int) -> bool:
        """Tell whether the route of a visited stop keeps all rules without it (a detour can be the quicker way)."""
        return not self.travel.broken(self.team_of[stop], self.without(stop))

    def price(self, team: int, stop: int, rest: list[int]) -> Place | None:
        """Return the cheapest place for a stop in a route of a team, None where there is none."""
        if self.travel.broken(team, rest):
            return None
        extra, position = Tour(self.grid, team, rest).prices(np.array([stop], dtype=np.int64))
        return None if extra[0] >= IMPOSSIBLE else Place(team, int(position[0]), int(extra[0]))


def read(problem: Mapping[str, Any], solution: Mapping[str, Any]) -> Standing:
    """Read both files.

    Raises
    ------
    InvalidProblem
        The problem is wrong.
    ValueError
        The solution is not one of this problem.
    """
    checked = load(problem)
    routes: Routes = [[] for _ in checked.teams]
    for entry in solution["routes"]:
        team = index_of(checked.teams, entry["team"], "team")
        routes[team] = [index_of(checked.stops, call["stop"], "stop") for call in entry["stops"]]
    standing = Standing(checked, routes)
    if any(standing.travel.broken(team, stops) for team, stops in enumerate(routes)):
        raise ValueError("the routes break rules of this problem")
    return standing
