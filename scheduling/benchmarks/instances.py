"""Instances that the generators of the kinds do not make: load limits with a timetable, points in steps."""

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


def in_steps(problem: dict[str, Any], step: int) -> dict[str, Any]:
    """Return a pairing problem whose scores are rounded down to multiples of a step: so people give points."""
    candidates = [entry | {"score": entry["score"] // step * step} for entry in problem["candidates"]]
    return problem | {"candidates": candidates}
