"""A solution beside its model and its prices: what every explanation begins from."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from scheduling.pairing.bound import Prices
from scheduling.pairing.columns import Columns, build_columns
from scheduling.pairing.explain.ceilings import PatternBounds, pattern_bounds
from scheduling.pairing.fixed import settle
from scheduling.pairing.highs import Floats
from scheduling.pairing.load import load
from scheduling.pairing.pattern_search import needed
from scheduling.pairing.problem import NO_START, Bools, Ints, Problem
from scheduling.pairing.relaxation import Model, most_of_columns, relax
from scheduling.pairing.rows import Kind, Rows
from scheduling.pairing.rules import build_rows
from scheduling.stop import Stop

_NOTHING = 10
"""What is less than so many binary digits below 1 is the engine's rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """A solved model.

    Attributes
    ----------
    model : Model
        Where every place must be filled, the one whose rows say so.
    chosen : list of int
        Columns of the solution, ascending.
    prices : Prices
        Prices of the rows, from the linear relaxation.
    patterns : bool
        Whether the search by patterns of volunteers is the sooner one, as where loads bind.
    bounds : PatternBounds or None
        What solutions are worth at most, by patterns; None where the prices alone tell.
    """

    model: Model
    chosen: list[int]
    prices: Prices
    patterns: bool = False
    bounds: PatternBounds | None = None

    @property
    def problem(self) -> Problem:
        """The problem."""
        return self.model.problem

    @property
    def columns(self) -> Columns:
        """The columns of the problem."""
        return self.model.columns

    @property
    def value(self) -> int:
        """Gain of the solution."""
        return self.model.value(self.chosen)

    @property
    def bound(self) -> int:
        """Proven upper bound on the gain of every solution."""
        bound = self.prices.bound
        if self.bounds is not None:
            bound = min(bound, self.bounds.standing.bound)
        return max(bound, self.value)

    def paired(self) -> dict[int, int]:
        """Return the column of each candidate that is paired."""
        return {int(self.columns.candidate[column]): column for column in self.chosen}

    def ceilings(self) -> Ints:
        """Return, per column, a proven upper bound on the gain of every solution that uses it."""
        ceiling = self.prices.bound_with()
        return ceiling if self.bounds is None else np.minimum(ceiling, self.bounds.most)

    def most_without(self, gone: Bools) -> float:
        """Return what patterns prove of every solution that uses none of some columns; infinity without them."""
        return math.inf if self.bounds is None else float(self.bounds.without(gone))


def model_of(problem: Problem) -> Model:
    """Return the model whose best solution is the problem's best solution."""
    columns = build_columns(problem)
    fill = problem.place_value is None
    gain = (problem.place_value or 0) + problem.score[columns.candidate]
    return Model(problem, columns, build_rows(problem, columns, fill=fill), gain)


def recall(problem: Mapping[str, Any], solution: Mapping[str, Any], stop: Stop, seed: int) -> Solved:
    """Read a problem and its solution and find the prices again; where it is stopped, the best so far.

    Raises
    ------
    InvalidProblem
        The problem is wrong.
    ValueError
        There is no solution, or it is not one of this problem.
    """
    checked = load(problem)
    model = model_of(checked)
    if checked.fixed.any():
        settle(checked, model.columns)
    if solution.get("status") not in ("optimal", "feasible"):
        raise ValueError("there is no solution to explain")
    chosen = columns_of(model, solution)
    relaxed = relax(model, chosen, stop, seed, most=most_of_columns(model))
    prices, patterns = in_rows(model, relaxed.prices), relaxed.complete and needed(model, relaxed)
    if not patterns or prices.bound <= model.value(chosen):
        return Solved(model, chosen, prices, patterns)
    return Solved(model, chosen, prices, patterns, pattern_bounds(model, prices, stop, seed))


def in_rows(model: Model, prices: Prices) -> Prices:
    """Put what columns are worth beyond their price to the price of a row that one of them uses up alone.

    Notes
    -----
    A program whose columns have a limit leaves that to those at it. In the row, a child's mostly, it costs as much, so
    the bound is the same; and the prices of what a chosen pair uses are again what it brings.
    """
    over = np.flatnonzero(prices.reduced > (1 << prices.shift) >> _NOTHING)
    if not len(over):
        return prices
    first, row, value = model.rows.entries(over)
    alone = np.flatnonzero(value == model.rows.upper[row])
    column = np.repeat(np.arange(len(over)), np.diff(first))[alone]
    column, at = np.unique(column, return_index=True)
    row, value = row[alone[at]], value[alone[at]]
    more = np.zeros(model.rows.count, dtype=np.int64)
    np.maximum.at(more, row, -(-prices.reduced[over[column]] // value))
    better = model.price((prices.row + more) / 2.0**prices.shift)
    return better if better.bound <= prices.bound else prices


def columns_of(model: Model, solution: Mapping[str, Any]) -> list[int]:
    """Return the columns of a solution's pairs, ascending.

    Raises
    ------
    ValueError
        A pair is none of this problem.
    """
    problem, columns = model.problem, model.columns
    child = {name: i for i, name in enumerate(problem.children)}
    volunteer = {name: i for i, name in enumerate(problem.volunteers)}
    key = problem.child * len(volunteer) + problem.volunteer
    chosen = []
    for pair in solution["pairs"]:
        start = pair.get("start", NO_START)
        c, v = child.get(pair["child"]), volunteer.get(pair["volunteer"])
        mine = range(0)
        if c is not None and v is not None:
            wanted = c * len(volunteer) + v
            at = int(np.searchsorted(key, wanted))
            mine = columns.of(at) if at < len(key) and key[at] == wanted else mine
        found = [column for column in mine if int(columns.start[column]) == start]
        if not found:
            raise ValueError(f"{pair['child']} with {pair['volunteer']} at {start} is no pair of this problem")
        chosen += found
    return sorted(chosen)


def same_columns(solved: Solved, model: Model) -> list[int]:
    """Return the columns of the solution in the model of a changed problem."""
    width, slots = len(model.problem.volunteers), model.problem.slots + 1

    def keys(of: Model) -> Ints:
        candidate = of.columns.candidate
        pair = of.problem.child[candidate] * width + of.problem.volunteer[candidate]
        return np.asarray(pair * slots + of.columns.start + 1)

    chosen: list[int] = np.searchsorted(keys(model), keys(solved.model)[solved.chosen]).tolist()
    return chosen


def same_duals(solved: Solved, model: Model) -> Floats:
    """Return the prices of a solved model for the rows of another that mean the same; 0 for the rest."""
    old, new = _row_keys(solved.model.rows, solved.problem), _row_keys(model.rows, model.problem)
    duals = np.zeros(model.rows.count)
    order = np.argsort(old, kind="stable")
    if not len(order):
        return duals
    at = order[np.minimum(np.searchsorted(old[order], new), len(order) - 1)]
    same = (old[at] == new) & (new >= 0)
    duals[same] = solved.prices.row[at[same]] / 2.0**solved.prices.shift
    return duals


def _row_keys(rows: Rows, problem: Problem) -> Ints:
    """Return a number for what each row means, -1 where it is none of a problem's own."""
    owner = rows.owner.copy()
    pairs = rows.kind == int(Kind.PAIR_ONCE)
    owner[pairs] = (problem.child[rows.owner[pairs]] << 20) + problem.volunteer[rows.owner[pairs]]
    known = (rows.kind >= int(Kind.CHILD_PLACE)) & (rows.kind <= int(Kind.ROOMS))
    return np.where(known, (rows.kind << 57) + (owner << 16) + rows.slot + 1, -1)
