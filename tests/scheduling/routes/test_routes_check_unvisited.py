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
    assert wrong == 0


DETOUR = [[0, 50, 5], [5, 0, 5], [5, 5, 0]]


@pytest.mark.parametrize("prize", [None, 3])
def test_a_detour_over_another_stop_may_be_the_quicker_way(prize: int | None) -> None:
    stops = [stop("a", 1, windows=[[0, 20]]), stop("b", 2, windows=[[0, 20]], prize=prize)]
    problem = problem_of([team("t", to=100)], stops, DETOUR)
    required = 2 if prize is None else 1
    told = f"$.status: 'infeasible' is wrong, all {required} required stops can be visited"
    assert routes.check(problem, infeasible(problem)) == [told]
    assert routes.check(problem_of([team("t", to=14)], stops, DETOUR), infeasible(problem)) == []


def test_the_way_back_may_be_quicker_over_another_stop() -> None:
    back = [list(row) for row in zip(*DETOUR, strict=True)]
    problem = problem_of([team("t", to=20)], [stop("a", 1), stop("b", 2, prize=3)], back)
    assert routes.check(problem, infeasible(problem)) != []
    alone = problem_of([team("t", to=20)], [stop("a", 1)], back)
    assert routes.check(alone, infeasible(alone)) == []


def test_a_detour_is_driven_by_any_team_that_may() -> None:
    stops = [stop("c", 0), stop("a", 1, windows=[[0, 20]]), stop("b", 2, windows=[[0, 20]], skills=["nurse"])]
    teams = [team("s", max_stops=0), team("t", capacity=2, skills=["nurse"]), team("u", max_stops=1)]
    problem = problem_of(teams, stops, DETOUR)
    assert len(routes.check(problem, infeasible(problem))) == 1
    problem["teams"][1]["skills"] = []
    assert routes.check(problem, infeasible(problem)) == []


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


LITTLE_ROOM = problem_of(
    [team("a", capacity=1, max_stops=1), team("b", capacity=0, max_stops=0), team("c", capacity=0)],
    [stop("x", 1), stop("y", 1), stop("z", 1, prize=3)],
)
ROOM = {"code": "not_enough_capacity", "stops": ["x", "y"], "teams": ["a", "b"], "needed": 2, "available": 1}
STOPS = ROOM | {"code": "not_enough_stops_allowed"}
NOBODY = {"code": "no_team_can_serve", "stops": ["x"]}
NO_STOPS = "$.why.stops: expected ids of stops that must be visited, one or more, each once"
NO_TEAMS = "$.why.teams: expected ids of teams, one or more, each once"


@pytest.mark.parametrize(
    ("why", "told"),
    [
        (ROOM, []),
        (STOPS, []),
        (NOBODY, []),
        ({"code": "required_stops_exclude_each_other", "stops": []}, []),
        ({"code": "no_way", "stops": 3}, []),
        (NOBODY | {"stops": []}, [NO_STOPS]),
        (NOBODY | {"stops": ["z"]}, [NO_STOPS]),
        (NOBODY | {"stops": "x"}, [NO_STOPS]),
        ({"code": "no_team_can_serve"}, [NO_STOPS]),
        (ROOM | {"stops": ["x", "x"], "teams": [["a"]]}, [NO_STOPS, NO_TEAMS]),
        (ROOM | {"needed": 3}, ["$.why.needed: expected 2, found 3"]),
        (ROOM | {"available": 1.0}, ["$.why.available: expected 1, found 1.0"]),
        (ROOM | {"stops": ["x"], "needed": 1}, ["$.why: 1 needed and 1 available are no proof"]),
        (STOPS | {"available": 2}, ["$.why.available: expected 1, found 2"]),
        (STOPS | {"teams": ["a", "c"]}, ["$.why.teams: expected teams with max_stops"]),
    ],
)
def test_a_proof_adds_up(why: dict[str, Any], told: list[str]) -> None:
    assert routes.check(LITTLE_ROOM, infeasible(LITTLE_ROOM, why=why)) == told


def test_the_look_for_routes_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = problem_of([team("a")], [stop(f"s{i}", i % 5) for i in range(30)])
    monkeypatch.setattr(check_unvisited, "_LOOKS", 100)
    assert routes.check(problem, infeasible(problem)) == []
