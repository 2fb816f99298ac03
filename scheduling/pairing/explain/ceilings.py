"""What solutions are worth at most, by patterns of volunteers: near the truth where loads bind."""

from dataclasses import dataclass

import numpy as np

from scheduling.pairing.bound import Prices, rounded_down
from scheduling.pairing.grouping import best_of_each
from scheduling.pairing.master import Standing
from scheduling.pairing.pattern_search import first_relaxation
from scheduling.pairing.patterns import TooManyError
from scheduling.pairing.problem import NO_LIMIT, Bools, Ints
from scheduling.pairing.relaxation import Model
from scheduling.stop import Stop

_AT_ONCE = 1 << 20
_NEVER = -(1 << 60)


@dataclass(frozen=True, slots=True, eq=False)
class PatternBounds:
    """What the relaxation over patterns proves of every solution.

    Attributes
    ----------
    model : Model
    standing : Standing
    most : int64 array [columns]
        What every solution that uses a column is worth at most.

    Notes
    -----
    Every solution gives each volunteer one pattern or none. With the prices of the relaxation over patterns it is worth
    at most the sum of the rows' limits at their prices and of each volunteer's best pattern. With a column, what its
    volunteer's best pattern with it is worth less than the best of all is lost; without some columns, what the best
    patterns without them are worth less.
    """

    model: Model
    standing: Standing
    most: Ints

    def without(self, gone: Bools) -> int:
        """Return what every solution that uses none of some columns is worth at most."""
        standing, volunteer = self.standing, _volunteers(self.model)
        theirs = np.flatnonzero(np.isin(volunteer, volunteer[gone]) & ~gone)
        best = np.zeros(len(standing.price), dtype=np.int64)
        left = np.where(gone, _NEVER, standing.reduced)
        np.maximum.at(best, volunteer[theirs], worth_with(self.model, left, theirs))
        lost = np.maximum(standing.price - best, 0)[np.unique(volunteer[gone])]
        return (standing.total - int(lost.sum())) >> standing.shift


def pattern_bounds(model: Model, prices: Prices, stop: Stop, seed: int) -> PatternBounds | None:
    """Bound by patterns; None where there are too many, or where it is stopped.

    Parameters
    ----------
    model : Model
        With a timetable.
    prices : Prices
        From the relaxation over columns.
    stop : Stop
    seed : int
    """
    try:
        solved = first_relaxation(model, prices, stop, seed)
    except TooManyError:
        return None
    if solved is None:
        return None
    standing = solved.standing
    more = worth_with(model, standing.reduced, np.arange(model.count)) - standing.price[_volunteers(model)]
    return PatternBounds(model, standing, rounded_down(standing.total, standing.shift, np.minimum(more, 0)))


def _volunteers(model: Model) -> Ints:
    return model.problem.volunteer[model.columns.candidate]


def worth_with(model: Model, worth: Ints, some: Ints) -> Ints:
    """Return what the best pattern with each of some columns is worth at most.

    Parameters
    ----------
    model : Model
    worth : int64 array [columns]
        A pattern is worth the sum of its columns.
    some : int64 array

    Notes
    -----
    Beside the column stand the best others that are worth something and go with it, one of each child and as many as
    the volunteer has places left. Whether they go with each other is not asked: that would only lower the bound.
    """
    problem, columns = model.problem, model.columns
    candidate, start = columns.candidate, columns.start
    child, volunteer = problem.child[candidate], problem.volunteer[candidate]
    end, load = start + problem.session[child], problem.load[candidate]
    limit = np.where(problem.max_load == NO_LIMIT, np.iinfo(np.int64).max, problem.max_load)[volunteer]
    left = problem.max_children[volunteer] - 1
    total = worth.copy()
    good = np.flatnonzero(worth > 0)
    good = good[np.argsort(volunteer[good], kind="stable")]
    first, last = (np.searchsorted(volunteer[good], volunteer[some], side=side) for side in ("left", "right"))
    size = np.where(left[some] > 0, last - first, 0)

    def together(one: Ints, other: Ints) -> Bools:
        apart = (start[one] >= end[other]) | (start[other] >= end[one])
        return np.asarray(apart & (child[one] != child[other]) & (load[other] <= limit[one] - load[one]))

    edges = np.searchsorted(np.cumsum(size), np.arange(_AT_ONCE, int(size.sum()), _AT_ONCE), side="right")
    for block in np.split(np.arange(len(some)), edges):
        one = np.repeat(some[block], size[block])
        begin = np.cumsum(size[block]) - size[block]
        other = good[np.arange(len(one)) + np.repeat(first[block] - begin, size[block])]
        fine = together(one, other)
        one, other = one[fine], other[fine]
        if not len(one):
            continue
        key, member = np.unique(one * len(problem.children) + child[other], return_inverse=True)
        best = np.zeros(len(key), dtype=np.int64)
        np.maximum.at(best, member, worth[other])
        owner = key // len(problem.children)
        taken = best_of_each(owner, best, left)
        np.add.at(total, owner[taken], best[taken])
    return total[some]
