"""What volunteers could carry at most, given prices of the children: the knapsacks of all at once, in whole numbers."""

from dataclasses import dataclass

import numpy as np

from scheduling.pairing.assignment.tables import Tables
from scheduling.pairing.highs import Floats
from scheduling.pairing.problem import Bools, Ints
from scheduling.stop import Stop

_SHIFT = 20
_EXACT = 2.0**51
_NEVER = -(2.0**60)


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """The best set of children for each of some agents.

    Attributes
    ----------
    worth : int64 array [agents]
        What the sets are worth above the prices of their children, scaled by ``2 ** shift``; never negative.
    sets : bool array [agents, children]
    """

    worth: Ints
    sets: Bools


class Packing:
    """Knapsacks of the volunteers of a problem without a timetable.

    Parameters
    ----------
    tables : Tables

    Attributes
    ----------
    places : int64 array [children]
        How many each child has left; only children with candidates are among them.
    gain : int64 array [agents, children]
        Gain of a pair; anything where the two are no candidates.
    candidates : bool array [agents, children]
    shift : int
        Prices and worths are whole numbers scaled by ``2 ** shift``; below 0 where no scale is exact.

    Notes
    -----
    The best set of an agent is found by dynamic programming over what it can still carry (Kellerer, Pferschy and
    Pisinger, Knapsack Problems, 2004, chapter 2), over the number of its children too where that can bind. Only
    children that are worth more than their price are looked at; all agents take their next child at the same time.
    Numbers are whole and small enough to be exact, so a bound that is made of them is proven.
    """

    def __init__(self, tables: Tables) -> None:
        first = tables.first()
        agents = tables.nobody
        self.places = np.diff(np.append(first, tables.places))
        self.candidates = np.isfinite(tables.price[:agents, first])
        self.gain = -tables.cost[:agents, first].astype(np.int64)
        self._load = np.where(self.candidates, tables.load[:agents, first], 0).astype(np.int64)
        self._capacity = tables.capacity[:agents].astype(np.int64)
        self._most = np.where(tables.counted, tables.most[:agents], 0).astype(np.int64)
        if tables.counted:
            self._capacity = np.minimum(self._capacity, self._most * self._load.max(axis=1, initial=0))
        self._fitting = self.candidates & (self._load <= self._capacity[:, None])
        largest = max(float(np.abs(self.gain).max(initial=0)), 1.0)
        self.shift = min(_SHIFT, int(np.floor(np.log2(_EXACT / (4 * largest * max(tables.places, 1))))))
        self._counted = tables.counted

    @property
    def agents(self) -> int:
        """Number of agents."""
        return len(self._capacity)

    def states(self, price: Ints) -> tuple[int, int]:
        """Count what the programme at these prices looks at: in each step for each agent, and in all steps for all."""
        usable = self._fitting & ((self.gain << self.shift) > price)
        carried = 1 + np.minimum(self._capacity, np.where(usable, self._load, 0).sum(axis=1))
        items = int(usable.sum(axis=1).max(initial=0))
        each = int(carried.max(initial=0)) * (1 + min(int(self._most.max(initial=0)), items))
        return each, each * self.agents * items

    def scaled(self, price: Floats) -> Ints:
        """Return prices of the children as whole numbers, none below 0."""
        most = float(np.abs(self.gain).max(initial=0))
        return np.rint(np.clip(price, 0.0, most) * 2.0**self.shift).astype(np.int64)

    def pack(self, price: Ints, agents: Ints, open_: Bools) -> Packed:
        """Find the best set of the children that are open, for some agents.

        Parameters
        ----------
        price : int64 array [children]
            As `scaled` gives them.
        agents : int64 array
        open_ : bool array [children]
        """
        tables = _Programme(self, price, agents, self._fitting[agents] & open_)
        return Packed(tables.worth.astype(np.int64), tables.sets())

    def gain_of(self, agent: Ints, sets: Bools) -> Ints:
        """Return what sets gain, one for each of the agents."""
        return np.asarray(np.where(sets, self.gain[agent], 0).sum(axis=1), dtype=np.int64)

    def total(self, price: Ints, worth: Ints, places: Ints | None = None) -> int:
        """Return the scaled bound that prices of places, all if not given, and worths of the agents for them prove."""
        return int((self.places if places is None else places) @ price) + int(worth.sum())

    def bound_with(self, price: Ints) -> tuple[int, Ints]:
        """Return what prices prove of all solutions, and of those that have a pair.

        Returns
        -------
        bound : int
        bound_with : int64 array [agents, children]
            Anything where the two are no candidates.

        Notes
        -----
        A solution with a pair is worth at most the scaled total, less what the agent's best set is worth, plus the pair
        and the best that it could carry beside it (the same child once more, at worst).
        """
        every = np.arange(self.agents)
        tables = _Programme(self, price, every, self._fitting)
        total = self.total(price, tables.worth.astype(np.int64))
        with_ = (self.gain << self.shift) - price + tables.beside(self._load)
        bounds = (total + with_.astype(np.int64) - tables.worth.astype(np.int64)[:, None]) >> self.shift
        bound = total >> self.shift
        return bound, np.where(self._fitting, np.minimum(bounds, bound), _NEVER).astype(np.int64)

    def near(self, price: Ints, gap: int, most: int, stop: Stop) -> tuple[Ints, Bools] | None:
        """List every set that is worth at most a gap (scaled) less than its agent's best.

        Returns
        -------
        agent : int64 array [sets]
        sets : bool array [sets, children]
            Or None instead of both, where they are more than ``most`` or it was interrupted. The set without children
            is left out.

        Notes
        -----
        Sets grow child by child; those stay from which the programme of the children behind leads near enough, so
        there are never more of them than are listed in the end.
        """
        above = (self.gain << self.shift) - price
        agents: list[Ints] = []
        found: list[Bools] = []
        count = 0
        for agent in range(self.agents):
            child = np.flatnonzero(self._fitting[agent] & (above[agent] >= -gap))
            limit = int(self._most[agent]) if self._counted else None
            listed = _near(above[agent, child], self._load[agent, child], int(self._capacity[agent]), limit, gap, most)
            if listed is None or count + len(listed) > most or stop.cut():
                return None
            count += len(listed)
            sets = np.zeros((len(listed), len(price)), dtype=np.bool_)
            sets[:, child] = listed
            agents.append(np.full(len(sets), agent))
            found.append(sets)
        return np.concatenate(agents), np.concatenate(found)


