"""`check` finds every kind of violation and invents none."""

from typing import Any

import pytest

from scheduling import pairing
from tests.scheduling.mutation import Mutation, put
from tests.scheduling.problems import one_pair, slot_free, small, small_answer


def answer() -> dict[str, Any]:
    return small_answer() | {"run": {"seconds": 0.1, "interrupted": False, "engine": "by hand"}}


def test_hand_made_answer_is_accepted() -> None:
    assert pairing.check(small(), answer()) == []


@pytest.mark.parametrize(
    ("mutate", "told"),
    [
        (put("kind", value="roster"), "$.kind"),
        (put("status", value="best"), "$.status"),
        (put("extra", value=1), "$.extra"),
        (lambda s: s.pop("bound"), "$.bound"),
        (put("value", value=9999), "$.value: expected 10000, found 9999"),
        (put("value", value=10000.0), "$.value"),
        (put("placed", value=5), "$.placed"),
        (put("score", value=1), "$.score"),
        (put("bound", value=9999), "$.bound: 9999 is below the value"),
        (put("bound", value=10001), "$.status: 'optimal' is not proven"),
        (put("bound", value=None), "$.bound"),
        (put("pairs", value={}), "$.pairs: expected a list"),
        (put("pairs", 0, value=7), "$.pairs[0]"),
        (put("pairs", 0, "volunteer", value="v9"), "is no candidate"),
        (put("pairs", 0, "child", value=["an"]), "is no candidate"),
        (put("pairs", 0, "score", value=501), "$.pairs[0].score"),
        (put("pairs", 0, "start", value=1), "is in two sessions|rooms 1"),
        (put("pairs", 0, "start", value=2), "run over the end of the day"),
        (put("pairs", 0, "start", value=None), "expected a slot"),
        (put("pairs", 0, "start", value=6), "expected a slot"),
        (put("pairs", 0, "start", value=True), "expected a slot"),
        (put("pairs", 1, "start", value=0), "child 'bo' is not free in slot 0"),
        (put("pairs", 2, "start", value=4), "volunteer 'v1' is not free in slot 4"),
        (put("pairs", 3, "start", value=3), "child 'chen' is in two sessions in slot 3"),
        (lambda s: s["pairs"].append(dict(s["pairs"][0])), "stands twice"),
        (lambda s: s["pairs"].pop(), "$.unplaced: child 'chen' has 1 empty places"),
        (put("unplaced", value=[]), "$.unplaced: child 'dan'"),
        (put("unplaced", value=None), "$.unplaced: expected a list"),
        (put("unplaced", 0, "missing", value=2), "$.unplaced[0].missing"),
        (put("unplaced", 0, "child", value="an"), "$.unplaced[0].child"),
        (put("unplaced", 0, "reasons", value=[]), "$.unplaced[0].reasons"),
        (put("unplaced", 0, "reasons", 0, "count", value=3), "counts sum to 3"),
        (put("unplaced", 0, "reasons", 0, "count", value="2"), "expected a code and a count"),
    ],
)
def test_every_mutation_is_found(mutate: Mutation, told: str) -> None:
    solution = answer()
    mutate(solution)
    faults = pairing.check(small(), solution)
    assert any(part in fault for fault in faults for part in told.split("|")), faults


@pytest.mark.parametrize("run", [None, 5, []])
def test_a_run_is_an_object_with_a_solution_and_without(run: Any) -> None:
    problem = one_pair(place_value=None, each_volunteer={"max_children": 0})
    for right, solution in ((small(), answer()), (problem, pairing.solve(problem))):
        assert pairing.check(right, solution | {"run": run}) == ["$.run: expected an object"]


def test_an_unknown_key_is_told_beside_everything_else() -> None:
    told = ["$.zz: unknown key", "$.value: expected 10000, found 999"]
    assert pairing.check(small(), answer() | {"zz": 1, "value": 999}) == told
    told = ['$.kind: expected "pairing"', "$.zz: unknown key"]
    assert pairing.check(small(), answer() | {"zz": 1, "kind": "roster", "value": 999}) == told
    problem = one_pair(place_value=None, each_volunteer={"max_children": 0})
    told = ["$.zz: unknown key", "$.value: expected null without a solution"]
    assert pairing.check(problem, pairing.solve(problem) | {"zz": 1, "value": 999}) == told


def test_a_child_without_candidates_needs_no_reason() -> None:
    problem = small()
    problem["candidates"] = [c for c in problem["candidates"] if c["child"] != "dan"]
    solution = answer()
    entry = next(entry for entry in solution["unplaced"] if entry["child"] == "dan")
    for reasons in ([], [{"code": "no_candidate", "count": 0}]):
        entry["reasons"] = reasons
        assert pairing.check(problem, solution) == []


