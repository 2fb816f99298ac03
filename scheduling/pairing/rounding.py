"""Mixed-integer rounding: cuts from the basis of a linear program and from halves, exact in whole numbers."""

from collections.abc import Iterator, Sequence

import numpy as np

from scheduling.pairing.by_row import ByRow
from scheduling.pairing.combination import Combination, Rounded
from scheduling.pairing.halves import half_sums
from scheduling.pairing.highs import Floats, LinearProgram
from scheduling.pairing.problem import Ints
from scheduling.pairing.relaxation import fractions
from scheduling.pairing.rows import Cut, Rows

_NOTHING = 1e-9
_VIOLATED = 1e-3
_EXACT = 1e-5
_LARGEST_DIVISOR = 48
_DIVISOR = 1 << 24
"""Where the multipliers share no small divisor they are rounded to parts of this many."""
_LARGEST_VALUE = 1 << 17
"""Larger coefficients are scaled down, rounded so that the cut stays right."""
_WHOLE_SLACK = 8
"""The slack of a row with larger coefficients is not treated as a whole number: that gains nothing."""
_SAFE = 2.0**50
_LEAST_PART = 0.01
_LARGE = 9
_TRIED, _CHOSEN, _FAILED = 500, 40, 15
_HOPELESS = 12
"""Where so many rows of the basis give nothing, the others, whose fractions are less simple, hardly do."""
_ROWS = 0.1
"""A cut made of a larger share of the rows touches too many columns."""
_PARALLEL = 0.9
_DENSE = 0.25


