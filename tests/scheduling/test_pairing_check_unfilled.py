"""What is said where no solution is said to exist is compared with the problem, and refuted where it can be."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import pairing
from scheduling.faults import InvalidProblem
from scheduling.pairing import check_unfilled
from scheduling.pairing.check_unfilled import PROVEN, Filler
from scheduling.pairing.instances import instance
from tests.scheduling.brute_force import BruteForce, random_problem
from tests.scheduling.problems import one_pair, to_be_filled

NOTHING: dict[str, Any] = {"kind": "pairing", "value": None, "bound": None, "placed": 0, "score": 0, "pairs": []}
RUN = {"seconds": 0.1, "interrupted": False, "engine": "by hand"}


def infeasible(problem: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a solution file that says that nothing can be filled."""
    of: dict[str, int] = {child["id"]: 0 for child in problem["children"]}
    for candidate in problem["candidates"]:
        of[candidate["child"]] += 1
    unplaced = [
        {
            "child": child["id"],
            "missing": child["places"],
            "reasons": [{"code": "volunteer_full", "count": of[child["id"]]}],
        }
        for child in problem["children"]
        if child["places"]
    ]
    why = {"code": "no_way"}
    return NOTHING | {"status": "infeasible", "unplaced": unplaced, "why": why, "run": RUN} | changes


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_filling_is_found_exactly_where_there_is_one(seed: int) -> None:
    problem = random_problem(seed) | {"place_value": None}
    try:
        pairing.solve(problem)
    except InvalidProblem:
        return
    places = sum(child["places"] for child in problem["children"])
    there_is_one = BruteForce(problem).best is not None
    assert (Filler(problem).fill() == places) == there_is_one
    told = pairing.check(problem, infeasible(problem))
    if there_is_one:
        wrong = "expected the children" if not places else f"is wrong, all {places} places can be filled"
        assert len(told) == 1
        assert wrong in told[0]
    else:
        assert told == []


@pytest.mark.parametrize("seed", [0, 2])
def test_a_home_that_can_be_filled_is_not_said_to_be_unfillable(seed: int) -> None:
    problem = instance(46, 60, seed) | {"place_value": None}
    places = sum(child["places"] for child in problem["children"])
    assert f"all {places} places can be filled" in pairing.check(problem, infeasible(problem))[0]


TWO_FOR_ONE = one_pair(place_value=None, each_volunteer={"max_children": 1, "free": [0]}, each_child={"places": 2})


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, []),
        ({"unplaced": []}, ["$.unplaced: expected the children whose places cannot all be filled"]),
        ({"status": "unknown", "unplaced": []}, []),
        ({"why": {"code": PROVEN, "places": 4, "most": 2, "bottleneck": None}}, []),
        ({"why": {"code": PROVEN, "places": 3, "most": 2}}, ["$.why.places: expected 4, found 3"]),
        ({"why": {"code": PROVEN, "places": 4.0, "most": 2}}, ["$.why.places: expected 4, found 4.0"]),
        (
            {"why": {"code": PROVEN, "places": 4, "most": 1}},
            ["$.why.most: expected 2 or more, so many can be filled, found 1"],
        ),
        ({"why": {"code": PROVEN, "places": 4, "most": 4}}, ["$.why.most: expected an integer from 0 to 3, found 4"]),
        (
            {"why": {"code": PROVEN, "places": 4, "most": 0}},
            ["$.why.most: expected 1 or more, so many can be filled, found 0"],
        ),
    ],
)
def test_what_is_told_of_places_fits_the_problem(changes: dict[str, Any], told: list[str]) -> None:
    assert pairing.check(TWO_FOR_ONE, infeasible(TWO_FOR_ONE, **changes)) == told


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_as_many_places_are_filled_as_can_be_where_not_all_can(seed: int) -> None:
    problem = random_problem(seed) | {"place_value": 0}
    counted = [candidate | {"score": 1} for candidate in problem["candidates"]]
    best = BruteForce(problem | {"candidates": counted}).best
    if best is not None:
        assert Filler(problem).fill_most(10**6) == best


def test_too_few_places_are_not_believed_though_some_child_has_nobody() -> None:
    problem = instance(60, 80, 2) | {"place_value": None}
    alone = problem["children"][7]["id"]
    problem["candidates"] = [entry for entry in problem["candidates"] if entry["child"] != alone]
    solution = pairing.solve(problem)
    assert pairing.check(problem, solution) == []
    solution["why"]["most"] = solution["why"]["places"] // 2
    assert "so many can be filled" in pairing.check(problem, solution)[0]


COMPETE = {"children": ["a", "b"], "needed": 4, "available": 2, "volunteers": ["x", "y"], "slots": []}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, []),
        ({"children": ["a", "who"]}, ["$.why.bottleneck.children: expected a list of ids of children"]),
        ({"children": ["a", "a"]}, ["$.why.bottleneck.children: expected each once"]),
        ({"children": None}, ["$.why.bottleneck.children: expected a list of ids of children"]),
        ({"volunteers": ["a"]}, ["$.why.bottleneck.volunteers: expected a list of ids of volunteers"]),
        ({"children": ["a"]}, ["$.why.bottleneck.needed: expected 2, found 4"]),
        ({"needed": 4.0}, ["$.why.bottleneck.needed: expected 4, found 4.0"]),
        ({"available": True}, ["$.why.bottleneck.available: expected an integer, found True"]),
    ],
)
@pytest.mark.parametrize("code", [PROVEN, "none_found_in_time"])
def test_who_competes_fits_the_problem(code: str, changes: dict[str, Any], told: list[str]) -> None:
    why = {"code": code, "places": 4, "most": 2, "bottleneck": COMPETE | changes}
    assert pairing.check(TWO_FOR_ONE, infeasible(TWO_FOR_ONE, why=why)) == told
    assert pairing.check(TWO_FOR_ONE, infeasible(TWO_FOR_ONE, why=why | {"code": "no_way"})) == []


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"missing": 3}, "$.unplaced[0].missing: the child has 2 places, found 3"),
        ({"reasons": [{"code": "no_room", "count": 1}]}, "$.unplaced[0].reasons: counts sum to 1, the child has 2"),
        ({"reasons": [{"code": "no_room"}]}, "$.unplaced[0].reasons: expected a code and a count each"),
    ],
)
def test_who_is_left_without_fits_the_problem(entry: dict[str, Any], told: str) -> None:
    solution = infeasible(TWO_FOR_ONE)
    solution["unplaced"][0] |= entry
    assert pairing.check(TWO_FOR_ONE, solution)[0].startswith(told)


def test_the_look_for_a_filling_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    problem, _ = to_be_filled(0)
    monkeypatch.setattr(check_unfilled, "_LOOKS", 100)
    assert pairing.check(problem, infeasible(problem)) == []
