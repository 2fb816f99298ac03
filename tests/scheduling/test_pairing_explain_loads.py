"""Explanations where loads bind: what patterns prove of every column, and what is solved anew."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import pairing
from scheduling.benchmarks.instances import with_loads
from scheduling.pairing.explain import Explainer, Solved, ceilings
from scheduling.pairing.explain.ceilings import pattern_bounds, worth_with
from scheduling.pairing.explain.solved import recall
from scheduling.pairing.instances import instance
from scheduling.pairing.patterns import Lister, TooManyError
from scheduling.pairing.relaxation import most_of_columns, relax
from scheduling.stop import Stop
from tests.scheduling.models import model_of
from tests.scheduling.problems import by_patterns, one_pair, to_be_filled

SEEDS = st.integers(0, 2**32 - 1)
Problem = dict[str, Any]


@pytest.fixture(scope="module")
def loaded() -> tuple[Problem, Problem]:
    problem = with_loads(instance(120, 110, 2), 2)
    return problem, pairing.solve(problem)


@pytest.fixture(scope="module")
def explainer(loaded: tuple[Problem, Problem]) -> Explainer:
    return Explainer(*loaded)


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.integers(1, 4))
def test_no_pattern_with_a_column_is_worth_more_than_is_said(seed: int, most: int) -> None:
    model = model_of(with_loads(instance(9, 5, seed % 1000), seed % 1000))
    problem = replace(model.problem, max_children=np.full(len(model.problem.volunteers), most, dtype=np.int64))
    model = replace(model, problem=problem)
    worth = np.random.default_rng(seed).integers(-30, 30, model.count)
    said = worth_with(model, worth, np.arange(model.count))
    every = Lister(problem, model.columns).listed(worth, np.full(len(problem.volunteers), -1000, dtype=np.int64), 10**6)
    best = np.full(model.count, -(10**6))
    np.maximum.at(best, every.column, np.repeat(every.worth, np.diff(every.first)))
    assert (said >= best).all()
    if most <= 2:
        assert (said == best).all()  # beside a column there is one other at most, and it goes with it


def test_blocks_change_nothing(explainer: Explainer, monkeypatch: pytest.MonkeyPatch) -> None:
    solved = explainer.solved
    monkeypatch.setattr(ceilings, "_AT_ONCE", 50)
    again = pattern_bounds(solved.model, solved.prices, Stop(), 0)
    assert again is not None
    assert solved.bounds is not None
    assert (again.most == solved.bounds.most).all()


def test_a_limit_of_columns_leaves_the_prices_of_a_program_without(explainer: Explainer) -> None:
    model, prices = explainer.solved.model, explainer.solved.prices
    assert most_of_columns(model) == 1
    assert (relax(model, [], Stop(), 0, most=1.0).prices.reduced > 1 << prices.shift).any()
    assert (prices.reduced <= 1 << prices.shift >> 10).all()
    assert prices.bound == relax(model, [], Stop(), 0).prices.bound


def test_patterns_tell_what_prices_alone_do_not(explainer: Explainer) -> None:
    solved = explainer.solved
    alone = Explainer({}, {"status": "optimal"}, solved=Solved(solved.model, solved.chosen, solved.prices))
    told, before = explainer.why_not_all(), alone.why_not_all()
    possible = told.at_least >= 0
    assert solved.value <= solved.bound < alone.solved.bound
    assert (told.at_least[possible] >= before.at_least[possible]).all()
    assert np.median(told.at_least[possible]) > 100 > np.median(before.at_least[possible])
    assert (told.code == before.code).all()


@pytest.mark.parametrize("part", range(4))
def test_forcing_a_pair_is_solved_anew_and_loses_no_less_than_is_said(
    loaded: tuple[Problem, Problem], explainer: Explainer, part: int
) -> None:
    problem, solution = loaded
    told = explainer.why_not_all()
    chosen = np.flatnonzero(told.at_least >= 0)
    for at in np.random.default_rng(part).choice(chosen, 5, replace=False).tolist():
        pair = {"child": told.children[told.child[at]], "volunteer": told.volunteers[told.volunteer[at]]}
        found = explainer.forced_exactly(**pair)
        after = pairing.solve(problem | {"fixed": [pair]})
        assert found["exact"]
        assert found["loss"] == solution["value"] - after["value"]
        assert told.at_least[at] <= found["loss"]
        assert explainer.forced_loss(**pair)["loss"] <= found["loss"] + 0.01
        with_pair = solution | {"pairs": found["pairs"], "value": after["value"]}
        assert pair in [{"child": each["child"], "volunteer": each["volunteer"]} for each in with_pair["pairs"]]
        with_pair |= {key: after[key] for key in ("bound", "placed", "score", "unplaced")}
        assert pairing.check(problem, with_pair) == []


def test_a_cancellation_is_solved_anew_and_moves_as_few_others_as_can_be() -> None:
    problem = with_loads(instance(40, 34, 3), 3)
    solution = pairing.solve(problem)
    with by_patterns(True):
        anew = Explainer(problem, solution)
    columns = Explainer({}, {"status": "optimal"}, solved=replace(anew.solved, patterns=False, bounds=None))
    assert anew.solved.patterns
    for volunteer in sorted({pair["volunteer"] for pair in solution["pairs"]})[:5]:
        one, other = anew.cancelled_exactly(volunteer), columns.cancelled_exactly(volunteer)
        assert one["exact"]
        assert other["exact"]
        assert (one["loss"], one["changed"]) == (other["loss"], other["changed"])


def test_where_fixed_pairs_leave_no_room_for_a_pair_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = one_pair(fixed=[{"child": "a", "volunteer": "x"}])
    with by_patterns(True):
        explainer = Explainer(problem, pairing.solve(problem))
    monkeypatch.setattr(type(explainer.what_if), "forced", lambda self, columns: self._solve())
    found = explainer.forced_exactly("b", "x")
    assert (found["possible"], found["reason"], found["pairs"]) == (False, "fixed_pairs", None)


def test_too_many_patterns_leave_what_prices_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_many(*_: Any) -> None:
        raise TooManyError

    problem = with_loads(instance(40, 34, 3), 3)
    solution = pairing.solve(problem)
    monkeypatch.setattr(ceilings, "first_relaxation", too_many)
    with by_patterns(True):
        solved = recall(problem, solution, Stop(), 0)
    assert solved.bounds is None
    assert (solved.ceilings() == solved.prices.bound_with()).all()


def test_what_a_cancellation_costs_about_is_near_what_it_costs(explainer: Explainer) -> None:
    solved = explainer.solved
    alone = Explainer({}, {"status": "optimal"}, solved=Solved(solved.model, solved.chosen, solved.prices))
    near, before, total = 0.0, 0.0, 0
    for candidate in list(solved.paired())[::25]:
        volunteer = solved.problem.volunteers[solved.problem.volunteer[candidate]]
        child = solved.problem.children[solved.problem.child[candidate]]
        for ended in (None, child):
            exact, about = explainer.cancelled_exactly(volunteer, ended), explainer.if_cancelled(volunteer, ended)
            assert exact["exact"]
            assert about["about"] <= exact["loss"] + 0.01
            near, total = near + about["about"], total + exact["loss"]
            before += alone.if_cancelled(volunteer, ended)["about"]
    assert before < 0.4 * total < 0.6 * total < near


@pytest.mark.parametrize("seed", [1, 4])
def test_where_every_place_must_be_filled_both_ways_say_the_same(seed: int) -> None:
    problem, _ = to_be_filled(seed)
    solution = pairing.solve(problem)
    with by_patterns(True):
        anew = Explainer(problem, solution)
        columns = Explainer({}, {"status": "optimal"}, solved=replace(anew.solved, patterns=False, bounds=None))
        told = anew.why_not_all()
        some = np.random.default_rng(seed).choice(np.flatnonzero(told.at_least >= 0), 12, replace=False)
        seen = set()
        for at in some.tolist():
            pair = told.children[told.child[at]], told.volunteers[told.volunteer[at]]
            one, other = anew.forced_exactly(*pair), columns.forced_exactly(*pair)
            assert all(one[key] == other[key] for key in ("possible", "reason", "loss", "exact"))
            assert one["loss"] is None or told.at_least[at] <= one["loss"]
            seen.add(one["possible"])
        for volunteer in sorted({pair["volunteer"] for pair in solution["pairs"]})[:4]:
            one, other = anew.cancelled_exactly(volunteer), columns.cancelled_exactly(volunteer)
            assert all(one[key] == other[key] for key in ("possible", "loss", "exact", "changed"))
            seen.add(one["possible"])
    assert True in seen


@pytest.mark.parametrize("asked", [0, 1, 2, 4, 8])
def test_prices_that_nobody_waited_for_prove_less_but_nothing_wrong(
    loaded: tuple[Problem, Problem], explainer: Explainer, asked: int
) -> None:
    problem, solution = loaded
    often = iter(range(asked))
    early = Explainer(problem, solution, should_stop=lambda: next(often, None) is None)
    told, best = early.why_not_all(), explainer.why_not_all()
    assert early.solved.bound > explainer.solved.bound
    assert (told.at_least <= best.at_least).all()
    for at in np.random.default_rng(asked).choice(np.flatnonzero(told.at_least >= 0), 3, replace=False).tolist():
        pair = {"child": told.children[told.child[at]], "volunteer": told.volunteers[told.volunteer[at]]}
        priced = early.pair(**pair)
        assert sum(part["price"] for part in priced["parts"]) + priced["surplus"] == pytest.approx(priced["gain"])
        found = early.forced_exactly(**pair, should_stop=lambda: True)
        least = solution["value"] - pairing.solve(problem | {"fixed": [pair]})["value"]
        assert told.at_least[at] <= least
        assert found["loss"] is None or found["loss"] >= least
        assert found["exact"] == priced["paired"]
