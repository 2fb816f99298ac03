"""Patterns of volunteers: their listing, the relaxation over them, and the search that they decide."""

import itertools
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import pairing
from scheduling.benchmarks.instances import with_loads
from scheduling.faults import InvalidProblem
from scheduling.pairing import branching, master, pattern_search, rounding, search, seats
from scheduling.pairing.bound import Prices
from scheduling.pairing.check import check
from scheduling.pairing.instances import instance
from scheduling.pairing.master import Master
from scheduling.pairing.patterns import Known, Lister, Patterns, TooManyError
from scheduling.pairing.problem import NO_LIMIT, Ints
from scheduling.pairing.relaxation import Model, Relaxation, relax
from scheduling.pairing.resolve import append_row
from scheduling.stop import Stop
from tests.scheduling.brute_force import BruteForce, random_problem
from tests.scheduling.models import model_of

SEEDS = st.integers(0, 2**32 - 1)


def _worths(seed: int) -> tuple[Model, Ints, Ints]:
    """Return a small model, what its columns are worth, and what a pattern of each volunteer must be worth."""
    model = model_of(with_loads(instance(9, 5, seed % 1000), seed % 1000))
    rng = np.random.default_rng(seed)
    return model, rng.integers(-30, 30, model.count), rng.integers(-20, 40, len(model.problem.volunteers))


def _sets(patterns: Patterns) -> list[tuple[int, ...]]:
    pairs = itertools.pairwise(patterns.first.tolist())
    return [tuple(sorted(patterns.column[low:high].tolist())) for low, high in pairs]


def _stand_together(model: Model, columns: tuple[int, ...]) -> bool:
    problem, candidate = model.problem, model.columns.candidate[list(columns)]
    volunteer = int(problem.volunteer[candidate[0]])
    child = problem.child[candidate]
    limit = int(problem.max_load[volunteer])
    begin = model.columns.start[list(columns)]
    end = begin + problem.session[child]
    return (
        len(columns) <= int(problem.max_children[volunteer])
        and len(set(child.tolist())) == len(columns)
        and (limit == NO_LIMIT or int(problem.load[candidate].sum()) <= limit)
        and all(end[i] <= begin[j] or end[j] <= begin[i] for i, j in itertools.combinations(range(len(columns)), 2))
    )


