"""Explanations: prices add up, estimates never exceed what forcing a pair really loses."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import pairing
from scheduling.faults import InvalidProblem
from scheduling.pairing.candidates import Rule, compute_candidates
from scheduling.pairing.instances import instance
from tests.scheduling.brute_force import BruteForce, random_problem
from tests.scheduling.problems import one_pair, small

SEEDS = st.integers(min_value=0, max_value=2**32 - 1)


def test_price_parts_add_up_to_the_gain_of_every_pair() -> None:
    problem = instance(40, 45, 4, use_of_rooms=1.2)
    solution = pairing.solve(problem)
    explainer = pairing.Explainer(problem, solution)
    paired = {(pair["child"], pair["volunteer"]) for pair in solution["pairs"]}
    for candidate in problem["candidates"]:
        answer = explainer.pair(candidate["child"], candidate["volunteer"])
        if not answer["possible"]:
            assert (answer["reason"], answer["parts"]) == ("no_common_time", [])
            continue
        assert sum(part["price"] for part in answer["parts"]) + answer["surplus"] == answer["gain"]
        assert answer["gain"] == 2000 + candidate["score"]
        assert answer["surplus"] <= 0.001
        assert answer["paired"] == ((candidate["child"], candidate["volunteer"]) in paired)
        for part in answer["parts"]:
            if "slots" in part:
                assert sum(slot["price"] for slot in part["slots"]) == part["price"]


def test_scarce_room_is_named_with_its_slot() -> None:
    problem = one_pair(centres=[{"id": "c", "rooms": [0, 1, 0, 0]}])
    answer = pairing.Explainer(problem, pairing.solve(problem)).pair("b", "y")
    assert [(part["code"], part.get("slots", [{}])[0].get("slot")) for part in answer["parts"]][-1] == ("rooms", 1)


def test_impossible_pairs_have_a_reason() -> None:
    problem = one_pair(forbidden=[{"child": "a", "volunteer": "x"}])
    problem["candidates"].pop()
    explainer = pairing.Explainer(problem, pairing.solve(problem))
    assert explainer.pair("a", "x")["reason"] == "forbidden"
    assert explainer.pair("b", "y")["reason"] == "no_candidate"
    assert explainer.forced_loss("a", "x")["possible"] is False


def test_next_best_are_other_volunteers_best_first() -> None:
    problem = instance(40, 45, 4, use_of_rooms=1.2)
    solution = pairing.solve(problem)
    explainer = pairing.Explainer(problem, solution)
    for child in problem["children"]:
        mine = {pair["volunteer"] for pair in solution["pairs"] if pair["child"] == child["id"]}
        options = explainer.next_best(child["id"])
        others = [option["volunteer"] for option in options]
        assert len(set(others)) == len(others) <= 3
        assert not mine & set(others)
        assert [option["at_least"] for option in options] == sorted(option["at_least"] for option in options)


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_estimates_stay_below_the_exact_loss(seed: int) -> None:
    problem = random_problem(seed)
    try:
        solution = pairing.solve(problem)
    except InvalidProblem:
        return
    if solution["status"] != "optimal":
        return
    explainer = pairing.Explainer(problem, solution)
    fixed = {(entry["child"], entry["volunteer"]) for entry in problem["fixed"]}
    for candidate in problem["candidates"]:
        pair = {"child": candidate["child"], "volunteer": candidate["volunteer"]}
        exact = pairing.forced_loss(problem, **pair, solution=solution)
        about = explainer.forced_loss(**pair)
        best = None
        if tuple(pair.values()) not in fixed:
            best = BruteForce(problem | {"fixed": [*problem["fixed"], pair]}).best
            assert exact["possible"] == (best is not None)
        if best is not None:
            assert (exact["loss"], exact["exact"]) == (solution["value"] - best, True)
        if exact["possible"]:
            assert about["possible"]
            assert about["loss"] <= exact["loss"] + 0.01
            for option in explainer.next_best(candidate["child"], 9):
                if option["volunteer"] == candidate["volunteer"]:
                    assert option["at_least"] <= exact["loss"]


def test_many_forced_pairs_leave_the_explainer_as_it_was() -> None:
    problem = instance(40, 45, 4, use_of_rooms=1.2)
    solution = pairing.solve(problem)
    explainer = pairing.Explainer(problem, solution)
    pairs = [(c["child"], c["volunteer"]) for c in problem["candidates"][:40]]
    forth = [explainer.forced_loss(*pair)["loss"] for pair in pairs]
    back = [explainer.forced_loss(*pair)["loss"] for pair in reversed(pairs)]
    assert forth == pytest.approx(back[::-1], abs=1e-4)


def test_forced_pair_that_leaves_places_empty_is_impossible_where_all_must_be_filled() -> None:
    problem = one_pair(place_value=None)
    problem["candidates"].pop()
    assert pairing.forced_loss(problem, "a", "x")["reason"] == "places_cannot_all_be_filled"
    assert pairing.forced_loss(problem, "a", "y")["loss"] == 0


def test_forced_pair_beside_a_fixed_one_is_impossible() -> None:
    problem = one_pair(fixed=[{"child": "a", "volunteer": "y", "start": None}])
    answer = pairing.forced_loss(problem, "a", "x")
    assert (answer["possible"], answer["reason"]) == (False, "fixed_pairs")
    explainer = pairing.Explainer(problem, pairing.solve(problem))
    assert explainer.forced_loss("a", "x")["reason"] == "fixed_pairs"


def test_blockers_name_the_change_that_helps_most() -> None:
    rules = [Rule("time", [[False, False, True]]), Rule("vetted", [[True, True, False]]), Rule("near", [[True] * 3])]
    candidates = compute_candidates(["dan"], ["v1", "v2", "v3"], rules, [])
    problem = small()
    explainer = pairing.Explainer(problem, pairing.solve(problem))
    assert explainer.blockers("dan", candidates) == [
        {"rule": "time", "excluded": 2, "sole": 2, "volunteers": ["v1", "v2"]},
        {"rule": "vetted", "excluded": 1, "sole": 1, "volunteers": ["v3"]},
    ]


def test_foreign_solution_is_refused() -> None:
    problem = small()
    solution = pairing.solve(problem)
    with pytest.raises(ValueError, match="no pair of this problem"):
        pairing.Explainer(one_pair(), solution)
