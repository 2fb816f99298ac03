"""The linear relaxation of a pairing problem by column generation."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol, Self, TypeVar

import numpy as np

from scheduling.pairing.bound import Prices, price, rest_of_children
from scheduling.pairing.columns import Columns
from scheduling.pairing.grouping import best_of_each
from scheduling.pairing.highs import Floats, LinearProgram
from scheduling.pairing.problem import Bools, Ints, Problem
from scheduling.pairing.rows import Kind, Rows
from scheduling.stop import Stop

_ALL_AT_ONCE = 5_000
_FIRST_VOLUNTEERS, _FIRST_LOADED = 7, 3
"""How many volunteers of each child the first program knows; fewer where loads make it hard."""
_NEW_PER_CHILD = 24
_WORTH_ADDING = 1e-6
_FRACTION = 1e-5
_ROUNDING = 1e-6


class Priced(Protocol):
    """What column generation and cuts need of a model."""

    @property
    def rows(self) -> Rows:
        """Its rows."""

    @property
    def gain(self) -> Ints:
        """What each column adds to the value."""

    @property
    def count(self) -> int:
        """Number of columns."""

    def price(self, duals: Floats) -> Prices:
        """Turn duals into proven prices."""

    def better(self, prices: Prices, program: LinearProgram) -> Ints:
        """Return columns outside the program that are worth more than they cost."""

    def with_rows(self, rows: Rows) -> Self:
        """Return the model with other rows."""

    def restricted(self, kept: Ints) -> Self:
        """Return the model over some of its columns (ascending), which are numbered anew."""


P = TypeVar("P", bound=Priced)


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A problem with its columns, rows and gains."""

    problem: Problem
    columns: Columns
    rows: Rows
    gain: Ints

    @property
    def count(self) -> int:
        """Number of columns."""
        return self.columns.count

    def price(self, duals: Floats) -> Prices:
        """Turn duals into proven prices."""
        return price(self.rows, self.gain, duals, partial(rest_of_children, self.problem, self.columns))

    def value(self, chosen: list[int]) -> int:
        """Return the gain of chosen columns."""
        return int(self.gain[chosen].sum()) if chosen else 0

    def better(self, prices: Prices, program: LinearProgram) -> Ints:
        """Return the columns outside the program that are worth more than they cost, a few for each child."""
        return better_columns(self, prices, program)

    def with_rows(self, rows: Rows) -> Self:
        """Return the model with other rows."""
        return replace(self, rows=rows)

    def restricted(self, kept: Ints) -> "Model":
        """Return the model over some of its columns (ascending), which are numbered anew."""
        columns, rows = self.columns, self.rows
        candidate = columns.candidate[kept]
        return Model(
            problem=self.problem,
            columns=replace(
                columns,
                candidate=candidate,
                start=columns.start[kept],
                first=np.searchsorted(candidate, np.arange(len(columns.first))).astype(np.int64),
            ),
            rows=rows.of(kept),
            gain=self.gain[kept],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Relaxation:
    """What the linear program gave.

    Attributes
    ----------
    prices : Prices
        The best proof that was found.
    values : float array [columns]
        Values of the last program; zeros when none was solved.
    complete : bool
        Whether no column is left that could improve the program.
    program : LinearProgram or None
        The program, to go on from; None without columns.
    """

    prices: Prices
    values: Floats
    complete: bool
    program: LinearProgram | None


def relax(
    model: Model,
    known: list[int],
    stop: Stop,
    seed: int,
    on_round: Callable[[Prices], None] | None = None,
    *,
    most: float = math.inf,
) -> Relaxation:
    """Solve the linear relaxation over all columns.

    Parameters
    ----------
    model : Model
    known : list of int
        Columns of a feasible solution; they make the first program feasible.
    stop : Stop
    seed : int
    on_round : callable, optional
        Called with the best prices after each round.
    most : float
        Largest value of a column in the program.

    Notes
    -----
    A program over few columns is solved; all columns are priced with its duals; those worth more than they cost come
    in, at most a few per child; and so on until there are none. Every round gives a valid bound, the best one is kept.
    """
    if model.columns.count == 0:
        return Relaxation(model.price(np.zeros(model.rows.count)), np.zeros(0), True, None)
    program = LinearProgram(model.rows, model.gain, stop, seed, most=most)
    program.add(np.union1d(first_columns(model), np.array(known, dtype=np.int64)))
    return generate(model, program, stop, on_round)


def generate(
    model: Priced,
    program: LinearProgram,
    stop: Stop,
    on_round: Callable[[Prices], None] | None = None,
) -> Relaxation:
    """Solve a program, bring in the columns that are worth more than they cost, until there are none.

    Parameters
    ----------
    model : Priced
        Whose rows are those of the program.
    program : LinearProgram
    stop : Stop
    on_round : callable, optional
        Called with the best prices after each round.
    """
    best = model.price(np.zeros(model.rows.count))
    values = np.zeros(model.count)
    while True:
        if stop.cut() or not program.solve():
            return Relaxation(best, values, False, program)
        values[program.members] = program.values
        prices = model.price(program.duals)
        if prices.total << best.shift <= best.total << prices.shift:
            best = prices
        if on_round is not None:
            on_round(best)
        new = model.better(prices, program)
        if not len(new):
            return Relaxation(best, values, True, program)
        program.add(new)


def most_of_columns(model: Model) -> float:
    """Return the largest value of a column in a program: 1 where loads bind, which is solved many times as fast."""
    return 1.0 if model.rows.uneven(Kind.VOLUNTEER_LOAD) else math.inf


def first_columns(model: Model) -> Ints:
    """Choose the columns of the first program: each child's best volunteers, two starts each."""
    count = model.columns.count
    if count <= _ALL_AT_ONCE:
        return np.arange(count)
    first = model.columns.first
    open_ = np.flatnonzero(np.diff(first) > 0)
    child = model.problem.child[open_]
    most = _FIRST_LOADED if model.rows.uneven(Kind.VOLUNTEER_LOAD) else _FIRST_VOLUNTEERS
    best = open_[best_of_each(child, model.problem.score[open_], most)]
    middle = (first[best] + first[best + 1]) // 2
    return np.union1d(first[best], middle)


def better_columns(model: Model, prices: Prices, program: LinearProgram) -> Ints:
    """Return the columns outside the program that are worth more than they cost, at most a few per child."""
    over = worth_adding(prices, program.inside)
    child = model.problem.child[model.columns.candidate[over]]
    return np.sort(over[best_of_each(child, prices.reduced[over], _NEW_PER_CHILD)])


def worth_adding(prices: Prices, inside: Bools) -> Ints:
    """Return the columns that are not inside a program and worth more than they cost."""
    least = max(1, int(_WORTH_ADDING * 2**prices.shift))
    return np.flatnonzero((prices.reduced > least) & ~inside)


def in_use(values: Floats) -> Ints:
    """Return which values are not 0."""
    return np.flatnonzero(values > _ROUNDING)


def fractions(values: Floats) -> Ints:
    """Return which values are not whole."""
    return np.flatnonzero(np.abs(values - np.rint(values)) >= _FRACTION)


def narrow(
    model: P, program: LinearProgram, kept: Ints, stop: Stop, inside: Bools | None = None
) -> tuple[P, LinearProgram]:
    """Return a model over some of its columns, without cuts that hold nothing, and a program that goes on with it.

    Parameters
    ----------
    model, program, kept
        As for `without_idle_cuts`.
    stop : Stop
    inside : bool array, optional
        Which of them are in the program at first; all if not given.
    """
    few, rows = without_idle_cuts(model, program, kept)
    return few, program.narrowed(few.rows, few.gain, kept, stop, inside=inside, kept_rows=rows)


def without_idle_cuts(model: P, program: LinearProgram, kept: Ints) -> tuple[P, Bools]:
    """Return a model over some of its columns, without cuts that hold nothing, and which rows it has.

    Parameters
    ----------
    model : Priced
    program : LinearProgram
        Solved.
    kept : int64 array
        Columns, ascending; all in use are among them.
    """
    rows = ~program.slack() | (model.rows.kind != Kind.CUT)
    return model.with_rows(model.rows.only(rows)).restricted(kept), rows
