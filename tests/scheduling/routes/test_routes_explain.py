"""Explanations are true: what they say a change costs is what it costs."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from scheduling import routes
from scheduling.explaining import Asked, explain
from scheduling.routes.explanation import explanation
from scheduling.routes.instances import instance
from scheduling.routes.trying import with_change
from scheduling.stop import Stop
from tests.scheduling.routes.brute_force import optimum, random_problem
from tests.scheduling.routes.problems import left, orders, problem_of, quiet, small, stop, team


def two_teams() -> dict[str, Any]:
    """Return x and y near home; a visits both, b is far away."""
    return problem_of([team("a"), team("b", start=9, end=9)], [stop("x", 1), stop("y", 2), stop("z", 9)])


def test_what_a_stop_costs_where_it_is() -> None:
    problem = two_teams()
    told = routes.why_here(problem, routes.solve(problem), "y")

    assert told == {"stop": "y", "team": "a", "saving": 20, "prize": None, "elsewhere": [{"team": "b", "extra": 120}]}


def test_what_a_stop_that_is_left_out_would_cost() -> None:
    problem = problem_of([team("a")], [stop("x", 5, prize=99)])
    told = routes.why_here(problem, routes.solve(problem), "x")

    assert told == {"stop": "x", "team": None, "saving": 0, "prize": 99, "elsewhere": [{"team": "a", "extra": 1}]}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"skills": []}, {"code": "no_team_with_skills", "skills": ["nurse"]}),
        ({"capacity": 1}, {"code": "demand_too_large", "short": 1}),
        ({"capacity": 2}, {"code": "team_full", "short": 1}),
        ({"max_stops": 0}, {"code": "team_may_not_stop", "short": 1}),
        ({"max_stops": 1}, {"code": "max_stops_reached", "short": 1}),
        ({"to": 19}, {"code": "window_unreachable"}),
        ({"to": 20}, {"code": "no_time_left"}),
        ({}, {"code": "prize_below_cost"}),
    ],
)
def test_what_keeps_a_stop_out_of_a_route(changes: dict[str, Any], reason: dict[str, Any]) -> None:
    busy = [] if changes.get("capacity") == 1 or changes.get("max_stops") == 0 or changes.get("to") == 19 else ["y"]
    stops = [stop("x", 1, skills=["nurse"], demand=2, prize=1), stop("y", 0, service=1, prize=0)]
    problem = problem_of([team("a", **({"skills": ["nurse"]} | changes))], stops)
    calls = [{"stop": name, "arrive": 0, "start": 0, "leave": 1} for name in busy]
    listed = [{"stop": name, "reasons": []} for name in "xy" if name not in busy]
    solution = {"routes": [{"team": "a", "stops": calls, "distance": 0}] if busy else [], "left_out": listed}
    told = routes.why_not(problem, solution, "x", "a")

    assert told["reasons"] == [reason]
    never = ("no_team_with_skills", "demand_too_large", "team_may_not_stop", "window_unreachable")
    assert told["possible"] is (reason["code"] not in never)


def test_every_rule_in_the_way_is_told_also_that_no_window_can_be_met() -> None:
    problem = problem_of([team("a", capacity=1, to=19)], [stop("x", 1, demand=2, prize=1)])
    told = routes.why_not(problem, routes.solve(problem), "x", "a")

    assert told["possible"] is False
    assert told["reasons"] == [{"code": "demand_too_large", "short": 1}, {"code": "window_unreachable"}]


def test_a_swap_says_who_would_have_to_go_and_what_it_costs() -> None:
    problem = problem_of(
        [team("a", max_stops=1), team("b", start=3, end=3)],
        [stop("x", 1, windows=[[0, 40]]), stop("y", 2)],
        duration=[[0, 10, 20, 30], [10, 0, 10, 20], [20, 10, 0, 10], [30, 20, 10, 0]],
    )
    solution = routes.solve(problem)

    assert orders(solution) == {"a": ["x"], "b": ["y"]}
    told = routes.why_not(problem, solution, "y", "a")
    assert told["reasons"] == [{"code": "max_stops_reached", "short": 1}]
    assert told["swap"] == {"drop": {"stop": "x", "to": "b"}, "extra": 40}


def test_forcing_a_stop_costs_exactly_what_solving_again_says() -> None:
    problem = two_teams()
    told = routes.forced_extra(problem, "y", "b")

    assert told == {"stop": "y", "team": "b", "possible": True, "extra": 120, "exact": True}


def test_forcing_the_impossible_is_impossible() -> None:
    told = routes.forced_extra(small(), "he", "an")

    assert told == {"stop": "he", "team": "an", "possible": False, "extra": None, "exact": True}


def test_forcing_agrees_with_brute_force() -> None:
    compared = 0
    for seed in range(700, 760):
        problem = random_problem(seed, stops=4)
        least = optimum(problem)
        if least is None or not problem["stops"] or not problem["teams"]:
            continue
        name, who = problem["stops"][0]["id"], problem["teams"][0]["id"]
        told = routes.forced_extra(problem, name, who)
        bound = json.loads(json.dumps(problem))
        for entry in bound["teams"] + bound["stops"]:
            if entry["id"] in (name, who):
                entry["skills"].append("only")
        bound["stops"][0]["prize"] = None
        forced = optimum(bound)

        assert told["possible"] is (forced is not None), seed
        assert told["extra"] == (None if forced is None else forced - least), seed
        compared += 1
    assert compared > 30


@pytest.mark.parametrize(
    ("changes", "code", "amount", "skill"),
    [
        ({"to": 95}, "later_end", 5, None),
        ({"from": 905}, "earlier_start", 5, None),
        ({"capacity": 7}, "more_capacity", 3, None),
        ({"max_stops": 1}, "more_stops", 1, None),
        ({"skills": ["sign"]}, "one_more_skill", None, "nurse"),
    ],
)
def test_the_one_change_that_helps_is_found(
    changes: dict[str, Any], code: str, amount: int | None, skill: str | None
) -> None:
    far = stop("x", 5, demand=9, prize=500, skills=["nurse", "sign"])
    near = stop("y", 1, demand=1, prize=700)
    problem = problem_of([team("a", **({"skills": ["nurse", "sign"]} | changes))], [far, near])
    solution = routes.solve(problem)

    assert left(solution) == ["x"]
    best = routes.helpful_changes(problem, solution)[0]
    assert (best["code"], best["team"], best["stops"]) == (code, "a", ["x"])
    assert (best["amount"], best["skill"], best["at_least"]) == (amount, skill, 420)


def test_a_wider_window_and_one_more_team_help() -> None:
    stops = [stop("x", 5, windows=[[0, 40]], prize=500), stop("y", 1, prize=900, windows=[[980, 990]])]
    problem = problem_of([team("a")], stops)
    wide = routes.helpful_changes(problem, routes.solve(problem))
    assert [(c["code"], c["stops"], c["amount"], c["at_least"]) for c in wide] == [("wider_window", ["x"], 10, 420)]
    full = problem_of([team("a", max_stops=1)], [stop("x", 5, prize=500), stop("y", 5, prize=900)], team_cost=30)
    codes = {c["code"]: c["at_least"] for c in routes.helpful_changes(full, routes.solve(full))}
    assert codes == {"more_stops": 500, "one_more_team": 370}


def test_helpful_changes_are_worth_what_they_promise() -> None:
    for seed in range(4):
        problem = instance(24, 4, seed, optional=1.0)
        solution = routes.solve(problem, time_limit=1)
        for change in routes.helpful_changes(problem, solution):
            if change["code"] != "one_more_skill":
                continue
            helped = json.loads(json.dumps(problem))
            next(t for t in helped["teams"] if t["id"] == change["team"])["skills"].append(change["skill"])
            assert routes.solve(helped, time_limit=2)["value"] <= solution["value"] - change["at_least"]


def lifted(problem: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the problem without one of its limits, and with one more skill or team, each in turn."""
    skills = {skill for s in problem["stops"] for skill in s["skills"]}
    for k, crew in enumerate(problem["teams"]):
        free: list[dict[str, Any]] = [{"to": 10**6}, {"from": 0}, {"capacity": 10**6}, {"max_stops": None}]
        free += [{"skills": [*crew["skills"], skill]} for skill in sorted(skills - set(crew["skills"]))]
        for change in free:
            yield problem | {"teams": [t | change if i == k else t for i, t in enumerate(problem["teams"])]}
        yield problem | {"teams": [*problem["teams"], crew | {"id": "another"}]}
    for k, _ in enumerate(problem["stops"]):
        windows = {"windows": [[0, 10**6]]}
        yield problem | {"stops": [s | windows if i == k else s for i, s in enumerate(problem["stops"])]}


