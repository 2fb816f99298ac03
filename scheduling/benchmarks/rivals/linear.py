"""A model as a plain list of variables and rows, and the two engines that are given it whole."""

import math
from dataclasses import dataclass, field
from typing import Any

WORKERS = 8
"""CP-SAT with fewer workers than its strategies need is not CP-SAT, on however few cores."""


@dataclass
class LinearModel:
    """Whole variables with a gain each (to be maximised), and rows ``low <= sum <= high`` of terms."""

    gain: list[int] = field(default_factory=list)
    most: list[int] = field(default_factory=list)
    rows: list[tuple[list[tuple[int, int]], int | None, int | None]] = field(default_factory=list)

    def variable(self, gain: int, most: int = 1) -> int:
        """Add a variable from 0 to ``most``; return its number."""
        self.gain.append(gain)
        self.most.append(most)
        return len(self.gain) - 1

    def row(self, terms: list[tuple[int, int]], low: int | None, high: int | None) -> None:
        """Add a row of (variable, factor) terms; None is no limit."""
        if terms:
            self.rows.append((terms, low, high))


@dataclass(frozen=True)
class Answer:
    """Values of the variables (None without a solution) and the bound that the engine claims."""

    values: list[int] | None
    bound: int | None
    proven: bool


def highs(model: LinearModel, seconds: float) -> Answer:
    """Give the model to HiGHS as it stands."""
    import highspy
    import numpy as np

    engine = highspy.Highs()  # type: ignore[no-untyped-call]  # the library leaves its constructor untyped
    engine.setOptionValue("output_flag", False)
    engine.setOptionValue("time_limit", seconds)
    engine.setOptionValue("mip_rel_gap", 0.0)
    engine.setOptionValue("mip_abs_gap", 0.99)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(model.gain), len(model.rows)
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_ = np.array(model.gain, dtype=np.float64)
    lp.col_lower_, lp.col_upper_ = np.zeros(len(model.gain)), np.array(model.most, dtype=np.float64)
    lp.row_lower_ = np.array([-highspy.kHighsInf if low is None else low for _, low, _ in model.rows], dtype=np.float64)
    lp.row_upper_ = np.array([highspy.kHighsInf if top is None else top for _, _, top in model.rows], dtype=np.float64)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.cumsum([0, *(len(terms) for terms, _, _ in model.rows)]).astype(np.int32)
    lp.a_matrix_.index_ = np.array([at for terms, _, _ in model.rows for at, _ in terms], dtype=np.int32)
    lp.a_matrix_.value_ = np.array([factor for terms, _, _ in model.rows for _, factor in terms], dtype=np.float64)
    lp.integrality_ = [highspy.HighsVarType.kInteger] * len(model.gain)
    engine.passModel(lp)
    engine.run()
    info = engine.getInfo()
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = [round(value) for value in engine.getSolution().col_value] if found else None
    bound = math.floor(info.mip_dual_bound + 1e-6) if math.isfinite(info.mip_dual_bound) else None
    return Answer(values, bound, engine.getModelStatus() == highspy.HighsModelStatus.kOptimal)


def cp_sat(model: LinearModel, seconds: float) -> Answer:
    """Give the model to CP-SAT as it stands."""
    from ortools.sat.python import cp_model

    program: Any = cp_model.CpModel()
    variables = [program.new_int_var(0, most, "") for most in model.most]
    for terms, low, high in model.rows:
        total = sum(factor * variables[at] for at, factor in terms)
        if low == high:
            program.add(total == low)
            continue
        if low is not None:
            program.add(total >= low)
        if high is not None:
            program.add(total <= high)
    program.maximize(sum(gain * variables[at] for at, gain in enumerate(model.gain) if gain))
    solver: Any = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = WORKERS
    status = solver.solve(program)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Answer(None, None, False)
    values = [solver.value(variable) for variable in variables]
    return Answer(values, math.floor(solver.best_objective_bound + 1e-6), status == cp_model.OPTIMAL)
