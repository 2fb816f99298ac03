"""Limits of load: rows that say no more than whole loads allow, and none that cannot bind."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import pairing
from scheduling.pairing.explain import helpful_changes
from scheduling.pairing.rows import Kind, Rows
from tests.scheduling.brute_force import BruteForce
from tests.scheduling.models import model_of


def _one_volunteer(loads: list[int], most: int, limit: int | None) -> dict[str, Any]:
    children = [f"k{i}" for i in range(len(loads))]
    return {
        "kind": "pairing",
        "version": 1,
        "children": [{"id": child, "places": 1} for child in children],
        "volunteers": [{"id": "v", "max_children": most, "max_load": limit}],
        "candidates": [
            {"child": child, "volunteer": "v", "score": 10 + i, "load": load}
            for i, (child, load) in enumerate(zip(children, loads, strict=True))
        ],
        "fixed": [],
        "forbidden": [],
        "place_value": 100,
    }


def _limits(rows: Rows, kind: Kind) -> list[int]:
    limits: list[int] = rows.upper[rows.kind == kind].tolist()
    return limits


@pytest.mark.parametrize(
    ("loads", "most", "limit", "by_number", "by_load"),
    [
        ([1, 1, 1, 1], 3, 2, [], [2]),
        ([1, 1, 1, 1], 2, 3, [2], []),
        ([20, 20, 20, 20], 3, 50, [], [40]),
        ([20, 20, 20, 20], 3, 79, [3], []),
        ([20, 40, 60, 80], 2, 139, [2], [120]),
        ([1, 2, 3, 4], 2, 7, [2], []),
        ([1, 2, 3, 4], 2, 6, [2], [6]),
        ([3, 3, 4, 4], 2, 6, [], [6]),
        ([0, 0, 5, 5], 3, 5, [], [5]),
        ([0, 0, 0, 0], 2, 0, [2], []),
        ([2, 2], 5, 3, [], [2]),
        ([2, 2], 2, 4, [], []),
        ([2, 2], 1, None, [1], []),
    ],
)
def test_a_row_says_what_whole_loads_allow(
    loads: list[int], most: int, limit: int | None, by_number: list[int], by_load: list[int]
) -> None:
    rows = model_of(_one_volunteer(loads, most, limit)).rows
    assert _limits(rows, Kind.VOLUNTEER_PLACE) == by_number
    assert _limits(rows, Kind.VOLUNTEER_LOAD) == by_load


def test_loads_that_are_all_the_same_only_count_children() -> None:
    assert not model_of(_one_volunteer([20, 20, 20], 3, 50)).rows.uneven(Kind.VOLUNTEER_LOAD)
    assert model_of(_one_volunteer([20, 20, 40], 3, 50)).rows.uneven(Kind.VOLUNTEER_LOAD)
    assert not model_of(_one_volunteer([1, 2, 3], 3, None)).rows.uneven(Kind.VOLUNTEER_LOAD)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.integers(0, 6), min_size=1, max_size=6),
    st.integers(0, 6),
    st.none() | st.integers(0, 24),
    st.sampled_from([1, 2, 15]),
)
def test_the_rows_allow_what_the_volunteer_can_carry_and_nothing_else(
    loads: list[int], most: int, limit: int | None, unit: int
) -> None:
    problem = _one_volunteer([load * unit for load in loads], most, limit)
    model = model_of(problem)
    for chosen in range(1 << model.count):
        columns = [column for column in range(model.count) if chosen >> column & 1]
        load = int(model.problem.load[model.columns.candidate[columns]].sum())
        carried = len(columns) <= most and (limit is None or load <= limit)
        assert (model.rows.usage(columns) <= model.rows.upper).all() == carried
    assert pairing.solve(problem)["value"] == BruteForce(problem).best


def test_more_load_is_said_to_help_only_where_whole_loads_can_use_it() -> None:
    def helps(limit: int) -> list[dict[str, Any]]:
        problem = _one_volunteer([20, 20, 20], 3, limit)
        found = helpful_changes(problem, pairing.solve(problem), count=20, each=3)
        return [change for change in found if change["code"] == "more_load"]

    assert helps(40) == []
    assert [change["gain"] for change in helps(59)] == [110]
    assert helps(60) == []
