"""What is left of a model over patterns once some patterns are taken: few volunteers, few rows."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from scheduling.pairing.highs import Floats
from scheduling.pairing.master import PatternModel
from scheduling.pairing.problem import Bools, Ints
from scheduling.pairing.rows import Rows

_MANY, _FEW = 3_000, 500
"""More patterns than the one are too many for a tree; then more are taken until no more than the other are left."""
_AT_ONCE = 50
"""If fewer have a large share, the patterns of one in so many volunteers are taken all the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Remainder:
    """A model without the patterns that are taken, and what goes with them.

    Attributes
    ----------
    model : PatternModel
        Its volunteers, those with patterns left, are numbered anew.
    taken : list of int
        Columns of the patterns that are taken.
    gain : int
        What they are worth.
    kept : int64 array
        Which patterns of the whole model are left.
    """

    model: PatternModel
    taken: list[int]
    gain: int
    kept: Ints


def remainder(model: PatternModel, near: Ints, values: Floats, share: float) -> Remainder:
    """Take the patterns that a relaxation takes almost whole, and return what is left.

    Parameters
    ----------
    model : PatternModel
    near : int64 array
        The patterns that may be left, ascending.
    values : float array [patterns]
        Of the relaxation.
    share : float
        Patterns of a larger share, which is at least a half, are taken, as far as they keep every row together.
    """
    return _without(model, _together(model.rows, np.flatnonzero(values > share)), near)


def _without(model: PatternModel, taken: Ints, near: Ints) -> Remainder:
    """Return what is left of some patterns once others are taken."""
    rows = replace(model.rows, upper=model.rows.upper - model.rows.usage(taken.tolist()))
    volunteer = model.patterns.volunteer
    served = np.zeros(model.volunteers, dtype=np.bool_)
    served[volunteer[taken]] = True
    kept = near[~served[volunteer[near]]]
    kept = kept[_fitting(rows, kept)]
    left = replace(model, rows=rows).restricted(kept)
    gain = int(model.gain[taken].sum())
    return Remainder(_compact(left), model.chosen(taken), gain, kept)


def smaller(left: Remainder, share: float, relaxed: Callable[[PatternModel], Floats | None]) -> Remainder:
    """Where very many patterns are left, take more of them, some at a time, until few are left.

    Parameters
    ----------
    left : Remainder
    share : float
        Patterns of a larger share are taken, and if these are few, those of the largest shares, as far as they keep
        every row together.
    relaxed : callable
        Solves the relaxation of a model and returns its values; None where that cannot be.

    Notes
    -----
    What is left of ten thousand children is far too much for the few relaxations of a tree; but a relaxation of what is
    left takes some of its patterns almost whole again.
    """
    fewest = _FEW if left.model.count > _MANY else left.model.count
    while left.model.count > fewest:
        values = relaxed(left.model)
        if values is None:
            break
        several = max(left.model.volunteers // _AT_ONCE, int((values > share).sum()), 1)
        largest = np.argsort(-values, kind="stable")[:several]
        taken = _one_by_one(left.model.rows, largest)
        if not len(taken):
            break
        more = _without(left.model, taken, np.arange(left.model.count))
        left = Remainder(more.model, left.taken + more.taken, left.gain + more.gain, left.kept[more.kept])
    return left


def _one_by_one(rows: Rows, patterns: Ints) -> Ints:
    """Return the patterns that still fit when they are taken one after the other."""
    left, taken = rows.upper.copy(), []
    for pattern in patterns.tolist():
        entries = slice(rows.first[pattern], rows.first[pattern + 1])
        row, value = rows.row[entries], rows.value[entries]
        if ((value <= 0) | (value <= left[row])).all():
            left[row] -= value
            taken.append(pattern)
    return np.array(taken, dtype=np.int64)


def _together(rows: Rows, taken: Ints) -> Ints:
    """Return patterns without those of rows that all of them together use more than up."""
    while len(taken):
        over = rows.usage(taken.tolist()) > rows.upper
        if not over.any():
            break
        first, row, value = rows.entries(taken)
        guilty = np.logical_or.reduceat(over[row] & (value > 0), first[:-1])
        taken = taken[~guilty] if guilty.any() else taken[:0]
    return taken


def _fitting(rows: Rows, patterns: Ints) -> Bools:
    """Tell which patterns use no more of any row than is left, or than others may add to it."""
    if not len(patterns):
        return np.zeros(0, dtype=np.bool_)
    first, row, value = rows.entries(patterns)
    added = np.zeros(rows.count, dtype=np.bool_)
    added[row[value < 0]] = True
    return np.logical_and.reduceat((value <= 0) | (value <= rows.upper[row]) | added[row], first[:-1])


def _compact(model: PatternModel) -> PatternModel:
    """Return a model without volunteers that have no pattern, and without rows that cannot be used up."""
    rows, patterns = model.rows, model.patterns
    has = np.zeros(model.volunteers, dtype=np.bool_)
    has[patterns.volunteer] = True
    size = np.diff(rows.first)
    key = rows.row * model.volunteers + np.repeat(patterns.volunteer, size)
    order = np.argsort(key, kind="stable")
    begin = np.flatnonzero(np.diff(key[order], prepend=-1))
    most = np.zeros(rows.count, dtype=np.int64)
    if len(order):
        each = np.maximum(np.maximum.reduceat(rows.value[order], begin), 0)
        np.add.at(most, key[order[begin]] // model.volunteers, each)
    needed = rows.equal | (most > rows.upper)
    needed[: model.volunteers] = has
    number = np.cumsum(has) - 1
    own = replace(patterns, volunteer=number[patterns.volunteer])
    return PatternModel(own, rows.only(needed), model.gain, int(has.sum()))
