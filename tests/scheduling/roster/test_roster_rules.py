"""One test per hard rule and per priced part."""

import json
from typing import Any

import pytest

from scheduling import roster
from tests.scheduling.roster.problems import assigned, pairs, person, shift, small, small_answer
from tests.scheduling.roster.problems import roster as problem_of


def solved(problem: dict[str, Any]) -> dict[str, Any]:
    solution = roster.solve(problem)
    assert roster.check(problem, solution) == []
    assert (solution["status"], solution["bound"]) == ("optimal", solution["value"])
    return solution


def reasons(solution: dict[str, Any]) -> dict[str, int]:
    return {reason["code"]: reason["count"] for entry in solution["uncovered"] for reason in entry["reasons"]}


def test_hand_solved_problem() -> None:
    solution = solved(small())
    del solution["run"]
    assert solution == small_answer()


def test_one_interval_covers_the_whole_shift() -> None:
    problem = problem_of([shift("s", 100, 200)], [person("a", available=[[0, 150], [150, 300]]), person("b")])
    assert assigned(solved(problem)) == [("s", "b")]
    problem["people"].pop()
    assert reasons(solved(problem)) == {"not_available": 1}
    problem["people"][0]["available"] = [[100, 200]]
    assert assigned(solved(problem)) == [("s", "a")]


def test_forbidden() -> None:
    problem = problem_of([shift("s", 0, 60)], [person("a")], forbidden=pairs(("s", "a")))
    assert reasons(solved(problem)) == {"forbidden": 1}


def test_overlapping_shifts_are_not_one_persons() -> None:
    problem = problem_of([shift("s", 0, 60), shift("t", 59, 120)], [person("a")])
    solution = solved(problem)
    assert (len(solution["assignments"]), reasons(solution)) == (1, {"overlap_or_rest": 1})


def test_touching_shifts_without_rest_and_shifts_a_rest_apart() -> None:
    touching = problem_of([shift("s", 0, 60), shift("t", 60, 120)], [person("a")])
    assert len(solved(touching)["assignments"]) == 2
    for gap, count in ((29, 1), (30, 2)):
        apart = problem_of([shift("s", 0, 60), shift("t", 60 + gap, 120)], [person("a", min_rest=30)])
        assert len(solved(apart)["assignments"]) == count


def test_rest_holds_from_one_week_into_the_next() -> None:
    problem = problem_of([shift("s", 10_000, 10_070), shift("t", 10_090, 10_150)], [person("a", min_rest=60)])
    assert len(solved(problem)["assignments"]) == 1


def test_minutes_of_a_week_count_where_the_shift_starts() -> None:
    shifts = [shift("s", 0, 100), shift("t", 10_000, 10_100), shift("u", 10_200, 10_300)]
    problem = problem_of(shifts, [person("a", max_minutes_per_week=100)])
    solution = solved(problem)
    assert (len(solution["assignments"]), reasons(solution)) == (2, {"week_minutes": 1})


def test_shift_longer_than_the_weeks_minutes() -> None:
    problem = problem_of([shift("s", 0, 100)], [person("a", max_minutes_per_week=99)])
    assert reasons(solved(problem)) == {"week_minutes": 1}


@pytest.mark.parametrize("limit", [0, 1, 2])
def test_max_shifts(limit: int) -> None:
    problem = problem_of(
        [shift(f"s{i}", i * 20_000, i * 20_000 + 60) for i in range(2)], [person("a", max_shifts=limit)]
    )
    solution = solved(problem)
    assert len(solution["assignments"]) == limit
    assert set(reasons(solution)) <= {"max_shifts"}


def test_at_most_needs_people() -> None:
    problem = problem_of([shift("s", 0, 60, needs=1, min_adults=2)], [person("a"), person("b")])
    solution = solved(problem)
    assert len(solution["assignments"]) == 1
    assert solution["parts"]["missing_adult"] == 800


