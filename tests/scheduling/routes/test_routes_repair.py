"""Routes are mended with few changes."""

import json
from typing import Any

from scheduling import routes
from scheduling.routes.instances import instance
from tests.scheduling.routes.problems import orders, problem_of, stop, team


def day() -> tuple[dict[str, Any], dict[str, Any]]:
    problem = instance(40, 12, 2, tight=True)
    return problem, routes.solve(problem, time_limit=1)


def copied(problem: dict[str, Any]) -> dict[str, Any]:
    again: dict[str, Any] = json.loads(json.dumps(problem))
    return again


def test_nothing_changes_where_nothing_happened() -> None:
    problem, before = day()
    mended = routes.repair(problem, before)

    assert mended["changes"] == []
    assert orders(mended["solution"]) == orders(before)
    assert routes.check(problem, mended["solution"]) == []


def test_a_stop_that_is_gone_leaves_the_rest_as_it_was() -> None:
    problem, before = day()
    gone = before["routes"][0]["stops"][0]["stop"]
    problem["stops"] = [entry for entry in problem["stops"] if entry["id"] != gone]
    mended = routes.repair(problem, before)

    assert routes.check(problem, mended["solution"]) == []
    moved = {change["stop"] for change in mended["changes"] if change["before"] is not None}
    assert moved == {gone}


def test_a_new_stop_is_inserted_and_nobody_else_moves() -> None:
    problem, before = day()
    problem["stops"].append(copied(problem["stops"][3]) | {"id": "new", "prize": None, "windows": [[480, 1140]]})
    mended = routes.repair(problem, before)

    assert routes.check(problem, mended["solution"]) == []
    assert [change["stop"] for change in mended["changes"]] == ["new"]


def test_a_team_that_falls_ill_gives_its_stops_to_others() -> None:
    problem, before = day()
    ill = before["routes"][1]
    problem["teams"] = [entry for entry in problem["teams"] if entry["id"] != ill["team"]]
    mended = routes.repair(problem, before)

    assert routes.check(problem, mended["solution"]) == []
    theirs = {call["stop"] for call in ill["stops"]}
    assert theirs <= {change["stop"] for change in mended["changes"]}
    assert len(mended["changes"]) <= len(theirs) + 3


def test_a_stop_that_must_fit_pushes_another_one_out() -> None:
    teams = [team("a", max_stops=1, skills=["nurse"]), team("b", max_stops=1)]
    problem = problem_of(teams, [stop("x", 1), stop("y", 2, prize=1, skills=["nurse"])])
    before = routes.solve(problem_of(teams[:1], [stop("x", 1)]))
    problem["stops"][1]["prize"] = None
    mended = routes.repair(problem, before)

    assert orders(mended["solution"]) == {"a": ["y"], "b": ["x"]}
    assert mended["changes"] == [
        {"stop": "x", "before": "a", "after": "b"},
        {"stop": "y", "before": None, "after": "a"},
    ]


def test_shorter_hours_take_out_as_little_as_needed() -> None:
    teams = [team("a"), team("b", start=9, end=9)]
    stops = [stop("x", 1, service=30), stop("y", 2, service=30), stop("z", 3, service=30)]
    before = routes.solve(problem_of(teams, stops))
    assert orders(before) == {"a": ["x", "y", "z"]} or len(before["routes"][0]["stops"]) == 3
    teams[0]["to"] = 110
    mended = routes.repair(problem_of(teams, stops), before)

    assert [change["stop"] for change in mended["changes"]] == ["z"]


def test_what_cannot_be_mended_is_said() -> None:
    problem = problem_of([team("a")], [stop("x", 1)])
    before = routes.solve(problem)
    mended = routes.repair(problem_of([team("a", to=5)], [stop("x", 1)]), before)

    assert mended["solution"]["status"] == "infeasible"
    assert mended["changes"] == [{"stop": "x", "before": "a", "after": None}]
