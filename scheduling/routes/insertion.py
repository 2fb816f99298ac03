"""Routes built by inserting stop after stop where they cost least: the first solution, and the means of repair."""

import numpy as np

from scheduling.routes.problem import NO_LIMIT, Ints, Problem, Routes
from scheduling.routes.travel import Travel, last_start

IMPOSSIBLE = 2**60
"""The extra distance of a stop that cannot be inserted."""


class Grid:
    """The numbers of a problem in the form in which all insertions into a route are priced at once.

    Parameters
    ----------
    travel : Travel
    """

    def __init__(self, travel: Travel) -> None:
        self.travel, self.problem = travel, travel.problem
        problem, widest = self.problem, max((len(w) for w in self.problem.windows), default=1)
        self.low = np.full((len(problem.stops), widest), 0, dtype=np.int64)
        self.high = np.full((len(problem.stops), widest), -1, dtype=np.int64)
        for stop, windows in enumerate(problem.windows):
            for k, (low, high) in enumerate(windows):
                self.low[stop, k], self.high[stop, k] = low, high
        self.alike = _alike(problem)

    def starts(self, stops: Ints, arrival: Ints) -> Ints:
        """Return when service can begin at stops [n] reached at the times [m, n]; `IMPOSSIBLE` where it cannot."""
        begin = np.full(arrival.shape, IMPOSSIBLE, dtype=np.int64)
        for k in reversed(range(self.low.shape[1])):
            low, high = self.low[stops, k][None, :], self.high[stops, k][None, :]
            begin = np.where(arrival <= high, np.maximum(arrival, low), begin)
        return begin


def _alike(problem: Problem) -> list[int]:
    """Number the teams so that teams with the same number differ in nothing but their id."""
    kinds: dict[tuple[object, ...], int] = {}
    fields = (problem.start, problem.end, problem.opens, problem.closes, problem.capacity, problem.max_stops)
    return [
        kinds.setdefault((*(int(field[team]) for field in fields), problem.has_skill[team].tobytes()), len(kinds))
        for team in range(len(problem.teams))
    ]


class Tour:
    """A team's route, and what each further stop would cost in it.

    Parameters
    ----------
    grid : Grid
    team : int
    stops : list of int
        In order; the route keeps all hard rules.
    """

    def __init__(self, grid: Grid, team: int, stops: list[int]) -> None:
        self.grid, self.team, self.stops = grid, team, stops
        travel = grid.travel
        starts = travel.earliest(team, stops, travel.opens[team])
        if starts is None:
            raise ValueError("a route that is not in time cannot take stops")
        places = [travel.place[stop] for stop in stops]
        ends = [begin + travel.service[stop] for begin, stop in zip(starts, stops, strict=True)]
        limits = [travel.closes[team]]
        after = travel.end[team]
        for stop in reversed(stops):
            place = travel.place[stop]
            latest = last_start(
                travel.problem.windows[stop], limits[-1] - travel.duration[place][after] - travel.service[stop]
            )
            if latest is None:
                raise AssertionError("a route that is in time has a latest start for each stop")
            limits.append(latest)
            after = place
        self._leave = np.array([travel.opens[team], *ends], dtype=np.int64)
        self._at = np.array([travel.start[team], *places], dtype=np.int64)
        self._to = np.array([*places, travel.end[team]], dtype=np.int64)
        self._limit = np.array(limits[::-1], dtype=np.int64)
        self._room = travel.capacity[team] - sum(travel.demand[stop] for stop in stops)
        self._full = travel.max_stops[team] != NO_LIMIT and len(stops) >= travel.max_stops[team]

    def slack(self, position: int, stop: int) -> tuple[int, int]:
        """Return the first and the last time at which a stop before a position can begin, whatever its windows are."""
        travel = self.grid.travel
        place = travel.place[stop]
        first = int(self._leave[position]) + travel.duration[int(self._at[position])][place]
        after = travel.service[stop] + travel.duration[place][int(self._to[position])]
        return first, int(self._limit[position]) - after

    @property
    def last_departure(self) -> int:
        """When the team must leave at the latest."""
        return int(self._limit[0]) - self.grid.travel.duration[int(self._at[0])][int(self._to[0])]

    def prices(self, stops: Ints) -> tuple[Ints, Ints]:
        """Return what inserting each of the stops would add to the value, prizes apart, and before which position."""
        problem, at, to = self.grid.problem, self._at, self._to
        fits = self.grid.travel.skilled[self.team, stops] & (problem.demand[stops] <= self._room)
        if self._full or not fits.any():
            return np.full(len(stops), IMPOSSIBLE, dtype=np.int64), np.zeros(len(stops), dtype=np.int64)
        place = problem.place[stops]
        arrival = self._leave[:, None] + problem.duration[at][:, place]
        begin = self.grid.starts(stops, arrival)
        onward = begin + problem.service[stops][None, :] + problem.duration[place][:, to].T
        cost = problem.distance[at][:, place] + problem.distance[place][:, to].T
        cost += problem.team_cost if not self.stops else -problem.distance[at, to][:, None]
        cost = np.where((onward <= self._limit[:, None]) & fits[None, :], cost, IMPOSSIBLE)
        position = cost.argmin(axis=0)
        return cost[position, np.arange(len(stops))], position


