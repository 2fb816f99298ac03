"""All partial routes of one kind of team that are worth going on with, grown stop by stop.

Notes
-----
A label is a partial route: the stop it has come to, when service begins there, its load, its cost so far with what its
stops are worth taken off, and the stops it cannot go to any more (it was there, or it would be too late or too heavy).
At one stop a label that is no later, no heavier and no dearer than another, and can go wherever that can, makes the
other useless.
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


class Quick:
    """Keeps labels than which none at the same stop is both no later and no dearer; it loses good routes."""

    def __init__(self) -> None:
        nothing = np.zeros(0, dtype=np.int64)
        self._node, self._time, self._cost = nothing, nothing, nothing

    def __call__(self, layer: Layer, blocked: Bools) -> Bools:
        """Tell which labels are kept."""
        known = len(self._node)
        node = np.concatenate([self._node, layer.node])
        time = np.concatenate([self._time, layer.time])
        cost = np.concatenate([self._cost, layer.cost])
        order = np.lexsort((time, cost, node))
        fresh = np.ones(len(order), dtype=np.bool_)
        fresh[1:] = np.diff(node[order]) != 0
        good = np.zeros(len(order), dtype=np.bool_)
        good[order] = _falls(time[order], fresh)
        self._node, self._time, self._cost = node[good], time[good], cost[good]
        return good[known:]


def _falls(values: Ints, fresh: Bools) -> Bools:
    """Tell which values are below all before them in their group; ``fresh`` marks where groups begin."""
    rank = np.argsort(np.argsort(values, kind="stable"), kind="stable").astype(np.int64)
    first = np.ones(len(values), dtype=np.bool_)
    first[1:] = np.diff(np.sort(values)) != 0
    level = (np.cumsum(first) - 1)[rank] - np.cumsum(fresh) * len(values)
    before = np.append(np.iinfo(np.int64).max, np.minimum.accumulate(level)[:-1])
    return np.asarray(level < before, dtype=np.bool_)


class Useful:
    """Keeps labels that no other makes useless.

    Parameters
    ----------
    cuts : Cuts
    """

    def __init__(self, cuts: Cuts) -> None:
        self._cuts = cuts
        self._kept: dict[int, _Few] = {}

    def __call__(self, layer: Layer, blocked: Bools) -> Bools:
        """Tell which labels are kept."""
        keep = np.zeros(len(layer), dtype=np.bool_)
        words = bits(blocked)
        order = np.lexsort((layer.load, layer.time, layer.cost, layer.node))
        cuts = np.flatnonzero(np.diff(layer.node[order])) + 1
        for group in np.split(order, cuts) if len(order) else []:
            node = int(layer.node[group[0]])
            fresh = _Few(layer.time[group], layer.cost[group], layer.load[group], words[group], layer.odd[group])
            known = self._kept.get(node)
            if known is not None:
                left = np.flatnonzero(~self._beaten(known, fresh).any(axis=0))
                if not len(left):
                    continue
                group, fresh = group[left], fresh.take(left)
            if len(group) > 1:
                # Sorted by cost: an earlier one can beat a later one, and of equals the first stays.
                first = np.flatnonzero(~np.triu(self._beaten(fresh, fresh), 1).any(axis=0))
                group, fresh = group[first], fresh.take(first)
            keep[group] = True
            self._kept[node] = fresh if known is None else known.with_more(fresh)
        return keep

    def _beaten(self, one: "_Few", other: "_Few") -> Bools:
        """Tell which of the others each of the ones makes useless, [ones, others]."""
        beaten: Bools = (one.time[:, None] <= other.time) & (one.cost[:, None] <= other.cost)
        mine, theirs = np.nonzero(beaten)
        holds = one.load[mine] <= other.load[theirs]
        for word in range(one.blocked.shape[1]):
            holds &= (one.blocked[mine, word] & ~other.blocked[theirs, word]) == 0
        if len(self._cuts.penalty):
            # What the one may yet have to pay for and the other may not.
            holds[holds] = self._affords(one, mine[holds], other, theirs[holds])
        beaten[mine, theirs] = holds
        return beaten

    def _affords(self, one: "_Few", mine: Ints, other: "_Few", theirs: Ints) -> Bools:
        owed = self._cuts.paid(one.odd[mine] & ~other.odd[theirs])
        return np.asarray(one.cost[mine] + owed <= other.cost[theirs], dtype=np.bool_)


@dataclass(frozen=True, slots=True, eq=False)
class _Few:
    """Labels at one stop."""

    time: Ints
    cost: Ints
    load: Ints
    blocked: Words
    odd: Words

    def take(self, index: Ints) -> "_Few":
        return _Few(self.time[index], self.cost[index], self.load[index], self.blocked[index], self.odd[index])

    def with_more(self, other: "_Few") -> "_Few":
        return _Few(
            np.concatenate([self.time, other.time]),
            np.concatenate([self.cost, other.cost]),
            np.concatenate([self.load, other.load]),
            np.concatenate([self.blocked, other.blocked]),
            np.concatenate([self.odd, other.odd]),
        )


class Rest:
    """The least that the rest of a route can cost, from labels grown backwards.

    Parameters
    ----------
    layers : list of Layer
        Of the reversed graph.
    worth : int64 array [n]
    cuts : Cuts
        Of the same labels.
    """

    def __init__(self, layers: list[Layer], worth: Ints, cuts: Cuts) -> None:
        self._latest: list[Ints] = []
        self._least: list[Ints] = []
        node = np.concatenate([layer.node for layer in layers]) if layers else np.zeros(0, dtype=np.int64)
        latest = -np.concatenate([layer.time for layer in layers]) if layers else node
        cost = np.concatenate([layer.cost for layer in layers]) if layers else node
        odd = np.concatenate([layer.odd for layer in layers]) if layers else np.zeros(0, dtype=np.uint64)
        # Where the visit at the stop itself completed a pair, the way to it may have paid for that already.
        cost = cost - cuts.paid(cuts.member[node] & ~odd)
        for stop in range(len(worth)):
            mine = np.flatnonzero(node == stop)
            mine = mine[np.argsort(latest[mine], kind="stable")]
            self._latest.append(latest[mine])
            rest = cost[mine] + worth[stop]
            self._least.append(np.append(np.minimum.accumulate(rest[::-1])[::-1], IMPOSSIBLE))

    def __call__(self, node: Ints, time: Ints) -> Ints:
        """Return the least cost from the start of service at stops to the end, service at them itself apart."""
        least = np.full(len(node), IMPOSSIBLE, dtype=np.int64)
        for stop in np.unique(node).tolist():
            mine = np.flatnonzero(node == stop)
            least[mine] = self._least[stop][np.searchsorted(self._latest[stop], time[mine], side="left")]
        return least


class Near:
    """Keeps labels that can still become a route whose cost does not exceed a gap; of the same stops the best.

    Parameters
    ----------
    rest : Rest or None
        None: all labels can.
    gap : int
    """

    def __init__(self, rest: Rest | None, gap: int) -> None:
        self._rest, self._gap = rest, gap

    def __call__(self, layer: Layer, blocked: Bools) -> Bools:
        """Tell which labels are kept."""
        keep = np.zeros(len(layer), dtype=np.bool_)
        near = np.arange(len(layer))
        if self._rest is not None:
            near = np.flatnonzero(layer.cost + self._rest(layer.node, layer.time) <= self._gap)
        if not len(near):
            return keep
        words = [layer.seen[near, word] for word in range(layer.seen.shape[1])]
        order = np.lexsort((layer.time[near], layer.cost[near], *words, layer.node[near]))
        near = near[order]
        fresh = np.ones(len(near), dtype=np.bool_)
        fresh[1:] = np.diff(layer.node[near]) != 0
        for word in range(layer.seen.shape[1]):
            fresh[1:] |= layer.seen[near[1:], word] != layer.seen[near[:-1], word]
        # Sorted by cost within the same stops: a dearer label stays only if it is earlier than all before it.
        keep[near[_falls(layer.time[near], fresh)]] = True
        return keep
