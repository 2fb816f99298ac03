"""From what was read of a document to a `Problem`: ids sorted, arrays instead of lists."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from scheduling.pairing.problem import NO_START, Bools, Grid, Ints, Problem

Pairs = dict[tuple[str, str], tuple[Any, ...]]
"""Pairs of ids with the path of their entry and what else it says."""


@dataclass(slots=True)
class People:
    """Children, or volunteers, in the order of the document."""

    index: dict[str, int]
    rows: list[tuple[Any, ...]]


@dataclass(slots=True)
class Candidates:
    """The candidates in the order of the document; people are numbered in theirs."""

    child: Ints
    volunteer: Ints
    score: Ints
    load: Ints


@dataclass(slots=True)
class Parts:
    """Everything that a document says."""

    grid: Grid | None
    place_value: int | None
    centres: Mapping[str, int]
    rooms: list[list[int]]
    children: People
    volunteers: People
    candidates: Candidates
    fixed: Pairs
    forbidden: Pairs = field(default_factory=dict)


def whole(values: Collection[int]) -> Ints:
    """Return whole numbers as an array."""
    return np.fromiter(values, dtype=np.int64, count=len(values))


def _slot_matrix(rows: list[list[int]], slots: int) -> Bools:
    matrix = np.zeros((len(rows), slots), dtype=np.bool_)
    for i, free in enumerate(rows):
        matrix[i, free] = True
    return matrix


def arrange(parts: Parts) -> Problem:
    """Return the problem that a document states."""
    grid, children, volunteers, candidates = parts.grid, parts.children, parts.volunteers, parts.candidates
    slots = grid.slots if grid else 0
    centres = sorted(parts.centres)
    centre_at = {name: i for i, name in enumerate(centres)}
    kids = sorted(children.rows, key=lambda row: row[0])
    helpers = sorted(volunteers.rows, key=lambda row: row[0])
    child_at = {row[0]: i for i, row in enumerate(kids)}
    volunteer_at = {row[0]: i for i, row in enumerate(helpers)}
    child = whole([child_at[name] for name in children.index])[candidates.child]
    volunteer = whole([volunteer_at[name] for name in volunteers.index])[candidates.volunteer]
    order = np.lexsort((volunteer, child))
    child, volunteer = child[order], volunteer[order]
    key = child * len(helpers) + volunteer
    fixed_start = np.full(len(key), NO_START, dtype=np.int64)
    is_fixed = np.zeros(len(key), dtype=np.bool_)
    is_forbidden = np.zeros(len(key), dtype=np.bool_)
    fixed_path = {}
    for (kid, helper), (path, start) in parts.fixed.items():
        at = int(np.searchsorted(key, child_at[kid] * len(helpers) + volunteer_at[helper]))
        is_fixed[at], fixed_start[at], fixed_path[at] = True, start, path
    banned = whole([child_at[kid] * len(helpers) + volunteer_at[helper] for kid, helper in parts.forbidden])
    is_forbidden[np.isin(key, banned)] = True
    return Problem(
        grid=grid,
        place_value=parts.place_value,
        children=tuple(child_at),
        volunteers=tuple(volunteer_at),
        centres=tuple(centres),
        places=whole([row[1] for row in kids]),
        session=whole([row[4] for row in kids]),
        centre=whole([-1 if row[2] is None or grid is None else centre_at[row[2]] for row in kids]),
        at_centre=np.array([row[5] for row in kids], dtype=np.bool_),
        child_free=_slot_matrix([row[3] for row in kids], slots),
        max_children=whole([row[1] for row in helpers]),
        max_load=whole([row[2] for row in helpers]),
        volunteer_free=_slot_matrix([row[3] for row in helpers], slots),
        rooms=np.array([parts.rooms[parts.centres[name]] for name in centres], dtype=np.int64).reshape(
            len(centres), slots
        ),
        child=child,
        volunteer=volunteer,
        score=candidates.score[order],
        load=candidates.load[order],
        forbidden=is_forbidden,
        fixed=is_fixed,
        fixed_start=fixed_start,
        fixed_path=fixed_path,
    )
