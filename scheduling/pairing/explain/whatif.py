"""The linear relaxation of a solved model, kept warm for questions of the form: what if."""

from dataclasses import dataclass

import numpy as np

from scheduling.pairing.bound import Prices
from scheduling.pairing.explain.solved import Solved
from scheduling.pairing.highs import Floats, LinearProgram
from scheduling.pairing.problem import Ints
from scheduling.pairing.relaxation import better_columns, most_of_columns
from scheduling.stop import Stop

_NEAR = 60


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """What the linear relaxation says of a changed model.

    Attributes
    ----------
    value : float
        Its optimum, exact but for the engine's tolerances.
    duals : float array [rows]
        Its duals, without those of the change.
    prices : Prices
        The same as a proof for the model without the change.
    """

    value: float
    duals: Floats
    prices: Prices


class _Program(LinearProgram):
    """A linear program some of whose columns can be closed for a while."""

    def close(self, columns: Ints) -> None:
        """Hold columns at 0, whether they are in the program or not; `open` takes it back."""
        self._hold(columns, 0.0)
        self.inside[columns] = True

    def open(self, columns: Ints) -> None:
        """Let columns be chosen again."""
        self._hold(columns, self._most)
        self.inside[columns] = np.isin(columns, self.members)

    def _hold(self, columns: Ints, upper: float) -> None:
        place = np.flatnonzero(np.isin(self.members, columns)).astype(np.int32)
        self._highs.changeColsBounds(len(place), place, np.zeros(len(place)), np.full(len(place), upper))


class WhatIf:
    """Asks the linear relaxation of a solved model what changes would cost; each question starts from the last answer.

    Parameters
    ----------
    solved : Solved
    seed : int
    """

    def __init__(self, solved: Solved, seed: int) -> None:
        self._model = solved.model
        most = most_of_columns(solved.model)
        self._program = _Program(solved.model.rows, solved.model.gain, Stop(), seed, most=most)
        near = np.flatnonzero(solved.prices.reduced >= -(_NEAR << solved.prices.shift))
        self._program.add(np.union1d(near, np.array(solved.chosen, dtype=np.int64)))
        self._solve()

    def forced(self, columns: Ints) -> Estimate | None:
        """Demand one of these columns, ascending; None where that cannot be."""
        self._program.add(columns)
        self._program.force(columns)
        try:
            return self._solve() or self._with_all_columns()
        finally:
            self._program.release()

    def without(self, columns: Ints) -> Estimate | None:
        """Take these columns away; None where nothing is left that keeps every rule."""
        self._program.close(columns)
        try:
            return self._solve() or self._with_all_columns()
        finally:
            self._program.open(columns)

    def _with_all_columns(self) -> Estimate | None:
        """Answer where the columns at hand do not suffice for any solution."""
        self._program.add(np.arange(self._model.columns.count))
        return self._solve()

    def _solve(self) -> Estimate | None:
        solved = self._program.solve()
        while solved:
            duals = self._program.duals
            prices = self._model.price(duals)
            new = better_columns(self._model, prices, self._program)
            if not len(new):
                return Estimate(self._program.objective, duals, prices)
            self._program.add(new)
            solved = self._program.solve()
        return None
