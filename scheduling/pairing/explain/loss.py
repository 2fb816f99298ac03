"""What forcing one pair costs, from the problem alone."""

from collections.abc import Mapping
from typing import Any

from scheduling.pairing.columns import Reason, build_columns
from scheduling.pairing.explain.explainer import Explainer
from scheduling.pairing.explain.forced import PLACES
from scheduling.pairing.load import load
from scheduling.pairing.solve import solve


def forced_loss(
    problem: Mapping[str, Any],
    child: str,
    volunteer: str,
    *,
    time_limit: float | None = None,
    seed: int = 0,
    solution: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Solve again with a pair fixed and return what that loses.

    Parameters
    ----------
    problem : mapping
    child, volunteer : str
    time_limit : float, optional
        Seconds for each solve.
    seed : int
    solution : mapping, optional
        The problem's solution, if it is known already.

    Returns
    -------
    dict
        ``child``, ``volunteer``, ``loss`` (points; None where impossible or unknown), ``exact`` (both values are proven
        optimal), ``possible``, ``reason`` (a code where impossible).

    Raises
    ------
    InvalidProblem
        The problem itself is wrong.
    ValueError
        No such child or volunteer, or the solution is not one of this problem.
    """
    before = solve(problem, time_limit=time_limit, seed=seed) if solution is None else solution
    answer: dict[str, Any] = {"child": child, "volunteer": volunteer, "loss": None, "exact": False}
    fixed = list(problem.get("fixed", []))
    if any(entry["child"] == child and entry["volunteer"] == volunteer for entry in fixed):
        return answer | {"loss": 0, "exact": True, "possible": True, "reason": None}
    if before["status"] in ("optimal", "feasible"):
        found = Explainer(problem, before, seed=seed).forced_exactly(child, volunteer, time_limit=time_limit)
        del found["pairs"]
        return found
    checked = load(problem)
    candidate = checked.candidate(child, volunteer)
    reason = Reason.NO_CANDIDATE if candidate is None else build_columns(checked).closed_reason(candidate)
    if reason is not None:
        return answer | {"possible": False, "reason": reason.value}
    if before["status"] == "unknown":
        return answer | {"possible": True, "reason": None}
    return answer | {"possible": False, "reason": PLACES}
