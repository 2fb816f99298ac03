"""Partial routes of one kind of team, grown stop by stop.

Notes
-----
A label is a partial route: the stop it has come to, when service begins there, its load, its cost so far with what its
stops are worth taken off, and the stops it cannot go to any more (it was there, or it would be too late or too heavy).
Which labels are worth going on with, `grow` asks one of the classes of `scheduling.routes.pruning`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scheduling.routes.insertion import IMPOSSIBLE, Grid
from scheduling.routes.problem import NO_LIMIT, Bools, Ints

Words = NDArray[np.uint64]
"""Sets of stops as bits, [labels, words]."""

_WORD = 64


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """The ways of one kind of team between the stops that it could serve.

    Attributes
    ----------
    team : int
        The first team of the kind.
    stops : int64 array [n]
        Stops by index of the problem; elsewhere in this module a stop is its number in this array.
    out_time, out_cost, home_time, home_cost : int64 arrays [n]
        From the start to a stop and from a stop to the end.
    out_least, home_least : int64 arrays [n]
        The times of the quickest ways, if need be over other stops.
    direct : bool
        Whether no detour is quicker than the direct way.
    time, cost : int64 arrays [n, n]
        From stop to stop. Times out of a stop include its service; going out costs the team as well.
    low, high : int64 arrays [n, windows]
    opens, closes, capacity, most : int
        ``most`` is how many stops a route may have.
    demand : int64 array [n]
    """

    team: int
    stops: Ints
    out_time: Ints
    out_cost: Ints
    home_time: Ints
    home_cost: Ints
    out_least: Ints
    home_least: Ints
    direct: bool
    time: Ints
    cost: Ints
    low: Ints
    high: Ints
    opens: int
    closes: int
    capacity: int
    most: int
    demand: Ints

    def reversed(self) -> "Graph":
        """Return the same ways from end to start, with time running backwards."""
        return replace(
            self,
            out_time=self.home_time,
            out_cost=self.home_cost,
            home_time=self.out_time,
            home_cost=self.out_cost,
            out_least=self.home_least,
            home_least=self.out_least,
            time=self.time.T.copy(),
            cost=self.cost.T.copy(),
            low=-self.high[:, ::-1],
            high=-self.low[:, ::-1],
            opens=-self.closes,
            closes=-self.opens,
        )

    def times(self, factor: int) -> "Graph":
        """Return the same ways with all costs so many times as large."""
        return replace(
            self,
            out_cost=self.out_cost * factor,
            home_cost=self.home_cost * factor,
            cost=self.cost * factor,
        )

    def begin(self, arrival: Ints) -> Ints:
        """Return when service can begin for arrivals [m, n]; `IMPOSSIBLE` where it cannot."""
        found = np.full(arrival.shape, IMPOSSIBLE, dtype=np.int64)
        for k in reversed(range(self.low.shape[1])):
            found = np.where(arrival <= self.high[:, k], np.maximum(arrival, self.low[:, k]), found)
        return found


def graph_of(grid: Grid, able: Bools, team: int) -> Graph:
    """Return the graph of a team's kind."""
    problem = grid.problem
    stops = np.flatnonzero(able[team])
    place, service = problem.place[stops], problem.service[stops]
    start, end = int(problem.start[team]), int(problem.end[team])
    most = int(problem.max_stops[team])
    # A missing window is one that ends before it begins; it stays so when time runs backwards.
    missing = grid.high[stops] < grid.low[stops]
    low = np.where(missing, IMPOSSIBLE, grid.low[stops])
    high = np.where(missing, -IMPOSSIBLE, grid.high[stops])
    time = service[:, None] + problem.duration[np.ix_(place, place)]
    out, home = problem.duration[start, place], service + problem.duration[place, end]
    least = _least(time)
    out_least = np.minimum(out, (out[:, None] + least).min(axis=0, initial=IMPOSSIBLE))
    home_least = np.minimum(home, (least + home[None, :]).min(axis=1, initial=IMPOSSIBLE))
    direct = np.array_equal(least, time) and np.array_equal(out, out_least) and np.array_equal(home, home_least)
    return Graph(
        team=team,
        stops=stops,
        out_time=out,
        out_cost=problem.distance[start, place] + problem.team_cost,
        home_time=home,
        home_cost=problem.distance[place, end],
        out_least=out_least,
        home_least=home_least,
        direct=direct,
        time=time,
        cost=problem.distance[np.ix_(place, place)],
        low=low,
        high=high,
        opens=int(problem.opens[team]),
        closes=int(problem.closes[team]),
        capacity=int(problem.capacity[team]),
        most=len(stops) if most == NO_LIMIT else min(most, len(stops)),
        demand=problem.demand[stops],
    )


