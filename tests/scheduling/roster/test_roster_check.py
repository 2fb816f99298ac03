"""`check` finds every kind of violation and invents none."""

from typing import Any

import pytest

from scheduling import roster
from tests.scheduling.mutation import Mutation, put
from tests.scheduling.roster.problems import pairs, small, small_answer


def answer() -> dict[str, Any]:
    return small_answer() | {"run": {"seconds": 0.1, "interrupted": False, "engine": "by hand"}}


def add(shift: Any, person: Any) -> Mutation:
    return lambda solution: solution["assignments"].append({"shift": shift, "person": person})


def test_hand_made_answer_is_accepted() -> None:
    assert roster.check(small(), answer()) == []


@pytest.mark.parametrize(
    ("mutate", "told"),
    [
        (put("kind", value="pairing"), "$.kind"),
        (put("status", value="infeasible"), "$.status"),
        (put("extra", value=1), "$.extra"),
        (lambda s: s.pop("bound"), "$.bound"),
        (put("value", value=1038), "$.value: expected 1039, found 1038"),
        (put("value", value=1039.0), "$.value"),
        (put("bound", value=1040), "$.bound: 1040 is above the value"),
        (put("bound", value=1000), "$.status: 'optimal' is not proven"),
        (put("bound", value=None), "$.bound"),
        (put("parts", "load", value=30), "$.parts.load: expected 40"),
        (put("parts", "wish", value=1), "$.parts.wish: expected -1"),
        (put("parts", "rest", value=0), "$.parts"),
        (put("parts", value=[]), "$.parts"),
        (put("assignments", value={}), "$.assignments: expected a list"),
        (put("assignments", 0, value=7), "$.assignments[0]"),
        (put("assignments", 0, "shift", value="never"), "is no shift"),
        (put("assignments", 0, "shift", value=["fri"]), "is no shift"),
        (put("assignments", 0, "person", value="nobody"), "is no person"),
        (put("assignments", 0, "person", value="tao"), "no available interval of 'tao' covers 'fri'"),
        (add("fri", "li"), "stands twice"),
        (add("sat-am", "li"), "works 480 minutes in week 0, at most 300"),
        (add("sat-pm", "mei"), "'mei' has 'sat-am' and 'sat-pm' without rest between"),
        (add("sat-pm", "mei"), "'mei' has 3 shifts, max_shifts 2"),
        (add("sat-pm", "mei"), "shift 'sat-pm' has 2 people, needs 1"),
        (lambda s: s["assignments"].pop(), "$.uncovered: shift 'sat-pm' has 1 empty places"),
        (put("uncovered", value=[]), "$.uncovered: shift 'sun'"),
        (put("uncovered", value=None), "$.uncovered: expected a list"),
        (put("uncovered", 0, "missing", value=2), "$.uncovered[0].missing"),
        (put("uncovered", 0, "shift", value="fri"), "$.uncovered[0].shift"),
        (put("uncovered", 0, "reasons", value=[]), "counts sum to 0"),
        (put("uncovered", 0, "reasons", value="none"), "expected a list"),
        (put("uncovered", 0, "reasons", 0, "count", value="2"), "expected a code and a count"),
    ],
)
def test_every_mutation_is_found(mutate: Mutation, told: str) -> None:
    solution = answer()
    mutate(solution)
    faults = roster.check(small(), solution)
    assert any(told in fault for fault in faults), faults


NOTHING: dict[str, Any] = {"kind": "roster", "status": "unknown", "value": None, "bound": None, "assignments": []}
NOTHING |= {"parts": {}, "uncovered": [], "why": {"code": "none_found_in_time"}, "run": {"interrupted": True}}


@pytest.mark.parametrize("run", [None, 5, []])
def test_a_run_is_an_object_with_a_solution_and_without(run: Any) -> None:
    for solution in (answer(), NOTHING):
        assert roster.check(small(), solution) == []
        assert roster.check(small(), solution | {"run": run}) == ["$.run: expected an object"]


def test_an_unknown_key_is_told_beside_everything_else() -> None:
    told = ["$.zz: unknown key", "$.value: expected 1039, found 999"]
    assert roster.check(small(), answer() | {"zz": 1, "value": 999}) == told
    told = ["$.status: expected one of optimal, feasible", "$.zz: unknown key"]
    assert roster.check(small(), answer() | {"zz": 1, "status": "best", "value": 999}) == told


def test_a_count_of_reasons_is_not_negative() -> None:
    solution = answer()
    path = "$.uncovered[0].reasons[0]: expected a code and a count"
    people = len(small()["people"])
    reasons = [{"code": "not_available", "count": -1}, {"code": "forbidden", "count": people + 1}]
    solution["uncovered"][0]["reasons"] = reasons
    assert roster.check(small(), solution) == [path]
    entry = {"shift": small()["shifts"][0]["id"], "missing": 1, "reasons": reasons}
    assert roster.check(small(), NOTHING | {"uncovered": [entry]}) == [path]


def test_overlap_without_rest() -> None:
    problem = small()
    problem["people"][0] |= {"min_rest": 1, "max_minutes_per_week": 999}
    problem["shifts"][2]["start"] = 7900
    solution = answer()
    solution["assignments"].append({"shift": "sat-am", "person": "li"})
    assert any("'li' has 'sat-am' and 'sat-pm' without rest" in fault for fault in roster.check(problem, solution))


def test_forbidden_and_fixed() -> None:
    problem = small() | {"forbidden": pairs(("fri", "li")), "fixed": pairs(("sun", "li"))}
    assert roster.check(problem, answer()) == [
        "$.assignments[0]: 'li' in 'fri' is forbidden",
        "$.assignments: the assignment of $.fixed[0] is missing",
    ]


def test_change_is_counted_both_ways() -> None:
    problem = small() | {"previous": pairs(("fri", "li"), ("sun", "li"))}
    faults = roster.check(problem, answer())
    assert "$.parts.change: expected 300, found 0" in faults


@pytest.mark.parametrize("solution", [None, [], 3, {}, {"kind": "roster", "status": ["optimal"]}])
def test_what_is_no_solution_file_is_told_so(solution: Any) -> None:
    assert roster.check(small(), solution) != []


def test_a_search_that_was_cut_short_leaves_no_more_places_than_there_are() -> None:
    nothing = {"kind": "roster", "status": "unknown", "value": None, "bound": None, "assignments": [], "parts": {}}
    nothing |= {"why": {"code": "none_found_in_time"}, "run": {"interrupted": True}}
    needs = small()["shifts"][0]["needs"]
    for missing, told in ((needs, []), (needs + 1, [f"the shift needs {needs} people, found {needs + 1}"])):
        entry = {"shift": small()["shifts"][0]["id"], "missing": missing, "reasons": []}
        faults = roster.check(small(), nothing | {"uncovered": [entry]})
        assert [fault.split(": ")[1] for fault in faults] == told
