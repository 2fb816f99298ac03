"""Against brute force: value, bound, status, and the same answer whatever the order of the input."""

import json
import random
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import pairing
from scheduling.benchmarks.instances import with_loads
from scheduling.faults import InvalidProblem
from scheduling.pairing import cuts, relaxation, rounding, search
from scheduling.pairing.bound import price, rest_of_children
from scheduling.pairing.columns import build_columns
from scheduling.pairing.cuts import tighten
from scheduling.pairing.instances import instance
from scheduling.pairing.load import load
from scheduling.pairing.relaxation import Model, relax
from scheduling.pairing.rules import build_rows
from scheduling.stop import Stop
from tests.scheduling.brute_force import BruteForce, random_problem

SEEDS = st.integers(min_value=0, max_value=2**32 - 1)


def agrees(problem: dict[str, Any]) -> None:
    best = BruteForce(problem).best
    try:
        solution = pairing.solve(problem)
    except InvalidProblem as invalid:
        wrong = {fault.path.partition("[")[0] for fault in invalid.faults}
    else:
        wrong = set()
    if wrong:
        assert (wrong, best) == ({"$.fixed"}, None)
        return
    assert pairing.check(problem, solution) == []
    if best is None:
        assert problem["place_value"] is None
        assert solution["status"] == "infeasible"
    else:
        assert (solution["status"], solution["value"], solution["bound"]) == ("optimal", best, best)


@settings(max_examples=300, deadline=None)
@given(SEEDS)
def test_value_is_the_optimum_of_brute_force(seed: int) -> None:
    agrees(random_problem(seed))


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_a_first_program_without_cuts_comes_to_the_same_optimum(seed: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "_MANY", 0)
        agrees(random_problem(seed))


def test_many_columns_are_cut_only_after_there_is_a_good_solution(monkeypatch) -> None:
    monkeypatch.setattr(search, "_MANY", 0)
    stages: list[str] = []
    problem = instance(60, 45, 3, use_of_rooms=0.9)
    solution = pairing.solve(problem, on_progress=lambda stage, value, bound: stages.append(stage))

    assert solution["status"] == "optimal"
    assert solution["value"] == pairing.solve(problem)["value"]
    assert "integer" in stages
    assert "cuts" not in stages[: stages.index("integer")]


@settings(max_examples=100, deadline=None)
@given(SEEDS)
def test_column_generation_comes_to_the_same_optimum(seed: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(relaxation, "_ALL_AT_ONCE", 0)
        patch.setattr(relaxation, "_FIRST_VOLUNTEERS", 1)
        patch.setattr(relaxation, "_NEW_PER_CHILD", 1)
        agrees(random_problem(seed))


@settings(max_examples=100, deadline=None)
@given(SEEDS)
def test_bound_holds_for_any_prices(seed: int) -> None:
    problem = random_problem(seed)
    best = BruteForce(problem).best
    if best is None:
        return
    checked = load(problem)
    columns = build_columns(checked)
    rows = build_rows(checked, columns, fill=checked.place_value is None)
    gain = (checked.place_value or 0) + checked.score[columns.candidate]
    rng = np.random.default_rng(seed)
    for scale in (0.0, 1.0, 700.0, 1e7):
        prices = price(rows, gain, rng.normal(0, 1, rows.count) * scale, partial(rest_of_children, checked, columns))
        assert prices.bound >= best
        assert (prices.bound_with() <= prices.bound).all()


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.randoms(use_true_random=False))
def test_order_of_the_input_does_not_matter(seed: int, order: random.Random) -> None:
    problem = random_problem(seed)
    shuffled = json.loads(json.dumps(problem))
    for key in ("centres", "children", "volunteers", "candidates", "forbidden"):
        if key in shuffled:
            order.shuffle(shuffled[key])
    for person in (*shuffled["children"], *shuffled["volunteers"]):
        order.shuffle(person.get("free", []))
    assert outcome(problem) == outcome(shuffled)


def outcome(problem: dict[str, Any]) -> str:
    try:
        solution = pairing.solve(problem)
    except InvalidProblem as invalid:
        return str(invalid)
    del solution["run"]
    return json.dumps(solution)


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_names_do_not_change_the_value(seed: int) -> None:
    problem = random_problem(seed)
    renamed = json.loads(json.dumps(problem).replace('"k', '"z k').replace('"v1"', '"0"').replace('"v2"', '"星"'))
    renamed = {("kind" if key == "z kind" else key): value for key, value in renamed.items()}
    try:
        before = pairing.solve(problem)
    except InvalidProblem:
        return
    after = pairing.solve(renamed)
    assert (before["status"], before["value"], before["bound"]) == (after["status"], after["value"], after["bound"])


def test_cuts_leave_every_solution_whole_and_never_raise_the_bound():
    """Each cut keeps the proven optimum, and the bound with cuts is never below it."""
    cut = 0
    for seed in range(8):
        problem = instance(60, 50, seed, use_of_rooms=0.9)
        if seed % 2:
            problem = with_loads(problem, seed)
        solution = pairing.solve(problem)
        assert solution["status"] == "optimal"
        checked = load(problem)
        columns = build_columns(checked)
        rows = build_rows(checked, columns, fill=False)
        model = Model(checked, columns, rows, problem["place_value"] + checked.score[columns.candidate])
        relaxed = relax(model, [], Stop(), 0)
        tight = tighten(model, relaxed, cuts.ColumnCutter(model), lambda: 0, Stop(), lambda prices: None)
        pairs = {(p["child"], p["volunteer"], p["start"]) for p in solution["pairs"]}
        taken = np.array(
            [
                (checked.children[checked.child[i]], checked.volunteers[checked.volunteer[i]], int(start)) in pairs
                for i, start in zip(columns.candidate, columns.start, strict=True)
            ]
        )
        assert taken.sum() == len(pairs)
        entries = np.repeat(taken, np.diff(tight.model.rows.first))
        used = np.bincount(
            tight.model.rows.row[entries], tight.model.rows.value[entries], minlength=tight.model.rows.count
        )
        assert (used <= tight.model.rows.upper).all()
        assert relaxed.prices.bound >= tight.relaxed.prices.bound >= solution["value"]
        cut += tight.model.rows.count - rows.count
    assert cut > 0


def test_cuts_whose_sums_would_not_be_exact_are_left_out(monkeypatch):
    """Sums are exact up to a limit alone; without any room below it there are no rounded rows."""
    problem = instance(60, 50, 1, use_of_rooms=0.9)
    before = pairing.solve(problem)
    monkeypatch.setattr(rounding, "_SAFE", 0.0)
    checked = load(problem)
    columns = build_columns(checked)
    rows = build_rows(checked, columns, fill=False)
    model = Model(checked, columns, rows, problem["place_value"] + checked.score[columns.candidate])
    relaxed = relax(model, [], Stop(), 0)
    found = cuts.ColumnCutter(model).violated(relaxed.program, relaxed)
    assert all((cut.values == 1).all() and cut.upper == 1 for cut in found)
    after = pairing.solve(problem)
    assert (after["value"], after["status"]) == (before["value"], before["status"])
