"""Sets of columns of which no two can stand together: rows that cut fractions off."""

import numpy as np

from scheduling.pairing.columns import Columns
from scheduling.pairing.highs import Floats
from scheduling.pairing.problem import NO_LIMIT, NO_START, Bools, Ints, Problem

_FRACTION = 1e-6
_VIOLATED = 1e-3
_MOST_FRACTIONS = 3_000
_MOST_CLIQUES = 300


class Conflicts:
    """Which two columns exclude each other.

    Parameters
    ----------
    problem : Problem
    columns : Columns

    Notes
    -----
    Two columns conflict when they are the same pair; when a child would have both and has one place or one hour for
    them; the same for a volunteer, whose load counts too; or when both need the only room of a slot. A row knows one
    of these reasons; a clique mixes them: c1 with v at 3, c1 with v at 6 and c2 with v from 3 to 6.
    """

    def __init__(self, problem: Problem, columns: Columns) -> None:
        candidate = columns.candidate
        self.candidate = candidate
        self.child, self.volunteer = problem.child[candidate], problem.volunteer[candidate]
        timed = columns.start != NO_START
        self.start = columns.start
        self.end = np.where(timed, columns.start + problem.session[self.child], columns.start)
        self._one_place = problem.places == 1
        self._one_child = problem.max_children == 1
        self._load, self._limit = problem.load[candidate], problem.max_load
        self._indoors = problem.at_centre[self.child] & timed
        self._centre = problem.centre[self.child]
        alone = (problem.rooms == 1).astype(np.int64)
        self._alone = np.concatenate([np.zeros((len(alone), 1), dtype=np.int64), np.cumsum(alone, axis=1)], axis=1)
        self._of_child = np.searchsorted(self.child, np.arange(len(problem.children) + 1))
        self._by_volunteer = np.argsort(self.volunteer, kind="stable")
        sorted_ = self.volunteer[self._by_volunteer]
        self._of_volunteer = np.searchsorted(sorted_, np.arange(len(problem.volunteers) + 1))

    def between(self, one: Ints, other: Ints) -> Bools:
        """Tell of columns, broadcast against each other, whether they conflict (a column conflicts with itself)."""
        low = np.maximum(self.start[one], self.start[other])
        high = np.minimum(self.end[one], self.end[other])
        overlap = low < high
        found: Bools = (self.child[one] == self.child[other]) & (overlap | self._one_place[self.child[one]])
        same = self.volunteer[one] == self.volunteer[other]
        limit = self._limit[self.volunteer[one]]
        heavy = (limit != NO_LIMIT) & (self._load[one] + self._load[other] > limit)
        found |= same & (overlap | self._one_child[self.volunteer[one]] | heavy)
        found |= self.candidate[one] == self.candidate[other]
        inside = overlap & self._indoors[one] & self._indoors[other] & (self._centre[one] == self._centre[other])
        if inside.any():
            centre = np.broadcast_to(self._centre[one], inside.shape)[inside]
            single = self._alone[centre, high[inside]] > self._alone[centre, low[inside]]
            found[inside] |= single
        return found

    def near(self, column: int) -> Ints:
        """Return columns among which are all that conflict with a column."""
        child, volunteer = int(self.child[column]), int(self.volunteer[column])
        mine = np.arange(self._of_child[child], self._of_child[child + 1])
        theirs = self._by_volunteer[self._of_volunteer[volunteer] : self._of_volunteer[volunteer + 1]]
        centre = int(self._centre[column])
        if not self._indoors[column] or (
            self._alone[centre, self.end[column]] == self._alone[centre, self.start[column]]
        ):
            return np.union1d(mine, theirs)
        meets = (self.start < self.end[column]) & (self.end > self.start[column]) & (self._centre == centre)
        return np.unique(np.concatenate([mine, theirs, np.flatnonzero(meets & self._indoors)]))


def violated_cliques(conflicts: Conflicts, values: Floats, reduced: Ints) -> list[Ints]:
    """Find cliques whose columns take more than 1 together, the most violated first.

    Parameters
    ----------
    conflicts : Conflicts
    values : float array [columns]
        Of the relaxation.
    reduced : int64 array [columns]
        Reduced values: columns worth most are added first to a clique that is found.

    Returns
    -------
    list of int64 array
        Columns, ascending; each clique is maximal.
    """
    fractions = np.flatnonzero((values > _FRACTION) & (values < 1 - _FRACTION))
    if len(fractions) > _MOST_FRACTIONS:
        best = np.lexsort((fractions, np.abs(values[fractions] - 0.5)))[:_MOST_FRACTIONS]
        fractions = np.sort(fractions[best])
    share = values[fractions]
    matrix = conflicts.between(fractions[:, None], fractions[None, :])
    found: dict[tuple[int, ...], float] = {}
    for seed in range(len(fractions)):
        for members in (_grow(matrix, share, seed, friends=False), _grow(matrix, share, seed, friends=True)):
            total = float(share[members].sum())
            if total > 1 + _VIOLATED:
                found.setdefault(tuple(sorted(fractions[members].tolist())), total)
    order = sorted(found, key=lambda clique: (-found[clique], clique))[:_MOST_CLIQUES]
    lifted = [_lift(conflicts, np.array(clique, dtype=np.int64), reduced) for clique in order]
    return [np.array(clique, dtype=np.int64) for clique in dict.fromkeys(tuple(each.tolist()) for each in lifted)]


def _grow(matrix: Bools, share: Floats, seed: int, *, friends: bool) -> list[int]:
    """Grow a clique greedily from one column: by the largest share, or by the largest share of common friends."""
    members = [seed]
    open_ = np.flatnonzero(matrix[seed])
    open_ = open_[open_ != seed]
    while len(open_):
        worth = share[open_]
        if friends:
            worth = worth + matrix[np.ix_(open_, open_)] @ share[open_]
        best = int(open_[np.argmax(worth)])
        members.append(best)
        open_ = open_[matrix[best, open_] & (open_ != best)]
    return members


def _lift(conflicts: Conflicts, clique: Ints, reduced: Ints) -> Ints:
    """Add every column that conflicts with all, those worth most first."""
    pool = np.setdiff1d(conflicts.near(int(clique[0])), clique)
    pool = pool[conflicts.between(pool[:, None], clique[None, :]).all(axis=1)]
    pool = pool[np.lexsort((pool, -reduced[pool]))]
    added: list[int] = []
    while len(pool):
        added.append(int(pool[0]))
        pool = pool[1:][conflicts.between(pool[1:], pool[:1])]
    return np.sort(np.concatenate([clique, np.array(added, dtype=np.int64)]))
