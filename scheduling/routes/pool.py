"""Good routes that a search came across, and the best way to put some of them together."""

from dataclasses import dataclass

from scheduling.routes.master import Column, Effort, Master, best_of
from scheduling.routes.problem import Routes
from scheduling.routes.travel import Travel
from scheduling.stop import Stop

_MOST_ROUTES = 20_000
_TRIED, _MOST_TRIED = 5, 1_000
"""Routes for each stop, and at most, that are tried together: the likeliest."""
_QUESTIONS = 10
"""When putting routes together is given up: rather search for other routes than ponder over these."""


@dataclass(frozen=True, slots=True)
class Pooled:
    """One route of the pool: the team it was found for (others like it may take it), its stops, its cost."""

    team: int
    stops: tuple[int, ...]
    cost: int


class Pool:
    """Routes that keep all hard rules, at most one order for each set of stops and kind of team.

    Parameters
    ----------
    travel : Travel
    alike : list of int
        Teams with the same number differ in nothing but their id.
    stop : Stop
    seed : int
    """

    def __init__(self, travel: Travel, alike: list[int], stop: Stop, seed: int) -> None:
        self._travel, self._alike, self._stop, self._seed = travel, alike, stop, seed
        self._teams: dict[int, list[int]] = {}
        for team, kind in enumerate(alike):
            self._teams.setdefault(kind, []).append(team)
        self._found: dict[tuple[int, frozenset[int]], Pooled] = {}
        self._new: dict[tuple[int, frozenset[int]], Pooled] = {}

    def __len__(self) -> int:
        return len(self._found)

    def add(self, team: int, stops: tuple[int, ...], distance: int) -> None:
        """Keep a route unless one with the same stops is as short; the route keeps all hard rules."""
        key = self._alike[team], frozenset(stops)
        known = self._found.get(key)
        cost = distance + self._travel.problem.team_cost
        if known is None or cost < known.cost or (cost == known.cost and stops < known.stops):
            if known is None and len(self._found) >= _MOST_ROUTES:
                self._found.pop(next(iter(self._found)))
            self._found[key] = self._new[key] = Pooled(self._alike_first(team), stops, cost)

    def _alike_first(self, team: int) -> int:
        return self._teams[self._alike[team]][0]

    def news(self) -> list[Pooled]:
        """Return the routes that came in since the last call."""
        found = list(self._new.values())
        self._new.clear()
        return found

    def add_all(self, routes: list[Pooled]) -> None:
        """Keep routes that another pool kept."""
        for route in routes:
            self.add(route.team, route.stops, route.cost - self._travel.problem.team_cost)

    def add_routes(self, routes: Routes) -> None:
        """Keep all routes of a solution."""
        for team, stops in enumerate(routes):
            if stops:
                self.add(team, tuple(stops), self._travel.distance(team, stops))

    def routes(self) -> list[Pooled]:
        """Return what is kept, in an order that does not depend on how it was found."""
        return sorted(self._found.values(), key=lambda route: (route.team, route.stops))

    def recombine(self, incumbent: Routes) -> Routes | None:
        """Return pooled routes that together are better than the incumbent, which keeps all rules; or None."""
        self.add_routes(incumbent)
        value, columns = self._travel.value(incumbent), self._columns()
        few = min(_MOST_TRIED, _TRIED * len(self._travel.problem.stops))
        chosen, _ = best_of(self._master, columns, [], value, effort=Effort(_QUESTIONS, few))
        if not chosen:
            return None
        better = self._unfold([columns[k] for k in chosen])
        return better if self._travel.value(better) < value and self._complete(better) else None

    def _columns(self) -> list[Column]:
        return [Column(self._alike[route.team], route.stops, route.cost) for route in self.routes()]

    def _master(self, columns: list[Column]) -> Master:
        available = [len(self._teams[kind]) for kind in range(len(self._teams))]
        master = Master(self._travel.problem, available, self._stop, self._seed)
        master.add(columns)
        return master

    def _complete(self, routes: Routes) -> bool:
        visited = {stop for stops in routes for stop in stops}
        required = self._travel.problem.required
        if any(required[stop] and stop not in visited for stop in range(len(required))):
            return False
        return not any(self._travel.broken(team, stops) for team, stops in enumerate(routes))

    def _unfold(self, chosen: list[Column]) -> Routes:
        """Give routes to teams."""
        routes: Routes = [[] for _ in self._travel.problem.teams]
        free = {kind: list(teams) for kind, teams in self._teams.items()}
        for column in sorted(chosen, key=lambda c: c.stops):
            routes[free[column.kind].pop(0)] = list(column.stops)
        return routes