def one(problem: dict[str, Any], *pairs: tuple[str, str, int | None]) -> list[str]:
    """Check a solution of these pairs whose totals are right."""
    scores = {(c["child"], c["volunteer"]): c["score"] for c in problem["candidates"]}
    entries = [
        {"child": c, "volunteer": v, "score": scores[c, v]} | ({} if start is None else {"start": start})
        for c, v, start in pairs
    ]
    score = sum(entry["score"] for entry in entries)
    value = score + (problem["place_value"] or 0) * len(entries)
    left = {
        child["id"]: child["places"] - sum(entry["child"] == child["id"] for entry in entries)
        for child in problem["children"]
    }
    unplaced = [
        {"child": name, "missing": missing, "reasons": [{"code": "volunteer_full", "count": 2}]}
        for name, missing in left.items()
        if missing > 0
    ]
    solution = {"kind": "pairing", "status": "feasible", "value": value, "bound": value + 5000, "placed": len(entries)}
    return pairing.check(problem, solution | {"score": score, "pairs": entries, "unplaced": unplaced, "run": {}})


def test_right_solution_has_no_fault() -> None:
    assert one(one_pair(), ("a", "x", 0), ("b", "y", 0)) == []
    assert one(slot_free(), ("a", "x", None)) == []


def test_too_many_companions() -> None:
    assert one(one_pair(), ("a", "x", 0), ("a", "y", 1)) == ["$.pairs: child 'a' has 2 companions, places 1"]


def test_too_many_children() -> None:
    assert one(slot_free(), ("a", "x", None), ("b", "x", None)) == [
        "$.pairs: volunteer 'x' has 2 children, max_children 1"
    ]


def test_too_much_load() -> None:
    problem = one_pair(each_volunteer={"max_children": 2, "max_load": 2})
    problem["candidates"][0]["load"] = 2
    assert one(problem, ("a", "x", 0), ("b", "x", 1)) == ["$.pairs: volunteer 'x' has load 3, max_load 2"]


def test_volunteer_in_two_places_at_once() -> None:
    problem = one_pair(each_volunteer={"max_children": 2})
    faults = one(problem, ("a", "x", 1), ("b", "x", 1))
    assert faults == ["$.pairs[1].start: volunteer 'x' is in two sessions in slot 1"]


def test_rooms_overbooked() -> None:
    problem = one_pair(centres=[{"id": "c", "rooms": [1, 1, 1, 1]}])
    assert one(problem, ("a", "x", 3), ("b", "y", 3)) == ["$.pairs: centre 'c' has 2 sessions in slot 3, rooms 1"]
    problem = one_pair(centres=[{"id": "c", "rooms": [1, 1, 1, 1]}], each_child={"meets": "home"})
    assert one(problem, ("a", "x", 3), ("b", "y", 3)) == []


def test_forbidden_and_fixed_pairs() -> None:
    problem = one_pair(
        forbidden=[{"child": "a", "volunteer": "x"}], fixed=[{"child": "b", "volunteer": "y", "start": 2}]
    )
    assert one(problem, ("a", "x", 0), ("b", "y", 1)) == [
        "$.pairs[0]: 'a' with 'x' is forbidden",
        "$.pairs: the pair of $.fixed[0] must start at 2",
    ]
    assert one(problem, ("a", "y", 0))[0] == "$.pairs: the pair of $.fixed[0] is missing"


def test_empty_place_where_every_place_must_be_filled() -> None:
    faults = one(one_pair(place_value=None), ("a", "x", 0))
    assert faults == ["$.pairs: child 'b' has an empty place and every place must be filled"]


def test_answers_without_a_solution() -> None:
    problem = one_pair(place_value=None, each_volunteer={"max_children": 0})
    solution = pairing.solve(problem)
    assert pairing.check(problem, solution) == []
    assert len(pairing.check(problem, solution | {"value": 1, "pairs": [1]})) == 2
    assert "impossible where places may stay empty" in pairing.check(problem | {"place_value": 1}, solution)[0]


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        (None, "$.unplaced: expected a list"),
        ([3], "$.unplaced[0]: expected an object with the keys child, missing, reasons"),
        ([{"child": "who", "missing": 1, "reasons": []}], "$.unplaced[0].child: 'who' is no child, or stands twice"),
        ([{"child": "a", "missing": 0, "reasons": []}], "$.unplaced[0].missing: expected 1 or more, found 0"),
        ([{"child": "a", "missing": 1, "reasons": 3}], "$.unplaced[0].reasons: expected a list"),
        ([{"child": "a", "missing": 1, "reasons": [3]}], "$.unplaced[0].reasons[0]: expected an object with a code"),
    ],
)
def test_who_is_left_without_is_looked_at_even_without_a_solution(entries: Any, told: str) -> None:
    problem = one_pair(place_value=None, each_volunteer={"max_children": 0})
    assert pairing.check(problem, pairing.solve(problem) | {"unplaced": entries}) == [told]


@pytest.mark.parametrize("solution", [None, [], 3, {}, {"kind": "pairing", "status": ["optimal"]}])
def test_what_is_no_solution_file_is_told_so(solution: Any) -> None:
    assert pairing.check(small(), solution) != []
