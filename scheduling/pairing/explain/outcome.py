"""What a cancellation comes to: who steps in, who is left without, what is lost."""

from typing import Any

import numpy as np

from scheduling.pairing.answer import pairs_of
from scheduling.pairing.explain.cancelled import Cancellation
from scheduling.pairing.explain.solved import Solved


def outcome(solved: Solved, case: Cancellation, chosen: list[int]) -> dict[str, Any]:
    """Compare a solution with another one after a cancellation.

    Parameters
    ----------
    solved : Solved
        Without what the cancellation ends being fixed.
    case : Cancellation
    chosen : list of int
        Columns of the solution afterwards.

    Returns
    -------
    dict
        ``ended``, ``loss``, ``stepping_in`` and ``without``, see `scheduling.pairing.Explainer.if_cancelled`.
    """
    problem, columns = solved.problem, solved.columns
    children, size = problem.child[columns.candidate], len(problem.children)
    before = np.bincount(children[solved.chosen], minlength=size)
    fewer = np.flatnonzero(np.bincount(children[chosen], minlength=size) < before)
    new = sorted(set(chosen) - set(solved.chosen))
    loss: int | None = solved.value - solved.model.value(chosen)
    if problem.place_value is None and len(fewer):
        loss = None
    return {
        "ended": pairs_of(problem, columns, case.ended),
        "loss": loss,
        "stepping_in": pairs_of(problem, columns, new),
        "without": [problem.children[i] for i in fewer.tolist()],
    }
