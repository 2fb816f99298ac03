"""Which pairs can all meet: a place for each, or the proof that there is none."""

from collections.abc import Sequence

import highspy
import numpy as np

from scheduling.engine import Run, new_engine
from scheduling.pairing.columns import Columns
from scheduling.pairing.highs import solve_integer
from scheduling.pairing.placement import Placement
from scheduling.pairing.problem import Problem
from scheduling.pairing.rows import Kind, Rows
from scheduling.pairing.rules import build_rows
from scheduling.stop import Stop

_NODES = 100_000


class Meetings:
    """Finds out which pairs can all meet.

    Parameters
    ----------
    problem : Problem
    columns : Columns
    stop : Stop

    Attributes
    ----------
    asked : int
        How often that was asked.
    """

    def __init__(self, problem: Problem, columns: Columns, stop: Stop) -> None:
        self.problem, self.stop, self.asked = problem, stop, 0
        self._columns = columns
        self._shares: _Shares | None = None

    def of(self, candidates: list[int], start: Sequence[int] = ()) -> list[int] | None:
        """Return columns for these candidates that keep every rule together, or None where none were found.

        Parameters
        ----------
        candidates : list of int
            Each has columns.
        start : sequence of int
            Columns of some of them that keep every rule together, to which the others are first tried to be added.
        """
        self.asked += 1
        for known in (start, ()) if start else ((),):
            placement = Placement(self.problem, self._columns)
            placement.take_all(known)
            placement.fill(sorted(candidates, key=lambda i: (len(self._columns.of(i)), i)))
            if len(placement.taken) == len(candidates):
                return placement.chosen()
        if self._shares is None:
            everyone = np.ones(len(self.problem.child), dtype=np.bool_)
            rows = build_rows(self.problem, self._columns, fill=False, required=everyone)
            self._shares = _Shares(rows, self._columns.count, self.stop)
        if not self._shares.possible(candidates):
            return None
        return self._whole(candidates)

    def _whole(self, candidates: list[int]) -> list[int] | None:
        required = np.zeros(len(self.problem.child), dtype=np.bool_)
        required[candidates] = True
        rows = build_rows(self.problem, self._columns, fill=False, required=required)
        gain = np.zeros(self._columns.count, dtype=np.int64)
        inside = required[self._columns.candidate]
        answer = solve_integer(rows, gain, inside, None, self.stop, 0, node_limit=_NODES)
        placement = Placement(self.problem, self._columns)
        if answer.chosen is None or not placement.take_all(answer.chosen) or len(placement.taken) != len(candidates):
            return None
        return placement.chosen()


class _Shares:
    """The same question with shares of columns: a warm linear program, which mostly says no where no is the answer."""

    def __init__(self, rows: Rows, columns: int, stop: Stop) -> None:
        self._pairs = np.flatnonzero(rows.kind == Kind.PAIR_ONCE).astype(np.int32)
        self._owner = rows.owner[self._pairs]
        self._highs = new_engine(0)
        self._stop = stop
        first, row, value = rows.entries(np.arange(columns))
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = columns, rows.count
        model.col_cost_ = np.zeros(columns)
        model.col_lower_, model.col_upper_ = np.zeros(columns), np.ones(columns)
        model.row_lower_, model.row_upper_ = np.full(rows.count, -highspy.kHighsInf), rows.upper.astype(np.float64)
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_, model.a_matrix_.index_ = first.astype(np.int32), row.astype(np.int32)
        model.a_matrix_.value_ = value.astype(np.float64)
        self._highs.passModel(model)
        self._highs.setOptionValue("presolve", "off")

    def possible(self, candidates: list[int]) -> bool:
        """Tell whether shares of columns can add up to 1 for each of these candidates; True where that is not known."""
        low = np.where(np.isin(self._owner, candidates), 1.0, -highspy.kHighsInf)
        upper = np.ones(len(low))
        self._highs.changeRowsBounds(len(low), self._pairs, low, upper)  # type: ignore[attr-defined]  # not in its stubs
        return Run(self._highs, self._stop).run() != highspy.HighsModelStatus.kInfeasible