def test_a_row_that_counts_several_columns_of_a_pattern_counts_them_all() -> None:
    model = model_of(with_loads(instance(30, 22, 3), 3))
    every = np.arange(model.count)
    counted = replace(model, rows=append_row(model.rows, every, 20, equal=False))
    relaxed = relax(counted, [], Stop(), 0)
    known = Master(counted, Stop(), 0)
    assert known.solve(relaxed.prices.reduced, int(np.abs(relaxed.prices.reduced).max()) // 8) is not None
    rows, patterns = known.model.rows, known.model.patterns
    last = rows.row == rows.count - 1
    assert (rows.value[last] == np.diff(patterns.first)).all()
    assert (rows.value[last] > 1).any()
    column = np.repeat(np.arange(patterns.count), np.diff(rows.first))
    assert len(np.unique(column * rows.count + rows.row)) == len(rows.row)


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_every_pattern_that_is_worth_enough_is_listed_once(seed: int) -> None:
    model, worth, least = _worths(seed)
    volunteer = model.problem.volunteer[model.columns.candidate]
    expected = set()
    for who in range(len(least)):
        own = np.flatnonzero(volunteer == who).tolist()
        for size in range(1, int(model.problem.max_children[who]) + 1):
            for columns in itertools.combinations(own, size):
                if int(worth[list(columns)].sum()) >= least[who] and _stand_together(model, columns):
                    expected.add(columns)
    listed = Lister(model.problem, model.columns).listed(worth, least, 1_000_000)
    found = _sets(listed)
    assert len(found) == len(set(found))
    assert set(found) == expected
    assert listed.worth.tolist() == [int(worth[list(columns)].sum()) for columns in found]


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_the_few_best_are_among_those_and_every_volunteer_who_has_one_gets_one(seed: int) -> None:
    model, worth, least = _worths(seed)
    lister = Lister(model.problem, model.columns)
    every = lister.listed(worth, least, 1_000_000)
    some = lister.best(worth, least, 2)
    sets = [set(_sets(each)) for each in (every, some)]
    assert sets[1] <= sets[0]
    assert len(sets[1]) == some.count
    assert np.bincount(some.volunteer, minlength=1).max(initial=0) <= 2 * int(model.problem.max_children.max())
    alone = {int(model.problem.volunteer[model.columns.candidate[each[0]]]) for each in sets[0] if len(each) == 1}
    assert alone <= set(some.volunteer.tolist())


@pytest.mark.parametrize("columns", [9, 10**6, 10**12])
def test_patterns_are_new_once(columns: int) -> None:
    """Whether they fit into one number or not."""

    def patterns(*sets: tuple[int, ...]) -> Patterns:
        first = np.cumsum([0, *(len(each) for each in sets)])
        nothing = np.zeros(len(sets), dtype=np.int64)
        return Patterns(nothing, first, np.array([column for each in sets for column in each]), nothing)

    known = Known(columns)
    assert known.add(patterns((0,), (1,), (0, 1), (8, 3, 5, 1))).tolist() == [0, 1, 2, 3]
    assert known.add(patterns((1, 0), (2,), (5, 1, 8, 3), (0, 2), (1, 3, 5, 7))).tolist() == [1, 3, 4]
    assert known.add(patterns((0, 2), (7, 5, 3, 1))).tolist() == []


def test_more_patterns_than_allowed_are_refused() -> None:
    model = model_of(instance(20, 8, 1))
    with pytest.raises(TooManyError):
        Lister(model.problem, model.columns).listed(
            np.zeros(model.count, dtype=np.int64), np.zeros(len(model.problem.volunteers), dtype=np.int64), 10
        )


@pytest.mark.parametrize("seed", range(6))
def test_the_bound_of_patterns_lies_between_the_optimum_and_the_bound_of_columns(seed: int) -> None:
    problem = with_loads(instance(40, 30, seed), seed)
    best = pairing.solve(problem)
    assert best["status"] == "optimal"
    model = model_of(problem)
    relaxed = relax(model, [], Stop(), 0)
    solved = Master(model, Stop(), 0).solve(relaxed.prices.reduced, 1 << relaxed.prices.shift)
    assert solved is not None
    assert best["value"] <= solved[1].bound <= relaxed.prices.bound


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Search by patterns however small the problem is."""
    monkeypatch.setattr(pattern_search, "_LEAST_COLUMNS", 0)


@settings(max_examples=150, deadline=None)
@given(SEEDS)
def test_patterns_find_the_optimum(seed: int) -> None:
    problem = random_problem(seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pattern_search, "suits", lambda model: model.problem.grid is not None)
        patch.setattr(pattern_search, "broken", lambda relaxed: True)
        try:
            solution = pairing.solve(problem)
        except InvalidProblem:
            return
    best = BruteForce(problem).best
    assert solution["value"] == best
    assert solution["status"] == ("infeasible" if best is None else "optimal")


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("seed", range(6))
def test_patterns_and_columns_agree_and_the_answer_is_the_same_each_time(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = with_loads(instance(60, 45, seed, use_of_rooms=0.9), seed)
    first, second = (pairing.solve(problem) for _ in range(2))
    assert json.dumps(first["pairs"]) == json.dumps(second["pairs"])
    assert not check(problem, first)
    monkeypatch.setattr(master, "_MOST_PATTERNS", 3)
    monkeypatch.setattr(master, "_MOST_OF_EACH", 0)
    columns = pairing.solve(problem)
    assert (first["value"], first["status"]) == (columns["value"], columns["status"])


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("filled", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_where_volunteers_are_scarce_patterns_come_before_columns_and_agree_with_them(
    seed: int, filled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without loads too: whole relaxations are left to columns, broken ones go to patterns."""
    problem = instance(60, 60 if filled else 35, seed, use_of_rooms=0.7 if filled else 0.9)
    if filled:
        problem |= {"place_value": None}
        monkeypatch.setattr(pattern_search, "_BROKEN", 0.0)
    by_patterns = []
    listed = search.search_patterns

    def counted(*arguments: Any) -> None:
        by_patterns.append(arguments)
        listed(*arguments)

    monkeypatch.setattr(search, "search_patterns", counted)
    first = pairing.solve(problem)
    assert by_patterns
    assert not check(problem, first)
    monkeypatch.setattr(pattern_search, "broken", lambda relaxed: False)
    columns = pairing.solve(problem)
    assert (first["value"], first["bound"], first["status"]) == (columns["value"], columns["bound"], columns["status"])


def test_a_relaxation_is_broken_by_the_share_of_its_columns_that_are_fractions() -> None:
    """What is whole or not used at all does not count."""

    def with_values(*values: float) -> Relaxation:
        prices = Prices(0, np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), 0)
        return Relaxation(prices, np.array(values), True, None)

    assert not pattern_search.broken(with_values())
    assert not pattern_search.broken(with_values(1, 1, 1, 0.5, 0, 0, 0))
    assert pattern_search.broken(with_values(1, 1, 1, 0.5, 0.5, 0, 0))


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("after", [1, 5, 40, 200, 600])
def test_an_interrupted_search_gives_a_sound_answer(after: int) -> None:
    problem = with_loads(instance(80, 50, 3, use_of_rooms=0.9), 3)
    best = pairing.solve(problem)["value"]
    asked = itertools.count()
    solution = pairing.solve(problem, should_stop=lambda: next(asked) >= after)
    assert not check(problem, solution)
    assert solution["value"] <= best <= solution["bound"]


