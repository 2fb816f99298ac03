"""What is left of a model over patterns once some are taken: whatever is chosen from it goes with them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import pairing
from scheduling.benchmarks.instances import with_loads
from scheduling.pairing import branching, pattern_search
from scheduling.pairing import remainder as remainders
from scheduling.pairing.highs import Floats
from scheduling.pairing.instances import instance
from scheduling.pairing.master import PatternModel
from scheduling.pairing.placement import Placement
from scheduling.pairing.problem import Ints
from scheduling.pairing.relaxation import Model
from scheduling.pairing.remainder import Remainder, remainder, smaller
from scheduling.pairing.rows import Entries
from tests.scheduling.models import model_of, relaxed_over_patterns

SEEDS = st.integers(0, 2**32 - 1)


def patterns_of(seed: int) -> tuple[Model, PatternModel, Floats]:
    """Return a model, its patterns near the bound, and the values of the relaxation over them."""
    problem = with_loads(instance(40, 30, seed, use_of_rooms=0.9), seed)
    program, known = relaxed_over_patterns(problem)
    values = np.zeros(known.model.count)
    values[program.members] = program.values
    return model_of(problem), known.model, values


def some(left: Remainder, rng: np.random.Generator) -> Ints:
    """Return patterns of a remainder that keep its rows, chosen by chance until nothing fits."""
    model, chosen = left.model, [0][:0]
    for pattern in rng.permutation(model.count).tolist():
        if (model.rows.usage([*chosen, pattern]) <= model.rows.upper).all():
            chosen.append(pattern)
    return np.array(sorted(chosen), dtype=np.int64)


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.sampled_from([0.5, 0.8, 0.95]))
def test_whatever_is_chosen_from_it_keeps_every_rule_with_what_is_taken(seed: int, share: float) -> None:
    model, patterns, values = patterns_of(seed % 12)
    rng = np.random.default_rng(seed)
    near = np.flatnonzero(rng.random(patterns.count) < 0.9)
    left = remainder(patterns, near, values, share)
    chosen = some(left, rng)
    columns = sorted(left.taken + left.model.chosen(chosen))
    assert Placement(model.problem, model.columns).take_all(columns)
    assert left.gain + int(left.model.gain[chosen].sum()) == model.value(columns)
    assert set(left.kept.tolist()) <= set(near.tolist())
    assert (left.model.gain == patterns.gain[left.kept]).all()
    assert left.model.chosen(chosen) == patterns.chosen(left.kept[chosen])


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.sampled_from([0, 5, 40]), st.sampled_from([0.5, 0.8]))
def test_very_many_become_few_and_go_with_what_is_taken(seed: int, few: int, share: float) -> None:
    model, patterns, values = patterns_of(seed % 12)
    rng = np.random.default_rng(seed)
    first = remainder(patterns, np.arange(patterns.count), values, 0.95)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(remainders, "_MANY", few)
        patch.setattr(remainders, "_FEW", few)
        left = smaller(first, share, lambda part: rng.random(part.count))
        assert smaller(left, share, lambda part: None) is left
    assert left.model.count <= few
    chosen = some(left, rng)
    columns = sorted(left.taken + left.model.chosen(chosen))
    assert Placement(model.problem, model.columns).take_all(columns)
    assert left.gain + int(left.model.gain[chosen].sum()) == model.value(columns)
    assert (left.model.gain == patterns.gain[left.kept]).all()
    assert left.model.chosen(chosen) == patterns.chosen(left.kept[chosen])
    assert smaller(first, share, lambda part: None) is first


def test_a_pattern_that_waits_for_others_is_not_taken_and_nothing_goes_on_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A row of limit 0 that others may add to: nobody takes of it before somebody adds."""
    _, patterns, shares = patterns_of(2)
    first = remainder(patterns, np.arange(patterns.count), shares, 0.95)
    rows, count = first.model.rows, first.model.count
    limits = (np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.bool_))
    entries = Entries(
        np.zeros(count, dtype=np.int64), np.arange(count), np.append(np.ones(count - 1, dtype=np.int64), -1)
    )
    tied = replace(first, model=first.model.with_rows(rows.extended(entries, *limits)))
    monkeypatch.setattr(remainders, "_MANY", 5)
    monkeypatch.setattr(remainders, "_FEW", 5)
    monkeypatch.setattr(remainders, "_AT_ONCE", 1 << 20)
    left = smaller(tied, 2.0, lambda part: np.arange(part.count, 0, -1) / part.count)
    assert left.model.count == count
    assert left.taken == first.taken