def _least(time: Ints) -> Ints:
    """Return the times of the quickest ways between stops."""
    least = time.copy()
    for middle in range(len(least)):
        np.minimum(least, least[:, middle, None] + least[None, middle, :], out=least)
    return least


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """Labels with the same number of stops.

    Attributes
    ----------
    node, time, load, cost, seen
        The stop, when service begins, and what was carried, spent and visited so far.
    odd : uint64 array
        Of which sets of `Cuts` an odd number of stops was visited.
    parent : int64 array
        Index into the layer before.
    """

    node: Ints
    time: Ints
    load: Ints
    cost: Ints
    seen: Words
    odd: Words
    parent: Ints

    def take(self, index: Ints | Bools) -> "Layer":
        """Return some of the labels."""
        return Layer(
            *(getattr(self, name)[index] for name in ("node", "time", "load", "cost", "seen", "odd", "parent"))
        )

    def __len__(self) -> int:
        return len(self.node)


@dataclass(frozen=True, slots=True, eq=False)
class Cuts:
    """Sets of three stops of which at most one route may visit two or more, and what breaking that costs.

    Attributes
    ----------
    member : uint64 array [n]
        Of which sets each stop is a member, one bit per set, at most `MOST_CUTS`.
    penalty : int64 array [sets]
        Paid by a label at every second visit to members of a set.
    """

    member: Words
    penalty: Ints

    def paid(self, sets: Words) -> Ints:
        """Return the penalties of sets given as bits, of any shape."""
        total = np.zeros(sets.shape, dtype=np.int64)
        for number, penalty in enumerate(self.penalty.tolist()):
            if penalty:
                total += penalty * ((sets >> np.uint64(number)) & np.uint64(1)).astype(np.int64)
        return total


MOST_CUTS = 64


def no_cuts(count: int) -> Cuts:
    """Return no sets, for so many stops."""
    return Cuts(np.zeros(count, dtype=np.uint64), np.zeros(0, dtype=np.int64))


Select = Callable[[Layer, Bools], Bools]
"""Tells for labels, and for the stops each can never go to [labels, n], which labels are worth going on with."""


def bits(table: Bools) -> Words:
    """Pack a table of truth values into words, [rows, words]."""
    rows, columns = table.shape
    words = -(-columns // _WORD) or 1
    padded = np.zeros((rows, words * _WORD), dtype=np.bool_)
    padded[:, :columns] = table
    packed: Words = np.packbits(padded, axis=1, bitorder="little").view(np.uint64)
    return packed


def unpacked(words: Words, columns: int) -> Bools:
    """Undo `bits`."""
    table = np.unpackbits(words.view(np.uint8), axis=1, count=columns, bitorder="little")
    return table.astype(np.bool_)


def grow(graph: Graph, worth: Ints, cuts: Cuts, memory: Words | None, select: Select, limit: int) -> list[Layer] | None:
    """Grow labels layer by layer.

    Parameters
    ----------
    graph : Graph
    worth : int64 array [n]
        What a visit takes off the cost; costs are multiplied by the caller.
    cuts : Cuts
    memory : Words or None
        Which stops a label at a stop remembers to have seen, one row per stop; None: all. Forgetting gives fewer labels
        and lower costs, and routes that come back to a stop.
    select : callable
    limit : int
        How many labels may be grown in all.

    Returns
    -------
    list of Layer or None
        None where the limit was reached.
    """
    count = len(graph.stops)
    identity = bits(np.eye(count, dtype=np.bool_))
    begin = graph.begin((graph.opens + graph.out_time)[None, :])[0]
    first = np.flatnonzero((begin + graph.home_least <= graph.closes) & (graph.demand <= graph.capacity))
    cost = graph.out_cost - worth
    nobody = np.zeros_like(first)
    layer = Layer(first, begin[first], graph.demand[first], cost[first], identity[first], cuts.member[first], nobody)
    layers: list[Layer] = []
    total = 0
    while len(layer) and len(layers) < graph.most:
        total += len(layer)
        if total > limit:
            return None
        start, blocked = _onward(graph, layer)
        kept = select(layer, blocked if graph.direct else unpacked(layer.seen, count))
        layer, start, blocked = layer.take(kept), start[kept], blocked[kept]
        layers.append(layer)
        parent, node = np.nonzero(~blocked)
        seen = layer.seen[parent] if memory is None else layer.seen[parent] & memory[node]
        odd, member = layer.odd[parent], cuts.member[node]
        layer = Layer(
            node,
            start[parent, node],
            layer.load[parent] + graph.demand[node],
            layer.cost[parent] + graph.cost[layer.node[parent], node] - worth[node] + cuts.paid(odd & member),
            seen | identity[node],
            odd ^ member,
            parent,
        )
    return layers


def _onward(graph: Graph, layer: Layer) -> tuple[Ints, Bools]:
    """Return when each label could begin at each stop, and where it cannot go."""
    start = graph.begin(layer.time[:, None] + graph.time[layer.node])
    blocked = unpacked(layer.seen, len(graph.stops))
    blocked |= start + graph.home_least[None, :] > graph.closes
    blocked |= layer.load[:, None] + graph.demand[None, :] > graph.capacity
    return start, blocked


def path(layers: list[Layer], depth: int, index: int) -> list[int]:
    """Return the stops of a label of a layer in their order."""
    stops = []
    for layer in reversed(layers[: depth + 1]):
        stops.append(int(layer.node[index]))
        index = int(layer.parent[index])
    return stops[::-1]
