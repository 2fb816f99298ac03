"""The one door to HiGHS: linear programs that grow by columns, and small integer programs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from scheduling.engine import INTEGRAL_GAP, Run, new_engine
from scheduling.pairing.problem import Bools, Ints
from scheduling.pairing.rows import Rows
from scheduling.stop import Stop

Floats = NDArray[np.float64]

BASIC = highspy.HighsBasisStatus.kBasic
"""Stands in a basis for a row that is not used up."""
AT_LOWER = highspy.HighsBasisStatus.kLower
"""Stands in a basis for a column that is 0."""

_ROUNDING = 1e-6
_STEPS = 1_000
"""A program that goes on from a basis takes mostly far fewer steps."""
_DUAL, _PRIMAL = 1, 4
"""The engine's names of the dual and the primal simplex."""


def _row_limits(rows: Rows) -> tuple[Floats, Floats]:
    upper = rows.upper.astype(np.float64)
    return np.where(rows.equal, upper, -highspy.kHighsInf), upper


class LinearProgram:
    """The linear relaxation over a growing set of columns, solved warm.

    Parameters
    ----------
    rows : Rows
    gain : int64 array [columns]
    stop : Stop
    seed : int
    steps : int, optional
        See `scheduling.engine.Run`.
    most : float
        Largest value of a column. With 1 a program of few columns, most of them wanted, is solved sooner; but what a
        column at this limit is worth shows in no row's price.
    primal : bool
        Whether the primal simplex solves it: faster where few rows get many columns, a few at a time.
    updates : int, optional
        After so many changes at most the basis is factorised anew; what the engine finds best if not given.
    perturbed : bool
        Whether the engine may change gains a little on its way, here and in programs made of this one: it takes fewer
        steps back and forth where many columns are worth the same, and more where they are not.
    """

    def __init__(
        self,
        rows: Rows,
        gain: Ints,
        stop: Stop,
        seed: int,
        *,
        steps: int | None = None,
        most: float = highspy.kHighsInf,
        primal: bool = False,
        updates: int | None = None,
        perturbed: bool = False,
    ) -> None:
        self.rows, self._gain, self._seed, self._most, self._perturbed = rows, gain, seed, most, perturbed
        self._upper, self._equal = rows.upper, rows.equal
        self.members = np.zeros(0, dtype=np.int64)
        self.inside = np.zeros(len(gain), dtype=np.bool_)
        self._place = np.full(len(gain), -1, dtype=np.int64)
        self.infeasible = False
        self._highs: Any = new_engine(seed)  # its stubs lack the calls about the basis
        self._run = Run(self._highs, stop, steps)
        low, high = _row_limits(rows)
        empty = np.zeros(0, dtype=np.int32)
        self._highs.addRows(rows.count, low, high, 0, empty, empty, np.zeros(0))
        self._highs.changeObjectiveSense(highspy.ObjSense.kMaximize)
        # A warm start is worth more than presolve; mostly the dual simplex is faster, even after columns came in.
        self._highs.setOptionValue("presolve", "off")
        self._highs.setOptionValue("simplex_strategy", _PRIMAL if primal else _DUAL)
        self._highs.setOptionValue("dual_simplex_cost_perturbation_multiplier", float(perturbed))
        if updates is not None:
            self._highs.setOptionValue("simplex_update_limit", updates)

    def add(self, columns: Ints) -> None:
        """Add columns that are not in the program yet."""
        columns = columns[~self.inside[columns]]
        if not len(columns):
            return
        first, row, value = self.rows.entries(columns)
        count = len(columns)
        self._highs.addCols(
            count,
            self._gain[columns].astype(np.float64),
            np.zeros(count),
            np.full(count, self._most),
            len(row),
            first[:-1].astype(np.int32),
            row.astype(np.int32),
            value.astype(np.float64),
        )
        self.inside[columns] = True
        self._place[columns] = len(self.members) + np.arange(count)
        self.members = np.concatenate([self.members, columns])

    def widen(self, rows: Rows, gain: Ints) -> None:
        """Know more columns: those so far, and others behind them, of the same rows."""
        self.rows, self._gain = rows, gain
        more = len(gain) - len(self.inside)
        self.inside = np.concatenate([self.inside, np.zeros(more, dtype=np.bool_)])
        self._place = np.concatenate([self._place, np.full(more, -1, dtype=np.int64)])

    def extend(self, rows: Rows) -> None:
        """Go on with more rows: those so far, and others behind them."""
        before, self.rows = self.rows.count, rows
        self._upper, self._equal = rows.upper, rows.equal
        first, row, value = rows.entries(self.members)
        place = np.repeat(np.arange(len(self.members)), np.diff(first))
        new = np.flatnonzero(row >= before)
        order = new[np.lexsort((place[new], row[new]))]
        begin = np.searchsorted(row[order], np.arange(before, rows.count))
        low, high = _row_limits(rows)
        self._highs.addRows(
            rows.count - before,
            low[before:],
            high[before:],
            len(order),
            begin.astype(np.int32),
            place[order].astype(np.int32),
            value[order].astype(np.float64),
        )

    def append(self, upper: Ints, first: Ints, column: Ints, value: Ints) -> None:
        """Go on with more rows ``<=``, whose entries are given row by row; `widen` must tell of them before `add`."""
        place = self._place[column]
        known = place >= 0
        begin = np.concatenate([[0], np.cumsum(known)])[first]
        self._upper = np.concatenate([self._upper, upper])
        self._equal = np.concatenate([self._equal, np.zeros(len(upper), dtype=np.bool_)])
        self._highs.addRows(
            len(upper),
            np.full(len(upper), -highspy.kHighsInf),
            upper.astype(np.float64),
            int(begin[-1]),
            begin[:-1].astype(np.int32),
            place[known].astype(np.int32),
            value[known].astype(np.float64),
        )

    def allow(self, members: Ints, open_: Bools) -> None:
        """Let members of the program be used, or keep them at 0."""
        if len(members):
            upper = np.where(open_, self._most, 0.0)
            self._highs.changeColsBounds(len(members), members.astype(np.int32), np.zeros(len(members)), upper)

    def take(self, members: Ints) -> None:
        """Use members of the program once."""
        one = np.ones(len(members))
        self._highs.changeColsBounds(len(members), members.astype(np.int32), one, one)

    def demand(self, rows: Ints, whole: Bools) -> None:
        """Let rows hold with equality, or again as ``<=``."""
        for row, equal in zip(rows.tolist(), whole.tolist(), strict=True):
            upper = float(self._upper[row])
            low = upper if equal or self._equal[row] else -highspy.kHighsInf
            self._highs.changeRowBounds(row, low, upper)

    def in_use(self) -> Ints:
        """Return the columns that are basic, ascending."""
        basic = self.basics()
        return np.sort(self.members[basic[basic >= 0]])

    def basis(self) -> Any:
        """Return the present basis, to come back to."""
        return self._highs.getBasis()

    def return_to(self, basis: Any) -> None:
        """Go on from a basis that was left before."""
        self._highs.setBasis(basis)

    def narrowed(
        self,
        rows: Rows,
        gain: Ints,
        kept: Ints,
        stop: Stop,
        *,
        inside: Bools | None = None,
        kept_rows: Bools | None = None,
    ) -> "LinearProgram":
        """Return a program that knows some of the columns and rows, numbered anew, and goes on from the same basis.

        Parameters
        ----------
        rows, gain
            Of what is kept.
        kept : int64 array
            Those columns, ascending; all that are basic are among them.
        stop : Stop
        inside : bool array, optional
            Which of them are in the program at first; all if not given.
        kept_rows : bool array, optional
            Which rows are kept, all if not given; the others are not used up.
        """
        new = LinearProgram(rows, gain, stop, self._seed, steps=_STEPS, most=self._most, perturbed=self._perturbed)
        new.add(np.arange(len(kept)) if inside is None else np.flatnonzero(inside))
        basis = self._highs.getBasis()
        status = [*basis.col_status, AT_LOWER]
        basis.col_status = [status[each] for each in self._place[kept[new.members]].tolist()]
        if kept_rows is not None:
            of_rows = list(basis.row_status)
            basis.row_status = [of_rows[row] for row in np.flatnonzero(kept_rows).tolist()]
        new._highs.setBasis(basis)
        return new

    def slack(self, least: float | None = None) -> Bools:
        """Tell which rows are not used up: their slacks are basic, and more than ``least`` (if given) is left."""
        basic = self.basics()
        found = np.zeros(len(self._upper), dtype=np.bool_)
        found[-basic[basic < 0] - 1] = True
        if least is not None:
            used = np.asarray(self._highs.getSolution().row_value, dtype=np.float64)
            found &= self._upper - used > least
        return found

    def basics(self) -> Ints:
        """Return, after `solve`, which member is basic in each row of the basis; below 0 where it is a row's slack."""
        return np.asarray(self._highs.getBasicVariables()[1], dtype=np.int64)

    def inverse_row(self, place: int) -> tuple[Ints, Floats]:
        """Return a row of the inverse of the basis: rows of the model and their multipliers."""
        found = self._highs.getBasisInverseRow(place)[1]
        multipliers = np.asarray(found, dtype=np.float64)
        rows = np.flatnonzero(multipliers)
        return rows, multipliers[rows]

    def solve(self) -> bool:
        """Solve; tell whether an optimum of the present columns was reached."""
        status = self._run.run()
        if status == highspy.HighsModelStatus.kUnknown:
            self._highs.clearSolver()  # lost its way in small numbers: once more from the start
            status = self._run.run()
        if status == highspy.HighsModelStatus.kModelEmpty:  # said of any rows without columns
            self.infeasible = bool((self._equal & (self._upper != 0)).any() or (self._upper < 0).any())
            return not self.infeasible
        self.infeasible = bool(status == highspy.HighsModelStatus.kInfeasible)
        return bool(status == highspy.HighsModelStatus.kOptimal)

    def force(self, columns: Ints) -> None:
        """Demand that these columns, all in the program, sum to at least 1; `release` takes it back."""
        place = np.flatnonzero(np.isin(self.members, columns)).astype(np.int32)
        self._highs.addRow(1.0, highspy.kHighsInf, len(place), place, np.ones(len(place)))

    def release(self) -> None:
        """Take back the last `force`."""
        last = len(self._upper)
        self._highs.deleteRows(1, np.array([last], dtype=np.int32))

    @property
    def duals(self) -> Floats:
        """Prices of the rows after `solve`."""
        return np.asarray(self._highs.getSolution().row_dual, dtype=np.float64)[: len(self._upper)]

    @property
    def values(self) -> Floats:
        """Values of `members` after `solve`."""
        return np.asarray(self._highs.getSolution().col_value, dtype=np.float64)

    @property
    def objective(self) -> float:
        """Objective after `solve`."""
        return float(self._highs.getObjectiveValue())


