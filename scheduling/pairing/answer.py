"""Write a solution down in the form of the contract."""

from typing import Any

import numpy as np

from scheduling.pairing.columns import Columns
from scheduling.pairing.problem import NO_START, Problem
from scheduling.pairing.reasons import unplaced


def pairs_of(problem: Problem, columns: Columns, chosen: list[int]) -> list[dict[str, Any]]:
    """Return chosen columns as pairs, in their order."""
    pairs = []
    for column in chosen:
        candidate, start = int(columns.candidate[column]), int(columns.start[column])
        pair: dict[str, Any] = {
            "child": problem.children[int(problem.child[candidate])],
            "volunteer": problem.volunteers[int(problem.volunteer[candidate])],
        }
        if start != NO_START:
            pair["start"] = start
        pairs.append(pair | {"score": int(problem.score[candidate])})
    return pairs


def answer_of(problem: Problem, columns: Columns, chosen: list[int], bound: int) -> dict[str, Any]:
    """Return a solution without its ``run``.

    Parameters
    ----------
    problem : Problem
    columns : Columns
    chosen : list of int
        Columns of the solution, ascending.
    bound : int
        Proven upper bound on the value of every solution.
    """
    candidates = columns.candidate[np.array(chosen, dtype=np.int64)]
    score = int(problem.score[candidates].sum())
    value = score + (problem.place_value or 0) * len(chosen)
    return {
        "kind": "pairing",
        "status": "optimal" if bound <= value else "feasible",
        "value": value,
        "bound": max(bound, value),
        "placed": len(chosen),
        "score": score,
        "pairs": pairs_of(problem, columns, chosen),
        "unplaced": unplaced(problem, columns, chosen),
    }
