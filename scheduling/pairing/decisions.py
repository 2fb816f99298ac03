"""What a branch and bound over patterns decides: sets of patterns within a row of limit 1."""

import numpy as np

from scheduling.pairing.columns import Columns
from scheduling.pairing.grouping import gather, turned
from scheduling.pairing.highs import Floats
from scheduling.pairing.master import PatternModel
from scheduling.pairing.problem import NO_START, Ints, Problem
from scheduling.pairing.rows import Kind


class Decisions:
    """All that may be decided about patterns.

    Parameters
    ----------
    problem : Problem
    columns : Columns
    model : PatternModel

    Attributes
    ----------
    count : int
    kind : int64 array [decisions]
        0 where it is about a pair, more where it is about times.

    Notes
    -----
    Of a volunteer: whether there is a certain pair, a certain session, a session on a certain day. Of a child with one
    place: whether it meets at a certain time, or on a certain day. Sets of the same patterns are one decision.
    """

    def __init__(self, problem: Problem, columns: Columns, model: PatternModel) -> None:
        patterns = model.patterns
        pattern = np.repeat(np.arange(patterns.count), np.diff(patterns.first))
        column = patterns.column
        candidate = columns.candidate[column]
        child, volunteer = problem.child[candidate], patterns.volunteer[pattern]
        start = np.maximum(columns.start[column], NO_START) - NO_START
        day = start // max(problem.slots_per_day, 1)
        of_child = np.full(len(problem.children), -1, dtype=np.int64)
        places = np.flatnonzero((model.rows.kind == Kind.CHILD_PLACE) & (model.rows.upper == 1))
        of_child[model.rows.owner[places]] = places
        slots = int(start.max(initial=0)) + 1
        kinds = (
            (candidate, volunteer),
            (column, volunteer),
            (volunteer * slots + day, volunteer),
            (child * slots + start, of_child[child]),
            (child * slots + day, of_child[child]),
        )
        keys, rows, begin, base = [], [], [], 0
        for key, row in kinds:
            begin.append(base)
            keys.append(np.where(row >= 0, key + base, -1))
            rows.append(row)
            base += int(key.max(initial=0)) + 1
        self._write(np.concatenate(keys), np.concatenate(rows), np.tile(pattern, len(kinds)), patterns.count)
        self.kind = np.searchsorted(begin, self._key, side="right") - 1
        self._first_of, self._decision, _ = turned(self._first, self._pattern, model.count)
        self._first_of_row, self._of_row, _ = turned(model.rows.first, model.rows.row, model.rows.count)

    def _write(self, key: Ints, row: Ints, pattern: Ints, patterns: int) -> None:
        """Gather the patterns of each key, and leave out keys with the same patterns as one before."""
        size = max(patterns, 1)
        entry, where = np.unique((key * size + pattern)[key >= 0], return_index=True)
        key, pattern, row = entry // size, entry % size, row[key >= 0][where]
        first = np.flatnonzero(np.append(True, key[1:] != key[:-1])) if len(key) else np.zeros(0, dtype=np.int64)
        weight = np.random.default_rng(0).integers(1, 1 << 40, size)
        mark = np.add.reduceat(weight[pattern], first) if len(first) else first
        kept = np.sort(np.unique(mark, return_index=True)[1])
        length = np.diff(np.append(first, len(pattern)))[kept]
        self.count = len(kept)
        self._row, self._key = row[first[kept]], key[first[kept]]
        self._first = np.concatenate([[0], np.cumsum(length)])
        at = np.repeat(first[kept] - self._first[:-1], length) + np.arange(int(self._first[-1]))
        self._pattern = pattern[at]

    def shares(self, values: Floats) -> Floats:
        """Return the sum of the values of each decision's patterns."""
        used = np.flatnonzero(values)
        first, entry = gather(self._first_of, used)
        share = np.bincount(self._decision[entry], np.repeat(values[used], np.diff(first)), minlength=self.count)
        return np.asarray(share, dtype=np.float64)

    def sides(self, decision: int) -> tuple[Ints, Ints, int]:
        """Return the patterns of a decision, the others of its row, and the row."""
        inside = self._pattern[self._first[decision] : self._first[decision + 1]]
        row = int(self._row[decision])
        of_row = self._of_row[self._first_of_row[row] : self._first_of_row[row + 1]]
        return inside, np.setdiff1d(of_row, inside), row