HUGE = 10**6


def least_of(problem: dict[str, Any]) -> tuple[int, int]:
    """Return how many required stops the best routes leave out, and what they cost beside that."""
    stops = [s | {"prize": HUGE} if s["prize"] is None else s for s in problem["stops"]]
    value = optimum(problem | {"stops": stops})
    assert value is not None
    return divmod(value, HUGE)


@pytest.mark.parametrize("skill", [None, "nobody's"])
def test_the_best_single_change_of_a_small_problem_is_told_first_and_exactly(skill: str | None) -> None:
    helped = 0
    for seed in range(120):
        problem = random_problem(seed, stops=4, teams=2)
        if skill is not None and problem["stops"]:
            problem["stops"][0] |= {"skills": [skill], "prize": None}
        missing, value = least_of(problem)
        told = routes.helpful_changes(problem, routes.solve(problem))
        for change in told:
            assert change["exact"]
            then = missing - change["required"], value - change["at_least"]
            assert least_of(with_change(problem, change)) == then, seed
        best = min([(missing, value), *map(least_of, lifted(problem))])
        first = (missing - told[0]["required"], value - told[0]["at_least"]) if told else (missing, value)
        assert first == best, seed
        helped += bool(told)
    assert helped > 30


def test_the_change_that_helps_most_is_the_first_of_several() -> None:
    problem = instance(24, 4, 2, optional=0.5)
    solution = routes.solve(problem, time_limit=2)
    assert routes.helpful_changes(problem, solution, 1) == routes.helpful_changes(problem, solution, 5)[:1]