class Rounding:
    """Finds cuts of a growing set of rows.

    Parameters
    ----------
    rows : Rows
    tried : int
        So many rows of the basis are tried, those with the simplest and then with the largest fractions.

    Attributes
    ----------
    by_row : ByRow
        The rows, row by row.

    Notes
    -----
    Rows ``A x <= b`` with slacks ``s``, multiplied by ``U / d`` with whole ``U`` and added, give
    ``sum (a_j / d) x_j + sum (U_i / d) s_i = B / d`` where ``a = U A`` and ``B = U b``. With ``r = B mod d`` every
    whole solution keeps (Nemhauser & Wolsey, Integer and Combinatorial Optimization, II.1.6; times ``d - r``)

        sum ((d - r) floor(a_j / d) + max(0, a_j mod d - r)) x_j + (slacks likewise) <= (d - r) floor(B / d)

    where a slack that is not known to be whole counts ``min(0, U_i)``. Slacks are then replaced by ``b - A x``. The
    multipliers are those of a row of the basis in which a basic column is a fraction (Gomory), or all are a half
    (`scheduling.pairing.halves`); whole parts of multipliers of whole slacks are left out, which changes no remainder.
    All numbers are whole, so the cut is right whatever the engine's tolerance was.
    """

    def __init__(self, rows: Rows, tried: int = _TRIED) -> None:
        self._rows, self._tried = rows, tried
        self._columns = len(rows.first) - 1
        self.by_row = ByRow(rows)
        largest = np.abs(rows.upper)
        np.maximum.at(largest, rows.row, np.abs(rows.value))
        self._largest = largest.astype(np.float64)
        steepest = np.ones(rows.count, dtype=np.int64)
        np.maximum.at(steepest, rows.row, np.abs(rows.value))
        self._whole = steepest <= _WHOLE_SLACK

    def add(self, cuts: Sequence[Cut], rows: Rows) -> None:
        """Note rows that were put behind the others; ``rows`` are all together."""
        self._rows = rows
        self.by_row.add(cuts)
        steepest = np.array([int(np.abs(cut.values).max()) for cut in cuts], dtype=np.int64)
        upper = np.array([cut.upper for cut in cuts], dtype=np.int64)
        self._largest = np.concatenate([self._largest, np.maximum(steepest, np.abs(upper)).astype(np.float64)])
        self._whole = np.concatenate([self._whole, steepest <= _WHOLE_SLACK])

    def violated(self, program: LinearProgram, values: Floats, known: Ints | None = None) -> list[Rounded]:
        """Return cuts that the present values break, deepest first, none nearly like another.

        Parameters
        ----------
        program : LinearProgram
            Solved. Columns that it keeps at 0 and rows that it uses up may be so for its own reasons: the cuts hold
            without them.
        values : float array [columns]
        known : int64 array, optional
            Which row each row of the program is; the same if not given.
        """
        support = _Support(self._rows, values)
        candidates: list[Combination | Ints] = []
        shapes: list[Floats] = []
        limits: list[float] = []
        for combination in self._of_basis(program, values, known):
            candidates.append(combination)
            shapes.append(support.shape(combination))
            limits.append(combination.limit)
        for some, shape, limit in support.halved(half_sums(self._rows, values)):
            candidates.append(some)
            shapes.append(shape)
            limits.append(limit)
        return self._chosen(candidates, np.array(shapes), np.array(limits), support) if candidates else []

    def _chosen(
        self, candidates: list[Combination | Ints], shapes: Floats, limits: Floats, support: "_Support"
    ) -> list[Rounded]:
        """Write down the deepest of some cuts, none nearly like another.

        Parameters
        ----------
        candidates : list of Combination or int64 array
            Combinations, or rows that are halved: these are combined only when it is their turn.
        shapes : float array [cuts, columns in use]
            Their coefficients.
        limits : float array [cuts]
        support : _Support
        """
        length = np.sqrt(np.einsum("ij,ij->i", shapes, shapes))
        depth = shapes @ support.share - limits
        broken = np.flatnonzero(depth > _VIOLATED * np.maximum(length, 1.0))
        order = broken[np.argsort(-depth[broken] / length[broken], kind="stable")]
        chosen: list[Rounded] = []
        like = np.zeros((_CHOSEN, support.size))
        failed = 0
        for place in order.tolist():
            if len(chosen) == _CHOSEN or failed == _FAILED:
                break
            shape = shapes[place] / length[place]
            if (like[: len(chosen)] @ shape > _PARALLEL).any():
                continue
            found = candidates[place]
            combination = found if isinstance(found, Combination) else self._combine(found, np.full(len(found), 0.5))
            cut = None if combination is None else self._cut(combination)
            if cut is not None and support.breaks(cut):
                like[len(chosen)] = shape
                chosen.append(cut)
                failed = 0
            else:
                failed += 1
        return chosen

    def _of_basis(self, program: LinearProgram, values: Floats, known: Ints | None) -> list[Combination]:
        """Return combinations that rows of the basis give."""
        basic = program.basics()
        share = values[program.members[np.maximum(basic, 0)]]
        part = np.where(basic >= 0, np.abs(share - np.rint(share)), 0)
        places = fractions(part)
        places = places[np.lexsort((places, -part[places], _denominator(part[places])))][: self._tried]
        found: list[Combination] = []
        for number, place in enumerate(places.tolist()):
            if number == _HOPELESS and not found:
                break
            rows, multipliers = program.inverse_row(place)
            combination = self._combine(rows if known is None else known[rows], multipliers)
            if combination is not None:
                found.append(combination)
        return found

    def _combine(self, rows: Ints, multipliers: Floats) -> Combination | None:
        """Turn multipliers into a combination; None where it promises no cut."""
        whole = self._whole[rows]
        part = np.where(whole, multipliers - np.floor(multipliers + _NOTHING), multipliers)
        kept = np.abs(part) > _NOTHING
        rows, part, whole = rows[kept], part[kept], whole[kept]
        if not 0 < len(rows) <= _ROWS * len(self._rows.upper):
            return None
        divisor = _divisor(part)
        times = np.rint(part * divisor) if divisor < _DIVISOR else np.ceil(part * divisor)
        if float(np.abs(times) @ self._largest[rows]) > _SAFE:
            return None
        times = times.astype(np.int64)
        total, rest = divmod(int(times @ self._rows.upper[rows]), divisor)
        if not _LEAST_PART * divisor <= rest <= (1 - _LEAST_PART) * divisor:
            return None
        slack = np.where(whole, np.maximum(times - rest, 0), np.minimum(times, 0))
        slack[self._rows.equal[rows]] = 0
        limit = (divisor - rest) * total - int(slack @ self._rows.upper[rows])
        return Combination(rows, times, slack, divisor, rest, limit)

    def _cut(self, combination: Combination) -> Rounded | None:
        """Write a combination down for every column."""
        values = combination.written(self.by_row, self._columns)
        inside = np.flatnonzero(values)
        if not 0 < len(inside) <= _DENSE * self._columns:
            return None
        values, limit = values[inside], combination.limit
        scale = int(np.gcd.reduce(values))
        largest = int(np.abs(values).max())
        if largest // scale > _LARGEST_VALUE:
            scale = -(-largest // _LARGEST_VALUE)
        values = values // scale
        kept = values != 0
        return Rounded(inside[kept], values[kept], limit // scale, combination, scale)


class _Support:
    """The columns that a relaxation uses, to judge combinations and cuts by."""

    def __init__(self, rows: Rows, values: Floats) -> None:
        used = np.flatnonzero(values > _NOTHING)
        self.size = len(used)
        self._values, self.share = values, values[used]
        first, self._row, self._value = rows.entries(used)
        self._begin = first[:-1]
        self._upper, self._times = rows.upper, np.zeros(rows.count, dtype=np.int64)

    def shape(self, combination: Combination) -> Floats:
        """Return the coefficients that a cut has in the columns in use."""
        total = self._sum(combination.rows, combination.times)
        slack = self._sum(combination.rows, combination.slack)
        return combination.rounded(total, slack).astype(np.float64)

    def halved(self, sums: list[Ints]) -> Iterator[tuple[Ints, Floats, float]]:
        """Yield sums of rows with an odd limit, the coefficients of the columns in use when halved, and the limits."""
        if not sums:
            return
        used, number = np.unique(np.concatenate(sums), return_inverse=True)
        inside = np.zeros((len(sums), len(used)), dtype=np.float32)  # sums of entries are far below 2 ** 24
        inside[np.repeat(np.arange(len(sums)), [len(each) for each in sums]), number] = 1
        place = np.full(len(self._upper), -1, dtype=np.int64)
        place[used] = np.arange(len(used))
        kept = place[self._row] >= 0
        column = np.repeat(np.arange(self.size), np.diff(np.append(self._begin, len(self._row))))
        entries = np.zeros((len(used), self.size), dtype=np.float32)
        entries[place[self._row[kept]], column[kept]] = self._value[kept]
        total, shapes = inside @ self._upper[used].astype(np.float64), np.floor(inside @ entries / 2)
        for each in np.flatnonzero(total % 2 == 1).tolist():
            yield sums[each], shapes[each], float(total[each] - 1) / 2

    def breaks(self, cut: Cut) -> bool:
        """Tell whether the values break a cut."""
        size = float(np.abs(cut.values).max())
        return float(self._values[cut.columns] @ cut.values) > cut.upper + _VIOLATED * max(1.0, size / 64)

    def _sum(self, rows: Ints, times: Ints) -> Ints:
        self._times[rows] = times
        total = np.add.reduceat(self._times[self._row] * self._value, self._begin)
        self._times[rows] = 0
        return np.asarray(total, dtype=np.int64)


def _denominator(part: Floats) -> Ints:
    """Return the smallest denominators of fractions, `_LARGE` where they are large: those come from many rows."""
    tried = np.arange(2, _LARGE)
    scaled = np.outer(part, tried)
    whole = np.abs(scaled - np.rint(scaled)) < _EXACT
    return np.where(whole.any(axis=1), tried[whole.argmax(axis=1)], _LARGE)


_DIVISORS = np.arange(2, _LARGEST_DIVISOR + 1)


def _divisor(part: Floats) -> int:
    """Return the smallest number that makes all parts whole, `_DIVISOR` where it is large."""
    tried = _DIVISORS
    for some in (part[:4], part):
        scaled = np.outer(some, tried)
        tried = tried[np.abs(scaled - np.rint(scaled)).max(axis=0) < _EXACT]
        if not len(tried):
            return _DIVISOR
    return int(tried[0])
