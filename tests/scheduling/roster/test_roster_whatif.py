"""What a person is worth, what a cancellation changes, and what one more person would bring."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import roster
from scheduling.roster.fixed import refuse_broken
from scheduling.roster.instances import FAMILIES, fallen_ill, instance
from scheduling.roster.load import load
from scheduling.roster.reasons import first_reasons
from scheduling.roster.standing import Reason, Standing
from tests.scheduling.roster.brute_force import random_problem
from tests.scheduling.roster.brute_force import value as priced
from tests.scheduling.roster.problems import assigned, pairs, person, shift, small, small_answer
from tests.scheduling.roster.problems import roster as problem_of

SEEDS = st.integers(0, 10**6)


def solvable(seed: int) -> dict[str, Any]:
    problem = random_problem(seed) | {"fixed": []}
    refuse_broken(load(problem))
    return problem


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_why_is_the_difference_in_price_of_leaving(seed: int) -> None:
    problem = solvable(seed)
    solution = roster.solve(problem)
    for pair in assigned(solution):
        answer = roster.why(problem, solution, *pair)
        rest = tuple(other for other in assigned(solution) if other != pair)
        assert answer["extra"] == priced(problem, rest) - solution["value"] == sum(answer["parts"].values())
        assert answer["extra"] >= 0


def test_why_refuses_who_is_not_there() -> None:
    with pytest.raises(ValueError, match="is not in"):
        roster.why(small(), small_answer(), "fri", "tao")


def test_cancelled_shift_is_mended_and_told() -> None:
    people = [person("a"), person("b", wishes={"s": -2})]
    problem = problem_of([shift("s", 0, 60), shift("t", 30, 90)], people, fixed=pairs(("s", "a")))
    solution = roster.solve(problem)
    answer = roster.if_cancelled(problem, solution, "a", "s")
    assert answer["cancelled"] == pairs(("s", "a"))
    assert (answer["dropped"], answer["added"]) == (pairs(("t", "b")), pairs(("s", "b"), ("t", "a")))
    assert (answer["parts"]["wish"], answer["extra"], answer["proven"]) == (2, 2, True)
    gone = roster.if_cancelled(problem, solution, "b")
    assert (gone["cancelled"], gone["extra"]) == (pairs(("t", "b")), 1000)


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_a_cancellation_is_a_roster_of_the_changed_problem(seed: int) -> None:
    problem = solvable(seed)
    solution = roster.solve(problem)
    for name in [entry["id"] for entry in problem["people"]]:
        answer = roster.if_cancelled(problem, solution, name)
        after = answer["solution"]
        changed = fallen_ill(problem, solution, [name])
        assert roster.check(changed, after) == []
        assert name not in {who for _, who in assigned(after)}
        pure = {**problem, "previous": []}
        rise = priced(pure, tuple(assigned(after))) - priced(pure, tuple(assigned(solution)))
        assert answer["extra"] == rise


def test_missing_sorts_are_told_with_reasons() -> None:
    shifts = [shift("s", 0, 60, min_adults=1, min_leads=1, skills={"sign": 1})]
    crew = [person("a", lead=False), person("b", available=[]), person("c", adult=False, skills=["sign"])]
    problem = problem_of(shifts, crew)
    told = {(entry["sort"], entry["skill"]): entry for entry in roster.missing(problem, roster.solve(problem))}
    assert set(told) <= {("adult", None), ("lead", None), ("skill", "sign")}
    assert told
    for entry in told.values():
        assert entry["missing"] == 1
        assert {reason["code"] for reason in entry["reasons"]} <= {"shift_full", "assigned", "not_available"}


def test_one_more_of_the_right_sort_helps_most() -> None:
    problem = problem_of([shift("s", 0, 60, needs=2, min_leads=1)], [person("a", lead=False)])
    best = roster.one_more(problem, roster.solve(problem))[0]
    assert (best["lead"], best["shifts"], best["at_least"]) == (True, ["s"], 1600)


def test_forced_extra_begins_with_the_solution_and_agrees_with_solving_again() -> None:
    problem = instance(20, 24, 2, 3)
    solution = roster.solve(problem)
    name = problem["people"][0]["id"]
    for target in [entry["id"] for entry in problem["shifts"]][:6]:
        warm = roster.forced_extra(problem, target, name, solution=solution)
        assert warm == roster.forced_extra(problem, target, name)


@settings(max_examples=80, deadline=None)
@given(SEEDS)
def test_reasons_of_many_shifts_are_those_of_each(seed: int) -> None:
    problem = load(solvable(seed))
    rng = np.random.default_rng(seed)
    pairs_ = [(s, p) for s in range(len(problem.shifts)) for p in range(len(problem.people)) if rng.random() < 0.3]
    standing = Standing(problem, pairs_)
    missing = np.array([len(who) for who in standing.people_of]) < problem.needs
    short = np.flatnonzero(missing)
    for who in range(len(problem.people)):
        for at, code in zip(short.tolist(), first_reasons(standing, short, who).tolist(), strict=True):
            obstacles = standing.obstacles(at, who)
            assert tuple(Reason)[code] is (obstacles[0].reason if obstacles else Reason.NOT_WORTH)


@settings(max_examples=80, deadline=None)
@given(SEEDS)
def test_one_interval_covers_a_shift_whatever_their_order(seed: int) -> None:
    problem = load(solvable(seed))
    for who, intervals in enumerate(problem.available):
        plain = [
            any(low <= start and end <= high for low, high in intervals.tolist())
            for start, end in zip(problem.start.tolist(), problem.end.tolist(), strict=True)
        ]
        assert problem.covered(who).tolist() == plain


@pytest.mark.parametrize("family", sorted(set(FAMILIES) - {name for name in FAMILIES if "large" in name}))
def test_every_family_gives_a_roster_that_stands(family: str) -> None:
    make: Callable[[int], dict[str, Any]] = FAMILIES[family]
    problem = make(2)
    solution = roster.solve(problem, time_limit=0.5)
    assert roster.check(problem, solution) == []
    assert solution["run"]["seconds"] < 5
