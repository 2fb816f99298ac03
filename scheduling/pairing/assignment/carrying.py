"""The relaxation over sets of children that volunteers can carry (Dantzig-Wolfe), and dives from it to solutions."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from scheduling.pairing.assignment.packing import Packing
from scheduling.pairing.highs import Floats, LinearProgram
from scheduling.pairing.problem import Bools, Ints
from scheduling.pairing.rows import Kind, Rows
from scheduling.stop import Stop

_STEPS = 100
_KEPT, _SHRINK, _IDLE = 0.7, 0.6, 8
"""How much of the last direction stays, and how the steps become shorter after so many idle ones."""
_MIXED = 0.3
"""Share of the best prices so far in those by which sets are looked for: they swing less."""
_TOLERANCE = 0.1
"""A relaxation is good enough when its value is proven to so much of one unit of gain."""
_SURE, _LIKELY = 0.999, 0.5
"""Sets of this share are taken in a dive: always, and as long as there are few of them."""
_AT_ONCE = (0.3, 0.05, 0.15)
"""Of the agents that have no set yet so many get theirs in a step, in each dive."""
_EFFORT = 6_000
"""Agents times children times dives."""
_MOST_OF_EACH, _MOST_STATES, _MOST_CHILDREN = 2_000, 8_000_000, 12
"""Larger knapsacks, or sets of more children on average, take longer than they are worth."""
_USED = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """The best prices so far and what they prove.

    Attributes
    ----------
    price : int64 array [children]
    total : int
        Scaled bound.
    """

    price: Ints
    total: int


def applies(packing: Packing, price: Floats) -> bool:
    """Tell whether sets of children are worth knowing: few children each and, at prices near the best, small tables."""
    if packing.shift <= 0 or int(packing.places.sum()) > _MOST_CHILDREN * packing.agents:
        return False
    each, together = packing.states(packing.scaled(price))
    return 0 < each <= _MOST_OF_EACH and together <= _MOST_STATES


class Carrying:
    """Sets of children, at most one for each agent, in a linear program that grows by those worth more than they cost.

    Parameters
    ----------
    packing : Packing
    stop : Stop
    seed : int

    Attributes
    ----------
    best : Known or None
        What is proven of all solutions.
    """

    def __init__(self, packing: Packing, stop: Stop, seed: int) -> None:
        self._packing, self._stop, self._seed = packing, stop, seed
        self._agent = np.zeros(0, dtype=np.int64)
        self._sets = np.zeros((0, len(packing.places)), dtype=np.bool_)
        self._seen: set[bytes] = set()
        self._free = np.ones(packing.agents, dtype=np.bool_)
        self._left = packing.places.copy()
        self._taken: list[int] = []
        self.best: Known | None = None
        self._rows = _no_sets(packing)
        self._gain = np.zeros(0, dtype=np.int64)
        self._program = LinearProgram(self._rows, self._gain, stop, seed, primal=True)

    def begin(self, price: Floats, value: float) -> None:
        """Learn sets and prices by subgradient steps (Held, Wolfe and Crowder 1974) from some prices.

        Parameters
        ----------
        price : float array [children]
        value : float
            Of a solution: what the bound would be at best.
        """
        packing = self._packing
        every, all_ = np.arange(packing.agents), np.ones(len(price), dtype=np.bool_)
        unit = 2.0**packing.shift
        length, idle, before = 1.0, 0, np.zeros(len(price))
        for _ in range(_STEPS):
            if self._stop.cut():
                return
            whole = packing.scaled(price)
            packed = packing.pack(whole, every, all_)
            self._add(every, packed.sets)
            total = packing.total(whole, packed.worth)
            if self.best is None or total < self.best.total:
                closer = self.best is None or self.best.total - total > 5e-4 * (self.best.total - value * unit)
                self.best = Known(whole, total)
                idle = 0 if closer else idle + 1
            else:
                idle += 1
            step = packed.sets.sum(axis=0) - packing.places.astype(np.float64)
            if idle >= _IDLE:
                length, idle, before, price = length * _SHRINK, 0, np.zeros(len(price)), self.best.price / unit
            before = step + _KEPT * before
            size = float(before @ before)
            if not size or total <= value * unit:
                return
            price = price + length * (total / unit - value) / size * before

    def relax(self) -> bool:
        """Solve the relaxation of what is not taken yet; tell whether that came to an end."""
        packing, program = self._packing, self._program
        agents, open_ = np.flatnonzero(self._free), self._left > 0
        near: Known | None = None if self._taken else self.best
        taken = sum(self._gain[self._taken].tolist())
        while len(agents):
            if self._stop.cut() or (len(self._gain) and not program.solve()):
                return False
            duals = program.duals if len(self._gain) else np.zeros(self._rows.count)
            price = packing.scaled(duals[packing.agents :])
            value = program.objective - taken if len(self._gain) else 0.0
            mixes = (0.0,) if near is None else (_MIXED, 0.0)
            added = False
            for mix in mixes:
                if near is not None and value >= near.total / 2.0**packing.shift - _TOLERANCE:
                    return True
                mixed = price if near is None or not mix else np.rint(mix * near.price + (1 - mix) * price)
                mixed = mixed.astype(np.int64)
                packed = packing.pack(mixed, agents, open_)
                total = packing.total(mixed, packed.worth, self._left)
                if near is None or total < near.total:
                    near = Known(mixed, total)
                    if not self._taken and (self.best is None or total < self.best.total):
                        self.best = near
                added = self._add(agents, packed.sets, duals)
                if added:
                    break
            if not added:
                return True
        return True

    def dives(self) -> Iterator[Bools]:
        """Dive several times, each time from the relaxation of all; end where it is interrupted.

        Yields
        ------
        bool array [agents, children]
            A solution.
        """
        count = _EFFORT // max(self._packing.gain.size, 1)
        for at_once in _AT_ONCE[: max(count, 1)]:
            self._return()
            found = self._dive(at_once)
            if found is None:
                return
            yield found

    def _return(self) -> None:
        """Take everything back."""
        if self._taken:
            self._taken = []
            self._free[:] = True
            self._left = self._packing.places.copy()
            count = len(self._gain)
            self._program.allow(np.arange(count), np.ones(count, dtype=np.bool_))

    def _dive(self, at_once: float) -> Bools | None:
        """Take sets of large shares, step by step, until every agent has one."""
        while self._free.any() and (self._left > 0).any():
            if not self.relax():
                return None
            chosen = self._choose(at_once)
            if not len(chosen):
                break
            self._take(chosen)
        result = np.zeros(self._packing.gain.shape, dtype=np.bool_)
        result[self._agent[self._taken]] = self._sets[self._taken]
        return result

    def _choose(self, at_once: float) -> Ints:
        """Return the sets of the largest shares that go together."""
        share = self._program.values
        used = np.flatnonzero((share > _USED) & self._free[self._agent])
        used = used[np.lexsort((used, -share[used]))]
        most = max(1, int(at_once * np.count_nonzero(self._free)))
        chosen: list[int] = []
        left, free = self._left.copy(), self._free.copy()
        for each in used.tolist():
            if chosen and share[each] < (_LIKELY if len(chosen) < most else _SURE):
                break
            inside = self._sets[each]
            if free[self._agent[each]] and (left[inside] > 0).all():
                chosen.append(each)
                left = left - inside
                free[self._agent[each]] = False
        return np.array(chosen, dtype=np.int64)

    def _take(self, chosen: Ints) -> None:
        """Take sets, and close those that do not go with them."""
        self._taken += chosen.tolist()
        self._free[self._agent[chosen]] = False
        self._left = self._left - self._sets[chosen].sum(axis=0)
        closed = ~self._free[self._agent] | (self._sets & (self._left <= 0)).any(axis=1)
        closed[self._taken] = False
        self._program.allow(np.flatnonzero(closed), np.zeros(np.count_nonzero(closed), dtype=np.bool_))
        self._program.take(chosen)

    def _add(self, agents: Ints, sets: Bools, duals: Floats | None = None) -> bool:
        """Put sets into the program: the new ones, and with duals only those that are worth more than they cost."""
        packing = self._packing
        gain = packing.gain_of(agents, sets)
        kept = sets.any(axis=1)
        if duals is not None:
            kept &= gain - sets @ duals[packing.agents :] - duals[agents] > _USED
        new = []
        for each in np.flatnonzero(kept).tolist():
            key = agents[each].tobytes() + sets[each].tobytes()
            if key not in self._seen:
                self._seen.add(key)
                new.append(each)
        if not new:
            return False
        before = len(self._gain)
        agents, sets = agents[new], sets[new]
        self._agent = np.concatenate([self._agent, agents])
        self._sets = np.concatenate([self._sets, sets])
        self._gain = np.concatenate([self._gain, gain[new]])
        self._rows = self._rows.beside(_rows_of(self._rows, packing.agents, agents, sets))
        self._program.widen(self._rows, self._gain)
        self._program.add(np.arange(before, len(self._gain)))
        return True


def rows_of_sets(packing: Packing, agent: Ints, sets: Bools) -> tuple[Rows, Ints]:
    """Return the rows of sets, one for each agent and one for each child, and what the sets gain."""
    return _rows_of(_no_sets(packing), packing.agents, agent, sets), packing.gain_of(agent, sets)


def _no_sets(packing: Packing) -> Rows:
    """Return the rows: one for each agent, one for each child."""
    agents, children = packing.agents, len(packing.places)
    nothing = np.zeros(0, dtype=np.int64)
    return Rows(
        first=np.zeros(1, dtype=np.int64),
        row=nothing,
        value=nothing,
        upper=np.concatenate([np.ones(agents, dtype=np.int64), packing.places]),
        equal=np.zeros(agents + children, dtype=np.bool_),
        kind=np.repeat([Kind.VOLUNTEER_PLACE, Kind.CHILD_PLACE], [agents, children]),
        owner=np.concatenate([np.arange(agents), np.arange(children)]),
        slot=np.full(agents + children, -1),
    )


def _rows_of(rows: Rows, count: int, agents: Ints, sets: Bools) -> Rows:
    """Return the same rows over some sets."""
    which, child = np.nonzero(np.column_stack([np.ones(len(agents), dtype=np.bool_), sets]))
    row = np.where(child == 0, agents[which], count + child - 1)
    first = np.concatenate([[0], np.cumsum(1 + sets.sum(axis=1))])
    return replace(rows, first=first, row=row, value=np.ones(len(row), dtype=np.int64))
