"""Where every place must be filled and cannot be: the children named are the proof."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import pairing
from scheduling.faults import InvalidProblem
from scheduling.pairing.instances import instance
from tests.scheduling.brute_force import BruteForce, random_problem
from tests.scheduling.problems import one_pair

SEEDS = st.integers(min_value=0, max_value=2**32 - 1)


def only(problem: dict[str, Any], children: set[str]) -> dict[str, Any]:
    """Return the problem of some children and of those who have a fixed pair."""
    kept = children | {entry["child"] for entry in problem["fixed"]}
    shorter = {key: [e for e in problem[key] if e["child"] in kept] for key in ("candidates", "forbidden")}
    return problem | shorter | {"children": [child for child in problem["children"] if child["id"] in kept]}


def most_places_of(problem: dict[str, Any], children: set[str]) -> int | None:
    """Return how many places of these children can be filled beside the fixed pairs."""
    counted = [entry | {"score": int(entry["child"] in children)} for entry in problem["candidates"]]
    return BruteForce(problem | {"candidates": counted, "place_value": 0}).best


@settings(max_examples=300, deadline=None)
@given(SEEDS)
def test_named_children_cannot_all_have_their_places(seed: int) -> None:
    problem = random_problem(seed) | {"place_value": None}
    try:
        solution = pairing.solve(problem)
    except InvalidProblem:
        return
    if solution["status"] != "infeasible":
        return
    told = solution["why"]["bottleneck"]
    children = set(told["children"])
    assert told["needed"] == sum(child["places"] for child in problem["children"] if child["id"] in children)
    most = most_places_of(only(problem, children), children)
    assert most is not None
    assert most <= told["available"] < told["needed"]


def test_two_children_and_one_hour_of_one_volunteer() -> None:
    problem = one_pair(place_value=None, each_volunteer={"max_children": 2, "free": [1]})
    problem["volunteers"].pop()
    problem["candidates"] = [entry for entry in problem["candidates"] if entry["volunteer"] == "x"]
    told = pairing.solve(problem)["why"]["bottleneck"]
    assert told == {
        "children": ["a", "b"],
        "needed": 2,
        "available": 1,
        "volunteers": [],
        "slots": [{"volunteer": "x", "slot": 1}],
    }


def test_children_who_have_nobody_need_no_others_to_prove_it() -> None:
    problem = instance(60, 80, 2) | {"place_value": None}
    alone = problem["children"][7]["id"]
    problem["candidates"] = [entry for entry in problem["candidates"] if entry["child"] != alone]
    told = pairing.solve(problem)["why"]["bottleneck"]
    assert alone in told["children"]
    assert told["available"] < told["needed"]
