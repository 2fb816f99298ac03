"""A proven bound on the value of all routes, and with luck the proof that none are better.

Notes
-----
The relaxation chooses routes in parts so that every stop is covered or its prize paid. Its prices say what each stop is
worth; routes that cost less than their stops are worth are grown by labels and added until there are none. For any
prices, rounded to whole numbers, every solution costs at least what all stops are worth plus, for each team, the least
by which a route of its kind costs less than its stops: that is the bound. A solution that is better than the best one
known uses only routes that exceed their worth by less than the gap; where they are few enough they are all grown, and
the best choice among them is the optimum.
"""

from dataclasses import dataclass

import numpy as np

from scheduling.routes.insertion import Grid
from scheduling.routes.labels import (
    MOST_CUTS,
    Cuts,
    Graph,
    Layer,
    Select,
    Words,
    bits,
    graph_of,
    grow,
    no_cuts,
    path,
)
from scheduling.routes.master import Column, Floats, Master, Triple, best_of
from scheduling.routes.pool import Pool
from scheduling.routes.problem import Bools, Ints, Routes
from scheduling.routes.pruning import Near, Quick, Rest, Useful
from scheduling.stop import Stop

_SCALE = 2**16
"""Prices are whole multiples of one part in so many."""

_LABELS, _NEAR_LABELS, _FEW_LABELS = 60_000, 200_000, 20_000
"""Labels that may be grown for one kind of team: for prices, within a gap, and where no prices guide it."""

_MOST_WAYS = 4_000_000
"""Ways between stops, of all kinds of teams together; with more, nothing is proven."""

_MOST_COLUMNS = 25_000
_EFFORT = 250_000
"""Labels that may be grown for the relaxation, and for each proof (a limit that does not depend on the machine)."""

_SHARES = (1, 1 / 2, 1 / 4, 1 / 8)
"""Shares of the gap within which routes are grown, until they are few enough; only the whole gap proves."""

_PER_KIND = 40
_ROUNDS = 200
_CHEAPER = 64
"""A route comes in if it is cheaper by more than so many parts: prices are only as exact as the engine."""

_REMEMBERED = 10
"""Stops nearby that a label remembers to have seen."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proven.

    Attributes
    ----------
    bound : int or None
        A lower bound on the value of every solution; None where none was found.
    routes : Routes or None
        Better routes than the known ones, if they were found.
    exact : bool
        Whether nothing is better than ``routes``, or than the known ones where that is None; where none are known,
        whether there are none.
    """

    bound: int | None
    routes: Routes | None
    exact: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Prices:
    """What visits are worth, in parts of `_SCALE`.

    Attributes
    ----------
    worth : int64 array [stops]
    triples : list of Triple
    penalty : int64 array [triples]
        What a route pays for visiting two stops of a triple.
    least : list of int
        The least that a route of each kind costs beyond the worth of its stops, at most 0.
    """

    worth: Ints
    triples: list[Triple]
    penalty: Ints
    least: list[int]

    def lowest(self, available: list[int]) -> int:
        """Return the bound that the prices prove."""
        teams = sum(count * low for count, low in zip(available, self.least, strict=True))
        return int(self.worth.sum()) - int(self.penalty.sum()) + teams

    def cuts(self, graph: Graph) -> Cuts:
        """Return the triples as a graph's labels know them."""
        member = np.zeros(len(self.worth), dtype=np.uint64)
        for number, triple in enumerate(self.triples):
            member[list(triple)] |= np.uint64(1 << number)
        return Cuts(member[graph.stops], self.penalty)


