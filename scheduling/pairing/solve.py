"""Solve a pairing problem."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from scheduling import __version__
from scheduling.engine import engine_version
from scheduling.pairing.columns import Columns, build_columns
from scheduling.pairing.fixed import settle
from scheduling.pairing.load import load
from scheduling.pairing.problem import NO_START, Problem
from scheduling.pairing.reasons import bottleneck, unplaced
from scheduling.pairing.relaxation import Model
from scheduling.pairing.rows import Rows, build_rows
from scheduling.pairing.search import Found, greedy, maximise
from scheduling.stop import Progress, Stop

_MARGIN = 5


def solve(
    problem: object,
    *,
    time_limit: float | None = None,
    seed: int = 0,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> dict[str, Any]:
    """Find the best pairs and prove it.

    Parameters
    ----------
    problem : object
        A parsed problem file (a dict), see the package's contract.
    time_limit : float, optional
        Seconds after which the best solution so far is returned.
    seed : int
        Seed of the engine; the same problem, seed and version give the same solution.
    on_progress : callable, optional
        Called with stage, value and bound; in the stage ``places`` they count places. What it raises ends the search
        and comes out unchanged.
    should_stop : callable, optional
        Asked often; True returns the best solution so far.

    Returns
    -------
    dict
        The solution file: ``status`` is ``optimal``, ``feasible``, or, only where every place must be filled,
        ``infeasible`` (proven) or ``unknown`` (none found in time), both with ``why``.

    Raises
    ------
    InvalidProblem
        With every fault of the input.
    """
    began = time.perf_counter()
    stop = Stop(time_limit, should_stop)
    tell: Progress = on_progress or (lambda stage, value, bound: None)
    tell("read", None, None)
    checked = load(problem)
    columns = build_columns(checked)
    kept = settle(checked, columns)
    tell("columns", None, None)
    if checked.place_value is None:
        answer = _fill(checked, columns, kept, stop, seed, tell)
    else:
        gain = checked.place_value + checked.score[columns.candidate]
        model = Model(checked, columns, build_rows(checked, columns, fill=False), gain)
        found = maximise(model, greedy(model, kept), stop, seed, tell, margin=_MARGIN)
        answer = _answer(checked, columns, found)
    tell("done", answer["value"], answer["bound"])
    answer["run"] = {
        "seconds": round(time.perf_counter() - began, 3),
        "interrupted": stop.interrupted,
        "engine": f"scheduling {__version__}, {engine_version()}",
    }
    return answer


def _fill(problem: Problem, columns: Columns, kept: list[int], stop: Stop, seed: int, tell: Progress) -> dict[str, Any]:
    """Fill every place at the best score: first the most places, then, if that is all of them, the best score."""
    wanted = int(problem.places.sum())
    rows = build_rows(problem, columns, fill=False)
    most = Model(problem, columns, rows, np.ones(columns.count, dtype=np.int64))

    def places(stage: str, value: int, bound: int) -> None:
        tell("places", value, bound)

    fullest = maximise(most, greedy(most, kept), stop, seed, places, margin=0)
    if fullest.value < wanted:
        return _not_filled(problem, columns, rows, fullest, wanted)
    model = Model(
        problem, columns, build_rows(problem, columns, fill=True), problem.score[columns.candidate].astype(np.int64)
    )
    found = maximise(model, fullest.chosen, stop, seed, tell, margin=_MARGIN)
    return _answer(problem, columns, found)


def _not_filled(problem: Problem, columns: Columns, rows: Rows, fullest: Found, wanted: int) -> dict[str, Any]:
    """Say that not every place was filled, whether that is proven, and what stands in the way."""
    proven = fullest.bound < wanted
    return {
        "kind": "pairing",
        "status": "infeasible" if proven else "unknown",
        "value": None,
        "bound": None,
        "placed": 0,
        "score": 0,
        "pairs": [],
        "unplaced": unplaced(problem, columns, fullest.chosen),
        "why": {
            "code": "places_cannot_all_be_filled" if proven else "none_found_in_time",
            "places": wanted,
            "most": fullest.bound,
            "bottleneck": bottleneck(problem, rows, fullest.prices),
        },
    }


def _answer(problem: Problem, columns: Columns, found: Found) -> dict[str, Any]:
    """Write a solution down."""
    candidates = columns.candidate[np.array(found.chosen, dtype=np.int64)]
    pairs = []
    for candidate, start in zip(
        candidates.tolist(), columns.start[np.array(found.chosen, dtype=np.int64)].tolist(), strict=True
    ):
        pair: dict[str, Any] = {
            "child": problem.children[int(problem.child[candidate])],
            "volunteer": problem.volunteers[int(problem.volunteer[candidate])],
        }
        if start != NO_START:
            pair["start"] = start
        pair["score"] = int(problem.score[candidate])
        pairs.append(pair)
    return {
        "kind": "pairing",
        "status": "optimal" if found.proven else "feasible",
        "value": found.value,
        "bound": found.bound,
        "placed": len(pairs),
        "score": int(problem.score[candidates].sum()),
        "pairs": pairs,
        "unplaced": unplaced(problem, columns, found.chosen),
    }