class Insertion:
    """Inserts stops into routes.

    Parameters
    ----------
    grid : Grid
    routes : Routes
        They keep all hard rules; they are not changed.
    """

    def __init__(self, grid: Grid, routes: Routes) -> None:
        self.grid = grid
        self.tours = [Tour(grid, team, list(stops)) for team, stops in enumerate(routes)]

    @property
    def routes(self) -> Routes:
        """The routes as they stand."""
        return [tour.stops for tour in self.tours]

    def prices(self, stops: Ints) -> tuple[Ints, Ints]:
        """Return `Tour.prices` for all teams, [teams, stops]; of empty teams that are alike only the first counts."""
        cost = np.full((len(self.tours), len(stops)), IMPOSSIBLE, dtype=np.int64)
        position = np.zeros_like(cost)
        for team in self._priced():
            cost[team], position[team] = self.tours[team].prices(stops)
        return cost, position

    def only(self, team: int, stops: list[int]) -> list[int]:
        """Like `insert`, into the route of one team."""
        others = self.tours
        self.tours = [others[team]]
        left = self.insert(stops)
        others[team] = self.tours[0]
        self.tours = others
        return left

    def _priced(self) -> list[int]:
        """Return the teams worth pricing."""
        seen: set[int] = set()
        teams = []
        for number, tour in enumerate(self.tours):
            kind = self.grid.alike[tour.team]
            if tour.stops or kind not in seen:
                teams.append(number)
                if not tour.stops:
                    seen.add(kind)
        return teams

    def insert(self, stops: list[int], noise: np.random.Generator | None = None) -> list[int]:
        """Insert required stops first, those first that would suffer most from waiting, then optional ones that pay.

        Parameters
        ----------
        stops : list of int
        noise : numpy Generator, optional
            Makes the order of the stops random to a degree.

        Returns
        -------
        list of int
            The stops that could not be inserted or did not pay, ascending.
        """
        left: list[int] = []
        required = self.grid.problem.required
        for some in ([s for s in stops if required[s]], [s for s in stops if not required[s]]):
            left += self._insert(np.array(sorted(some), dtype=np.int64), noise)
        return sorted(left)

    def _insert(self, stops: Ints, noise: np.random.Generator | None) -> list[int]:
        problem = self.grid.problem
        if not len(stops) or not self.tours:
            return [int(stop) for stop in stops]
        ceiling = np.where(problem.required[stops], IMPOSSIBLE, problem.prize[stops])
        factor = np.ones(len(stops)) if noise is None else noise.uniform(0.7, 1.3, len(stops))
        open_ = np.ones(len(stops), dtype=np.bool_)
        cost, position = self.prices(stops)
        while open_.any():
            two = (
                np.partition(cost, 1, axis=0)[:2]
                if len(cost) > 1
                else np.vstack([cost, np.full_like(cost, IMPOSSIBLE)])
            )
            second = np.minimum(two[1], np.where(problem.required[stops], IMPOSSIBLE, np.maximum(ceiling, two[0])))
            possible = open_ & (two[0] < ceiling)
            if not possible.any():
                break
            urgency = np.where(possible, (second - two[0]) * factor - 1e-3 * two[0], -np.inf)
            pick = int(urgency.argmax())
            team = int(cost[:, pick].argmin())
            self._put(team, int(position[team, pick]), int(stops[pick]))
            open_[pick] = False
            changed = {team} if len(self.tours[team].stops) > 1 else {team, *self._next_alike(team)}
            rest = np.flatnonzero(open_)
            for other in sorted(changed):
                cost[other, rest], position[other, rest] = self.tours[other].prices(stops[rest])
        return [int(stop) for stop in stops[open_]]

    def _put(self, number: int, position: int, stop: int) -> None:
        team, stops = self.tours[number].team, self.tours[number].stops
        self.tours[number] = Tour(self.grid, team, [*stops[:position], stop, *stops[position:]])

    def _next_alike(self, number: int) -> list[int]:
        """Return the next empty team like one that has just set out."""
        kind = self.grid.alike[self.tours[number].team]
        for other, tour in enumerate(self.tours):
            if self.grid.alike[tour.team] == kind and not tour.stops:
                return [other]
        return []
