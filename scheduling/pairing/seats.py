"""Nodes of a branch and bound over patterns, and two linear programs that move from node to node."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self

import numpy as np

from scheduling.pairing.highs import BASIC, Floats, LinearProgram
from scheduling.pairing.master import PatternModel
from scheduling.pairing.problem import Bools, Ints
from scheduling.pairing.relaxation import fractions
from scheduling.pairing.rows import Kind, Rows
from scheduling.stop import Stop

_ASLEEP = 0.5
"""A row of which more is left takes no part until it is broken or changed."""
_BROKEN = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """Patterns that may still be chosen, rows that must be used up, and what is known of the relaxation.

    Attributes
    ----------
    open : bool array [patterns]
    full : bool array [rows]
        Which rows must be used up.
    bound : int
        Of all solutions of the node.
    loose : float
        The same before it was rounded down.
    values : float array [patterns] or None
        Of its relaxation, where it was solved.
    basis : object
        Of its relaxation.
    """

    open: Bools
    full: Bools
    bound: int
    loose: float
    values: Floats | None = None
    basis: Any = None


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
    """

    node: Node | None = None
    chosen: Ints | None = None
    undecided: int = 0
    broken: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


class Seats:
    """Two linear programs that stand at nodes, and solve two side by side.

    Parameters
    ----------
    model : PatternModel
    program : LinearProgram
        Solved; it knows the patterns ``kept`` and the first rows of the model, and others.
    kept : int64 array
        Which of the program's columns are the model's patterns.
    rows : int64 array
        Which of the program's rows are the model's first rows.
    stop : Stop

    Notes
    -----
    Most rows are never used up. Those of which much is left in the solved program are asleep: they are in no program
    until a solution breaks them or a node demands them; then they are put into both, so that both programs know
    the same rows and a basis of one is one of the other. The second program runs in a thread of its own, and what each
    of them solves does not depend on which is faster. Used in a ``with`` statement, which ends the thread.
    """

    def __init__(self, model: PatternModel, program: LinearProgram, kept: Ints, rows: Ints, stop: Stop) -> None:
        self._model = model
        asleep = program.slack(_ASLEEP)[rows] & (model.rows.kind[: len(rows)] != Kind.CHILD_PLACE)
        self._awake = np.flatnonzero(~asleep)
        inside = np.zeros(program.rows.count, dtype=np.bool_)
        inside[rows[self._awake]] = True
        self._seats = tuple(
            _Seat(model, program.narrowed(self._known(), model.gain, kept, each, kept_rows=inside))
            for each in (stop, stop.silent())
        )
        self._pool = ThreadPoolExecutor(max_workers=1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.shutdown()

    def solve(self, nodes: Sequence[Node | None], value: int, basis: Any = None) -> list[Result]:
        """Solve the relaxations of two nodes; only what is better than ``value`` counts.

        Parameters
        ----------
        nodes : sequence of Node or None
            Two at most.
        value : int
        basis : object, optional
            The basis of a node near to them.
        """
        results = [Result() for _ in nodes]
        left = [place for place, node in enumerate(nodes) if node is not None]
        self._wake(np.concatenate([np.flatnonzero(node.full) for node in nodes if node is not None]))
        while left:
            self._pad(basis)
            calls = []
            for place in left:
                node = nodes[place]
                if node is not None:
                    calls.append((place, partial(self._seats[place].solve, node, value, self._awake, basis)))
            other = self._pool.submit(calls[1][1]) if len(calls) > 1 else None
            results[calls[0][0]] = calls[0][1]()
            if other is not None:
                results[calls[1][0]] = other.result()
            broken = [results[place].broken for place in left]
            left = [place for place in left if len(results[place].broken)]
            self._wake(np.concatenate(broken))
            basis = None
        return results

    def _known(self) -> Rows:
        return self._model.rows.picked(self._awake)

    def _wake(self, rows: Ints) -> None:
        """Put rows into the programs that are not there yet."""
        new = np.setdiff1d(rows, self._awake)
        if len(new):
            self._awake = np.concatenate([self._awake, new])
            for seat in self._seats:
                seat.extend(self._known())

    def _pad(self, basis: Any) -> None:
        """Let a basis know the rows that came in since."""
        missing = 0 if basis is None else len(self._awake) - len(basis.row_status)
        if missing:
            basis.row_status = [*basis.row_status, *[BASIC] * missing]


class _Seat:
    """A linear program, and the node that it stands at."""

    def __init__(self, model: PatternModel, program: LinearProgram) -> None:
        self._model, self._program = model, program
        self._open = np.ones(model.count, dtype=np.bool_)
        self._full = np.zeros(model.rows.count, dtype=np.bool_)
        self._from: Any = None
        self._at: Any = None
        self._members = np.argsort(program.members, kind="stable")

    def extend(self, rows: Rows) -> None:
        """Know more rows: those so far, and others behind them."""
        self._program.extend(rows)

    def solve(self, node: Node, value: int, awake: Ints, basis: Any) -> Result:
        """Solve the relaxation of a node over the rows that are awake."""
        model, program = self._model, self._program
        if basis is not None and basis is not self._from and basis is not self._at:
            program.return_to(basis)
        self._from, self._at = basis, None
        self._move(node, awake)
        if not program.solve():
            return Result(undecided=0 if program.infeasible else node.bound)
        duals = np.zeros(model.rows.count)
        duals[awake] = program.duals
        prices = model.priced_within(duals, node.open, node.full)
        if prices.bound <= value:
            return Result()
        values = program.values[self._members]
        broken = self._broken(values, awake)
        if len(broken):
            return Result(broken=broken)
        if not len(fractions(values)):
            return Result(chosen=np.flatnonzero(values > 0.5))
        open_ = node.open & (prices.bound_with() > value)
        loose = min(node.loose, prices.total / 2**prices.shift)
        self._at = program.basis()
        return Result(Node(open_, node.full, min(node.bound, prices.bound), loose, values, self._at))

    def _move(self, node: Node, awake: Ints) -> None:
        """Make the program that of a node."""
        changed = np.flatnonzero(node.open != self._open)
        self._program.allow(self._members[changed], node.open[changed])
        rows = np.flatnonzero((node.full != self._full)[awake])
        self._program.demand(rows, node.full[awake[rows]])
        self._open, self._full = node.open, node.full

    def _broken(self, values: Floats, awake: Ints) -> Ints:
        """Return the rows that are broken; only those asleep can be."""
        used = np.flatnonzero(values > _BROKEN)
        first, row, value = self._model.rows.entries(used)
        share = np.repeat(values[used], np.diff(first)) * value
        total = np.bincount(row, weights=share, minlength=self._model.rows.count)
        total[awake] = 0
        return np.flatnonzero(total > self._model.rows.upper + _BROKEN)
