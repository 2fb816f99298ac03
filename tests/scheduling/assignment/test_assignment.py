"""Pairing without a timetable: proven against brute force, and the public families."""

import random
from typing import Any

import pytest

from scheduling import pairing
from scheduling.faults import InvalidProblem
from scheduling.pairing.convert import problem_from_gap
from scheduling.pairing.gap_instances import gap_instance, pairing_problem
from tests.scheduling.brute_force import BruteForce


def small(seed: int) -> dict[str, Any]:
    chance = random.Random(seed)
    children, volunteers = chance.randint(1, 5), chance.randint(1, 4)
    return {
        "kind": "pairing",
        "version": 1,
        "children": [{"id": f"k{i}", "places": chance.randint(0, 2)} for i in range(children)],
        "volunteers": [
            {"id": f"v{i}", "max_children": chance.randint(0, 3), "max_load": chance.choice([None, 3, 6])}
            for i in range(volunteers)
        ],
        "candidates": [
            {"child": f"k{c}", "volunteer": f"v{v}", "score": chance.randint(-5, 20), "load": chance.randint(0, 4)}
            for c in range(children)
            for v in range(volunteers)
            if chance.random() < 0.7
        ],
        "fixed": [],
        "forbidden": [],
        "place_value": chance.choice([None, 0, 50]),
    }


@pytest.mark.parametrize("seed", range(150))
def test_small_problems_are_solved_to_the_proven_optimum(seed):
    problem = small(seed)
    best = BruteForce(problem).best
    solution = pairing.solve(problem)
    if best is None:
        assert solution["status"] == "infeasible"
        return
    assert solution["status"] == "optimal"
    assert solution["value"] == solution["bound"] == best
    assert pairing.check(problem, solution) == []


@pytest.mark.parametrize("family", ["C", "D", "E"])
def test_every_job_of_a_public_family_is_done_within_the_loads(family):
    problem = pairing_problem(gap_instance(family, 5, 60, 1))
    solution = pairing.solve(problem)
    assert pairing.check(problem, solution) == []
    assert len(solution["pairs"]) == 60
    assert abs(solution["bound"] - solution["value"]) <= 0.005 * abs(solution["value"])


def test_the_text_of_the_library_becomes_a_problem():
    problem = problem_from_gap("1\n2 3\n 5 6 7\n 1 9 9\n 1 1 1\n 2 2 2\n 2 4\n")
    solution = pairing.solve(problem)
    assert solution["status"] == "optimal"
    assert solution["score"] == -(1 + 6 + 7)


@pytest.mark.parametrize("text", ["", "x", "2 3 1", "2\n1 1 5 1 1", "0 0"])
def test_a_text_that_is_no_instance_is_refused(text):
    with pytest.raises(ValueError, match=r"whole numbers|fill"):
        problem_from_gap(text)


def test_a_problem_beyond_the_last_is_refused():
    with pytest.raises(InvalidProblem, match=r"^number: expected 1, as there is one problem, found 2$"):
        problem_from_gap("1 1 5 1 1", 2)


def test_a_text_that_could_be_read_without_its_first_number_is_read_with_it():
    text = "3\n1 1 5 1 1\n1 1 6 1 1\n1 1 7 1 1\n"  # without: 3 agents and 1 job, then 1 agent and 1 job
    assert [problem_from_gap(text, number)["candidates"][0]["score"] for number in (1, 2, 3)] == [-5, -6, -7]


@pytest.mark.parametrize(("number", "found"), [(None, "none"), (0, "0"), (3, "3")])
def test_of_several_problems_one_has_to_be_chosen(number, found):
    text = "2\n1 1 5 1 1\n1 1 6 1 1"
    told = f"^number: expected 1 to 2, as many problems as there are, found {found}$"
    with pytest.raises(InvalidProblem, match=told):
        problem_from_gap(text, number)
    assert problem_from_gap(text, 2)["candidates"][0]["score"] == -6