@pytest.mark.usefixtures("always")
def test_branching_alone_finds_the_optimum(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without cuts there is more to decide: the tree must end at the value that cuts lead to."""
    branched = []
    decide = branching.Tree.decide

    def counted(tree: branching.Tree) -> int:
        branched.append(tree)
        return decide(tree)

    monkeypatch.setattr(branching.Tree, "decide", counted)
    for seed in range(6):
        problem = with_loads(instance(60, 45, seed, use_of_rooms=0.9), seed)
        with monkeypatch.context() as patch:
            with_cuts = pairing.solve(problem)
            patch.setattr(pattern_search, "_ROUNDS", 0)
            without = pairing.solve(problem)
        assert (without["value"], without["status"]) == (with_cuts["value"], "optimal")
    assert len(branched) >= 3


@pytest.mark.usefixtures("always")
def test_rows_that_sleep_wake_when_they_are_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is worth more or less because rows were left out at first."""
    woken: list[int] = []
    wake = seats.Seat._wake

    def counted(seat: seats.Seat, rows: Ints) -> None:
        before = len(seat._awake)
        wake(seat, rows)
        woken.append(len(seat._awake) - before)

    monkeypatch.setattr(seats.Seat, "_wake", counted)
    monkeypatch.setattr(pattern_search, "_ROUNDS", 0)
    for seed in range(6):
        problem = with_loads(instance(60, 45, seed, use_of_rooms=0.9), seed)
        values = []
        for asleep in (-2.0, 0.5, 1e9):
            monkeypatch.setattr(seats, "_ASLEEP", asleep)
            solution = pairing.solve(problem)
            assert not check(problem, solution)
            values.append((solution["value"], solution["status"]))
        assert values == [values[0]] * 3
    assert sum(woken) > 0


@pytest.mark.usefixtures("always")
def test_cuts_found_at_nodes_hold_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """They stay for the whole tree, so one that a node alone keeps would lose the optimum."""
    found: list[int] = []
    tighten = seats.Seat.tighten

    def counted(self: seats.Seat, *rest: Any) -> Any:
        before = self.model.rows.count
        result = tighten(self, *rest)
        found.append(self.model.rows.count - before)
        return result

    monkeypatch.setattr(seats.Seat, "tighten", counted)
    monkeypatch.setattr(pattern_search, "_ROUNDS", 0)
    monkeypatch.setattr(rounding, "_DENSE", 1.0)
    monkeypatch.setattr(rounding, "_ROWS", 1.0)
    for seed in range(10):
        problem = with_loads(instance(60, 45, seed, use_of_rooms=0.9), seed)
        values = []
        for rounds in (0, 3):
            monkeypatch.setattr(pattern_search, "PROOF", replace(branching.PROOF, rounds=rounds))
            solution = pairing.solve(problem)
            assert not check(problem, solution)
            values.append((solution["value"], solution["status"]))
        assert values[0] == values[1]
    assert sum(found) > 5