def test_an_explanation_that_time_cut_short_says_so() -> None:
    problem = instance(24, 4, 2, optional=0.5)
    solution = routes.solve(problem, time_limit=1)
    stop, team = problem["stops"][0]["id"], problem["teams"][0]["id"]
    for asked in (Asked((stop, team), 0, Stop(0.5), 0), Asked(None, 5, Stop(0.2), 0)):
        told = explain("routes", explanation, problem, solution, asked, quiet)
        assert told["run"]["interrupted"]


def test_what_routes_gain_without_a_change_is_not_said_to_be_its_gift() -> None:
    """A poor solution is improved first; what a change brings is told beside that."""
    problem = problem_of([team("a")], [stop("x", 1), stop("y", 2), stop("z", 3)])
    poor = {"routes": [{"team": "a", "stops": [{"stop": name} for name in "yxz"]}], "status": "feasible"}
    assert routes.helpful_changes(problem, poor) == []


def test_changes_that_are_asked_for_by_insertion_alone() -> None:
    full = problem_of([team("a", capacity=1)], [stop("x", 5, prize=500), stop("y", 5, prize=900)])
    solution = routes.solve(full)
    quick, tried = routes.helpful_changes(full, solution, verify=0)[0], routes.helpful_changes(full, solution)[0]
    assert quick | {"exact": True} == tried
    assert not quick["exact"]
    assert routes.helpful_changes(full, solution, should_stop=lambda: True)[0] == quick


def test_a_change_that_lets_several_stops_in_says_what_they_need_together() -> None:
    stops = [stop("x", 5, prize=60), stop("y", 5, prize=60)]
    problem = problem_of([team("a", capacity=0)], stops)
    told = routes.helpful_changes(problem, routes.solve(problem))[0]
    assert (told["code"], told["amount"], told["stops"], told["at_least"]) == ("more_capacity", 2, ["x", "y"], 20)


def test_a_problem_without_a_solution_says_what_would_give_one() -> None:
    problem = problem_of([team("a", skills=["nurse"]), team("b")], [stop("x", 1, skills=["nurse", "sign"])])
    told = routes.helpful_changes(problem, routes.solve(problem))[0]

    assert (told["code"], told["team"], told["skill"], told["required"]) == ("one_more_skill", "a", "sign", 1)


def test_names_that_are_not_there_are_refused() -> None:
    problem = two_teams()
    solution = routes.solve(problem)

    with pytest.raises(ValueError, match="'nobody' is not in this problem: 'nobody' is no stop"):
        routes.why_here(problem, solution, "nobody")
    with pytest.raises(ValueError, match="break rules"):
        routes.why_here(problem_of([team("a", to=1)], [stop("x", 1)]), {"routes": [visit("a", "x")]}, "x")


def visit(who: str, name: str) -> dict[str, Any]:
    return {"team": who, "stops": [{"stop": name}], "distance": 0}
