"""Wishes: siblings together, last term's pairs and times; against every solution of tiny problems."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import pairing
from scheduling.benchmarks.instances import in_steps, with_loads
from scheduling.faults import InvalidProblem
from scheduling.pairing.instances import instance
from scheduling.pairing.siblings import Wishes, solve_wishes
from tests.scheduling.brute_force import random_problem
from tests.scheduling.every_solution import Chosen, EverySolution
from tests.scheduling.problems import by_patterns, one_pair, slot_free

SEEDS = st.integers(min_value=0, max_value=2**32 - 1)


def are_together(problem: dict[str, Any], chosen: Chosen, one: str, other: str) -> bool:
    """Say it in the words of the documentation."""
    children = {child["id"]: child for child in problem["children"]}
    first, second = children[one], children[other]
    if first["meets"] != second["meets"]:
        return False
    if first["meets"] == "centre" and first["centre"] != second["centre"]:
        return False
    per_day = problem["grid"]["slots_per_day"]
    for candidate, start in chosen:
        for partner, begin in chosen:
            if candidate["child"] != one or partner["child"] != other or start is None or begin is None:
                continue
            if start // per_day != begin // per_day:
                continue
            if begin in (start, start + first["session_slots"]) or start == begin + second["session_slots"]:
                return True
    return False


def worth(problem: dict[str, Any], wishes: Wishes, chosen: Chosen) -> int:
    value = sum(c["score"] + (problem["place_value"] or 0) for c, _ in chosen)
    value += wishes.sibling_bonus * sum(are_together(problem, chosen, *pair) for pair in wishes.siblings)
    before = {(pair["child"], pair["volunteer"]): pair.get("start") for pair in wishes.previous}
    for candidate, start in chosen:
        pair = (candidate["child"], candidate["volunteer"])
        if pair in before:
            value += wishes.pair_bonus
            value += wishes.start_bonus if start is not None and before[pair] == start else 0
    return value


def random_wishes(problem: dict[str, Any], seed: int) -> Wishes:
    rng = np.random.default_rng(seed + 1)
    names = [child["id"] for child in problem["children"]]
    siblings = [pair for pair in combinations(names, 2) if rng.random() < 0.6] if "grid" in problem else []
    previous = [
        {"child": c["child"], "volunteer": c["volunteer"], "start": int(rng.integers(0, 4))}
        for c in problem["candidates"]
        if rng.random() < 0.4
    ]
    previous.append({"child": "gone", "volunteer": "v0", "start": 0})
    points = [int(rng.choice([0, 1, 70, 900])) for _ in range(3)]
    return Wishes(siblings, points[0], previous, points[1], points[2])


@settings(max_examples=300, deadline=None)
@given(SEEDS, st.booleans())
def test_value_with_wishes_is_the_optimum_of_brute_force(seed: int, patterns: bool) -> None:
    problem = random_problem(seed)
    wishes = random_wishes(problem, seed)
    try:
        with by_patterns(patterns):
            solution = solve_wishes(problem, wishes)
    except InvalidProblem:
        return
    if solution["status"] == "infeasible":
        assert solution["wishes"] is None
        return
    assert pairing.check(problem, solution) == []
    told = solution["wishes"]
    best = max(worth(problem, wishes, chosen) for chosen in EverySolution(problem).found)
    assert (told["value"], told["bound"], told["proven"]) == (best, best, True)
    chosen: Chosen = [(pair, pair.get("start")) for pair in solution["pairs"]]
    assert worth(problem, wishes, chosen) == best
    together = [list(pair) for pair in wishes.siblings if are_together(problem, chosen, *pair)]
    if wishes.sibling_bonus:
        assert told["together"] == sorted(together)
        assert len(told["together"]) + len(told["apart"]) == len(wishes.siblings)
    assert told["price"] == pairing.solve(problem)["value"] - solution["value"] >= 0


@pytest.mark.parametrize("place_value", [2000, None])
@pytest.mark.parametrize("step", [1, 50])
@pytest.mark.parametrize("seed", range(3))
def test_patterns_and_columns_agree_on_siblings(seed: int, step: int, place_value: int | None) -> None:
    problem = in_steps(with_loads(instance(24, 26, seed), seed), step) | {"place_value": place_value}
    names = [child["id"] for child in problem["children"]]
    siblings = [pair for number, pair in enumerate(combinations(names, 2)) if number % 9 == seed]
    wishes = Wishes(siblings=siblings, sibling_bonus=3 * step)
    found = []
    for patterns in (True, False):
        with by_patterns(patterns):
            solution = solve_wishes(problem, wishes)
        assert pairing.check(problem, solution) == []
        found.append(solution["wishes"] and [solution["wishes"][key] for key in ("value", "bound", "proven")])
    assert found[0] == found[1]
    assert found[0] is None or found[0][2]


def test_siblings_move_to_following_slots_when_that_is_worth_it() -> None:
    problem = one_pair(centres=[{"id": "c", "rooms": [1, 1, 1, 1]}], each_child={"free": [0, 2, 3]})
    problem["children"][1]["free"] = [1, 3]
    solution = solve_wishes(problem, Wishes(siblings=[("b", "a")], sibling_bonus=5))
    assert solution["wishes"]["together"] == [["a", "b"]]
    assert sorted(pair["start"] for pair in solution["pairs"]) in ([0, 1], [2, 3])
    assert solution["wishes"]["price"] == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"meets": "home"}, "different_places"),
        ({"free": [2]}, "no_common_time"),
        ({"places": 0}, "without_companion"),
    ],
)
def test_siblings_apart_have_a_reason(change: dict[str, Any], code: str) -> None:
    problem = one_pair(each_child={"free": [0]})
    problem["children"][0] |= change
    told = solve_wishes(problem, Wishes(siblings=[("a", "b")], sibling_bonus=10))["wishes"]
    assert (told["together"], told["apart"]) == ([], [{"children": ["a", "b"], "code": code}])


def test_siblings_who_would_cost_too_much_stay_apart() -> None:
    problem = one_pair(each_volunteer={"free": [0]})
    problem["volunteers"][0]["free"] = [2]
    problem["candidates"][1]["score"] = -1000
    told = solve_wishes(problem | {"place_value": 0}, Wishes(siblings=[("a", "b")], sibling_bonus=5))["wishes"]
    assert told["apart"] == [{"children": ["a", "b"], "code": "outweighed"}]


def test_previous_pair_and_time_are_kept_where_their_bonus_is_worth_it() -> None:
    previous = [{"child": "a", "volunteer": "x", "start": 3}, {"child": "a", "volunteer": "y", "start": 3}]
    solution = solve_wishes(one_pair(), Wishes(previous=previous[:1], start_bonus=1))
    assert [(pair["child"], pair["start"]) for pair in solution["pairs"] if pair["child"] == "a"] == [("a", 3)]
    assert (solution["wishes"]["kept_pairs"], solution["wishes"]["kept_starts"]) == (1, 1)
    # a with y and b with x are worth 10 less than a with x and b with y
    assert solve_wishes(one_pair(), Wishes(previous=previous[1:], pair_bonus=9))["wishes"]["price"] == 0
    kept = solve_wishes(one_pair(), Wishes(previous=previous[1:], pair_bonus=9, start_bonus=2))
    assert (kept["wishes"]["price"], kept["wishes"]["value"]) == (10, 2061)


def test_siblings_are_told_together_even_where_that_brings_no_points() -> None:
    problem = one_pair(each_child={"free": [0]})
    told = solve_wishes(problem, Wishes(siblings=[("a", "b")]))["wishes"]
    assert (told["together"], told["apart"], told["value"]) == ([["a", "b"]], [], 2060)


def test_a_document_of_wishes_is_read_as_strictly_as_a_problem() -> None:
    wishes: dict[str, Any] = {
        "siblings": [["a", "b"], ["a", "b", "c"], "ab"],
        "pair_bonus": True,
        "previous": [
            {"child": "a", "volunteer": "x", "start": -1},
            {"child": "a", "volunteer": "x"},
            {"child": "gone", "volunteer": "x"},
            {"child": 3, "volunteer": "x", "room": 1},
            {"child": "b"},
            [],
        ],
        "hope": 1,
    }
    with pytest.raises(InvalidProblem) as caught:
        solve_wishes(one_pair(), wishes)
    assert [fault.path for fault in caught.value.faults] == [
        "$.hope",
        "$.pair_bonus",
        "$.siblings[1]",
        "$.siblings[2]",
        "$.previous[0].start",
        "$.previous[1]",
        "$.previous[3].room",
        "$.previous[3].child",
        "$.previous[4].volunteer",
        "$.previous[5]",
    ]
    with pytest.raises(InvalidProblem, match=r"\$: expected an object"):
        solve_wishes(one_pair(), [])  # type: ignore[arg-type]
    assert solve_wishes(one_pair(), {})["wishes"]["price"] == 0


def test_wrong_wishes_are_named() -> None:
    wishes = Wishes(siblings=[("a", "a"), ("a", "who"), ("a", "b"), ("b", "a")], sibling_bonus=-1)
    with pytest.raises(InvalidProblem) as caught:
        solve_wishes(one_pair(), wishes)
    assert [fault.path for fault in caught.value.faults] == [
        "$.sibling_bonus",
        "$.siblings[0]",
        "$.siblings[1]",
        "$.siblings[3]",
    ]
    with pytest.raises(InvalidProblem, match="a problem with a timetable"):
        solve_wishes(slot_free(), Wishes(siblings=[("a", "b")], sibling_bonus=1))


def test_interruption_leaves_a_solution_and_a_bound() -> None:
    problem = instance(60, 50, 1, use_of_rooms=1.2)
    names = [child["id"] for child in problem["children"]]
    wishes = Wishes(siblings=list(zip(names[::2], names[1::2], strict=True)), sibling_bonus=100)
    best = solve_wishes(problem, wishes)["wishes"]["value"]
    for patience in (0, 1, 5, 20, 100, 400):
        asked = 0

        def impatient(patience: int = patience) -> bool:
            nonlocal asked
            asked += 1
            return asked > patience

        solution = solve_wishes(problem, wishes, should_stop=impatient)
        assert pairing.check(problem, solution) == []
        assert solution["wishes"]["value"] <= best <= solution["wishes"]["bound"]


def test_order_of_the_wishes_does_not_matter() -> None:
    problem = instance(60, 50, 1, use_of_rooms=1.2)
    names = [child["id"] for child in problem["children"]]
    pairs = list(zip(names[::2], names[1::2], strict=True))
    turned = [(other, one) for one, other in pairs[::-1]]
    first = solve_wishes(problem, Wishes(siblings=pairs, sibling_bonus=100))
    second = solve_wishes(problem, Wishes(siblings=turned, sibling_bonus=100))
    assert first | {"run": 0} == second | {"run": 0}


def test_faults_of_the_problem_and_of_the_wishes_are_told_together() -> None:
    wishes = {"siblings": [["a", "b"], ["b", "a"], ["a"]], "pair_bonus": -1}
    of_wishes = ["$.pair_bonus", "$.siblings[1]", "$.siblings[2]"]
    clash = one_pair(each_child={"free": [0]}, each_volunteer={"max_children": 2})
    clash["fixed"] = [{"child": child, "volunteer": "x"} for child in "ab"]
    for problem, told in ((clash, ["$.fixed[1]"]), (one_pair(version=2), ["$.version"]), (one_pair(), [])):
        with pytest.raises(InvalidProblem) as raised:
            pairing.solve_wishes(problem, wishes)
        assert [fault.path for fault in raised.value.faults] == told + of_wishes


@pytest.mark.parametrize("score", [1.5, 730.0, "730", True, None])
def test_a_score_of_a_previous_pair_is_an_integer_where_it_is_told(score: object) -> None:
    previous = [{"child": "a", "volunteer": "x", "score": score}, {"child": "b", "volunteer": "y", "score": -3}]
    with pytest.raises(InvalidProblem) as refused:
        solve_wishes(one_pair(), {"previous": previous})
    assert [fault.path for fault in refused.value.faults] == ["$.previous[0].score"]
    assert solve_wishes(one_pair(), {"previous": previous[1:]})["wishes"]["kept_pairs"] == 1