@dataclass(frozen=True, slots=True)
class IntegerAnswer:
    """What an integer program gave.

    Attributes
    ----------
    chosen : list of int or None
        Columns at 1, ascending; None without a solution.
    bound : float
        The engine's upper bound over the columns it was given.
    complete : bool
        Whether the engine proved its answer.
    infeasible : bool
        Whether it proved that there is no solution.
    """

    chosen: list[int] | None
    bound: float
    complete: bool
    infeasible: bool

    @property
    def at_most(self) -> int | None:
        """Whole number that no solution over its columns is worth more than; None where nothing is proven of them."""
        if self.infeasible or not np.isfinite(self.bound):
            return None
        return int(np.floor(self.bound + _ROUNDING))


def solve_integer(
    rows: Rows,
    gain: Ints,
    keep: Bools,
    start: list[int] | None,
    stop: Stop,
    seed: int,
    *,
    node_limit: int,
    on_improve: Callable[[int], None] | None = None,
) -> IntegerAnswer:
    """Solve the model on some of its columns as an integer program.

    Parameters
    ----------
    rows : Rows
    gain : int64 array [columns]
    keep : bool array [columns]
        Columns of the program; the others are 0.
    start : list of int or None
        Columns of a known solution, all kept.
    stop : Stop
    seed : int
    node_limit : int
        Nodes after which the search gives up (a limit that does not depend on the machine).
    on_improve : callable, optional
        Called with the value of each better solution.
    """
    chosen = np.flatnonzero(keep).astype(np.int64)
    first, row, value = rows.entries(chosen)
    used = np.zeros(rows.count, dtype=np.bool_)
    used[row] = True
    used |= rows.equal
    number = np.cumsum(used) - 1
    low, high = _row_limits(rows)
    highs = new_engine(seed)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(chosen), int(used.sum())
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = gain[chosen].astype(np.float64)
    model.col_lower_, model.col_upper_ = np.zeros(len(chosen)), np.ones(len(chosen))
    model.row_lower_, model.row_upper_ = low[used], high[used]
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = first.astype(np.int32)
    model.a_matrix_.index_ = number[row].astype(np.int32)
    model.a_matrix_.value_ = value.astype(np.float64)
    model.integrality_ = [highspy.HighsVarType.kInteger] * len(chosen)
    highs.passModel(model)
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.setOptionValue("mip_abs_gap", INTEGRAL_GAP)
    highs.setOptionValue("mip_max_nodes", node_limit)
    if start is not None:
        at = np.searchsorted(chosen, np.array(start, dtype=np.int64))
        full = np.zeros(len(chosen))
        full[at] = 1.0
        highs.setSolution(len(chosen), np.arange(len(chosen), dtype=np.int32), full)
    remaining = stop.remaining()
    if remaining is not None:
        highs.setOptionValue("time_limit", remaining)  # the engine asks its own clock more often than its callback
    run = Run(highs, stop)
    if on_improve is not None:
        report = on_improve

        def improved(event: Any) -> None:
            report(round(event.data_out.objective_function_value))

        highs.cbMipImprovingSolution.subscribe(run.guard(improved))
    status = run.run()
    infeasible = status in (
        highspy.HighsModelStatus.kInfeasible,
        highspy.HighsModelStatus.kUnboundedOrInfeasible,
    )
    if status == highspy.HighsModelStatus.kTimeLimit:
        stop.cut()
    info = highs.getInfo()
    found: list[int] | None = None
    if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        values = np.asarray(highs.getSolution().col_value, dtype=np.float64)
        found = chosen[values > 0.5].tolist()
    complete = infeasible or bool(status == highspy.HighsModelStatus.kOptimal)
    return IntegerAnswer(found, float(info.mip_dual_bound), complete, infeasible)
