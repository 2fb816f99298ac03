"""The independent checker against mutations of what fairness and wishes add to a solution."""

from copy import deepcopy
from typing import Any

import pytest

from scheduling import pairing
from tests.scheduling.mutation import Mutation, put
from tests.scheduling.problems import one_pair, slot_free


def scored(**changes: Any) -> dict[str, Any]:
    """Return a problem whose best solution is unfair: 100 and 500, not 290 and 300."""
    scores = {("a", "x"): 100, ("a", "y"): 300, ("b", "x"): 290, ("b", "y"): 500}
    return slot_free(candidates=[{"child": c, "volunteer": v, "score": s} for (c, v), s in scores.items()], **changes)


def week(**changes: Any) -> dict[str, Any]:
    """Return a problem in which a and b can be together in slot 0, and c is at home."""
    problem = one_pair(each_child={"free": [0, 3]}, **changes)
    problem["children"].append(problem["children"][0] | {"id": "c", "meets": "home", "centre": "c"})
    problem["volunteers"].append({"id": "z", "max_children": 1, "max_load": None, "free": [0, 3]})
    problem["candidates"].append({"child": "c", "volunteer": "z", "score": 5})
    return problem


WISHES = pairing.Wishes(
    siblings=[("b", "a"), ("a", "c")],
    sibling_bonus=7,
    previous=[{"child": "a", "volunteer": "y", "start": 3}, {"child": "c", "volunteer": "z", "start": None}],
    pair_bonus=50,
    start_bonus=20,
)


def faults(problem: dict[str, Any], solution: dict[str, Any], mutate: Mutation) -> list[str]:
    assert pairing.check(problem, solution) == []
    changed = deepcopy(solution)
    mutate(changed)
    return pairing.check(problem, changed)


@pytest.mark.parametrize(
    ("mutate", "told"),
    [
        (put("fairness", value=None), "$.fairness: expected an object"),
        (put("fairness", "more", value=1), "$.fairness: expected an object with the keys"),
        (put("fairness", "lowest", value=290), "$.fairness.lowest: expected an object"),
        (put("fairness", "lowest", "after", value=291), "$.fairness.lowest.after: expected 290"),
        (put("fairness", "lowest", "after", value=290.0), "$.fairness.lowest.after: expected 290, found 290.0"),
        (put("fairness", "score", "after", value=590.0), "$.fairness.score.after: expected 590, found 590.0"),
        (put("fairness", "value", "after", value=2590.0), "$.fairness.value.after: expected 2590, found 2590.0"),
        (put("fairness", "lowest", "before", value=None), "$.fairness.lowest.before: expected an integer"),
        (put("fairness", "lowest", "before", value=299), "$.fairness.lowest: 290 is lower than before"),
        (put("fairness", "score", "after", value=600), "$.fairness.score.after: expected 590"),
        (put("fairness", "score", "before", value=599), "$.fairness.value.before: expected 2599"),
        (put("fairness", "value", "after", value=2600), "$.fairness.value.after: expected 2590"),
        (put("fairness", "value", "before", value=2601), "$.fairness.value.before: 2601 is above the bound 2600"),
        (put("fairness", "value", "before", value="much"), "$.fairness.value.before: expected an integer"),
        (put("fairness", "proven", value=False), "$.fairness.proven: expected True"),
        (put("fairness", "proven", value=1), "$.fairness.proven: expected True"),
        (put("fairness", "levels", value={}), "$.fairness.levels: expected a list"),
        (put("fairness", "levels", value=[]), "$.fairness.levels: found 0 for 2 pairs"),
        (put("fairness", "levels", 0, value=3), "$.fairness.levels[0]: expected an object"),
        (put("fairness", "levels", 0, "threshold", value="290"), "$.fairness.levels[0].threshold: expected an integer"),
        (put("fairness", "levels", 0, "threshold", value=291), "a pair has the score 290, below 291"),
        (put("fairness", "levels", 0, "threshold", value=99), "$.fairness.levels[0].threshold: expected 100 or more"),
        (put("fairness", "levels", 0, "pairs", value=2), "$.fairness.levels[0].pairs: expected 1"),
        (put("fairness", "levels", 0, "score", value=589), "$.fairness.levels[0].score: the level after it"),
        (put("fairness", "levels", 0, "proven", value=False), "a level that is not proven has none after it"),
        (put("fairness", "levels", 0, "proven", value=0), "$.fairness.levels[0].proven: expected true or false"),
        (put("fairness", "levels", 1, "threshold", value=290), "$.fairness.levels[1].threshold: expected 291 or more"),
        (put("fairness", "levels", 1, "score", value=591), "$.fairness.levels[1].score: expected 590"),
        (lambda s: s["fairness"]["levels"].append(dict(s["fairness"]["levels"][1])), "no pair is left for it"),
    ],
)
def test_every_mutation_of_fairness_is_found(mutate: Mutation, told: str) -> None:
    problem = scored()
    found = faults(problem, pairing.solve_fair(problem, levels=2), mutate)
    assert any(told in fault for fault in found), found


