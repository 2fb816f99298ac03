"""Which partial routes are worth going on with, and which can be forgotten.

Notes
-----
At one stop a label that is no later, no heavier and no dearer than another, and can go wherever that can, makes the
other useless.
"""

from dataclasses import dataclass

import numpy as np

from scheduling.routes.insertion import IMPOSSIBLE
from scheduling.routes.labels import Cuts, Layer, Words, bits
from scheduling.routes.problem import Bools, Ints


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
