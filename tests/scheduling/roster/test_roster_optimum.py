"""Against brute force: value, bound, status, and the same answer whatever the order of the input."""

import json
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import roster
from scheduling.faults import InvalidProblem
from scheduling.roster import relaxation, search
from scheduling.roster.bound import Bounds
from scheduling.roster.fixed import fixed_cells, refuse_broken
from scheduling.roster.load import load
from scheduling.roster.model import build
from tests.scheduling.roster.brute_force import best, random_problem

SEEDS = st.integers(min_value=0, max_value=2**32 - 1)


def solved(problem: dict[str, Any]) -> dict[str, Any] | None:
    try:
        solution = roster.solve(problem)
    except InvalidProblem as invalid:
        wrong = {fault.path.partition("[")[0] for fault in invalid.faults}
    else:
        wrong = set()
    if wrong:
        assert wrong == {"$.fixed"}
        return None
    assert roster.check(problem, solution) == []
    return solution


@settings(max_examples=150, deadline=None)
@given(SEEDS)
def test_value_is_the_optimum_of_brute_force(seed: int) -> None:
    problem = random_problem(seed)
    solution, optimum = solved(problem), best(problem)
    assert (None if solution is None else solution["value"]) == optimum
    if solution is not None:
        assert (solution["status"], solution["bound"]) == ("optimal", optimum)


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_the_way_of_large_rosters_is_feasible_and_its_bound_holds(seed: int) -> None:
    problem = random_problem(seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(relaxation, "WHOLE_UP_TO", -1)
        patch.setattr(search, "WHOLE_UP_TO", -1)
        patch.setattr(relaxation, "_FIRST", 1)
        solution = solved(problem)
    if solution is not None:
        optimum = best(problem)
        assert optimum is not None
        assert solution["bound"] <= optimum <= solution["value"]


@settings(max_examples=100, deadline=None)
@given(SEEDS)
def test_bound_holds_for_any_prices(seed: int) -> None:
    problem = random_problem(seed)
    optimum = best(problem)
    checked = load(problem) if not set(map(str, problem["fixed"])) & set(map(str, problem["forbidden"])) else None
    if optimum is None or checked is None:
        return
    refuse_broken(checked)
    model = build(checked)
    bounds = Bounds(model, fixed_cells(model))
    rng = np.random.default_rng(seed)
    for scale in (0.0, 1.0, 700.0, 1e12):
        row = rng.normal(0, 1, model.rows.count) * scale
        assert bounds.prove(row, rng.normal(0, 1, len(checked.people)) * scale).bound <= optimum


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.randoms(use_true_random=False))
def test_order_of_the_input_does_not_matter(seed: int, order: random.Random) -> None:
    problem = random_problem(seed) | {"fixed": []}
    shuffled = json.loads(json.dumps(problem))
    for key in ("shifts", "people", "forbidden", "previous"):
        order.shuffle(shuffled[key])
    for person in shuffled["people"]:
        order.shuffle(person["available"])
        order.shuffle(person["skills"])
    first, second = roster.solve(problem), roster.solve(shuffled)
    del first["run"], second["run"]
    assert first == second


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_names_do_not_change_the_value(seed: int) -> None:
    problem = random_problem(seed) | {"fixed": []}
    renamed = json.loads(json.dumps(problem).replace('"s1"', '"zz"').replace('"p0"', '"星"').replace('"x"', '"急救"'))
    first, second = roster.solve(problem), roster.solve(renamed)
    assert (first["status"], first["value"], first["bound"]) == (second["status"], second["value"], second["bound"])
