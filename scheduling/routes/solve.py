"""Solve a routes problem."""

import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from scheduling import __version__
from scheduling.engine import engine_version
from scheduling.offers import Offers, OnSolution
from scheduling.routes.load import load
from scheduling.routes.search import Found, Search
from scheduling.routes.solution import answer_of
from scheduling.stop import Progress, Stop


def solve(
    problem: object,
    *,
    time_limit: float | None = None,
    seed: int = 0,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
    on_solution: OnSolution | None = None,
) -> dict[str, Any]:
    """Find good routes.

    Parameters
    ----------
    problem : object
        A parsed problem file (a dict), see the package's contract.
    time_limit : float, optional
        Seconds after which the best solution so far is returned.
    seed : int
        Seed of the search; the same problem, seed and version give the same solution.
    on_progress : callable, optional
        Called with stage, value and bound. What it raises ends the search and comes out unchanged.
    should_stop : callable, optional
        Asked often; True returns the best solution so far.
    on_solution : callable, optional
        Called now and then with the best solution so far, but for ``run``; see `scheduling.offers`.

    Returns
    -------
    dict
        The solution file: ``status`` is ``optimal`` (proven), ``feasible``, ``infeasible`` (proven) or ``unknown`` (no
        solution found), the last two with ``why``.

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
    offers = Offers(on_solution)

    def report(stage: str, value: int | None, bound: int | None) -> None:
        tell(stage, value, bound)
        if not search.missing:
            offers.offer(lambda: answer_of(search, Found(search.routes, (), search.value, search.bound)))

    search = Search(checked, stop, seed, report)
    answer = answer_of(search, search.minimise())
    tell("done", answer["value"], answer["bound"])
    answer["run"] = run_of(stop, began, proven=answer["status"] in ("optimal", "infeasible"))
    return answer


def run_of(stop: Stop, began: float, *, proven: bool) -> dict[str, Any]:
    """Return what a solution says about its run."""
    return {
        "seconds": round(time.perf_counter() - began, 3),
        "interrupted": stop.disturbed(proven=proven),
        "engine": f"scheduling {__version__}, PyVRP {version('pyvrp')}, {engine_version()}",
    }
