"""Solve a roster problem."""

import time
from collections.abc import Callable
from typing import Any

from scheduling import __version__
from scheduling.engine import engine_version
from scheduling.roster.fixed import fixed_cells, refuse_broken
from scheduling.roster.load import load
from scheduling.roster.model import build
from scheduling.roster.parts import parts_of
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
    found = Search(model, fixed_cells(model), stop, seed, tell).minimise()
    pairs = [(int(model.shift[cell]), int(model.person[cell])) for cell in found.cells]
    answer: dict[str, Any] = {
        "kind": "roster",
        "status": "optimal" if found.proven else "feasible",
        "value": found.value,
        "bound": found.bound,
        "assignments": [{"shift": checked.shifts[s], "person": checked.people[p]} for s, p in sorted(pairs)],
        "parts": parts_of(checked, pairs),
        "uncovered": uncovered(checked, pairs),
    }
    tell("done", found.value, found.bound)
    answer["run"] = {
        "seconds": round(time.perf_counter() - began, 3),
        "interrupted": stop.interrupted,
        "engine": f"scheduling {__version__}, {engine_version()}",
    }
    return answer
