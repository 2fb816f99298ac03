"""Pairing without a timetable against brute force, by the path of large problems too."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import pairing
from scheduling.faults import InvalidProblem
from scheduling.pairing.assignment import partner, search
from scheduling.pairing.gap_instances import gap_instance, pairing_problem
from scheduling.stop import Stop
from tests.scheduling.assignment.problems import optimum, random_problem

SEEDS = st.integers(min_value=0, max_value=2**32 - 1)


class Alone:
    """Stands in for a partner, so that thousands of tiny problems start no process."""

    def __init__(self, *task: object) -> None:
        self.task = task

    def __enter__(self) -> "Alone":
        return self

    def __exit__(self, *reason: object) -> None:
        pass

    def result(self, stop: Stop) -> None:
        return None


@pytest.fixture
def as_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send tiny problems down the path of large ones."""
    monkeypatch.setattr(search, "_SMALL", 0)
    monkeypatch.setattr(partner, "_FIRST_STEPS", 20)
    monkeypatch.setattr(search, "Partner", Alone)


def solved(problem: dict[str, Any]) -> dict[str, Any] | None:
    """Return the solution, None where fixed pairs cannot stand; check what must always hold."""
    try:
        solution = pairing.solve(problem)
    except InvalidProblem as invalid:
        wrong = {fault.path.partition("[")[0] for fault in invalid.faults}
    else:
        assert pairing.check(problem, solution) == []
        return solution
    assert wrong == {"$.fixed"}
    return None


def agrees(problem: dict[str, Any]) -> None:
    best, solution = optimum(problem), solved(problem)
    if solution is None:
        assert best is None
    elif best is None:
        assert (problem["place_value"], solution["status"]) == (None, "infeasible")
    else:
        assert (solution["status"], solution["value"], solution["bound"]) == ("optimal", best, best)


@settings(max_examples=300, deadline=None)
@given(SEEDS)
def test_value_is_the_optimum_of_brute_force(seed: int) -> None:
    agrees(random_problem(seed))


@pytest.mark.usefixtures("as_large")
def test_exchanges_and_closing_come_to_the_same_optimum() -> None:
    for seed in range(400):
        agrees(random_problem(seed))


@pytest.mark.usefixtures("as_large")
def test_without_the_integer_program_the_answer_is_feasible_and_the_bound_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(search, "close", lambda *_: None)
    reached = total = 0
    for seed in range(400):
        problem = random_problem(seed)
        best, solution = optimum(problem), solved(problem)
        if solution is None or best is None:
            continue
        assert solution["value"] <= best <= solution["bound"]
        assert (solution["status"] == "optimal") == (solution["value"] == solution["bound"])
        reached += solution["value"] == best
        total += 1
    assert reached >= 0.97 * total


@pytest.mark.parametrize("family", ["C", "E"])
def test_small_public_families_are_proven_optimal(family: str) -> None:
    problem = pairing_problem(gap_instance(family, 5, 40, 3))
    solution = pairing.solve(problem)
    assert pairing.check(problem, solution) == []
    assert solution["status"] == "optimal"
    assert solution["placed"] == 40


def test_same_seed_gives_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_ROUNDS", 4)
    monkeypatch.setattr(search, "_NODES", 5)
    problem = pairing_problem(gap_instance("C", 8, 40, 1))
    one, other = (pairing.solve(problem, seed=4) for _ in range(2))
    for solution in (one, other):
        del solution["run"]
    assert json.dumps(one) == json.dumps(other)


@pytest.mark.usefixtures("as_large")
def test_order_of_the_input_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_NODES", 5)
    problem = pairing_problem(gap_instance("D", 5, 30, 2))
    rng = np.random.default_rng(0)
    mixed = problem | {
        key: [problem[key][i] for i in rng.permutation(len(problem[key]))]
        for key in ("children", "volunteers", "candidates")
    }
    first, second = pairing.solve(problem), pairing.solve(mixed)
    assert first["pairs"] == second["pairs"]


def test_large_loads_stay_exact() -> None:
    problem = pairing_problem(gap_instance("D", 5, 40, 1))
    for candidate in problem["candidates"]:
        candidate["load"] = candidate["load"] * 1_000_003 + 1
    for volunteer in problem["volunteers"]:
        volunteer["max_load"] = volunteer["max_load"] * 1_000_003 + 12
    solution = pairing.solve(problem, time_limit=3)
    assert pairing.check(problem, solution) == []
    assert solution["status"] in ("feasible", "optimal")


def test_a_time_limit_gives_a_filled_solution_in_time() -> None:
    problem = pairing_problem(gap_instance("D", 20, 100, 1))
    solution = pairing.solve(problem, time_limit=1)
    assert solution["run"]["interrupted"]
    assert solution["run"]["seconds"] < 1.5
    assert pairing.check(problem, solution) == []
    assert solution["placed"] == 100


@pytest.mark.parametrize("calls", [1, 5, 30, 100, 500])
def test_interruption_at_any_moment_leaves_a_valid_answer(calls: int) -> None:
    problem = pairing_problem(gap_instance("E", 10, 60, 1)) | {"place_value": 10_000}
    asked = 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        return asked > calls

    solution = pairing.solve(problem, should_stop=stop)
    assert solution["run"]["interrupted"]
    assert pairing.check(problem, solution) == []
    assert solution["value"] <= solution["bound"]


@pytest.mark.usefixtures("as_large")
def test_the_bound_holds_where_the_integer_program_gets_only_some_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_MOST_COLUMNS", 3)
    for seed in range(200):
        problem = random_problem(seed)
        best, solution = optimum(problem), solved(problem)
        if solution is not None and best is not None:
            assert solution["value"] <= best <= solution["bound"]


def test_more_load_than_the_volunteers_can_carry_is_proven_infeasible() -> None:
    problem = pairing_problem(gap_instance("D", 6, 60, 1))
    for volunteer in problem["volunteers"]:
        volunteer["max_load"] //= 3
    solution = pairing.solve(problem)
    assert solution["status"] == "infeasible"
    assert solution["why"]["code"] == "places_cannot_all_be_filled"