@pytest.mark.parametrize("seed", range(4))
def test_a_search_that_looks_among_few_alone_ends_with_the_same_value(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = with_loads(instance(60, 45, seed, use_of_rooms=0.9), seed)
    value = pairing.solve(problem)["value"]
    monkeypatch.setattr(pattern_search, "_LEAST_COLUMNS", 0)
    monkeypatch.setattr(pattern_search, "_ROUNDS", 0)
    monkeypatch.setattr(remainders, "_MANY", 0)
    found: list[int] = []
    look = pattern_search._Listed._look

    def looked(self: pattern_search._Listed, share: float, care: branching.Care) -> None:
        look(self, share, care)
        found.append(self._search.value())

    monkeypatch.setattr(pattern_search._Listed, "_look", looked)
    for few in (0, 10):
        monkeypatch.setattr(remainders, "_FEW", few)
        solution = pairing.solve(problem)
        assert (solution["status"], solution["value"]) == ("optimal", value)
    assert all(value - each < value // 50 for each in found)  # what is taken to the last pattern is a solution, too


@pytest.mark.parametrize("seed", [0, 2])
def test_it_has_no_volunteer_without_patterns_and_its_first_rows_are_theirs(seed: int) -> None:
    _, patterns, values = patterns_of(seed)
    left = remainder(patterns, np.arange(patterns.count), values, 0.8).model
    assert 0 < left.volunteers < patterns.volunteers
    assert sorted(set(left.patterns.volunteer.tolist())) == list(range(left.volunteers))
    own = left.rows.row[left.rows.first[:-1]]
    assert (own == left.patterns.volunteer).all()
    assert left.rows.count < patterns.rows.count


def test_patterns_that_are_too_many_together_are_not_taken() -> None:
    """Five shares of 0.8 fit into four rooms; five patterns do not."""
    model, patterns, _ = patterns_of(1)
    rng = np.random.default_rng(1)
    taken = 0
    for likely in (0.03, 0.05, 0.2):
        values = np.where(rng.random(patterns.count) < likely, 0.9, 0.0)
        together = np.flatnonzero(values)
        left = remainder(patterns, np.arange(patterns.count), values, 0.8)
        assert not patterns.rows.keep(together.tolist())
        assert Placement(model.problem, model.columns).take_all(left.taken)
        taken += len(left.taken)
    assert taken


def test_nothing_is_left_where_the_relaxation_is_whole() -> None:
    _, patterns, _ = patterns_of(2)
    first = np.unique(patterns.patterns.volunteer, return_index=True)[1]
    rows = replace(patterns.rows, upper=np.full(patterns.rows.count, 99))
    values = np.zeros(patterns.count)
    values[first] = 1
    left = remainder(patterns.with_rows(rows), np.arange(patterns.count), values, 0.8)
    assert left.model.count == len(left.kept) == 0
    assert left.taken == patterns.chosen(first)


@pytest.mark.parametrize(("name", "care"), [("GLANCE", branching.GLANCE), ("LOOK", branching.LOOK)])
def test_a_glance_ends_after_so_many_relaxations(
    name: str, care: branching.Care, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is the same however short it is: it finds solutions, and proves nothing."""
    monkeypatch.setattr(pattern_search, "_LEAST_COLUMNS", 0)
    monkeypatch.setattr(pattern_search, "_ROUNDS", 0)
    monkeypatch.setattr(pattern_search, "_ALIKE", 1 << 20 if name == "LOOK" else 0)
    solved: list[tuple[bool, int]] = []
    decide: Callable[[branching.Tree], int] = branching.Tree.decide

    def counted(tree: branching.Tree) -> int:
        bound = decide(tree)
        solved.append((tree._care.most is not None, tree._solved))
        return bound

    monkeypatch.setattr(branching.Tree, "decide", counted)
    values = set()
    for most in (0, 6, 60):
        monkeypatch.setattr(pattern_search, name, replace(care, most=most))
        for seed in range(4):
            problem = with_loads(instance(60, 45, seed, use_of_rooms=0.9), seed)
            solution = pairing.solve(problem)
            assert solution["status"] == "optimal"
            values.add((seed, solution["value"]))
        # Each seat ends with the decision it is at, all of whose halves are tried, and one more program with cuts.
        assert all(count < most + 2 * (care.tried_first + care.rounds) for glance, count in solved if glance)
    assert len(values) == 4
    assert any(count for glance, count in solved if glance)
