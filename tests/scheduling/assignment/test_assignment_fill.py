"""Every place filled without a timetable: the search has an end of its own, whatever the loads are."""

import json
import random
import time
from typing import Any

import pytest

from scheduling import pairing
from scheduling.pairing.assignment import filling, search
from scheduling.pairing.gap_instances import gap_instance, pairing_problem
from scheduling.pairing.relaxation import Model, Relaxation
from scheduling.pairing.search import Found
from tests.scheduling.assignment.problems import optimum, random_problem


def packing(volunteers: int, children: int, seed: int, slack: int) -> dict[str, Any]:
    """Return a problem whose loads, the same for every volunteer, fill what all can carry but for a little."""
    chance = random.Random(seed)
    loads = [chance.randint(1_000, 9_999) for _ in range(children)]
    limit = -(-sum(loads) // volunteers) + slack
    return {
        "kind": "pairing",
        "version": 1,
        "children": [{"id": f"k{c}", "places": 1} for c in range(children)],
        "volunteers": [{"id": f"v{v}", "max_children": children, "max_load": limit} for v in range(volunteers)],
        "candidates": [
            {"child": f"k{c}", "volunteer": f"v{v}", "score": chance.randint(0, 1_000), "load": loads[c]}
            for c in range(children)
            for v in range(volunteers)
        ],
        "place_value": None,
    }


@pytest.fixture
def no_exchanges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send tiny problems down the path of large ones, where exchanges find nothing."""
    monkeypatch.setattr(search, "_SMALL", 0)
    monkeypatch.setattr(search, "_search", lambda *_: None)


def test_a_packing_that_nobody_can_decide_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_ROUNDS", 2)
    monkeypatch.setattr(filling, "_EFFORT", filling._EFFORT // 4)
    problem = packing(12, 36, 1, 60)
    began = time.monotonic()
    solution = pairing.solve(problem)
    assert time.monotonic() - began < 120
    assert pairing.check(problem, solution) == []
    assert (solution["status"], solution["why"]["code"]) == ("unknown", "none_found_in_time")
    assert solution["run"]["interrupted"] is False


def test_where_it_ends_does_not_depend_on_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_ROUNDS", 1)
    monkeypatch.setattr(search, "_NODES", 5)
    monkeypatch.setattr(filling, "_EFFORT", 30_000)
    problem = packing(8, 24, 2, 0)
    one, other = (pairing.solve(problem) for _ in range(2))
    assert one["status"] == "unknown"
    assert json.dumps(one | {"run": {}}) == json.dumps(other | {"run": {}})


def test_loads_that_leave_one_child_over_are_proven_infeasible(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_ROUNDS", 2)
    problem = pairing_problem(gap_instance("C", 10, 60, 1))
    for volunteer in problem["volunteers"]:
        volunteer["max_load"] = int(volunteer["max_load"] * 0.585)
    solution = pairing.solve(problem)
    assert pairing.check(problem, solution) == []
    assert (solution["status"], solution["why"]["most"]) == ("infeasible", 59)
    assert solution["run"]["interrupted"] is False


@pytest.mark.usefixtures("no_exchanges")
def test_a_way_that_exchanges_did_not_find_is_found_and_the_score_bounded() -> None:
    filled = 0
    for seed in range(400):
        problem = random_problem(seed) | {"place_value": None, "fixed": []}
        best, solution = optimum(problem), pairing.solve(problem)
        assert pairing.check(problem, solution) == []
        if best is None:
            assert solution["status"] == "infeasible"
        else:
            assert solution["value"] <= best <= solution["bound"]
            filled += 1
    assert filled > 100


@pytest.mark.usefixtures("no_exchanges")
def test_a_filled_solution_stays_filled_whatever_a_place_is_worth(monkeypatch: pytest.MonkeyPatch) -> None:
    def empty(model: Model, relaxed: Relaxation, *_: Any, **__: Any) -> Found:
        return Found([], 0, relaxed.prices.bound, relaxed.prices)

    monkeypatch.setattr(filling, "improve", empty)
    for seed in range(100):
        problem = random_problem(seed) | {"place_value": None, "fixed": []}
        best, solution = optimum(problem), pairing.solve(problem)
        assert (solution["status"] == "infeasible") == (best is None)
        assert pairing.check(problem, solution) == []
