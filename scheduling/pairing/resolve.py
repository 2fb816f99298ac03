"""Solve a model again after a change, from what the first solution proved: the columns that could matter, no others."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scheduling.pairing.found import unit_of
from scheduling.pairing.highs import solve_integer
from scheduling.pairing.problem import Bools, Ints
from scheduling.pairing.relaxation import Model, Relaxation
from scheduling.pairing.rows import Entries, Rows
from scheduling.pairing.search import round_up
from scheduling.stop import Stop

_NODES = 100_000
_WIDER = 8
NOTHING = -(2**62)
"""Bound of no solution at all."""


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """What a search among integer solutions came to.

    Attributes
    ----------
    chosen : list of int or None
        Columns of the best solution, ascending; None without one.
    value : int
        Its gain; `NOTHING` without one.
    bound : int
        A proven upper bound on every gain; `NOTHING` where it is proven that there is no solution.
    """

    chosen: list[int] | None
    value: int
    bound: int

    @property
    def proven(self) -> bool:
        """Whether nothing better exists."""
        return self.bound <= self.value

    @property
    def impossible(self) -> bool:
        """Whether there is no solution, proven."""
        return self.bound == NOTHING

    def times(self, unit: int) -> "Decision":
        """Return the same where gains were counted in units of so many points."""
        value = NOTHING if self.value == NOTHING else self.value * unit
        return Decision(self.chosen, value, NOTHING if self.impossible else self.bound * unit)


def append_row(rows: Rows, members: Ints, limit: int, *, equal: bool, value: int = 1) -> Rows:
    """Return the rows with one more: ``value`` times the sum of these columns is at most, or exactly, ``limit``.

    Parameters
    ----------
    rows : Rows
    members : int64 array
        Columns, ascending.
    limit : int
    equal : bool
    value : int
        Coefficient of every member.
    """
    entries = Entries(np.zeros(len(members), dtype=np.int64), members, np.full(len(members), value, dtype=np.int64))
    limits = np.array([limit], dtype=np.int64), np.array([equal], dtype=np.bool_)
    return rows.extended(entries, *limits)


def decide(
    rows: Rows,
    gain: Ints,
    ceiling: Ints,
    start: list[int] | None,
    stop: Stop,
    seed: int,
    *,
    top: int,
    margin: int = 25,
    enough: int | None = None,
    report: Callable[[int, int], None] | None = None,
) -> Decision:
    """Find the best solution among columns of which is known what a solution with them is worth at most.

    Parameters
    ----------
    rows : Rows
        They alone say what a solution is; they need not be the hard rules of a problem.
    gain : int64 array [columns]
    ceiling : int64 array [columns]
        Proven upper bound on the gain of every solution that uses the column.
    start : list of int or None
        A known solution.
    stop : Stop
    seed : int
    top : int
        Proven upper bound on every gain.
    margin : int
        The first program keeps the columns whose ceiling is at most this much below ``top``.
    enough : int, optional
        A value at which the search may end.
    report : callable, optional
        Called with value and bound.

    Notes
    -----
    A column with a ceiling not above the best value cannot be in anything better. So a program over the columns near
    ``top`` gives a value, and a second one over the columns with higher ceilings decides. Gains that share a divisor
    are counted in units of it, see `scheduling.pairing.found.in_units`.
    """
    unit = unit_of(gain)
    if unit > 1:
        return decide(
            rows,
            gain // unit,
            ceiling // unit,
            start,
            stop,
            seed,
            top=top // unit,
            margin=-(-margin // unit),
            enough=None if enough is None else -(-enough // unit),
            report=None if report is None else lambda value, bound: report(value * unit, bound * unit),
        ).times(unit)
    best, value, bound = start, NOTHING if start is None else int(gain[start].sum()), top
    target = bound if enough is None else min(enough, bound)
    keep = ceiling >= top - margin
    while value < min(target, bound) and not stop.cut():
        if best is not None:
            keep[best] = True
        answer = solve_integer(rows, gain, keep, best, stop, seed, node_limit=_NODES)
        if answer.chosen is not None and rows.keep(answer.chosen) and int(gain[answer.chosen].sum()) > value:
            best, value = answer.chosen, int(gain[answer.chosen].sum())
        outside = int(ceiling[~keep].max(initial=NOTHING))
        inside = answer.at_most
        if inside is None:
            inside = NOTHING if answer.infeasible else bound
        bound = min(bound, max(inside, outside, value))
        if report is not None and value > NOTHING:
            report(value, bound)
        if not answer.complete or outside <= value:
            break
        wider = ceiling > value if best is not None else ceiling >= top - (margin := margin * _WIDER)
        if not (wider & ~keep).any() and best is not None:
            break
        keep |= wider
    return Decision(best, value, bound)


def better_start(model: Model, relaxed: Relaxation, start: list[int]) -> list[int]:
    """Return the relaxation made whole where that keeps every row and is worth more, else the start."""
    rounded = round_up(model, relaxed, start)
    return rounded if model.value(rounded) > model.value(start) and model.rows.keep(rounded) else start


def restrict(model: Model, keep: Bools) -> tuple[Model, Ints]:
    """Return a model over some of its columns, and their numbers in the whole one."""
    chosen = np.flatnonzero(keep).astype(np.int64)
    return model.restricted(chosen), chosen
