"""Solve a roster problem."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from scheduling import __version__
from scheduling.engine import engine_version
from scheduling.offers import Offers, OnSolution
from scheduling.roster.fixed import fixed_cells, refuse_broken
from scheduling.roster.load import load
from scheduling.roster.model import Model, build
from scheduling.roster.parts import parts_of
from scheduling.roster.problem import Ints, Problem
from scheduling.roster.reasons import uncovered
from scheduling.roster.search import Search
from scheduling.stop import Progress, Stop


def solve(
    problem: object,
    *,
    time_limit: float | None = None,
    seed: int = 0,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
    start: Mapping[str, Any] | None = None,
    on_solution: OnSolution | None = None,
) -> dict[str, Any]:
    """Find the best roster, with a proven bound.

    Parameters
    ----------
    problem : object
        A parsed problem file (a dict), see the package's contract.
    time_limit : float, optional
        Seconds after which the best solution so far is returned.
    seed : int
        Seed of the engine; the same problem, seed and version give the same solution.
    on_progress : callable, optional
        Called with stage, value and bound. What it raises ends the search and comes out unchanged.
    should_stop : callable, optional
        Asked often; True returns the best solution so far.
    start : mapping, optional
        A solution, of this problem or one like it: the search begins with what of it can stand.
    on_solution : callable, optional
        Called now and then with the best solution so far, but for ``run``; see `scheduling.offers`.

    Returns
    -------
    dict
        The solution file; ``status`` is ``optimal`` (proven) or ``feasible``.

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
    refuse_broken(checked)
    model = build(checked)
    tell("model", None, None)
    offers = Offers(on_solution)
    nothing_short = _nothing_short(checked)

    def report(stage: str, value: int, bound: int | None) -> None:
        tell(stage, value, bound)
        proven = nothing_short if bound is None else bound
        offers.offer(lambda: _answer(model, search.cells, search.value, min(proven, search.value)))

    search = Search(model, fixed_cells(model), stop, seed, report)
    if start is not None:
        search.begin(_known(checked, start))
    found = search.minimise()
    answer = _answer(model, found.cells, found.value, found.bound)
    tell("done", found.value, found.bound)
    answer["run"] = {
        "seconds": round(time.perf_counter() - began, 3),
        "interrupted": stop.interrupted,
        "engine": f"scheduling {__version__}, {engine_version()}",
    }
    return answer


def _known(problem: Problem, start: Mapping[str, Any]) -> list[tuple[int, int]]:
    """Return the assignments of a solution whose shift and person this problem knows."""
    shifts = {name: at for at, name in enumerate(problem.shifts)}
    people = {name: at for at, name in enumerate(problem.people)}
    return sorted(
        {
            (shifts[entry["shift"]], people[entry["person"]])
            for entry in start["assignments"]
            if entry["shift"] in shifts and entry["person"] in people
        }
    )


def _nothing_short(problem: Problem) -> int:
    """Return what a roster would cost at least: every wish granted, nothing short."""
    return -problem.weights.wish * sum(max(0, wish) for wish in problem.wishes.values())


def _answer(model: Model, cells: Ints, value: int, bound: int) -> dict[str, Any]:
    """Write a roster down."""
    problem = model.problem
    pairs = [(int(model.shift[cell]), int(model.person[cell])) for cell in cells]
    return {
        "kind": "roster",
        "status": "optimal" if bound >= value else "feasible",
        "value": value,
        "bound": bound,
        "assignments": [{"shift": problem.shifts[s], "person": problem.people[p]} for s, p in sorted(pairs)],
        "parts": parts_of(problem, pairs),
        "uncovered": uncovered(problem, pairs),
    }
