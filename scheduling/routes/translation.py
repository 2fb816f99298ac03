"""A routes problem as the search library PyVRP understands it, and its answers as ours.

Notes
-----
What the library cannot say is said in its terms: a stop with several windows is a group of clients of which one is
served; skills are a cost on the way to stops that a team cannot serve, dearer than any route, and `Translation.routes`
drops what was reached on such a way; times are counted from the first opening; what can bind nobody is left out.
"""

from typing import Any

import numpy as np
import pyvrp

from scheduling.routes.problem import NO_LIMIT, REQUIRED, Bools, Ints, Routes
from scheduling.routes.travel import Travel

_MOST_CELLS = 40_000_000
"""Numbers in all matrices together; with more, skills are not told to the library."""

_PENALTY = 100_000
_SAFE = 2**60


class Translation:
    """Problem data for the library.

    Parameters
    ----------
    travel : Travel
    able : bool array [teams, stops]
        Which team could serve which stop at least alone. Teams and stops without any are not told to the library.
    """

    def __init__(self, travel: Travel, able: Bools) -> None:
        self.travel, self.problem, self._able = travel, travel.problem, able
        problem = self.problem
        self.teams: list[int] = np.flatnonzero(able.any(axis=1)).tolist()
        self.stops: list[int] = np.flatnonzero(able.any(axis=0)).tolist()
        self._from = int(problem.opens[self.teams].min())
        self._until = int(problem.closes[self.teams].max())
        self._kinds = self._team_kinds()
        self._client_stop: list[int] = []
        clients, groups = self._clients()
        self._first_client = {stop: client for client, stop in reversed(list(enumerate(self._client_stop)))}
        depots = sorted({int(p) for t in self.teams for p in (problem.start[t], problem.end[t])})
        self._depot = {place: number for number, place in enumerate(depots)}
        profiles = self._profiles()
        places = np.concatenate([problem.place[self.stops], np.array(depots, dtype=np.int64)])
        self.data = pyvrp.ProblemData(
            [pyvrp.Location(0, 0) for _ in places],
            clients,
            [pyvrp.Depot(len(self.stops) + number) for number in range(len(depots))],
            [self._vehicle_type(teams, profiles[self._row(teams[0])]) for teams in self._kinds],
            self._distances(places, list(profiles)),
            [self._durations(places)] * len(profiles),
            groups,
        )

    def _team_kinds(self) -> list[list[int]]:
        """Gather teams that differ in nothing but their id."""
        problem = self.problem
        fields = (problem.start, problem.end, problem.opens, problem.closes, problem.capacity, problem.max_stops)
        kinds: dict[tuple[object, ...], list[int]] = {}
        for team in self.teams:
            key = (*(int(field[team]) for field in fields), problem.has_skill[team].tobytes())
            kinds.setdefault(key, []).append(team)
        return list(kinds.values())

    def _clients(self) -> tuple[list[pyvrp.Client], list[pyvrp.ClientGroup]]:
        """Return one client per stop and window, and the groups of those with several."""
        problem = self.problem
        groups: list[pyvrp.ClientGroup] = []
        clients: list[pyvrp.Client] = []
        self._weighed = bool(problem.demand[self.stops].sum() > problem.capacity[self.teams].min())
        limits = problem.max_stops[self.teams]
        self._counted = bool((limits[limits != NO_LIMIT] < len(self.stops)).any())
        for number, stop in enumerate(self.stops):
            windows = self._windows(stop)
            required = int(problem.prize[stop]) == REQUIRED
            group = None
            if len(windows) > 1:
                group = len(groups)
                members = list(range(len(clients), len(clients) + len(windows)))
                groups.append(pyvrp.ClientGroup(members, required))
            for low, high in windows:
                self._client_stop.append(stop)
                clients.append(
                    pyvrp.Client(
                        number,
                        delivery=self._load(int(problem.demand[stop]), 1),
                        service_duration=min(int(problem.service[stop]), self._until - self._from + 1),
                        tw_early=low - self._from,
                        tw_late=high - self._from,
                        prize=0 if required else int(problem.prize[stop]),
                        required=required and group is None,
                        group=group,
                    )
                )
        return clients, groups

    def _windows(self, stop: int) -> list[tuple[int, int]]:
        """Return the parts of a stop's windows that lie in somebody's hours."""
        cut = [(max(low, self._from), min(high, self._until)) for low, high in self.problem.windows[stop]]
        return [(low, high) for low, high in cut if low <= high]

    def _load(self, demand: int, stops: int) -> list[int]:
        return [demand] * self._weighed + [stops] * self._counted

    def _vehicle_type(self, teams: list[int], profile: int) -> pyvrp.VehicleType:
        problem, team = self.problem, teams[0]
        most = int(problem.max_stops[team])
        total = int(problem.demand[self.stops].sum())
        return pyvrp.VehicleType(
            len(teams),
            capacity=self._load(min(int(problem.capacity[team]), total), len(self.stops) if most == NO_LIMIT else most),
            start_depot=self._depot[int(problem.start[team])],
            end_depot=self._depot[int(problem.end[team])],
            fixed_cost=problem.team_cost,
            tw_early=int(problem.opens[team]) - self._from,
            tw_late=int(problem.closes[team]) - self._from,
            profile=profile,
        )

    @property
    def penalty(self) -> float:
        """The most that a unit of lateness or load may cost the search: dear enough, and far from overflow."""
        problem = self.problem
        dearest = max(int(problem.distance.max(initial=0)), int(problem.prize.max(initial=0)), problem.team_cost)
        hours = (self._until - self._from + 1) * 4 * (len(self.stops) + 1)
        loads = int(problem.demand[self.stops].sum()) * len(self.teams) + 1
        return float(max(1, min(max(_PENALTY, 2 * dearest), _SAFE // max(hours, loads))))

    def _row(self, team: int) -> bytes:
        """Return what tells apart the profiles of teams: whom they have no skills for."""
        row = self.problem.skilled[team, self.stops]
        return row.tobytes() if self._told else b""

    def _profiles(self) -> dict[bytes, int]:
        """Number the different sets of stops that teams have the skills for."""
        self._told = True
        rows = {self._row(team): None for team in self.teams}
        cells = (len(self.stops) + len(self._depot)) ** 2
        self._told = 2 * cells * len(rows) <= _MOST_CELLS
        return {row: number for number, row in enumerate(rows if self._told else {b"": None})}

    def _distances(self, places: Ints, profiles: list[bytes]) -> list[Any]:
        base = self.problem.distance[np.ix_(places, places)]
        np.fill_diagonal(base, 0)
        matrices = []
        for row in profiles:
            matrix = base.copy()
            if row:
                never = np.flatnonzero(~np.frombuffer(row, dtype=np.bool_))
                matrix[:, never] = self._never(base)
                np.fill_diagonal(matrix, 0)
            matrices.append(matrix)
        return matrices

    def _never(self, base: Ints) -> int:
        """Return more than all routes and prizes together can cost."""
        problem = self.problem
        longest = int(base.max(initial=0)) * (len(self.stops) + len(self.teams))
        prizes = int(np.maximum(problem.prize[self.stops], 0).sum())
        return min(longest + prizes + problem.team_cost * len(self.teams) + 1, pyvrp.constants.MAX_VALUE)

    def _durations(self, places: Ints) -> Any:
        """Return travel times; what is longer than everybody's hours together is as good as that."""
        matrix = np.minimum(self.problem.duration[np.ix_(places, places)], self._until - self._from + 1)
        np.fill_diagonal(matrix, 0)
        return matrix

    def routes(self, solution: pyvrp.Solution) -> Routes:
        """Return the routes of an answer, without stops that are there twice or that the team can never serve."""
        found: Routes = [[] for _ in self.problem.teams]
        free = [list(teams) for teams in self._kinds]
        seen: set[int] = set()
        kind_of = {teams[0]: kind for kind, teams in enumerate(self._kinds)}
        for stops, first in sorted(map(self.visit, solution.routes())):
            team = free[kind_of[first]].pop(0)
            for stop in stops:
                if stop not in seen and self._able[team, stop]:
                    found[team].append(stop)
                    seen.add(stop)
        return found

    def visit(self, route: pyvrp.Route) -> tuple[list[int], int]:
        """Return the stops of a route of an answer and the first team of the kind that drives it."""
        return [self._client_stop[each.idx] for each in route if each.is_client()], self._kinds[route.vehicle_type()][0]

    def may(self, team: int, stops: list[int]) -> bool:
        """Tell whether nothing rules out that a team serves each of the stops, once."""
        return bool(self._able[team, stops].all()) and len(set(stops)) == len(stops)

    def solution(self, routes: Routes) -> pyvrp.Solution:
        """Return routes that keep all hard rules as an answer of the library."""
        kind_of = {team: kind for kind, teams in enumerate(self._kinds) for team in teams}
        answer = []
        for team, stops in enumerate(routes):
            if stops:
                starts = self.travel.earliest(team, stops, self.travel.opens[team])
                if starts is None:
                    raise ValueError("a route that is not in time")
                clients = [self._client(stop, begin) for stop, begin in zip(stops, starts, strict=True)]
                answer.append(pyvrp.Route(self.data, clients, kind_of[team]))
        return pyvrp.Solution(self.data, answer)

    def _client(self, stop: int, begin: int) -> int:
        """Return the client of the window in which service begins."""
        for number, (low, high) in enumerate(self._windows(stop)):
            if low <= begin <= high:
                return self._first_client[stop] + number
        raise ValueError("service that begins in no window")
