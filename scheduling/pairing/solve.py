"""Solve a pairing problem."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from scheduling import __version__
from scheduling.engine import engine_version
from scheduling.offers import Offers, OnSolution
from scheduling.pairing import assignment, every_place
from scheduling.pairing.answer import answer_of
from scheduling.pairing.columns import Columns, build_columns
from scheduling.pairing.fixed import settle
from scheduling.pairing.found import Found, Offer
from scheduling.pairing.load import load
from scheduling.pairing.problem import Problem
from scheduling.pairing.reasons import bottleneck, unplaced
from scheduling.pairing.relaxation import Model
from scheduling.pairing.rows import Rows
from scheduling.pairing.rules import build_rows
from scheduling.pairing.search import greedy, loose_bound, maximise
from scheduling.stop import Progress, Stop

_MARGIN = 5


def solve(
    problem: object,
    *,
    time_limit: float | None = None,
    seed: int = 0,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
    on_solution: OnSolution | None = None,
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
    on_solution : callable, optional
        Called now and then with the best solution so far, but for ``run``; see `scheduling.offers`.

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
    kept = settle(checked, columns, stop)
    tell("columns", None, None)
    offers = Offers(on_solution)

    def offer(chosen: list[int], value: int, bound: int) -> None:
        offers.offer(lambda: answer_of(checked, columns, chosen, bound))

    if checked.place_value is None:
        answer = _fill(checked, columns, kept, stop, seed, tell, offer)
    else:
        gain = checked.place_value + checked.score[columns.candidate]
        model = Model(checked, columns, build_rows(checked, columns, fill=False), gain)
        start = greedy(model, kept)
        if checked.grid is not None:
            found = maximise(model, start, stop, seed, tell, margin=_MARGIN, offer=offer)
        else:
            offer(start, model.value(start), loose_bound(model))
            found = assignment.maximise(model, start, stop, seed, tell, margin=_MARGIN, offer=offer)
        answer = answer_of(checked, columns, found.chosen, found.bound)
    tell("done", answer["value"], answer["bound"])
    answer["run"] = {
        "seconds": round(time.perf_counter() - began, 3),
        "interrupted": stop.disturbed(proven=answer["status"] in ("optimal", "infeasible")),
        "engine": f"scheduling {__version__}, {engine_version()}",
    }
    return answer


def solve_first(
    problem: object, stop: Stop, seed: int, tell: Progress, on_solution: OnSolution | None
) -> dict[str, Any]:
    """Solve a problem as the first part of more work, within what is left of its time; its end is not told as one."""

    def told(stage: str, value: int | None, bound: int | None) -> None:
        if stage != "done":
            tell(stage, value, bound)

    before = solve(
        problem,
        time_limit=stop.remaining(),
        seed=seed,
        on_progress=told,
        should_stop=stop.wanted,
        on_solution=on_solution,
    )
    if before["run"]["interrupted"]:
        stop.cut()
    return before


def _fill(
    problem: Problem, columns: Columns, kept: list[int], stop: Stop, seed: int, tell: Progress, offer: Offer
) -> dict[str, Any]:
    """Fill every place at the best score, or say why that cannot be."""
    wanted = int(problem.places.sum())
    if problem.grid is not None:
        rows = build_rows(problem, columns, fill=False)
        found = every_place.fill(problem, columns, rows, kept, stop, seed, tell, offer, margin=_MARGIN)
        if len(found.chosen) < wanted:
            return _not_filled(problem, columns, rows, found, wanted)
        return answer_of(problem, columns, found.chosen, found.bound)
    filled = assignment.fill(problem, columns, kept, stop, seed, tell, offer)
    if filled is not None:
        return answer_of(problem, columns, filled.chosen, filled.bound)
    rows = build_rows(problem, columns, fill=False)
    most = Model(problem, columns, rows, np.ones(columns.count, dtype=np.int64))

    def places(stage: str, value: int, bound: int) -> None:
        tell("places", value, bound)

    fullest = assignment.most_places(most, greedy(most, kept), stop, seed, places)
    if fullest.value < wanted:
        return _not_filled(problem, columns, rows, fullest, wanted)
    filled = assignment.fill(problem, columns, fullest.chosen, stop, seed, tell, offer)
    if filled is not None:
        return answer_of(problem, columns, filled.chosen, filled.bound)
    model = Model(
        problem, columns, build_rows(problem, columns, fill=True), problem.score[columns.candidate].astype(np.int64)
    )
    found = maximise(model, fullest.chosen, stop, seed, tell, margin=_MARGIN, offer=offer)
    return answer_of(problem, columns, found.chosen, found.bound)


def _not_filled(problem: Problem, columns: Columns, rows: Rows, fullest: Found, wanted: int) -> dict[str, Any]:
    """Say that not every place was filled, whether that is proven, and what stands in the way."""
    proven = fullest.bound < wanted
    scarce = bottleneck(problem, rows, fullest.prices)
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
            "bottleneck": scarce if scarce["needed"] > scarce["available"] else None,
        },
    }
