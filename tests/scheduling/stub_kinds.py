"""Solvers that misbehave, for the tests of what runs them."""

import os
import time
from collections.abc import Callable
from typing import Any

SOLUTION = {"kind": "pairing", "status": "feasible", "value": 5, "bound": 9}


def solve(
    problem: Any,
    *,
    time_limit: float | None,
    seed: int,
    on_progress: Callable[[str, int | None, int | None], None],
    should_stop: Callable[[], bool],
    on_solution: Callable[[dict[str, Any]], None] = lambda solution: None,
) -> dict[str, Any]:
    """Do what the problem asks for: ``say`` a solution or not, then end in some ``way``."""
    on_progress("read", None, None)
    if problem["say"]:
        on_solution(dict(SOLUTION))
        on_progress("found", 5, 9)
    held = []
    while problem["way"] != "die":
        if problem["way"] == "heed" and should_stop():
            return SOLUTION | {"value": 6, "run": {"seconds": 0.0, "interrupted": True, "engine": "stub"}}
        if problem["way"] == "swell":
            held.append(bytearray(2**22))
        if problem["way"] == "out of memory":
            raise MemoryError
        time.sleep(0.002)
    os._exit(9)