def _near(above: Ints, load: Ints, capacity: int, limit: int | None, gap: int, most: int) -> Bools | None:
    """List the sets of one agent; see `Packing.near`."""
    items, capacity = len(above), min(capacity, int(load.sum()))
    levels = 1 if limit is None else 1 + min(limit, items)
    # behind[item, level, free]: the best of the children from `item` on.
    behind = np.zeros((items + 1, levels, capacity + 1), dtype=np.int64)
    for item in range(items - 1, -1, -1):
        without, size = behind[item + 1], int(load[item])
        behind[item] = without
        into, before = (behind[item], without) if limit is None else (behind[item, 1:], without[:-1])
        into[..., size:] = np.maximum(into[..., size:], before[..., : capacity + 1 - size] + above[item])
    least = int(behind[0, levels - 1, capacity]) - gap
    worth, free = np.zeros(1, dtype=np.int64), np.array([capacity])
    level, sets = np.array([levels - 1]), np.zeros((1, items), dtype=np.bool_)
    for item in range(items):
        able = np.flatnonzero((free >= load[item]) & ((level > 0) | (limit is None)))
        worth = np.concatenate([worth, worth[able] + above[item]])
        free = np.concatenate([free, free[able] - load[item]])
        level = np.concatenate([level, level[able] - (limit is not None)])
        taken = sets[able]
        taken[:, item] = True
        sets = np.concatenate([sets, taken])
        kept = worth + behind[item + 1, level, free] >= least
        worth, free, level, sets = worth[kept], free[kept], level[kept], sets[kept]
        if len(worth) > most:
            return None
    return sets[sets.any(axis=1)]


class _Programme:
    """The table of the dynamic programme.

    Parameters
    ----------
    packing : Packing
    price : int64 array [children]
    agents : int64 array
    usable : bool array [agents, children]

    Attributes
    ----------
    worth : float array [agents]
        Whole numbers.
    """

    def __init__(self, packing: Packing, price: Ints, agents: Ints, usable: Bools) -> None:
        above = ((packing.gain[agents] << packing.shift) - price).astype(np.float64)
        usable = usable & (above > 0)
        self._shape = usable.shape
        count = len(agents)
        self._every = np.arange(count)
        items = int(usable.sum(axis=1).max(initial=0))
        self._child = np.argsort(~usable, axis=1, kind="stable")[:, :items]
        real = np.take_along_axis(usable, self._child, axis=1)
        self._load = np.where(real, np.take_along_axis(packing._load[agents], self._child, axis=1), 0)
        above = np.where(real, np.take_along_axis(above, self._child, axis=1), 0.0)
        capacity = np.minimum(packing._capacity[agents], self._load.sum(axis=1))
        most = np.minimum(packing._most[agents], items)
        self._free, self._level = capacity, most
        self._whole, self._others = packing._capacity[agents], np.clip(packing._most[agents] - 1, 0, items)
        levels, carried = 1 + int(most.max(initial=0)), int(capacity.max(initial=0)) + 1
        pad = int(self._load.max(initial=0))
        self._counted = packing._counted
        # Before the first state of each level stand some that cannot be reached, so that no load leads out of it.
        table = np.full((count, levels, pad + carried), _NEVER)
        table[:, :, pad:] = 0.0
        before = slice(0, levels - 1) if self._counted else slice(0, 1)
        after = slice(1, levels) if self._counted else slice(0, 1)
        place = np.arange(table.size).reshape(table.shape)[:, before, pad:]
        flat, self._states = table.ravel(), table[:, :, pad:]
        states = table[:, after, pad:]
        self._taken = np.zeros((items, *states.shape), dtype=np.bool_)
        for item in range(items):
            with_ = flat[place - self._load[:, item, None, None]] + above[:, item, None, None]
            np.greater(with_, states, out=self._taken[item])
            np.maximum(with_, states, out=states)
        self.worth = self._states[self._every, self._level, self._free].copy()

    def sets(self) -> Bools:
        """Return the sets that are worth the most."""
        sets = np.zeros(self._shape, dtype=np.bool_)
        free, level = self._free.copy(), self._level.copy()
        for item in range(len(self._taken) - 1, -1, -1):
            takes = np.zeros(len(free), dtype=np.bool_)
            able = np.flatnonzero(level > 0) if self._counted else self._every
            takes[able] = self._taken[item][able, level[able] - 1 if self._counted else 0, free[able]]
            sets[self._every[takes], self._child[takes, item]] = True
            free -= np.where(takes, self._load[:, item], 0)
            level -= takes & self._counted
        return sets

    def beside(self, load: Ints) -> Floats:
        """Return what each agent could carry at most beside a child of some load; `load` is [agents, children]."""
        left = np.clip(self._whole[:, None] - load, 0, self._free[:, None])
        return np.asarray(self._states[self._every[:, None], self._others[:, None], left], dtype=np.float64)
