"""Patterns that are not listed, or not in the program: nothing is lost by leaving them out at first."""

from typing import Any

import numpy as np
import pytest

from scheduling import pairing
from scheduling.benchmarks.instances import with_loads
from scheduling.pairing import master, pattern_search, rounding
from scheduling.pairing.check import check
from scheduling.pairing.combination import written_again
from scheduling.pairing.cuts import PatternCutter, tighten
from scheduling.pairing.instances import instance
from scheduling.pairing.relaxation import generate
from scheduling.pairing.rows import Kind, Rows
from scheduling.pairing.seats import Node, Seat, two_seats
from scheduling.stop import Stop
from tests.scheduling.models import model_of, relaxed_over_patterns

PROBLEMS = [with_loads(instance(60, 45, seed, use_of_rooms=0.9), seed) for seed in range(6)]


def _solved(problem: dict[str, Any]) -> tuple[int, str]:
    solution = pairing.solve(problem)
    assert not check(problem, solution)
    return solution["value"], solution["status"]


def _bounds_told(problem: dict[str, Any]) -> list[int | None]:
    told: list[int | None] = []
    pairing.solve(problem, on_progress=lambda _stage, _value, bound: told.append(bound))
    return told


@pytest.fixture(scope="module")
def best() -> list[tuple[int, str]]:
    """What the six problems are worth, found over columns."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pattern_search, "_LEAST_COLUMNS", 10**9)
        return [_solved(problem) for problem in PROBLEMS]


@pytest.fixture(autouse=True)
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Search by patterns however small the problem is, with cuts however many columns they touch."""
    monkeypatch.setattr(pattern_search, "_LEAST_COLUMNS", 0)
    monkeypatch.setattr(rounding, "_DENSE", 1.0)
    monkeypatch.setattr(rounding, "_ROWS", 1.0)


def _cut_values(rows: Rows) -> Any:
    """Return the coefficients of each column in the cuts, a row for each column."""
    columns = len(rows.first) - 1
    dense = np.zeros((columns, rows.count), dtype=np.int64)
    np.add.at(dense, (np.repeat(np.arange(columns), np.diff(rows.first)), rows.row), rows.value)
    return dense[:, rows.kind == Kind.CUT]


def test_cuts_are_the_same_when_written_again_and_at_least_those_of_the_parts() -> None:
    cuts = 0
    for problem in PROBLEMS:
        (program, known), stop = relaxed_over_patterns(problem), Stop()
        patterns = known.model
        start = generate(patterns, program, stop)
        cutter = PatternCutter(patterns)
        tight = tighten(patterns, start, cutter, lambda: 0, stop, lambda _: None)
        written = _cut_values(tight.model.rows)
        assert (_cut_values(written_again(patterns.rows, cutter.cuts)) == written).all()
        everything = np.arange(model_of(problem).count)
        parts = _cut_values(known.parts(everything, cutter.cuts))
        first, column = patterns.patterns.first, patterns.patterns.column
        together = np.add.reduceat(parts[column], first[:-1]) + parts[len(everything) + patterns.patterns.volunteer]
        assert (together <= written).all()
        cuts += len(cutter.cuts)
    assert cuts > 5


@pytest.mark.parametrize("rounds", [0, 12])
def test_a_tree_that_begins_with_few_patterns_ends_at_the_same_value(
    rounds: int, best: list[tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    grown: list[int] = []
    grow = Seat._grow

    def counted(seat: Seat, patterns: Any) -> None:
        grown.append(len(patterns))
        grow(seat, patterns)

    monkeypatch.setattr(Seat, "_grow", counted)
    monkeypatch.setattr(pattern_search, "_FEWER", 10**9)
    monkeypatch.setattr(pattern_search, "_WIDER", 0)
    monkeypatch.setattr(pattern_search, "_ROUNDS", rounds)
    assert [_solved(problem) for problem in PROBLEMS] == best
    assert sum(grown) > 10


def test_where_no_pattern_in_the_program_uses_a_row_up_others_come_in() -> None:
    """A program without a solution tells nothing about patterns that it does not know."""
    tried = 0
    for problem in PROBLEMS:
        program, known = relaxed_over_patterns(problem)
        patterns, rows, everything = known.model, known.model.rows, np.arange(known.model.count)
        idle = np.setdiff1d(patterns.patterns.volunteer, patterns.patterns.volunteer[program.in_use()])
        for volunteer in idle[:3].tolist():
            full = np.zeros(rows.count, dtype=np.bool_)
            full[volunteer] = True
            node = Node(np.ones(patterns.count, dtype=np.bool_), full, 1 << 62, float(1 << 62))
            bounds = []
            for inside in (patterns.patterns.volunteer != volunteer, np.ones(patterns.count, dtype=np.bool_)):
                most = np.full(patterns.count, 1 << 62)
                seat = two_seats(patterns, program, everything, np.arange(rows.count), most, Stop(), inside)[0]
                solved = seat.solve(node, 0)
                if solved.chosen is not None:
                    bounds.append(int(patterns.gain[solved.chosen].sum()))
                else:
                    assert solved.node is not None
                    bounds.append(solved.node.bound)
            assert bounds[0] == bounds[1]
            tried += 1
    assert tried > 3


@pytest.mark.parametrize("many", [1, 100])
def test_a_tree_of_fewer_patterns_than_needed_is_followed_by_one_of_all(
    many: int, best: list[tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pattern_search, "_MANY", many)
    assert [_solved(problem) for problem in PROBLEMS] == best


@pytest.mark.parametrize("most", [300, 600, 1200])
def test_where_all_patterns_are_too_many_the_nearest_are_tried_and_columns_decide_the_rest(
    most: int, best: list[tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(master, "_MOST_PATTERNS", most)
    monkeypatch.setattr(master, "_MOST_OF_EACH", 0)
    assert [_solved(problem) for problem in PROBLEMS] == best


def test_every_bound_that_is_reported_holds(best: list[tuple[int, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pattern_search, "_MANY", 50)
    for problem, (value, _) in zip(PROBLEMS, best, strict=True):
        told = [value if bound is None else bound for bound in _bounds_told(problem)]
        assert told
        assert min(told) >= value
