"""Exchanges of places in small groups of volunteers, every combination of the most promising moves at once.

One step draws disjoint groups of agents. In a group each place has one alternative agent; of these moves the few with
the lowest price are taken, and all their subsets, 2 to the number of moves, are weighed by one matrix product: shifts,
swaps, cycles and ejection chains of every length up to the number of moves are among them. The best subset that keeps
every capacity is done. Noise on prices and on subsets lets the search leave local optima.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scheduling.pairing.assignment.tables import Floats, Tables, scale
from scheduling.pairing.problem import Bools, Ints

_GROUP = 5
_MOVES = 10
_MOST_GROUPS = 16
_NOISE_POOL = 2**20
_STRIDE = 104_729
_NEVER = 1e30
_ASK_EVERY = 16


@dataclass(frozen=True, slots=True)
class Heat:
    """How much noise a run takes, in units of the problem's typical price.

    Attributes
    ----------
    first, last : float
        Noise on subsets at the beginning and at the end; in between it falls geometrically.
    prices : float
        Noise on the prices by which moves are chosen.
    """

    first: float = 0.5
    last: float = 0.05
    prices: float = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class _Moves:
    """The moves of one step: per group and position the place, where it is, where it would go, and whether it may."""

    place: Ints
    own: Ints
    other: Ints
    valid: Bools


class Exchange:
    """A solution that is improved by exchanges; `best` never gets worse.

    Parameters
    ----------
    tables : Tables
    agent : int64 array [places]
        A feasible solution.
    seed : int

    Attributes
    ----------
    best : int64 array [places]
        The best solution so far.
    best_cost : float
        Its cost.
    """

    def __init__(self, tables: Tables, agent: Ints, seed: int) -> None:
        self._tables = tables
        self._rng = np.random.default_rng(seed)
        self._kind = tables.cost.dtype
        self._size = min(_GROUP, tables.nobody + 1)
        self._groups = max(1, min((tables.nobody + 1) // self._size, _MOST_GROUPS))
        self._moves = min(_MOVES, tables.places)
        self._subsets = (np.arange(2**self._moves)[None, :] >> np.arange(self._moves)[:, None] & 1).astype(self._kind)
        self._pool = self._rng.gumbel(size=_NOISE_POOL).astype(self._kind)
        self._unit = scale(tables.price, tables.places)
        self._every = np.arange(tables.places)
        self._steps = 0
        self._group_of = np.zeros(len(tables.capacity), dtype=np.int64)
        self._member_of = np.zeros(len(tables.capacity), dtype=np.int64)
        self.best = agent.copy()
        self.best_cost = self._cost(agent)
        self._move_to(agent.copy())

    def _cost(self, agent: Ints) -> float:
        return float(self._tables.cost[agent, self._every].sum(dtype=np.float64))

    def _move_to(self, agent: Ints) -> None:
        self._agent = agent
        self._count()

    def _count(self) -> None:
        agents = len(self._tables.capacity)
        load = np.bincount(self._agent, self._tables.load[self._agent, self._every], minlength=agents)
        self._left = (self._tables.capacity - load).astype(self._kind)
        if self._tables.counted:
            self._seats = (self._tables.most - np.bincount(self._agent, minlength=agents)).astype(self._kind)

    def run(self, steps: int, heat: Heat, cut: Callable[[], bool]) -> bool:
        """Go on from the best solution for so many steps; tell whether all were done."""
        self._move_to(self.best.copy())
        first, last = heat.first * self._unit, heat.last * self._unit
        for step in range(steps):
            if step % _ASK_EVERY == 0 and cut():
                return False
            self.step(first * (last / first) ** (step / steps), heat.prices * self._unit)
        return True

    def step(self, noise: float, price_noise: float) -> None:
        """Do one step, with so much noise on subsets and on prices."""
        self._steps += 1
        groups = self._draw()
        moves = self._choose(groups, price_noise)
        if not moves.valid.any():
            return
        subset = self._weigh(groups, moves, noise).argmin(axis=1)
        done = (self._subsets.T[subset] > 0) & moves.valid
        if not done.any():
            return
        self._agent[moves.place[done]] = moves.other[done]
        self._count()
        cost = self._cost(self._agent)
        if cost < self.best_cost:
            self.best, self.best_cost = self._agent.copy(), cost

    def _noise(self, size: int, salt: int) -> Floats:
        first = (self._steps * _STRIDE + salt) % (len(self._pool) - size)
        return self._pool[first : first + size]

    def _draw(self) -> Ints:
        """Draw disjoint groups; nobody is in the first one."""
        nobody, need = self._tables.nobody, self._groups * self._size
        if self._groups == _MOST_GROUPS or self._steps % 2:
            members = self._neighbours(need)
        else:
            members = np.concatenate([[nobody], self._rng.permutation(nobody)])[:need]
        self._group_of[:] = self._groups
        self._group_of[members] = np.repeat(np.arange(self._groups), self._size)
        self._group_of[nobody + 1] = self._groups
        self._member_of[members] = np.tile(np.arange(self._size), self._groups)
        return np.asarray(members.reshape(self._groups, self._size), dtype=np.int64)

    def _neighbours(self, need: int) -> Ints:
        """Draw groups round a place each: its agent and some that are near to it; `void` where one is drawn twice."""
        near = self._tables.near
        place = self._rng.integers(0, self._tables.places, self._groups)
        pick = self._rng.integers(0, near.shape[1], (self._groups, self._size - 1)) if near.shape[1] else None
        rest = np.zeros((self._groups, 0), dtype=np.int64) if pick is None else near[place[:, None], pick]
        members = np.concatenate([self._agent[place][:, None], rest], axis=1).ravel()
        members[0] = self._tables.nobody
        _, first = np.unique(members, return_index=True)
        drawn = np.full(need, self._tables.nobody + 1, dtype=np.int64)
        drawn[first] = members[first]
        return drawn

    def _choose(self, groups: Ints, price_noise: float) -> _Moves:
        """Choose the moves of each group with the lowest prices."""
        tables = self._tables
        group = self._group_of[self._agent]
        place = np.flatnonzero(group < self._groups)
        group, own = group[place], self._agent[place]
        other = groups[group]
        price = tables.price[other, place[:, None]]
        if price_noise:
            price = price - price_noise * self._noise(price.size, 0).reshape(price.shape)
        rows = np.arange(len(place))
        price[rows, self._member_of[own]] = np.inf
        if tables.doubled:
            price[self._has(other, place)] = np.inf
        which = price.argmin(axis=1)
        price, other = price[rows, which] - tables.price[own, place], other[rows, which]
        order = np.lexsort((price, group))
        begin = np.searchsorted(group[order], np.arange(self._groups))
        at = np.minimum(begin[:, None] + np.arange(self._moves)[None, :], max(len(order) - 1, 0))
        if not len(order):
            nothing = np.zeros(at.shape, dtype=np.int64)
            return _Moves(nothing, nothing, nothing, np.zeros(at.shape, dtype=np.bool_))
        at = order[at]
        valid = (group[at] == np.arange(self._groups)[:, None]) & (price[at] < _NEVER)
        # Near the end of the list a place may stand twice.
        valid[:, 1:] &= at[:, 1:] != at[:, :-1]
        moves = _Moves(place[at], own[at], other[at], valid)
        if tables.doubled:
            self._once(moves)
        return moves

    def _has(self, agent: Ints, place: Ints) -> Bools:
        """Tell which agents have a place of the same child already (nobody may have several)."""
        child = self._tables.child
        has = np.zeros((len(self._tables.capacity), int(child[-1]) + 1), dtype=np.bool_)
        has[self._agent, child] = True
        has[self._tables.nobody] = False
        return np.asarray(has[agent, child[place][:, None]])

    def _once(self, moves: _Moves) -> None:
        """Let no two places of a child move to the same agent."""
        key = moves.other * (int(self._tables.child[-1]) + 1) + self._tables.child[moves.place]
        key = np.where(
            moves.valid & (moves.other != self._tables.nobody), key, -1 - np.arange(key.size).reshape(key.shape)
        )
        _, first = np.unique(key, return_index=True)
        single = np.zeros(key.size, dtype=np.bool_)
        single[first] = True
        moves.valid[:] &= single.reshape(key.shape)

    def _weigh(self, groups: Ints, moves: _Moves, noise: float) -> Floats:
        """Return the cost of every subset of each group's moves, infinite where it breaks a capacity."""
        tables = self._tables
        count, size = groups.shape
        rows = size * (2 if tables.counted else 1)
        change = np.zeros((count, rows + 1, self._moves), dtype=self._kind)
        group, position = np.arange(count)[:, None], np.arange(self._moves)[None, :]
        leaves, comes = self._member_of[moves.own], self._member_of[moves.other]
        valid = moves.valid.astype(self._kind)
        change[group, leaves, position] = -tables.load[moves.own, moves.place] * valid
        change[group, comes, position] = tables.load[moves.other, moves.place] * valid
        if tables.counted:
            change[group, size + leaves, position] = -valid
            change[group, size + comes, position] = valid
        gain = tables.cost[moves.other, moves.place] - tables.cost[moves.own, moves.place]
        change[:, rows] = gain * valid
        sums = change @ self._subsets
        left = self._left[groups]
        if tables.counted:
            left = np.concatenate([left, self._seats[groups]], axis=1)
        kept = sums[:, 0] <= left[:, :1]
        for row in range(1, rows):
            kept &= sums[:, row] <= left[:, row : row + 1]
        cost = sums[:, rows]
        if noise:
            cost = cost - noise * self._noise(cost.size, 1 + 7 * self._steps).reshape(cost.shape)
        return np.where(kept, cost, np.inf)
