"""Somebody cancels: the loss with all others kept and with all others free, against every solution of tiny problems."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import pairing
from scheduling.pairing.instances import instance
from tests.scheduling.brute_force import random_problem
from tests.scheduling.every_solution import Chosen, EverySolution
from tests.scheduling.problems import by_patterns, one_pair, slot_free, solved

SEEDS = st.integers(min_value=0, max_value=2**32 - 1)


def without(problem: dict[str, Any], volunteer: str, child: str | None) -> dict[str, Any]:
    """Return the problem after a cancellation."""

    def stands(entry: dict[str, Any]) -> bool:
        return entry["volunteer"] != volunteer or child not in (None, entry["child"])

    return problem | {key: [e for e in problem[key] if stands(e)] for key in ("candidates", "fixed", "forbidden")}


def worth(problem: dict[str, Any], chosen: Chosen) -> int:
    return sum(c["score"] + (problem["place_value"] or 0) for c, _ in chosen)


def named(chosen: Chosen) -> set[tuple[str, str, int | None]]:
    return {(c["child"], c["volunteer"], start) for c, start in chosen}


def told(pairs: list[dict[str, Any]]) -> set[tuple[str, str, int | None]]:
    return {(pair["child"], pair["volunteer"], pair.get("start")) for pair in pairs}


@settings(max_examples=200, deadline=None)
@given(SEEDS, st.booleans(), st.booleans())
def test_losses_are_those_of_brute_force(seed: int, whole: bool, patterns: bool) -> None:
    with by_patterns(patterns):
        _losses_are_those_of_brute_force(seed, whole)


def _losses_are_those_of_brute_force(seed: int, whole: bool) -> None:
    problem = random_problem(seed)
    solution = solved(problem)
    explainer = pairing.Explainer(problem, solution)
    for pair in solution["pairs"]:
        volunteer, child = pair["volunteer"], None if whole else pair["child"]
        after = without(problem, volunteer, child)
        found = EverySolution(after).found
        answer = explainer.if_cancelled(volunteer, child)
        exact = explainer.cancelled_exactly(volunteer, child)
        others = told(solution["pairs"]) - told(answer["ended"])
        assert exact["possible"] == bool(found)
        if found:
            best = max(worth(problem, chosen) for chosen in found)
            assert (exact["loss"], exact["exact"]) == (solution["value"] - best, True)
            assert answer["about"] is not None
            assert answer["about"] <= exact["loss"] + 0.01
        standing = [chosen for chosen in found if named(chosen) >= others]
        if standing:
            best = max(worth(problem, chosen) for chosen in standing)
            assert answer["loss"] == solution["value"] - best
        else:
            assert problem["place_value"] is None
            assert answer["loss"] is None
            assert answer["without"]


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_whoever_has_no_child_costs_nothing(seed: int) -> None:
    problem = random_problem(seed)
    solution = solved(problem)
    explainer = pairing.Explainer(problem, solution)
    paired = {pair["volunteer"] for pair in solution["pairs"]}
    for volunteer in problem["volunteers"]:
        if volunteer["id"] not in paired:
            answer = explainer.cancelled_exactly(volunteer["id"])
            assert (answer["ended"], answer["loss"], answer["exact"], answer["possible"]) == ([], 0, True, True)
            assert explainer.if_cancelled(volunteer["id"])["loss"] == 0


def test_who_steps_in_is_named() -> None:
    problem = one_pair(each_volunteer={"max_children": 2})
    explainer = pairing.Explainer(problem, pairing.solve(problem))
    assert {pair["volunteer"] for pair in pairing.solve(problem)["pairs"]} == {"y"}
    answer = explainer.if_cancelled("y")
    assert [(pair["child"], pair["volunteer"]) for pair in answer["stepping_in"]] == [("a", "x"), ("b", "x")]
    assert (answer["loss"], answer["about"], answer["without"]) == (30, 30.0, [])
    one = explainer.if_cancelled("y", "b")
    assert [(pair["child"], pair["volunteer"]) for pair in one["stepping_in"]] == [("b", "x")]
    assert one["loss"] == 20
    assert explainer.if_cancelled("x")["ended"] == []


def test_child_whom_nobody_can_take_is_named() -> None:
    problem = one_pair()
    answer = pairing.Explainer(problem, pairing.solve(problem)).if_cancelled("y")
    assert (answer["without"], answer["loss"], answer["stepping_in"]) == (["b"], 1050, [])
    exact = pairing.Explainer(problem, pairing.solve(problem)).cancelled_exactly("y")
    assert (exact["without"], exact["loss"], exact["changed"]) == (["a"], 1030, 1)


@pytest.mark.parametrize("place_value", [None, 1000])
def test_cancellation_where_nobody_can_meet_costs_nothing(place_value: int | None) -> None:
    problem = one_pair(each_child={"places": 0, "free": []}, place_value=place_value)
    explainer = pairing.Explainer(problem, pairing.solve(problem))
    kept, exact = explainer.if_cancelled("x"), explainer.cancelled_exactly("x")
    nothing = {"ended": [], "loss": 0, "stepping_in": [], "without": []}
    assert kept | nothing == kept
    assert exact | nothing | {"exact": True, "possible": True, "changed": 0} == exact


def test_other_pairs_move_only_where_they_must() -> None:
    problem = instance(60, 50, 1, use_of_rooms=1.2)
    solution = pairing.solve(problem)
    explainer = pairing.Explainer(problem, solution)
    volunteers = sorted({pair["volunteer"] for pair in solution["pairs"]})
    for volunteer in volunteers[:10]:
        exact, kept = explainer.cancelled_exactly(volunteer), explainer.if_cancelled(volunteer)
        assert exact["exact"]
        assert kept["about"] - 0.01 <= exact["loss"] <= kept["loss"]
        again = pairing.solve(without(problem, volunteer, None))
        assert exact["loss"] == solution["value"] - again["value"]
        pairs = told(solution["pairs"])
        assert exact["changed"] <= len(pairs - told(again["pairs"])) - len(exact["ended"])


def test_strangers_are_refused() -> None:
    explainer = pairing.Explainer(one_pair(), pairing.solve(one_pair()))
    with pytest.raises(ValueError, match="'z' is no volunteer"):
        explainer.if_cancelled("z")
    with pytest.raises(ValueError, match="'z' is no child"):
        explainer.cancelled_exactly("x", "z")


def test_load_of_a_fixed_pair_that_ends_is_free_again() -> None:
    problem = slot_free(fixed=[{"child": "a", "volunteer": "x"}])
    problem["volunteers"] = [{"id": "x", "max_children": 2, "max_load": 1}]
    problem["candidates"] = [
        {"child": "a", "volunteer": "x", "score": 10},
        {"child": "b", "volunteer": "x", "score": 50},
    ]
    explainer = pairing.Explainer(problem, pairing.solve(problem))
    answer, exact = explainer.if_cancelled("x", "a"), explainer.cancelled_exactly("x", "a")
    assert [(pair["child"], pair["volunteer"]) for pair in answer["stepping_in"]] == [("b", "x")]
    assert (answer["loss"], exact["loss"], exact["exact"], answer["without"]) == (-40, -40, True, ["a"])
