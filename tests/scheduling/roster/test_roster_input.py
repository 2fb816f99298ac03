"""Faulty problems: each fault is named by its JSON path, nothing is guessed, nothing is dropped."""

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import roster
from scheduling.faults import InvalidProblem
from scheduling.reading import parse_json
from tests.scheduling.roster.brute_force import random_problem
from tests.scheduling.roster.problems import pairs, person, shift, small
from tests.scheduling.roster.problems import roster as problem_of

MISSING = object()


def two_by_two() -> dict[str, Any]:
    return problem_of([shift("s", 0, 60), shift("t", 60, 120)], [person("a", wishes={"s": 1}), person("b")])


def changed(problem: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return the problem with one value replaced, added or (`MISSING`) removed; the path is written with dots."""
    problem = json.loads(json.dumps(problem))
    at: Any = problem
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in way:
        at = at[part]
    if value is MISSING:
        del at[last]
    elif isinstance(at, list) and last == len(at):
        at.append(value)
    else:
        at[last] = value
    return problem


def paths(problem: Any) -> list[str]:
    with pytest.raises(InvalidProblem) as raised:
        roster.solve(problem)
    return [fault.path for fault in raised.value.faults]


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("kind", "pairing", "$.kind"),
        ("kind", MISSING, "$.kind"),
        ("version", 2, "$.version"),
        ("grid", {}, "$.grid"),
        ("shifts", MISSING, "$.shifts"),
        ("shifts", {}, "$.shifts"),
        ("shifts.0", 7, "$.shifts[0]"),
        ("shifts.1.id", "s", "$.shifts[1].id"),
        ("shifts.1.id", "", "$.shifts[1].id"),
        ("shifts.0.start", -1, "$.shifts[0].start"),
        ("shifts.0.start", 1.5, "$.shifts[0].start"),
        ("shifts.0.end", 0, "$.shifts[0].end"),
        ("shifts.0.end", "60", "$.shifts[0].end"),
        ("shifts.0.end", 10**8, "$.shifts[0].end"),
        ("shifts.0.needs", -1, "$.shifts[0].needs"),
        ("shifts.0.needs", None, "$.shifts[0].needs"),
        ("shifts.0.min_adults", MISSING, "$.shifts[0].min_adults"),
        ("shifts.0.min_leads", True, "$.shifts[0].min_leads"),
        ("shifts.0.skills", [], "$.shifts[0].skills"),
        ("shifts.0.skills", {"first_aid": -1}, "$.shifts[0].skills.first_aid"),
        ("shifts.0.skills", {"": 1}, "$.shifts[0].skills"),
        ("shifts.0.room", 1, "$.shifts[0].room"),
        ("people", None, "$.people"),
        ("people.1.id", "a", "$.people[1].id"),
        ("people.0.adult", 1, "$.people[0].adult"),
        ("people.0.lead", "yes", "$.people[0].lead"),
        ("people.0.lead", MISSING, "$.people[0].lead"),
        ("people.0.skills", "first_aid", "$.people[0].skills"),
        ("people.0.skills", ["x", "x"], "$.people[0].skills[1]"),
        ("people.0.skills", [3], "$.people[0].skills[0]"),
        ("people.0.available", [[0, 60, 70]], "$.people[0].available[0]"),
        ("people.0.available", [[60, 60]], "$.people[0].available[0][1]"),
        ("people.0.available", [[-5, 60]], "$.people[0].available[0][0]"),
        ("people.0.available", [[0, "60"]], "$.people[0].available[0][1]"),
        ("people.0.available", {}, "$.people[0].available"),
        ("people.0.max_minutes_per_week", None, "$.people[0].max_minutes_per_week"),
        ("people.0.max_minutes_per_week", -1, "$.people[0].max_minutes_per_week"),
        ("people.0.max_shifts", -1, "$.people[0].max_shifts"),
        ("people.0.min_rest", -1, "$.people[0].min_rest"),
        ("people.0.wishes", [], "$.people[0].wishes"),
        ("people.0.wishes", {"u": 1}, "$.people[0].wishes.u"),
        ("people.0.wishes", {"s": 1.0}, "$.people[0].wishes.s"),
        ("people.0.age", 20, "$.people[0].age"),
        ("fixed", {}, "$.fixed"),
        ("fixed.0", {"shift": "s"}, "$.fixed[0].person"),
        ("fixed.0", {"shift": "s", "person": "z"}, "$.fixed[0].person"),
        ("forbidden.0", {"shift": "z", "person": "a"}, "$.forbidden[0].shift"),
        ("previous.0", {"shift": "s", "person": "a", "start": 0}, "$.previous[0].start"),
        ("previous.0", [], "$.previous[0]"),
        ("weights", MISSING, "$.weights"),
        ("weights", [], "$.weights"),
        ("weights.load", MISSING, "$.weights.load"),
        ("weights.load", -1, "$.weights.load"),
        ("weights.wish", 0.5, "$.weights.wish"),
        ("weights.rest", 1, "$.weights.rest"),
        ("weights.change", 10**12, "$.weights.change"),
    ],
)
def test_each_fault_is_named_by_its_path(path: str, value: Any, named: str) -> None:
    assert paths(changed(two_by_two(), path, value)) == [named]


@pytest.mark.parametrize("document", [None, [], "roster", 7, True])
def test_document_that_is_no_object(document: Any) -> None:
    assert paths(document) == ["$"]


def test_numbers_too_large_to_be_exact_together() -> None:
    problem = changed(changed(two_by_two(), "weights.uncovered", 10**9), "shifts.0.needs", 10**9)
    assert paths(problem) == ["$.weights"]


def test_all_faults_are_named_in_one_pass() -> None:
    problem = changed(changed(changed(two_by_two(), "weights.load", "x"), "shifts.0.needs", -1), "people.1.lead", 0)
    assert paths(problem) == ["$.shifts[0].needs", "$.people[1].lead", "$.weights.load"]


def test_key_written_twice_is_a_fault_not_a_choice() -> None:
    text = json.dumps(two_by_two()).replace('"wishes": {"s": 1}', '"wishes": {"s": 1, "s": 2}')
    assert paths(parse_json(text)) == ["$.people[0].wishes.s"]


def test_optional_keys_may_be_left_out() -> None:
    problem = two_by_two()
    full = roster.solve(problem)
    for key in ("fixed", "forbidden", "previous"):
        del problem[key]
    del problem["people"][1]["wishes"], problem["people"][1]["max_shifts"]
    assert roster.solve(problem)["assignments"] == full["assignments"]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"fixed": pairs(("s", "a"), ("s", "a"))}, ["$.fixed[1]"]),
        ({"previous": pairs(("s", "a"), ("s", "a"))}, ["$.previous[1]"]),
        ({"fixed": pairs(("s", "a")), "forbidden": pairs(("s", "a"))}, ["$.fixed[0]"]),
        ({"fixed": pairs(("s", "a"), ("s", "b"))}, ["$.fixed[1]"]),
        ({"fixed": pairs(("s", "b")), "people": [person("a"), person("b", available=[[0, 59]])]}, ["$.fixed[0]"]),
        ({"fixed": pairs(("s", "a"), ("t", "a")), "people": [person("a", min_rest=1)]}, ["$.fixed[1]"]),
        ({"fixed": pairs(("s", "a"), ("t", "a")), "people": [person("a", max_shifts=1)]}, ["$.fixed[1]"]),
        ({"fixed": pairs(("t", "a"), ("s", "a")), "people": [person("a", max_minutes_per_week=119)]}, ["$.fixed[1]"]),
    ],
)
def test_fixed_assignments_that_cannot_stand_are_named(changes: dict[str, Any], named: list[str]) -> None:
    assert paths(two_by_two() | changes) == named


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_fuzzed_problems_never_crash(seed: int) -> None:
    rng = random.Random(seed)
    problem = random_problem(seed)
    for _ in range(rng.randint(1, 3)):
        at: Any = problem
        while isinstance(at, dict | list) and at:
            key: Any = rng.choice(list(at)) if isinstance(at, dict) else rng.randrange(len(at))
            if not isinstance(at[key], dict | list) or rng.random() < 0.3:
                odd = [None, -1, 0, 1, 10**9, 10**30, 1.5, "", "s0", "p9", True, [], {}, [[]], {"s0": 1}, [0, 1]]
                at[key] = rng.choice(odd)
                break
            at = at[key]
    try:
        solution = roster.solve(problem)
    except InvalidProblem as invalid:
        told = [str(fault) for fault in invalid.faults]
        assert all(line.startswith("$") and len(line.splitlines()) == 1 for line in told)
    else:
        assert roster.check(problem, solution) == []


def test_problem_is_not_changed_by_solving() -> None:
    problem = small()
    before = json.dumps(problem)
    roster.solve(problem)
    assert json.dumps(problem) == before
