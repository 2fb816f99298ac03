"""Instances that the generators of the kinds do not make: load limits, the families of generalised assignment."""

from typing import Any

import numpy as np


def with_loads(problem: dict[str, Any], seed: int) -> dict[str, Any]:
    """Return a pairing problem in which pairs weigh 1 to 4 and two volunteers in three have a load limit of 2 to 6."""
    rng = np.random.default_rng([seed, 1])
    loads = rng.integers(1, 5, len(problem["candidates"])).tolist()
    limits = rng.integers(2, 7, len(problem["volunteers"])).tolist()
    limited = (rng.random(len(limits)) < 2 / 3).tolist()
    return problem | {
        "candidates": [entry | {"load": load} for entry, load in zip(problem["candidates"], loads, strict=True)],
        "volunteers": [
            volunteer | {"max_load": limit if given else None}
            for volunteer, limit, given in zip(problem["volunteers"], limits, limited, strict=True)
        ],
    }


def assignment(family: str, jobs: int, agents: int, seed: int) -> dict[str, Any]:
    """Make a generalised-assignment instance of type D or E, as a pairing problem without a timetable.

    Every job (child) must be done by one agent (volunteer) at a cost, which is a negative score; the work it takes is
    its load. Formulas: S. Martello and P. Toth, "Knapsack Problems" (1990), type D; M. Laguna, J. P. Kelly, J. L.
    Gonzalez-Velarde and F. Glover, "Tabu search for the multilevel generalized assignment problem", EJOR 82 (1995),
    type E.
    """
    rng = np.random.default_rng([seed, jobs, agents])
    if family == "D":
        work = rng.integers(1, 101, (agents, jobs))
        cost = 111 - work + rng.integers(-10, 11, (agents, jobs))
    else:
        work = np.rint(1 - 10 * np.log(1 - rng.random((agents, jobs)))).astype(np.int64)
        cost = np.rint(1000 / work - 10 * rng.random((agents, jobs))).astype(np.int64)
    room = (8 * work.sum(axis=1)) // (10 * agents)
    return {
        "kind": "pairing",
        "version": 1,
        "children": [{"id": f"j{j}", "places": 1} for j in range(jobs)],
        "volunteers": [{"id": f"a{i}", "max_children": jobs, "max_load": int(room[i])} for i in range(agents)],
        "candidates": [
            {"child": f"j{j}", "volunteer": f"a{i}", "score": -int(cost[i, j]), "load": int(work[i, j])}
            for j in range(jobs)
            for i in range(agents)
        ],
        "fixed": [],
        "forbidden": [],
        "place_value": None,
    }