@pytest.mark.parametrize(
    ("mutate", "told"),
    [
        (put("wishes", value=[]), "$.wishes: expected an object"),
        (lambda s: s["wishes"].pop("asked"), "$.wishes: expected an object with the keys"),
        (put("wishes", "asked", value={}), "$.wishes.asked: expected an object with the keys"),
        (put("wishes", "asked", "pair_bonus", value=-1), "$.wishes.asked.pair_bonus: expected an integer, 0 or more"),
        (put("wishes", "asked", "pair_bonus", value=51), "$.wishes.value: expected"),
        (put("wishes", "asked", "siblings", value=None), "$.wishes.asked.siblings: expected a list"),
        (put("wishes", "asked", "siblings", 0, value=["a", "a"]), "$.wishes.asked.siblings[0]: expected two different"),
        (put("wishes", "asked", "siblings", 1, value=["b", "a"]), "$.wishes.asked.siblings[1]: stands twice"),
        (put("wishes", "asked", "siblings", value=[["a", "b"]]), "$.wishes.apart: expected []"),
        (
            put("wishes", "asked", "previous", 0, value={"child": "a"}),
            "$.wishes.asked.previous[0]: expected a candidate",
        ),
        (
            put("wishes", "asked", "previous", 0, "child", value="who"),
            "$.wishes.asked.previous[0]: expected a candidate",
        ),
        (put("wishes", "asked", "previous", 0, "start", value=2), "$.wishes.kept_starts: expected 0"),
        (put("wishes", "asked", "previous", value=[]), "$.wishes.kept_pairs: expected 0"),
        (put("wishes", "together", value=[]), "$.wishes.together: expected [['a', 'b']]"),
        (put("wishes", "apart", value=[]), "$.wishes.apart: expected [{"),
        (put("wishes", "apart", 0, "code", value="outweighed"), "$.wishes.apart: expected [{"),
        (put("wishes", "kept_pairs", value=2.0), "$.wishes.kept_pairs: expected 2, found 2.0"),
        (put("wishes", "kept_starts", value=1.0), "$.wishes.kept_starts: expected 1, found 1.0"),
        (put("wishes", "kept_pairs", value=1), "$.wishes.kept_pairs: expected 2"),
        (put("wishes", "kept_starts", value=True), "$.wishes.kept_starts: expected 1"),
        (put("wishes", "value", value=1), "$.wishes.value: expected"),
        (put("wishes", "value", value=None), "$.wishes.value: expected an integer"),
        (put("wishes", "bound", value=0), "$.wishes.bound: 0 is below the value"),
        (put("wishes", "proven", value=False), "$.wishes.proven: expected True"),
        (put("wishes", "price", value=1000), "$.wishes.price: without wishes the value would be"),
        (put("wishes", "price", value=11), "above the bound"),
    ],
)
def test_every_mutation_of_wishes_is_found(mutate: Mutation, told: str) -> None:
    problem = week()
    solution = pairing.solve_wishes(problem, WISHES)
    assert solution["wishes"]["together"] == [["a", "b"]]
    assert solution["wishes"]["price"] == 10
    found = faults(problem, solution, mutate)
    assert any(told in fault for fault in found), found


FIXED = [{"child": "b", "volunteer": "y", "start": 3}, {"child": "a", "volunteer": "x", "start": 0}]


@pytest.mark.parametrize(
    ("change", "listed", "code"),
    [
        ({"fixed": FIXED}, [0, 1, 2, 3], "outweighed"),
        ({"fixed": FIXED}, [0, 3], "no_common_time"),
        ({"forbidden": [{"child": "b", "volunteer": v} for v in "xy"]}, [0, 1, 2, 3], "no_common_time"),
        ({"centres": [{"id": "c", "rooms": [0, 0, 0, 0]}]}, [0, 1, 2, 3], "no_common_time"),
        ({"each_volunteer": {"max_load": 0}}, [0, 1, 2, 3], "no_common_time"),
        ({"each_volunteer": {"max_children": 0}}, [0, 1, 2, 3], "without_companion"),
    ],
)
def test_why_siblings_are_apart_is_recomputed(change: dict[str, Any], listed: list[int], code: str) -> None:
    problem = week(**change)
    problem["candidates"] = [problem["candidates"][i] for i in listed]
    solution = pairing.solve_wishes(problem, pairing.Wishes(siblings=[("a", "b")], sibling_bonus=3))
    assert solution["wishes"]["apart"][0]["code"] == code
    wrong = put("wishes", "apart", 0, "code", value="different_places")
    assert [fault.split(":")[0] for fault in faults(problem, solution, wrong)] == ["$.wishes.apart"]


@pytest.mark.parametrize("option", ["fairness", "wishes"])
def test_without_a_solution_there_is_nothing_to_tell(option: str) -> None:
    problem = scored(place_value=None)
    problem["candidates"] = problem["candidates"][:2]
    wishes = pairing.Wishes(pair_bonus=1)
    solution = pairing.solve_fair(problem) if option == "fairness" else pairing.solve_wishes(problem, wishes)
    assert solution[option] is None
    assert faults(problem, solution, put(option, value={})) == [f"$.{option}: expected null without a solution"]


def test_a_solution_whose_pairs_are_wrong_is_no_crash() -> None:
    problem = week()
    solution = pairing.solve_wishes(problem, WISHES)
    for mutate in (put("pairs", 0, "start", value="x"), put("pairs", value=None), put("bound", value=None)):
        assert faults(problem, solution, mutate) != []
