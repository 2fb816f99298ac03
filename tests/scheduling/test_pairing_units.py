"""Scores that share a divisor: the same answers as their smaller likes, told in points, and proofs that come sooner."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import pairing
from scheduling.benchmarks.instances import in_steps, with_loads
from scheduling.faults import InvalidProblem
from scheduling.pairing import pattern_search
from scheduling.pairing.explain.explainer import Explainer
from scheduling.pairing.explain.helpful import helpful_changes
from scheduling.pairing.fairness import solve_fair
from scheduling.pairing.found import Found, in_units, unit_of
from scheduling.pairing.instances import instance
from scheduling.pairing.relaxation import Model, relax
from scheduling.pairing.remainder import Remainder
from scheduling.pairing.resolve import NOTHING, Decision
from scheduling.pairing.siblings import solve_wishes
from scheduling.stop import Stop
from tests.scheduling.brute_force import BruteForce, random_problem
from tests.scheduling.models import model_of
from tests.scheduling.problems import by_patterns, solved, to_be_filled
from tests.scheduling.test_pairing_siblings import random_wishes

SEEDS = st.integers(min_value=0, max_value=2**32 - 1)
POINTS = st.integers(2, 400)


def times(problem: dict[str, Any], points: int) -> dict[str, Any]:
    """Return a problem whose scores and worth of a place are so many times as large."""
    candidates = [entry | {"score": entry["score"] * points} for entry in problem["candidates"]]
    place = problem["place_value"]
    return problem | {"candidates": candidates, "place_value": None if place is None else place * points}


def rounded(problem: dict[str, Any], points: int) -> dict[str, Any]:
    """Return a problem whose scores and worth of a place are rounded down to multiples of so many points."""
    place = problem["place_value"]
    return in_steps(problem, points) | {"place_value": None if place is None else place // points * points}


def without_timetable(problem: dict[str, Any]) -> dict[str, Any]:
    known = {"children": ("id", "places"), "volunteers": ("id", "max_children", "max_load")}
    people = {kind: [{key: one[key] for key in keys} for one in problem[kind]] for kind, keys in known.items()}
    return {key: value for key, value in problem.items() if key not in ("grid", "centres")} | people


@pytest.mark.parametrize(
    ("gains", "unit"), [([], 1), ([0, 0], 1), ([0, 30, -45], 15), ([-7], 7), ([4, 6, 9], 1), ([10] * 5000 + [4], 2)]
)
def test_a_unit_is_what_divides_every_gain(gains: list[int], unit: int) -> None:
    assert unit_of(np.array(gains, dtype=np.int64)) == unit


@settings(max_examples=150, deadline=None)
@given(SEEDS, POINTS, st.booleans())
def test_rounded_scores_are_solved_to_the_optimum_of_brute_force(seed: int, points: int, patterns: bool) -> None:
    problem = rounded(random_problem(seed), points)
    best = BruteForce(problem).best
    try:
        with by_patterns(patterns):
            solution = pairing.solve(problem)
    except InvalidProblem:
        return
    assert pairing.check(problem, solution) == []
    assert (solution["value"], solution["bound"]) == (best, best)


def test_scores_are_alike_in_large_steps_and_only_there() -> None:
    """What people give in steps of a hundred makes many columns worth the same, also where nothing is bound."""
    fine = instance(60, 45, 1)
    for problem, expected in ((fine, False), (in_steps(fine, 100), True), (times(in_steps(fine, 100), 7), True)):
        model = model_of(problem)
        prices = relax(model, [], Stop(), 0).prices
        assert pattern_search.alike(model, prices) is expected
    nothing = model_of(fine).restricted(np.zeros(0, dtype=np.int64))
    assert not pattern_search.alike(nothing, nothing.price(np.zeros(nothing.rows.count)))


@pytest.mark.parametrize("loads", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_where_many_pairs_are_worth_the_same_patterns_and_columns_agree(
    seed: int, loads: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Good solutions are looked for among more and more of what the relaxation leaves open."""
    plain = in_steps(instance(60, 40, seed, use_of_rooms=0.9), 100)
    problem = with_loads(plain, seed) if loads else plain
    monkeypatch.setattr(pattern_search, "_ROUNDS", 0)
    shares = []
    remainder = pattern_search.remainder

    def counted(*arguments: Any) -> Remainder:
        shares.append(arguments[-1])
        return remainder(*arguments)

    monkeypatch.setattr(pattern_search, "remainder", counted)
    monkeypatch.setattr(pattern_search, "_LEAST_COLUMNS", 1 << 40)
    columns = pairing.solve(problem)
    assert not shares
    with by_patterns(True):
        patterns = pairing.solve(problem)
        again = pairing.solve(problem)
    assert shares == sorted(shares[: len(shares) // 2]) * 2
    assert set(shares) <= set(pattern_search._WHOLE)
    assert pairing.check(problem, patterns) == []
    assert patterns["pairs"] == again["pairs"]
    assert columns["status"] == patterns["status"] == "optimal"
    assert columns["value"] == patterns["value"]


@settings(max_examples=100, deadline=None)
@given(SEEDS, POINTS)
def test_larger_numbers_give_as_much_larger_values(seed: int, points: int) -> None:
    problem = random_problem(seed)
    one, other = solved(problem), solved(times(problem, points))
    assert (one["value"] * points, one["bound"] * points) == (other["value"], other["bound"])


@pytest.mark.parametrize("loads", [False, True])
@pytest.mark.parametrize("timed", [False, True])
@pytest.mark.parametrize("place_value", [None, 2000])
def test_what_is_told_and_offered_on_the_way_is_in_points(loads: bool, timed: bool, place_value: int | None) -> None:
    plain = to_be_filled(3, loads=loads)[0] | {"place_value": place_value}
    problem = times(plain if timed else without_timetable(plain), 40)
    told: list[tuple[str, int, int]] = []
    offered: list[dict[str, Any]] = []

    def on_progress(stage: str, value: int | None, bound: int | None) -> None:
        if value is not None and bound is not None and stage != "places":
            told.append((stage, value, bound))

    solution = pairing.solve(problem, on_progress=on_progress, on_solution=offered.append)
    assert solution["status"] == "optimal"
    assert solution["score"] > 40 * len(solution["pairs"])
    assert told
    for _, value, bound in told:
        assert value <= solution["value"] <= bound
        assert value % 40 == bound % 40 == 0
    for one, later in pairwise([*offered, solution]):
        assert one["value"] <= later["value"] <= solution["value"] <= later["bound"] <= one["bound"]
    assert all(pairing.check(problem, one | {"run": solution["run"]}) == [] for one in offered)


@settings(max_examples=60, deadline=None)
@given(SEEDS, POINTS)
def test_fairness_and_wishes_are_the_same_in_other_points(seed: int, points: int) -> None:
    problem = random_problem(seed)
    larger = times(problem, points)
    solved(problem)
    one, other = solve_fair(problem, levels=2), solve_fair(larger, levels=2)
    for level, likewise in zip(one["fairness"]["levels"], other["fairness"]["levels"], strict=True):
        assert (level["threshold"] * points, level["pairs"]) == (likewise["threshold"], likewise["pairs"])
    assert one["score"] * points == other["score"]
    wishes = random_wishes(problem, seed)
    bonuses = {name: getattr(wishes, name) * points for name in ("sibling_bonus", "pair_bonus", "start_bonus")}
    told, likewise = (
        solve_wishes(asked, wish)["wishes"] for asked, wish in ((problem, wishes), (larger, replace(wishes, **bonuses)))
    )
    assert (told["value"] * points, told["bound"] * points) == (likewise["value"], likewise["bound"])
    assert told["proven"]
    assert likewise["proven"]


@settings(max_examples=60, deadline=None)
@given(SEEDS, POINTS)
def test_losses_and_gains_are_multiples_of_the_unit(seed: int, points: int) -> None:
    problem = random_problem(seed)
    larger = times(problem, points)
    one, other = solved(problem), solved(larger)
    explain, likewise = Explainer(problem, one), Explainer(larger, other)
    at_least = likewise.why_not_all().at_least
    assert (at_least[at_least >= 0] % points == 0).all()
    for candidate in problem["candidates"][:4]:
        pair = candidate["child"], candidate["volunteer"]
        loss, larger_loss = (asked.forced_exactly(*pair)["loss"] for asked in (explain, likewise))
        assert larger_loss == (None if loss is None else loss * points)
    for volunteer in problem["volunteers"]:
        loss, larger_loss = (asked.cancelled_exactly(volunteer["id"])["loss"] for asked in (explain, likewise))
        assert larger_loss == (None if loss is None else loss * points)
    changes = helpful_changes(larger, other, verify=0)
    assert all(change["at_most"] % points == 0 for change in changes)


def test_a_search_never_sees_more_than_units() -> None:
    """The proof comes where the bound is less than a unit above the value."""
    model = model_of(times(instance(12, 10, 1), 50))
    seen: list[Model] = []

    def search(model: Model, start: list[int], *others: Any, margin: int, offer: Any) -> Found:
        seen.append(model)
        value = model.value(start)
        offer(start, value, value + 1)
        return Found(start, value, value, model.price(np.ones(model.rows.count)))

    offered: list[tuple[int, int]] = []
    found = in_units(search)(
        model, [0], None, 0, lambda *step: None, margin=5, offer=lambda chosen, *values: offered.append(values)
    )
    assert (seen[0].gain * 50 == model.gain).all()
    assert found.proven
    assert found.value == model.value([0])
    assert offered == [(found.value, found.value + 50)]
    assert (found.prices.reduced == model.price(np.full(model.rows.count, 50.0)).reduced).all()


def test_no_solution_stays_none_in_points() -> None:
    none = Decision(None, NOTHING, NOTHING).times(20)
    assert none.impossible
    some = Decision([1], 3, 4).times(20)
    assert (some.chosen, some.value, some.bound) == ([1], 60, 80)
