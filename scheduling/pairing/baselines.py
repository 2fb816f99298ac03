"""What the engine is measured against: greedy, and the whole model given to HiGHS at once."""

from typing import Any

import numpy as np

from scheduling.pairing.columns import build_columns
from scheduling.pairing.fixed import settle
from scheduling.pairing.highs import solve_integer
from scheduling.pairing.load import load
from scheduling.pairing.relaxation import Model
from scheduling.pairing.rows import build_rows
from scheduling.pairing.search import greedy
from scheduling.stop import Stop


def _model(problem: dict[str, Any]) -> tuple[Model, list[int]]:
    checked = load(problem)
    columns = build_columns(checked)
    kept = settle(checked, columns)
    gain = (checked.place_value or 0) + checked.score[columns.candidate]
    return Model(checked, columns, build_rows(checked, columns, fill=False), gain), kept


def _result(model: Model, chosen: list[int], status: str) -> dict[str, Any]:
    score = model.problem.score[model.columns.candidate[np.array(chosen, dtype=np.int64)]]
    return {"placed": len(chosen), "score": int(score.sum()), "value": model.value(chosen), "status": status}


def greedy_alone(problem: dict[str, Any]) -> dict[str, Any]:
    """Take the best candidate that still fits, again and again."""
    model, kept = _model(problem)
    return _result(model, greedy(model, kept), "feasible")


def whole_model(problem: dict[str, Any], time_limit: float) -> dict[str, Any]:
    """Give every column to HiGHS as one integer program."""
    model, kept = _model(problem)
    everything = np.ones(model.columns.count, dtype=np.bool_)
    answer = solve_integer(model.rows, model.gain, everything, None, Stop(time_limit), 0, node_limit=2**31 - 1)
    return _result(model, answer.chosen or kept, "optimal" if answer.complete else "feasible")
