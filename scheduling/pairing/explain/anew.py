"""Solve a changed model by a search of its own: where loads bind, what was proven before leaves too much to choose."""

import numpy as np

from scheduling.faults import InvalidProblem
from scheduling.pairing import every_place
from scheduling.pairing.fixed import settle
from scheduling.pairing.found import nobody
from scheduling.pairing.relaxation import Model
from scheduling.pairing.resolve import NOTHING, Decision
from scheduling.pairing.rules import build_rows
from scheduling.pairing.search import greedy, maximise
from scheduling.stop import Stop

_MARGIN = 5


def solve_anew(model: Model, start: list[int] | None, stop: Stop, seed: int) -> Decision:
    """Find the best solution of a model.

    Parameters
    ----------
    model : Model
        With a timetable. Its rows say whether every place is filled; its gains may be others than the problem's.
    start : list of int or None
        Columns to begin from, where they keep every row.
    stop : Stop
    seed : int
    """
    problem, columns = model.problem, model.columns
    if start is None or not model.rows.keep(start):
        try:
            kept = settle(problem, columns)
        except InvalidProblem:
            return Decision(None, NOTHING, NOTHING)
        if problem.place_value is None:
            rows, wanted = build_rows(problem, columns, fill=False), int(problem.places.sum())
            filled = every_place.fill(problem, columns, rows, kept, stop, seed, _untold, nobody, margin=_MARGIN)
            if len(filled.chosen) < wanted:
                return Decision(None, NOTHING, NOTHING if filled.bound < wanted else _top(model))
            start = filled.chosen
            if np.array_equal(model.gain, problem.score[columns.candidate]):
                return Decision(start, filled.value, filled.bound)
        else:
            start = greedy(model, kept)
    found = maximise(model, start, stop, seed, _untold, margin=_MARGIN)
    return Decision(found.chosen, found.value, found.bound)


def _top(model: Model) -> int:
    return model.price(np.zeros(model.rows.count)).bound


def _untold(stage: str, value: int | None, bound: int | None) -> None:
    pass
