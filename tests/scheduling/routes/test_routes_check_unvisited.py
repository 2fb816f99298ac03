"""What is said where no routes are said to exist is compared with the problem, and refuted where it can be."""

from typing import Any

import pytest

from scheduling import routes
from scheduling.routes import check_unvisited
from scheduling.routes.check_unvisited import Visitor
from scheduling.routes.instances import instance
from tests.scheduling.routes.brute_force import optimum, random_problem
from tests.scheduling.routes.problems import problem_of, stop, team


def infeasible(problem: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a solution file that says that no routes exist."""
    required = [stop["id"] for stop in problem["stops"] if stop["prize"] is None]
    nothing = {"kind": "routes", "status": "infeasible", "value": None, "bound": None, "routes": [], "run": {}}
    nothing |= {"left_out": [{"stop": name, "reasons": []} for name in required], "why": {"code": "no_way"}}
    return nothing | changes


def test_routes_are_found_only_where_there_are_some() -> None:
    found = wrong = 0
    for seed in range(400):
        problem = random_problem(seed)
        required = [stop for stop in problem["stops"] if stop["prize"] is None]
        possible = optimum(problem) is not None
        visited = Visitor(problem).visits_all(required)
        assert possible or not visited
        found, wrong = found + visited, wrong + (possible and not visited)
        told = routes.check(problem, infeasible(problem))
        assert bool(told) == (visited or not required)
    assert found > 100
    assert wrong < 5, "only where a detour is the quicker way"


def test_a_day_of_rounds_that_can_be_driven_is_not_said_to_be_impossible() -> None:
    problem = instance(40, 6, 2)
    problem["stops"] = [stop | {"prize": None} for stop in problem["stops"]]
    assert "all 40 required stops can be visited" in routes.check(problem, infeasible(problem))[0]


ONE_TOO_MANY = problem_of([team("a", capacity=1)], [stop("x", 1), stop("y", 1), stop("z", 1, prize=3)])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, []),
        ({"left_out": []}, ["$.left_out: expected the stops that cannot all be visited"]),
        ({"left_out": [{"stop": "z", "reasons": []}]}, ["$.left_out[0].stop: 'z' need not be visited"]),
        ({"status": "unknown", "left_out": []}, []),
        ({"why": None}, ["$.why: expected an object with a code"]),
    ],
)
def test_what_is_told_fits_the_problem(changes: dict[str, Any], told: list[str]) -> None:
    assert routes.check(ONE_TOO_MANY, infeasible(ONE_TOO_MANY, **changes)) == told


def test_the_look_for_routes_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = problem_of([team("a")], [stop(f"s{i}", i % 5) for i in range(30)])
    monkeypatch.setattr(check_unvisited, "_LOOKS", 100)
    assert routes.check(problem, infeasible(problem)) == []
