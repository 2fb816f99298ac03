"""Nodes of a branch and bound over patterns, and two linear programs that move from node to node."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self, TypeVar

import numpy as np

from scheduling.pairing.highs import AT_LOWER, BASIC, Floats, LinearProgram
from scheduling.pairing.master import PatternModel
from scheduling.pairing.problem import Bools, Ints
from scheduling.pairing.relaxation import fractions
from scheduling.pairing.rounding import Rounding
from scheduling.pairing.rows import Cut, Kind, Rows
from scheduling.stop import Stop

_ASLEEP = 0.5
"""A row of which more is left takes no part until it is broken or demanded."""
_BROKEN = 1e-6
_TRIED = 12
"""Rows of a basis that are tried for cuts."""
_MOST_CUTS = 300
"""Cuts beyond so many would slow every node more than they save."""
_FEWER = 0.8
_NONE = np.zeros(0, dtype=np.int64)

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Basis:
    """A basis of the programs, to go on from.

    Attributes
    ----------
    status : object
        As the engine gives it.
    rows, patterns : int
        How many it knows.
    """

    status: Any
    rows: int
    patterns: int

    def know(self, rows: int, patterns: int) -> None:
        """Know rows and patterns that came in since: they are not used up, and not used."""
        if self.rows < rows:
            self.status.row_status = [*self.status.row_status, *[BASIC] * (rows - self.rows)]
            self.rows = rows
        if self.patterns < patterns:
            self.status.col_status = [*self.status.col_status, *[AT_LOWER] * (patterns - self.patterns)]
            self.patterns = patterns


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """Patterns that may still be chosen, rows that must be used up, and what is known of the relaxation.

    Attributes
    ----------
    open : bool array [patterns]
    full : bool array [rows]
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
    broken : int64 array
        The rows that its solution breaks; then nothing else is said.
    missing : int64 array
        Patterns that the programs do not know and that may make it better; then nothing else is said.
    """

    node: Node | None = None
    chosen: Ints | None = None
    undecided: int = 0
    broken: Ints = field(default_factory=lambda: _NONE)
    missing: Ints = field(default_factory=lambda: _NONE)

    @property
    def settled(self) -> bool:
        """Whether nothing was broken or missing."""
        return not len(self.broken) and not len(self.missing)


class Seats:
    """Two linear programs that stand at nodes, and solve side by side.

    Parameters
    ----------
    model : PatternModel
    program : LinearProgram
        Solved; it knows the patterns ``kept`` and the first rows of the model, and others.
    kept : int64 array
        Which of the program's columns are the model's patterns.
    rows : int64 array
        Which of the program's rows are the model's first rows.
    most : int64 array [patterns]
        Bounds of the solutions that have a pattern.
    stop : Stop
    inside : bool array [patterns], optional
        Which patterns the programs know at first, all if not given.

    Notes
    -----
    Most patterns are in no solution of a relaxation. Each is priced over all patterns; those that may make it better
    are put into both programs. Most rows are never used up. Those of which much is left in the solved program are
    asleep: they are in no program until a solution breaks them or a node demands them; then they are put into both. So
    both programs know the same patterns and rows, and a basis of one is one of the other. The second program runs in a
    thread of its own, and what each of them solves does not depend on which is faster. Used in a ``with`` statement,
    which ends the thread.
    """

    def __init__(
        self,
        model: PatternModel,
        program: LinearProgram,
        kept: Ints,
        rows: Ints,
        most: Ints,
        stop: Stop,
        inside: Bools | None = None,
    ) -> None:
        self.model = model
        self._most, self._alive, self._living = most, np.arange(model.count), model
        self._rounding, self._cuts = Rounding(model.rows, _TRIED), 0
        known = slice(len(rows))
        asleep = program.slack(_ASLEEP)[rows] & (model.rows.kind[known] != Kind.CHILD_PLACE) & ~model.rows.equal[known]
        self._awake = np.flatnonzero(~asleep)
        self._asleep = np.ones(model.rows.count, dtype=np.bool_)
        self._asleep[self._awake] = False
        kept_rows = np.zeros(program.rows.count, dtype=np.bool_)
        kept_rows[rows[self._awake]] = True
        self._seats = [
            _Seat(
                program.narrowed(self._known(), model.gain, kept, each, inside=inside, kept_rows=kept_rows), model.gain
            )
            for each in (stop, stop.silent())
        ]
        self._pool = ThreadPoolExecutor(max_workers=1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.shutdown()

    def solve(self, nodes: Sequence[Node | None], value: int) -> list[Result]:
        """Solve the relaxations of one or two nodes side by side; only what is better than ``value`` counts."""
        self._bury(value)
        results = [Result() for _ in nodes]
        left = {place: node for place, node in enumerate(nodes) if node is not None}
        self._wake([np.flatnonzero(node.full) for node in left.values()])
        while left:
            for place, node in left.items():
                basis = self._seats[place].elsewhere(node)
                if basis is not None:
                    basis.know(len(self._awake), self._seats[0].patterns)
            part = _Part(self.model, self._living, self._alive, self._awake)
            solved = self._side_by_side(
                {place: partial(self._seats[place].solve, part, node, value) for place, node in left.items()}
            )
            for place, result in solved.items():
                results[place] = result
            left = {place: node for place, node in left.items() if not results[place].settled}
            self._wake([results[place].broken for place in left])
            missing = np.unique(np.concatenate([_NONE, *(results[place].missing for place in left)]))
            if len(missing):
                rows = self._known()
                for seat in self._seats:
                    seat.grow(missing, rows)
        return results

    def tighten(self, nodes: Sequence[Node | None], value: int) -> list[Result] | None:
        """Cut fractions off the relaxations of nodes that were just solved; None where no cut was found.

        Notes
        -----
        They are looked for at the node with the higher bound, which most keeps the search from its end. They hold for
        every solution, not for those of the node alone, and stay.
        """
        if self._cuts > _MOST_CUTS:
            return None
        highest = max((node.loose for node in nodes if node is not None), default=0.0)
        calls = {
            place: partial(self._seats[place].violated, self._rounding, node, self._awake)
            for place, node in enumerate(nodes)
            if node is not None and node.loose == highest and self._seats[place].stands_at(node)
        }
        cuts: dict[bytes, Cut] = {}
        for found in self._side_by_side(calls).values():
            cuts |= {cut.columns.tobytes() + cut.values.tobytes(): cut for cut in found}
        if not cuts:
            return None
        before, new = self.model.rows.count, list(cuts.values())
        self._cuts += len(new)
        self.model = self.model.with_rows(self.model.rows.with_cuts(new))
        self._living = self.model.restricted(self._alive)
        self._rounding.add(new, self.model.rows)
        self._asleep = np.concatenate([self._asleep, np.ones(len(new), dtype=np.bool_)])
        self._wake([np.arange(before, self.model.rows.count)])
        return self.solve(nodes, value)

    def _side_by_side(self, calls: Mapping[int, Callable[[], T]]) -> dict[int, T]:
        """Do what is to be done at each seat, the second in a thread of its own."""
        other = self._pool.submit(calls[1]) if 1 in calls else None
        results = {0: calls[0]()} if 0 in calls else {}
        return results if other is None else results | {1: other.result()}

    def _bury(self, value: int) -> None:
        """Leave patterns out of account that no better solution has, where they are many."""
        alive = np.flatnonzero(self._most > value)
        if len(alive) <= _FEWER * len(self._alive):
            self._alive, self._living = alive, self.model.restricted(alive)

    def _known(self) -> Rows:
        return self.model.rows.picked(self._awake)

    def _wake(self, rows: list[Ints]) -> None:
        """Put rows into the programs that are not there yet."""
        wanted = np.concatenate([_NONE, *rows])
        new = np.unique(wanted[self._asleep[wanted]])
        if len(new):
            self._asleep[new] = False
            self._awake = np.concatenate([self._awake, new])
            first, column, value = self._rounding.by_row.entries(new)
            for seat in self._seats:
                seat.append(self.model.rows.upper[new], first, column, value)


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """What there is of a model.

    Attributes
    ----------
    model : PatternModel
    living : PatternModel
        Of the patterns that may still be open.
    alive : int64 array
        Which they are.
    awake : int64 array
        Which rows the programs know.
    """

    model: PatternModel
    living: PatternModel
    alive: Ints
    awake: Ints


class _Seat:
    """A linear program, and the node that it stands at."""

    def __init__(self, program: LinearProgram, gain: Ints) -> None:
        self._program, self._gain = program, gain
        self._open = np.ones(len(program.inside), dtype=np.bool_)
        self._full = np.zeros(0, dtype=np.bool_)
        self._from: Basis | None = None
        self._at: Basis | None = None

    @property
    def patterns(self) -> int:
        """How many patterns the program knows."""
        return len(self._program.members)

    def elsewhere(self, node: Node) -> Basis | None:
        """Return the basis that the program has to go to for this node; None where it may go on from where it is."""
        return None if node.basis is self._from or node.basis is self._at else node.basis

    def stands_at(self, node: Node) -> bool:
        """Tell whether the node was the last one solved here."""
        return node.basis is not None and node.basis is self._at

    def violated(self, rounding: Rounding, node: Node, awake: Ints) -> Sequence[Cut]:
        """Return cuts that the relaxation of a node, the last one solved here, breaks."""
        return [] if node.values is None else rounding.violated(self._program, node.values, awake)

    def append(self, upper: Ints, first: Ints, column: Ints, value: Ints) -> None:
        """Know more rows."""
        self._program.append(upper, first, column, value)

    def grow(self, patterns: Ints, rows: Rows) -> None:
        """Know more patterns; ``rows`` are all that the program knows."""
        before = self.patterns
        self._program.widen(rows, self._gain)
        self._program.add(patterns)
        new = self._program.members[before:]
        shut = np.flatnonzero(~self._open[new])
        self._program.allow(before + shut, self._open[new[shut]])

    def solve(self, part: _Part, node: Node, value: int) -> Result:
        """Solve the relaxation of a node over the rows that are awake."""
        model, program = part.model, self._program
        basis = self.elsewhere(node)
        if basis is not None:
            program.return_to(basis.status)
        self._from, self._at = node.basis, None
        full = np.zeros(model.rows.count, dtype=np.bool_)
        full[: len(node.full)] = node.full
        alive = np.zeros(model.count, dtype=np.bool_)
        alive[part.alive] = node.open[part.alive]
        self._move(alive, full[part.awake])
        open_, inside = node.open[part.alive], program.inside[part.alive]
        if not program.solve():
            missing = part.alive[part.living.helpful(full) & open_ & ~inside] if program.infeasible else _NONE
            return Result(undecided=0 if program.infeasible else node.bound, missing=missing)
        duals = np.zeros(model.rows.count)
        duals[part.awake] = program.duals
        prices = part.living.priced_within(duals, open_, full)
        if prices.bound <= value:
            return Result()
        values = np.zeros(model.count)
        values[program.members] = program.values
        broken = self._broken(model, values, part.awake)
        missing = part.alive[part.living.better_than(prices, inside | ~open_)]
        if len(broken) or len(missing):
            return Result(broken=broken, missing=missing)
        if not len(fractions(values)):
            return Result(chosen=np.flatnonzero(values > 0.5))
        left = np.zeros(model.count, dtype=np.bool_)
        left[part.alive] = open_ & (prices.bound_with() > value)
        loose = min(node.loose, prices.total / 2**prices.shift)
        self._at = Basis(program.basis(), len(part.awake), self.patterns)
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

    def _broken(self, model: PatternModel, values: Floats, awake: Ints) -> Ints:
        """Return the rows that are broken; only those asleep can be."""
        used = np.flatnonzero(values > _BROKEN)
        first, row, value = model.rows.entries(used)
        share = np.repeat(values[used], np.diff(first)) * value
        total = np.bincount(row, weights=share, minlength=model.rows.count)
        total[awake] = 0
        return np.flatnonzero(total > model.rows.upper + _BROKEN)
