"""Nodes of a branch and bound over patterns, and a linear program that moves from node to node."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scheduling.pairing.highs import AT_LOWER, BASIC, Floats, LinearProgram
from scheduling.pairing.master import PatternModel
from scheduling.pairing.problem import Bools, Ints
from scheduling.pairing.relaxation import fractions
from scheduling.pairing.rounding import Rounding
from scheduling.pairing.rows import Cut, Kind
from scheduling.stop import Stop

_ASLEEP = 0.5
"""A row of which more is left takes no part until it is broken or demanded."""
_BROKEN = 1e-6
_TRIED = 12
"""Rows of a basis that are tried for cuts."""
_MOST_CUTS = 300
"""Cuts beyond so many would slow every node more than they save."""
_FEWER = 0.8
_SEATS = 2
"""Names of the cuts of one seat are so far apart."""
_NONE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """A basis, to go on from at any seat.

    Attributes
    ----------
    status : object
        As the engine gives it.
    rows : int64 array
        Names of the rows that it is about, in their order.
    patterns : int64 array
        Which patterns, in their order.
    """

    status: Any
    rows: Ints
    patterns: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """Patterns that may still be chosen, rows that must be used up, and what is known of the relaxation.

    Attributes
    ----------
    open : bool array [patterns]
    full : bool array [rows]
        Of the rows of the tree's model; cuts are never demanded.
    bound : int
        Of all solutions of the node.
    loose : float
        The same before it was rounded down.
    values : float array [patterns] or None
        Of its relaxation, where it was solved.
    basis : Basis or None
        Of its relaxation, or of one near to it.
    """

    open: Bools
    full: Bools
    bound: int
    loose: float
    values: Floats | None = None
    basis: Basis | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """What the relaxation of a node gave.

    Attributes
    ----------
    node : Node or None
        The node where something better may be in it.
    chosen : int64 array or None
        The patterns of a better solution.
    undecided : int
        Bound of what the engine could not solve; 0 where it did.
    """

    node: Node | None = None
    chosen: Ints | None = None
    undecided: int = 0


def two_seats(
    model: PatternModel,
    program: LinearProgram,
    kept: Ints,
    rows: Ints,
    most: Ints,
    stop: Stop,
    inside: Bools | None = None,
) -> tuple["Seat", "Seat"]:
    """Return two seats, the second for a thread of its own; parameters as for `Seat`."""
    one = Seat(0, model, program, kept, rows, most, stop, inside)
    return one, Seat(1, model, program, kept, rows, most, stop.silent(), inside)


class Seat:
    """A linear program that stands at a node, with all that it knows: seats share nothing.

    Parameters
    ----------
    number : int
        0 or 1.
    model : PatternModel
    program : LinearProgram
        Solved; it knows the patterns ``kept`` and the rows of the model, and others.
    kept : int64 array
        Which of the program's columns are the model's patterns.
    rows : int64 array
        Which of the program's rows are the model's.
    most : int64 array [patterns]
        Bounds of the solutions that have a pattern.
    stop : Stop
    inside : bool array [patterns], optional
        Which patterns the program knows at first, all if not given.

    Attributes
    ----------
    model : PatternModel
        With the cuts that were found here, or heard of.
    stop : Stop

    Notes
    -----
    Most patterns are in no solution of a relaxation. Each is priced over all patterns; those that may make it better
    are put into the program. Most rows are never used up. Those of which much is left in the solved program are asleep:
    they are not in the program until a solution breaks them or a node demands them. So seats know different patterns
    and rows; names of rows are the same everywhere, and a basis says which it is about.
    """

    def __init__(
        self,
        number: int,
        model: PatternModel,
        program: LinearProgram,
        kept: Ints,
        rows: Ints,
        most: Ints,
        stop: Stop,
        inside: Bools | None = None,
    ) -> None:
        self.model, self.stop = model, stop
        self._number = number
        self._made: list[tuple[int, Cut]] = []
        self._heard: set[int] = set()
        self._most, self._alive, self._living = most, np.arange(model.count), model
        self._rounding = Rounding(model.rows, _TRIED)
        self._names = np.arange(model.rows.count)
        self._base = model.rows.count
        asleep = program.slack(_ASLEEP)[rows] & (model.rows.kind != Kind.CHILD_PLACE) & ~model.rows.equal
        self._awake, self._asleep = np.flatnonzero(~asleep), asleep
        kept_rows = np.zeros(program.rows.count, dtype=np.bool_)
        kept_rows[rows[self._awake]] = True
        known = model.rows.picked(self._awake)
        self._program = program.narrowed(known, model.gain, kept, stop, inside=inside, kept_rows=kept_rows)
        self._open = np.ones(model.count, dtype=np.bool_)
        self._full = np.zeros(0, dtype=np.bool_)
        self._from: Basis | None = None
        self._at: Basis | None = None

    def solve(self, node: Node, value: int) -> Result:
        """Solve the relaxation of a node; only what is better than ``value`` counts."""
        self._bury(value)
        self._wake(np.flatnonzero(node.full))
        if node.basis is not None and node.basis is not self._from and node.basis is not self._at:
            self._go_to(node.basis)
        self._from, self._at = node.basis, None
        while True:
            result = self._solved(node, value)
            if result is not None:
                return result

    def tighten(self, node: Node, value: int) -> Result | None:
        """Cut fractions off the relaxation of the node that was solved last; None where that cannot be.

        Notes
        -----
        The cuts hold for every solution, not for those of the node alone, and stay.
        """
        if len(self._heard) > _MOST_CUTS or node.basis is not self._at or node.values is None:
            return None
        cuts = self._rounding.violated(self._program, node.values, self._awake)
        if not cuts:
            return None
        first = self._base + _SEATS * len(self._made) + self._number
        named = [(first + _SEATS * i, cut) for i, cut in enumerate(cuts)]
        self._made += named
        self._hear(named)
        return self.solve(node, value)

    def learn(self, other: "Seat") -> None:
        """Know the cuts, the rows and the patterns that another seat knows."""
        self._hear([cut for cut in other._made if cut[0] not in self._heard])
        self._wake(np.sort(other._awake[other._awake < self._base]))
        strange = other._program.members[~self._program.inside[other._program.members]]
        if len(strange):
            self._grow(np.sort(strange))

    def _hear(self, named: Sequence[tuple[int, Cut]]) -> None:
        """Know cuts by their names."""
        if not named:
            return
        cuts, before = [cut for _, cut in named], self.model.rows.count
        self._heard.update(name for name, _ in named)
        self._names = np.concatenate([self._names, [name for name, _ in named]])
        self.model = self.model.with_rows(self.model.rows.with_cuts(cuts))
        self._living = self.model.restricted(self._alive)
        self._rounding.add(cuts, self.model.rows)
        self._asleep = np.concatenate([self._asleep, np.ones(len(cuts), dtype=np.bool_)])
        self._wake(np.arange(before, self.model.rows.count))

    def _bury(self, value: int) -> None:
        """Leave patterns out of account that no better solution has, where they are many."""
        alive = np.flatnonzero(self._most > value)
        if len(alive) <= _FEWER * len(self._alive):
            self._alive, self._living = alive, self.model.restricted(alive)

    def _wake(self, rows: Ints) -> None:
        """Put rows into the program that are not there yet."""
        new = rows[self._asleep[rows]]
        if len(new):
            self._asleep[new] = False
            self._awake = np.concatenate([self._awake, new])
            self._program.append(self.model.rows.upper[new], *self._rounding.by_row.entries(new))

    def _grow(self, patterns: Ints) -> None:
        """Know more patterns."""
        before = len(self._program.members)
        self._program.widen(self.model.rows.picked(self._awake), self.model.gain)
        self._program.add(patterns)
        new = self._program.members[before:]
        shut = np.flatnonzero(~self._open[new])
        self._program.allow(before + shut, self._open[new[shut]])

    def _go_to(self, basis: Basis) -> None:
        """Go on from a basis of this seat or of another: what it does not know is not used up, or not used."""
        place = np.full(max(int(self._names.max()), int(basis.rows.max())) + 1, -1, dtype=np.int64)
        place[self._names] = np.arange(len(self._names))
        self._wake(place[basis.rows])
        strange = basis.patterns[~self._program.inside[basis.patterns]]
        if len(strange):
            self._grow(strange)
        place[:] = -1
        place[basis.rows] = np.arange(len(basis.rows))
        of_patterns = np.full(self.model.count, -1, dtype=np.int64)
        of_patterns[basis.patterns] = np.arange(len(basis.patterns))
        status, there = basis.status, self._program.basis()
        rows, patterns = [*status.row_status, BASIC], [*status.col_status, AT_LOWER]
        there.row_status = [rows[each] for each in place[self._names[self._awake]].tolist()]
        there.col_status = [patterns[each] for each in of_patterns[self._program.members].tolist()]
        self._program.return_to(there)

    def _solved(self, node: Node, value: int) -> Result | None:
        """Solve over what the program knows; None where that breaks rows or misses patterns: now they are known."""
        model, program, living = self.model, self._program, self._living
        full = np.zeros(model.rows.count, dtype=np.bool_)
        full[: self._base] = node.full
        alive = np.zeros(model.count, dtype=np.bool_)
        alive[self._alive] = node.open[self._alive]
        self._move(alive, full[self._awake])
        open_, inside = node.open[self._alive], program.inside[self._alive]
        if not program.solve():
            if not program.infeasible:
                return Result(undecided=node.bound)
            missing = self._alive[living.helpful(full) & open_ & ~inside]
            if len(missing):
                self._grow(missing)
                return None
            return Result()
        duals = np.zeros(model.rows.count)
        duals[self._awake] = program.duals
        prices = living.priced_within(duals, open_, full)
        if prices.bound <= value:
            return Result()
        values = np.zeros(model.count)
        values[program.members] = program.values
        broken = self._broken(values)
        missing = self._alive[living.better_than(prices, inside | ~open_)]
        if len(broken) or len(missing):
            self._wake(broken)
            if len(missing):
                self._grow(missing)
            return None
        if not len(fractions(values)):
            return Result(chosen=np.flatnonzero(values > 0.5))
        left = np.zeros(model.count, dtype=np.bool_)
        left[self._alive] = open_ & (prices.bound_with() > value)
        loose = min(node.loose, prices.total / 2**prices.shift)
        self._at = Basis(program.basis(), self._names[self._awake], program.members)
        return Result(Node(left, node.full, min(node.bound, prices.bound), loose, values, self._at))

    def _move(self, open_: Bools, full: Bools) -> None:
        """Make the program that of a node; ``full`` tells of the rows that are awake."""
        members = self._program.members
        changed = np.flatnonzero(open_[members] != self._open[members])
        self._program.allow(changed, open_[members[changed]])
        before = np.zeros(len(full), dtype=np.bool_)
        before[: len(self._full)] = self._full
        rows = np.flatnonzero(full != before)
        self._program.demand(rows, full[rows])
        self._open, self._full = open_, full

    def _broken(self, values: Floats) -> Ints:
        """Return the rows that are broken; only those asleep can be."""
        rows = self.model.rows
        used = np.flatnonzero(values > _BROKEN)
        first, row, value = rows.entries(used)
        total = np.bincount(row, weights=np.repeat(values[used], np.diff(first)) * value, minlength=rows.count)
        total[self._awake] = 0
        return np.flatnonzero(total > rows.upper + _BROKEN)