def test_shift_that_needs_nobody() -> None:
    problem = problem_of([shift("s", 0, 60, needs=0, min_leads=1)], [person("a")])
    assert solved(problem)["parts"]["missing_lead"] == 600


@pytest.mark.parametrize(
    ("part", "wanted", "without", "price"),
    [
        ("missing_adult", {"min_adults": 1}, {"adult": False}, 800),
        ("missing_lead", {"min_leads": 1}, {"lead": False}, 600),
        ("missing_skill", {"skills": {"first_aid": 1}}, {"skills": ["driver"]}, 400),
    ],
)
def test_people_wanted_in_a_shift(part: str, wanted: dict[str, Any], without: dict[str, Any], price: int) -> None:
    problem = problem_of([shift("s", 0, 60, **wanted)], [person("a", **without), person("b")])
    solution = solved(problem)
    assert (assigned(solution), solution["parts"][part]) == ([("s", "b")], 0)
    problem["people"].pop()
    assert solved(problem)["parts"][part] == price


def test_missing_skills_are_counted_skill_by_skill() -> None:
    problem = problem_of([shift("s", 0, 60, needs=2, skills={"first_aid": 2, "sign": 3})], [person("a"), person("b")])
    assert solved(problem)["parts"]["missing_skill"] == 3 * 400


def test_load_is_spread() -> None:
    shifts = [shift(f"s{i}", i * 100, i * 100 + 60) for i in range(6)]
    problem = problem_of(shifts, [person("a"), person("b"), person("c", available=[])])
    solution = solved(problem)
    assert solution["parts"]["load"] == 10 * (3 + 3)
    assert solved(problem | {"weights": problem["weights"] | {"load": 0}})["value"] == 0


def test_place_that_costs_more_than_it_brings_stays_empty() -> None:
    problem = problem_of([shift("s", 0, 60)], [person("a", wishes={"s": -7})], weights={"uncovered": 6})
    solution = solved(problem)
    assert (solution["value"], reasons(solution)) == (6, {"not_worth": 1})


def test_wishes_granted() -> None:
    problem = problem_of([shift("s", 0, 60)], [person("a"), person("b", wishes={"s": 5})], weights={"wish": 2})
    solution = solved(problem)
    assert (assigned(solution), solution["parts"]["wish"]) == ([("s", "b")], -10)


def test_previous_roster_is_kept_unless_change_pays() -> None:
    people = [person("a"), person("b", wishes={"s": 99})]
    problem = problem_of([shift("s", 0, 60)], people, previous=pairs(("s", "a")))
    solution = solved(problem)
    assert (assigned(solution), solution["parts"]["change"]) == ([("s", "a")], 0)
    people[1]["wishes"]["s"] = 101
    solution = solved(problem)
    assert (assigned(solution), solution["parts"]["change"]) == ([("s", "b")], 100)


def test_previous_assignment_that_cannot_stand_costs_its_change() -> None:
    problem = problem_of([shift("s", 0, 60)], [person("a", available=[]), person("b")], previous=pairs(("s", "a")))
    solution = solved(problem)
    assert (assigned(solution), solution["parts"]["change"]) == ([("s", "b")], 100)


def test_fixed_assignment_stands_though_it_costs() -> None:
    problem = problem_of([shift("s", 0, 60)], [person("a", wishes={"s": -5000}), person("b")], fixed=pairs(("s", "a")))
    solution = solved(problem)
    assert (assigned(solution), solution["value"]) == ([("s", "a")], 5000)


@pytest.mark.parametrize("empty", [[], ["shifts"], ["people"], ["shifts", "people"]])
def test_nothing_to_do(empty: list[str]) -> None:
    problem = problem_of([shift("s", 0, 60)], [person("a")]) | {key: [] for key in empty}
    solution = solved(json.loads(json.dumps(problem)))
    assert solution["value"] == (1000 if empty == ["people"] else 0)
