"""Rows that are added and halved: what is found is broken, and the cuts made of it hold for every whole solution."""

import itertools

import numpy as np
import pytest

from scheduling.pairing import halves, rounding
from scheduling.pairing.halves import half_sums
from scheduling.pairing.highs import Floats, LinearProgram
from scheduling.pairing.problem import Ints
from scheduling.pairing.rounding import Rounding
from scheduling.pairing.rows import Kind, Rows
from scheduling.stop import Stop


def _rows(entries: list[dict[int, int]], upper: list[int]) -> Rows:
    """Return rows of which each column has some entries."""
    number = len(upper)
    return Rows(
        first=np.concatenate([[0], np.cumsum([len(each) for each in entries])]).astype(np.int64),
        row=np.array([row for each in entries for row in sorted(each)], dtype=np.int64),
        value=np.array([each[row] for each in entries for row in sorted(each)], dtype=np.int64),
        upper=np.array(upper, dtype=np.int64),
        equal=np.zeros(number, dtype=np.bool_),
        kind=np.full(number, int(Kind.CHILD_PLACE)),
        owner=np.arange(number),
        slot=np.full(number, -1, dtype=np.int64),
    )


def _dense(rows: Rows) -> Ints:
    matrix = np.zeros((rows.count, len(rows.first) - 1), dtype=np.int64)
    matrix[rows.row, np.repeat(np.arange(len(rows.first) - 1), np.diff(rows.first))] = rows.value
    return matrix


def _random(seed: int) -> tuple[Rows, Ints]:
    """Return rows over a few columns, and what the columns are worth."""
    rng = np.random.default_rng(seed)
    many = 9
    entries = [
        {int(row): int(rng.integers(1, 3)) for row in rng.choice(many, rng.integers(2, 5), replace=False)}
        for _ in range(11)
    ]
    return _rows(entries, rng.integers(1, 4, many).tolist()), rng.integers(50, 90, 11)


def _solved(rows: Rows, gain: Ints) -> tuple[LinearProgram, Floats]:
    program = LinearProgram(rows, gain, Stop(), 0)
    program.add(np.arange(len(gain)))
    assert program.solve()
    return program, program.values


def test_three_columns_that_share_rows_two_by_two() -> None:
    rows = _rows([{0: 1, 1: 1}, {1: 1, 2: 1}, {0: 1, 2: 1}], [1, 1, 1])
    assert [found.tolist() for found in half_sums(rows, np.full(3, 0.5))] == [[0, 1, 2]]


def test_a_column_at_1_is_made_even_by_the_row_that_it_fills() -> None:
    # As above, but the last column at 1 takes one of two places of row 2, and all of row 3.
    rows = _rows([{0: 1, 1: 1}, {1: 1, 2: 1}, {0: 1, 2: 1}, {2: 1, 3: 1}], [1, 1, 2, 1])
    values = np.array([0.5, 0.5, 0.5, 1.0])
    assert [found.tolist() for found in half_sums(rows, values)] == [[0, 1, 2, 3]]


@pytest.mark.parametrize("values", [[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
def test_whole_values_break_nothing(values: list[float]) -> None:
    rows = _rows([{0: 1, 1: 1}, {1: 1, 2: 1}, {0: 1, 2: 1}], [1, 1, 1])
    assert half_sums(rows, np.array(values)) == []


def test_what_is_found_is_odd_and_broken_and_the_same_again() -> None:
    number = 0
    for seed in range(120):
        rows, gain = _random(seed)
        _, values = _solved(rows, gain)
        matrix = _dense(rows)
        found = half_sums(rows, values)
        fills = ((matrix == 1) & (rows.upper == 1)[:, None]).any(axis=0)
        for some in found:
            total, limit = matrix[some].sum(axis=0), int(rows.upper[some].sum())
            assert len(np.unique(some)) == len(some)
            if fills[values > 1 - 1e-6].all():
                assert limit % 2 == 1
                assert float((total // 2) @ values) > limit // 2 + 1e-3
                number += 1
        assert [some.tolist() for some in half_sums(rows, values)] == [some.tolist() for some in found]
    assert number > 20


def test_every_whole_solution_keeps_the_cuts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounding, "_DENSE", 1.0)
    monkeypatch.setattr(rounding, "_ROWS", 1.0)
    made = 0
    for seed in range(40):
        rows, gain = _random(seed)
        program, values = _solved(rows, gain)
        matrix = _dense(rows)
        cuts = Rounding(rows).violated(program, values)
        for chosen in itertools.product((0, 1), repeat=len(gain)):
            if (matrix @ chosen <= rows.upper).all():
                taken = np.array(chosen)
                assert all(int(cut.values @ taken[cut.columns]) <= cut.upper for cut in cuts)
        made += len(cuts)
    assert made > 20


def test_a_long_odd_ring_is_one_sum() -> None:
    # Eleven columns, each in two neighbouring rows of a ring: all rows together are odd, no smaller sum is.
    rows = _rows([{place: 1, (place + 1) % 11: 1} for place in range(11)], [1] * 11)
    assert [found.tolist() for found in half_sums(rows, np.full(11, 0.5))] == [list(range(11))]


def test_sums_of_too_many_rows_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = _rows([{place: 1, (place + 1) % 11: 1} for place in range(11)], [1] * 11)
    monkeypatch.setattr(halves, "_LONGEST", 10)
    assert half_sums(rows, np.full(11, 0.5)) == []


def test_of_many_sums_the_lightest_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    # Two odd rings beside each other; of the second more is left.
    rings = [{0: 1, 1: 1}, {1: 1, 2: 1}, {0: 1, 2: 1}, {3: 1, 4: 1}, {4: 1, 5: 1}, {3: 1, 5: 1}, {3: 1}]
    rows, values = _rows(rings, [1] * 6), np.array([0.5, 0.5, 0.5, 0.45, 0.5, 0.5, 0.05])
    assert [found.tolist() for found in half_sums(rows, values)] == [[0, 1, 2], [3, 4, 5]]  # lightest first
    monkeypatch.setattr(halves, "_MOST", 1)
    assert [found.tolist() for found in half_sums(rows, values)] == [[0, 1, 2]]


def test_nothing_is_looked_for_where_the_table_would_be_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = _rows([{0: 1, 1: 1}, {1: 1, 2: 1}, {0: 1, 2: 1}], [1, 1, 1])
    monkeypatch.setattr(halves, "_LARGE", 8)
    assert half_sums(rows, np.full(3, 0.5)) == []
