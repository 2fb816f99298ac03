"""What the engine is measured against: greedy, and the whole model given to HiGHS at once."""

from typing import Any

import numpy as np

from scheduling.roster.fixed import fixed_cells
from scheduling.roster.greedy import greedy
from scheduling.roster.load import load
from scheduling.roster.model import Model, build
from scheduling.roster.part import solve_part
from scheduling.stop import Stop


def _start(problem: dict[str, Any]) -> tuple[Model, Any]:
    model = build(load(problem))
    return model, fixed_cells(model)


def greedy_alone(problem: dict[str, Any]) -> dict[str, Any]:
    """Fill the scarcest shift first, each place with the cheapest person."""
    model, fixed = _start(problem)
    return {"value": model.value(greedy(model, fixed)), "bound": None, "status": "feasible"}


def whole_model(problem: dict[str, Any], time_limit: float) -> dict[str, Any]:
    """Give every cell to HiGHS as one integer program that starts from nothing."""
    model, fixed = _start(problem)
    free = np.ones(model.count, dtype=np.bool_)
    free[fixed] = False
    answer = solve_part(model, free, fixed, Stop(time_limit), 0, nodes=2**31 - 1)
    value = model.value(fixed if answer.cells is None else answer.cells)
    bound = int(np.ceil(answer.bound - 1e-6)) if np.isfinite(answer.bound) else None
    return {"value": value, "bound": bound, "status": "optimal" if answer.complete else "feasible"}
