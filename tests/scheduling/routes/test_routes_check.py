"""The checker finds every kind of violation, and invents none."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from scheduling import routes
from tests.scheduling.routes.problems import problem_of, small, small_answer, stop, team


def answer() -> dict[str, Any]:
    return small_answer() | {"run": {}}


def faults(change: Callable[[dict[str, Any]], object]) -> list[str]:
    solution = json.loads(json.dumps(answer()))
    change(solution)
    return routes.check(small(), solution)


def test_the_answer_by_hand_is_right() -> None:
    assert routes.check(small(), answer()) == []


def test_a_stranger_may_wait_and_leave_late_or_early() -> None:
    def wait(solution: dict[str, Any]) -> None:
        solution["routes"][0]["stops"][0].update(arrive=500, start=505, leave=525)
        solution["routes"][1]["stops"][0].update(arrive=570)
        solution["routes"][1]["stops"][1].update(arrive=990, start=1000, leave=1010)
        del solution["bound"]
        solution["status"] = "feasible"
        solution["routes"].reverse()
        solution["left_out"][0]["reasons"] = []

    assert faults(wait) == []


def test_a_team_without_stops_has_not_set_out() -> None:
    problem = problem_of([team("a"), team("b")], [stop("x", 0)], [[0]], team_cost=5)
    calls = [{"stop": "x", "arrive": 0, "start": 0, "leave": 0}]
    solution = {
        "kind": "routes",
        "status": "feasible",
        "value": 5,
        "routes": [{"team": "a", "stops": calls, "distance": 0}, {"team": "b", "stops": [], "distance": 0}],
        "left_out": [],
        "run": {},
    }

    assert routes.check(problem, solution) == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda s: s.pop("routes"), "$.routes"),
        (lambda s: s.update(extra=1), "$.extra"),
        (lambda s: s.update(kind="roster"), "$.kind"),
        (lambda s: s.update(status="best"), "$.status"),
        (lambda s: s.update(status="optimal", bound=None), "$.status"),
        (lambda s: s.update(status="optimal", bound=11), "$.status"),
        (lambda s: s.update(bound=13), "$.bound"),
        (lambda s: s.update(bound=12.0), "$.bound"),
        (lambda s: s.update(value=11), "$.value"),
        (lambda s: s.update(value=12.0), "$.value"),
        (lambda s: s.update(routes={}), "$.routes"),
        (lambda s: s["routes"][0].update(team="zhu"), "$.routes[0].team"),
        (lambda s: s["routes"][0].update(team=["an"]), "$.routes[0].team"),
        (lambda s: s["routes"][1].update(team="an"), "$.routes[1].team"),
        (lambda s: s["routes"][0].update(distance=5), "$.routes[0].distance"),
        (lambda s: s["routes"][0].update(distance=True), "$.routes[0].distance"),
        (lambda s: s["routes"][0].pop("distance"), "$.routes[0]"),
        (lambda s: s["routes"][0].update(stops=None), "$.routes[0].stops"),
        (lambda s: s["routes"][0]["stops"][0].update(stop="zhu"), "$.routes[0].stops[0].stop"),
        (lambda s: s["routes"][0]["stops"][0].pop("leave"), "$.routes[0].stops[0]"),
        (lambda s: s["routes"][0]["stops"][0].update(arrive="510"), "$.routes[0].stops[0].arrive"),
        (lambda s: s["routes"][0]["stops"][0].update(arrive=489), "$.routes[0].stops[0].arrive"),
        (lambda s: s["routes"][0]["stops"][1].update(arrive=539), "$.routes[0].stops[1].arrive"),
        (lambda s: s["routes"][0]["stops"][0].update(arrive=511), "$.routes[0].stops[0].start"),
        (lambda s: s["routes"][0]["stops"][0].update(leave=529), "$.routes[0].stops[0].leave"),
        (lambda s: s["routes"][0]["stops"][0].update(leave=531), "$.routes[0].stops[0].leave"),
        (lambda s: s["routes"][1]["stops"][0].update(start=899, arrive=899), "$.routes[1].stops[0].start"),
        (lambda s: s["routes"][0]["stops"].pop(0), "$.routes"),
        (lambda s: s["routes"][0]["stops"].pop(1), "$.left_out"),
        (lambda s: s["routes"][1]["stops"].append(s["routes"][0]["stops"][0]), "$.routes[1].stops[2].stop"),
        (lambda s: s.update(left_out=[]), "$.left_out"),
        (lambda s: s.update(left_out=None), "$.left_out"),
        (lambda s: s["left_out"].append(dict(s["left_out"][0])), "$.left_out[1].stop"),
        (lambda s: s["left_out"][0].update(stop="feng"), "$.left_out[0].stop"),
        (lambda s: s["left_out"][0].update(stop=3), "$.left_out[0].stop"),
        (lambda s: s["left_out"][0].pop("reasons"), "$.left_out[0]"),
        (lambda s: s["left_out"][0].update(reasons=["far"]), "$.left_out[0].reasons[0]"),
    ],
)
def test_a_violation_is_named(change: Callable[[dict[str, Any]], object], named: str) -> None:
    assert any(line.startswith(f"{named}:") for line in faults(change)), faults(change)


NOTHING: dict[str, Any] = {"kind": "routes", "status": "unknown", "value": None, "bound": None, "routes": []}
NOTHING |= {"left_out": [], "run": {}, "why": {"code": "none_found"}}


@pytest.mark.parametrize("run", [None, 5, []])
def test_a_run_is_an_object_with_a_solution_and_without(run: Any) -> None:
    for solution in (answer(), NOTHING):
        assert routes.check(small(), solution | {"run": run}) == ["$.run: expected an object"]


def test_an_unknown_key_is_told_beside_everything_else() -> None:
    right = answer()["value"]
    told = ["$.zz: unknown key", f"$.value: expected {right}, found 999"]
    assert routes.check(small(), answer() | {"zz": 1, "value": 999}) == told
    assert routes.check(small(), NOTHING | {"zz": 1, "value": 999})[0] == "$.zz: unknown key"
    told = ['$.kind: expected "routes"', "$.zz: unknown key"]
    assert routes.check(small(), answer() | {"zz": 1, "kind": "roster", "value": 999}) == told


def test_optimal_routes_need_no_bound_but_no_wrong_one_either() -> None:
    def without(solution: dict[str, Any]) -> None:
        solution["status"] = "optimal"
        del solution["bound"]

    assert faults(without) == []
    assert faults(lambda s: s.update(status="optimal", bound=None))


def visit(*names: str, start: int = 10, distance: int = 20) -> dict[str, Any]:
    calls = [{"stop": name, "arrive": start, "start": start, "leave": start} for name in names]
    return {
        "kind": "routes",
        "status": "feasible",
        "value": distance,
        "routes": [{"team": "a", "stops": calls, "distance": distance}],
        "left_out": [],
        "run": {},
    }


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"skills": []}, "skills"),
        ({"capacity": 1}, "capacity"),
        ({"max_stops": 1}, "max_stops"),
        ({"to": 19}, "is back at 20"),
        ({"from": 1}, "too early"),
    ],
)
def test_each_rule_of_a_team_is_checked(changes: dict[str, Any], word: str) -> None:
    stops = [stop("x", 1, skills=["nurse"]), stop("y", 1)]
    right = problem_of([team("a", skills=["nurse"])], stops)
    wrong = problem_of([team("a", **({"skills": ["nurse"]} | changes))], stops)

    assert routes.check(right, visit("x", "y")) == []
    lines = routes.check(wrong, visit("x", "y"))
    assert len(lines) == 1
    assert word in lines[0]


def test_a_solution_that_says_there_is_none_has_none() -> None:
    none = {"kind": "routes", "status": "unknown", "value": None, "bound": None, "routes": [], "left_out": []}
    none |= {"run": {}, "why": {"code": "none_found"}}

    assert routes.check(small(), none) == []
    assert routes.check(small(), none | {"value": 3})
    assert routes.check(small(), none | {"routes": [1]})
    optional = problem_of([], [stop("x", 0, prize=1)], [[0]])
    assert routes.check(optional, none)[0].startswith("$.status")


@pytest.mark.parametrize("junk", [None, [], 3, "x", {}, {"kind": "routes"}])
def test_junk_is_refused(junk: object) -> None:
    assert routes.check(small(), junk)
