"""Small pairing problems that tests begin from."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume

from scheduling import pairing
from scheduling.benchmarks.instances import with_loads
from scheduling.faults import InvalidProblem
from scheduling.pairing import pattern_search
from scheduling.pairing.instances import instance

FIXTURES = Path(__file__).parents[2] / "fixtures" / "problems"


def small() -> dict[str, Any]:
    """Return the small problem, solved by hand in `small_answer`.

    All four sessions of an, bo and chen fit only so: with one room, an (two slots of 0-2) must begin at 0 to leave slot
    2 to bo; chen's two places need both volunteers, v1 in slot 3 and v2 in slot 4; then each volunteer has one child
    left, and v2 cannot take bo (load 2 + 1 > 2). dan is free when nobody is.
    """
    problem: dict[str, Any] = json.loads((FIXTURES / "pairing_small.json").read_text())
    return problem


def small_answer() -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((FIXTURES / "pairing_small.answer.json").read_text())
    return answer


def one_pair(**changes: Any) -> dict[str, Any]:
    """Return a problem of two children and two volunteers in which every pair may meet at any time.

    ``changes`` replace keys of the document; ``children`` and ``volunteers`` may be given as dicts of changes to all.
    """
    child = {"centre": "c", "places": 1, "free": [0, 1, 2, 3], "session_slots": 1, "meets": "centre"}
    volunteer = {"max_children": 1, "max_load": None, "free": [0, 1, 2, 3]}
    child |= changes.pop("each_child", {})
    volunteer |= changes.pop("each_volunteer", {})
    return {
        "kind": "pairing",
        "version": 1,
        "grid": {"days": 2, "slots_per_day": 2},
        "centres": [{"id": "c", "rooms": [2, 2, 2, 2]}],
        "children": [{"id": name} | child for name in ("a", "b")],
        "volunteers": [{"id": name} | volunteer for name in ("x", "y")],
        "candidates": [
            {"child": "a", "volunteer": "x", "score": 10},
            {"child": "a", "volunteer": "y", "score": 20},
            {"child": "b", "volunteer": "x", "score": 30},
            {"child": "b", "volunteer": "y", "score": 50},
        ],
        "fixed": [],
        "forbidden": [],
        "place_value": 1000,
    } | changes


def slot_free(**changes: Any) -> dict[str, Any]:
    """Return the same without a timetable."""
    problem = one_pair()
    for key in ("grid", "centres"):
        del problem[key]
    problem["children"] = [{"id": child["id"], "places": child["places"]} for child in problem["children"]]
    problem["volunteers"] = [{"id": v["id"], "max_children": 1, "max_load": None} for v in problem["volunteers"]]
    return problem | changes


def to_be_filled(seed: int, *, loads: bool = True) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a problem without the places that its best solution leaves empty, and that solution."""
    problem = instance(60, 45, seed, use_of_rooms=0.9)
    if loads:
        problem = with_loads(problem, seed)
    best = pairing.solve(problem)
    missing = {entry["child"]: entry["missing"] for entry in best["unplaced"]}
    children = [child | {"places": child["places"] - missing.get(child["id"], 0)} for child in problem["children"]]
    return problem | {"children": children, "place_value": None}, best


@contextmanager
def by_patterns(wanted: bool) -> Iterator[None]:
    """Search problems of any size by patterns where that is wanted, else none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pattern_search, "_LEAST_COLUMNS", 0 if wanted else 1 << 60)
        if wanted:
            patch.setattr(pattern_search, "_BROKEN", -1.0)
        yield


def solved(problem: dict[str, Any]) -> dict[str, Any]:
    """Return the best solution of a random problem; those that have none or are wrong do not count as examples."""
    try:
        solution = pairing.solve(problem)
    except InvalidProblem:
        assume(False)
        raise
    assume(solution["status"] == "optimal")
    return solution