class Prover:
    """Tries to prove the best routes known, or to find better ones.

    Parameters
    ----------
    grid : Grid
    able : bool array [teams, stops]
    pool : Pool
        Its routes are where the relaxation begins; it is given the routes that were found.
    stop : Stop
    seed : int
    """

    def __init__(self, grid: Grid, able: Bools, pool: Pool, stop: Stop, seed: int) -> None:
        self._grid, self._able, self._pool, self._stop, self._seed = grid, able, pool, stop, seed
        problem = self._problem = grid.problem
        self._teams: list[list[int]] = [[] for _ in set(grid.alike)]
        for team, kind in enumerate(grid.alike):
            self._teams[kind].append(team)
        self._small = sum(int(able[teams[0]].sum()) ** 2 for teams in self._teams) <= _MOST_WAYS
        self._graphs: dict[int, Graph] = {}
        self._memories: dict[int, Words] = {}
        self._available = [len(teams) for teams in self._teams]
        self._effort = 0
        self._prices: _Prices | None = None
        self._optional = np.flatnonzero(~problem.required)

    def _graph(self, kind: int) -> Graph:
        """Return the ways of a kind of team: they take a while, and are often not needed."""
        if kind not in self._graphs:
            self._graphs[kind] = graph_of(self._grid, self._able, self._teams[kind][0])
            self._memories[kind] = _memory(self._graphs[kind])
        return self._graphs[kind]

    def enumerate(self, known: Routes | None) -> Proof | None:
        """Grow all routes there are; None where they are too many."""
        if not self._small:
            return None
        columns: list[Column] = []
        for kind in range(len(self._teams)):
            graph = self._graph(kind)
            count = len(graph.stops)
            nothing = np.zeros(count, dtype=np.int64)
            layers = grow(graph, nothing, no_cuts(count), None, Near(None, 0), _FEW_LABELS)
            if layers is None or self._stop.cut():
                return None
            columns += self._routes_of(kind, layers, None)
        if len(columns) > _MOST_COLUMNS:
            return None
        proof = self._decide(columns, known)
        return proof if proof.exact else None

    def relax(self, known: Routes) -> int | None:
        """Price stops by the relaxation; return the bound that it proves, None where that took too much."""
        if not self._small:
            return None
        self._effort = 0
        master = Master(self._problem, self._available, self._stop, self._seed)
        self._pool.add_routes(known)
        master.add([Column(self._grid.alike[r.team], r.stops, r.cost) for r in self._pool.routes()])
        value = self._grid.travel.value(known)
        while True:
            prices = self._converge(master)
            if prices is None:
                break
            if self._prices is None or prices.lowest(self._available) > self._prices.lowest(self._available):
                self._prices = prices
            triples = master.violated(MOST_CUTS - len(master.triples))
            if not triples or self._bound() >= value:
                break
            master.cut(triples)
        return None if self._prices is None else self._bound()

    def _bound(self) -> int:
        if self._prices is None:
            raise AssertionError("prices come before proofs")
        return -(-self._prices.lowest(self._available) // _SCALE)

    def prove(self, known: Routes) -> Proof:
        """Grow all routes within the gap between the bound of `relax` and known routes, and choose the best."""
        if self._prices is None:
            return Proof(None, None, False)
        value, bound = self._grid.travel.value(known), self._bound()
        if bound >= value:
            return Proof(value, None, True)
        self._effort = 0
        gap = (value - 1) * _SCALE - self._prices.lowest(self._available)
        for share in _SHARES:
            columns = self._within(self._prices, [int(gap * share) + low for low in self._prices.least])
            if columns is not None:
                found = self._decide(columns, known)
                proven = found.exact and share == 1
                return Proof(found.bound if proven else bound, found.routes, proven)
        return Proof(bound, None, False)

    def _converge(self, master: Master) -> _Prices | None:
        """Add routes that cost less than they are worth until there are none; return the prices then."""
        for _ in range(_ROUNDS):
            solved = master.solve()
            if solved is None:
                return None
            worth, teams = self._whole(solved[0]), [int(np.floor(price * _SCALE)) for price in solved[1]]
            penalty = np.maximum(np.rint(-solved[2] * _SCALE).astype(np.int64), 0)
            prices = _Prices(worth, list(master.triples), penalty, [])
            found = self._price(prices, teams, thorough=False)
            if not found:
                found = self._price(prices, teams, thorough=True)
                if found is None:
                    return None
                if not found:
                    return prices
            master.add(found)
        return None

    def _whole(self, prices: Floats) -> Ints:
        """Return what stops are worth in whole parts: never negative, and of optional stops never above the prize."""
        worth = np.maximum(np.rint(prices * _SCALE).astype(np.int64), 0)
        worth[self._optional] = np.minimum(worth[self._optional], self._problem.prize[self._optional] * _SCALE)
        return worth

    def _price(self, prices: _Prices, teams: list[int], *, thorough: bool) -> list[Column] | None:
        """Return routes that cost less than they are worth, of each kind the best; None where that took too much.

        Notes
        -----
        A thorough search notes the least cost of each kind in the prices.
        """
        found: list[Column] = []
        for kind in range(len(self._teams)):
            graph = self._graph(kind)
            memory = self._memories[kind] if thorough else None
            select = Useful(prices.cuts(graph)) if thorough else Quick()
            layers = self._grown(graph, prices, memory, select)
            if layers is None:
                if thorough:
                    return None
                continue
            columns, low = self._cheap(kind, layers, teams[kind])
            found += columns
            if thorough:
                prices.least.append(low)
        return found

    def _grown(
        self, graph: Graph, prices: _Prices, memory: Words | None, select: Select, limit: int = _LABELS
    ) -> list[Layer] | None:
        if self._effort > _EFFORT or self._stop.cut():
            return None
        layers = grow(graph.times(_SCALE), prices.worth[graph.stops], prices.cuts(graph), memory, select, limit)
        self._effort += limit if layers is None else sum(map(len, layers))
        return layers

    def _totals(self, kind: int, layer: Layer) -> Ints:
        """Return the costs of labels that go home; huge where that is too late."""
        graph = self._graph(kind)
        total = layer.cost + graph.home_cost[layer.node] * _SCALE
        return np.where(layer.time + graph.home_time[layer.node] <= graph.closes, total, np.iinfo(np.int64).max)

    def _cheap(self, kind: int, layers: list[Layer], team: int) -> tuple[list[Column], int]:
        """Return the best routes of a kind, at most one per last stop and depth, and the least cost."""
        options: list[tuple[int, int, int]] = []
        low = 0
        for depth, layer in enumerate(layers):
            totals = self._totals(kind, layer)
            low = min(low, int(totals.min(initial=0)))
            for index in np.flatnonzero(totals < team - _CHEAPER)[:2000].tolist():
                options.append((int(totals[index]), depth, index))
        columns: list[Column] = []
        ends: dict[int, int] = {}
        for _, depth, index in sorted(options):
            last = int(layers[depth].node[index])
            if ends.get(last, 0) < 2 and len(columns) < _PER_KIND:
                ends[last] = ends.get(last, 0) + 1
                columns.append(self._column(kind, path(layers, depth, index)))
        return columns, low

    def _column(self, kind: int, way: list[int]) -> Column:
        """Return a route; the pool keeps it if it visits no stop twice."""
        graph = self._graph(kind)
        stops = tuple(graph.stops[way].tolist())
        distance = self._grid.travel.distance(graph.team, stops)
        if len(set(stops)) == len(stops):
            self._pool.add(graph.team, stops, distance)
        return Column(kind, stops, distance + self._problem.team_cost)

    def _within(self, prices: _Prices, gaps: list[int]) -> list[Column] | None:
        """Return all routes within the gap of their kind above their stops' worth; None where they are too many."""
        columns: list[Column] = []
        for kind, gap in enumerate(gaps):
            graph = self._graph(kind)
            cuts = prices.cuts(graph)
            behind = self._grown(graph.reversed(), prices, self._memories[kind], Useful(cuts))
            if behind is None:
                return None
            rest = Rest(behind, prices.worth[graph.stops], cuts)
            layers = self._grown(graph, prices, None, Near(rest, gap), _NEAR_LABELS)
            if layers is None:
                return None
            columns += self._routes_of(kind, layers, gap)
            if len(columns) > _MOST_COLUMNS:
                return None
        return columns

    def _routes_of(self, kind: int, layers: list[Layer], gap: int | None) -> list[Column]:
        """Return the routes of all labels that can go home, of the same stops the cheapest."""
        graph = self._graph(kind)
        best: dict[bytes, tuple[int, int, int]] = {}
        for depth, layer in enumerate(layers):
            totals = layer.cost + graph.home_cost[layer.node] if gap is None else self._totals(kind, layer)
            good = layer.time + graph.home_time[layer.node] <= graph.closes
            if gap is not None:
                good &= totals <= gap
            for index in np.flatnonzero(good).tolist():
                key = layer.seen[index].tobytes()
                if key not in best or totals[index] < best[key][0]:
                    best[key] = int(totals[index]), depth, index
        columns = []
        for _, depth, index in best.values():
            stops = tuple(graph.stops[path(layers, depth, index)].tolist())
            columns.append(Column(kind, stops, self._grid.travel.distance(graph.team, stops) + self._problem.team_cost))
        return columns

    def _decide(self, columns: list[Column], known: Routes | None) -> Proof:
        """Choose the best of all routes that a better solution can use."""
        value = None if known is None else self._grid.travel.value(known)
        chosen, complete = self._choice(columns, value)
        if chosen is None:
            return Proof(value if complete else None, None, complete)
        routes: Routes = [[] for _ in self._problem.teams]
        free = [list(teams) for teams in self._teams]
        for column in sorted((columns[k] for k in chosen), key=lambda c: c.stops):
            routes[free[column.kind].pop(0)] = list(column.stops)
        if any(self._grid.travel.broken(team, stops) for team, stops in enumerate(routes)):
            return Proof(None, None, False)
        best = self._grid.travel.value(routes)
        better = value is None or best < value
        return Proof((best if better else value) if complete else None, routes if better else None, complete)

    def _choice(self, columns: list[Column], below: int | None) -> tuple[list[int] | None, bool]:
        """Return which routes to take, None where no choice is below a value, and whether that is proven."""
        if not columns:
            return (None if self._problem.required.any() else []), True

        def master(some: list[Column]) -> Master:
            made = Master(self._problem, self._available, self._stop, self._seed)
            made.add(some)
            return made

        return best_of(master, columns, [] if self._prices is None else self._prices.triples, below)


def _memory(graph: Graph) -> Words:
    """Return for each stop the stops that a label there remembers: those nearest in cost."""
    count = len(graph.stops)
    near = np.zeros((count, count), dtype=np.bool_)
    order = np.argsort(graph.cost + graph.cost.T, axis=1, kind="stable")[:, : _REMEMBERED + 1]
    np.put_along_axis(near, order, True, axis=1)
    near[np.arange(count), np.arange(count)] = True
    return bits(near)
