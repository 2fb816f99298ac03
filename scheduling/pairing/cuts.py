"""Rows that cut fractions off the relaxation, proven in whole numbers for every column."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from scheduling.pairing.bound import Prices
from scheduling.pairing.cliques import Conflicts, violated_cliques
from scheduling.pairing.highs import Floats, LinearProgram
from scheduling.pairing.knapsacks import Knapsacks
from scheduling.pairing.problem import Ints
from scheduling.pairing.relaxation import Model, Relaxation, generate
from scheduling.pairing.rows import Cut
from scheduling.reading import LARGEST
from scheduling.stop import Stop

_FRACTION = 1e-5
_NOTHING = 1e-9
_VIOLATED = 1e-3
_EXACT = 1e-5
_LARGEST_DIVISOR = 48
_TRIED = 60
_FAILED = 15
"""Rows of the basis that are tried in a round, and how many in a row may fail."""
_ROUNDS = 30
_IDLE = 1
_PROGRESS = 1.0
"""A round that brings the bound down by less is idle; so many idle rounds in a row are the end."""


@dataclass(frozen=True, slots=True, eq=False)
class Tightened:
    """A relaxation with cuts.

    Attributes
    ----------
    model : Model
        With the cuts behind its rows.
    relaxed : Relaxation
    whole : bool
        Whether its values are whole: then they are a solution of the problem.
    """

    model: Model
    relaxed: Relaxation
    whole: bool

    def chosen(self) -> list[int]:
        """Return the columns at 1."""
        return np.flatnonzero(self.relaxed.values > 0.5).tolist()


def tighten(
    model: Model,
    relaxed: Relaxation,
    enough: Callable[[], int],
    stop: Stop,
    on_round: Callable[[Prices], None],
    *,
    rounds: int = _ROUNDS,
) -> Tightened:
    """Cut fractions off a solved relaxation as long as that brings its bound down.

    Parameters
    ----------
    model : Model
    relaxed : Relaxation
        Complete, with its program.
    enough : callable
        Returns the best known value: a bound that meets it needs no more cuts.
    stop : Stop
    on_round : callable
        Called with the prices after each round.
    rounds : int
        At most.
    """
    program = relaxed.program
    if program is None:
        return Tightened(model, relaxed, True)
    cutter = Cutter(model)
    idle = 0
    for _ in range(rounds):
        if is_whole(relaxed.values) or relaxed.prices.bound <= enough() or idle >= _IDLE or stop.cut():
            break
        cuts = cutter.violated(program, relaxed)
        if not cuts:
            break
        model = replace(model, rows=model.rows.with_cuts(cuts))
        cutter.add(cuts)
        program.extend(model.rows)
        before = relaxed.prices.total / 2**relaxed.prices.shift
        after = generate(model, program, model.price(np.zeros(model.rows.count)), stop)
        if not after.complete:
            break
        relaxed = after
        idle = 0 if before - relaxed.prices.total / 2**relaxed.prices.shift >= _PROGRESS else idle + 1
        on_round(relaxed.prices)
    return Tightened(model, relaxed, relaxed.complete and is_whole(relaxed.values))


def is_whole(values: Floats) -> bool:
    """Tell whether all values are 0 or 1."""
    return bool((np.abs(values - np.rint(values)) < _FRACTION).all())


class Cutter:
    """Finds cuts of one model, which grows by them.

    Parameters
    ----------
    model : Model

    Notes
    -----
    Three kinds. Cliques are sets of columns that exclude each other pair by pair (`scheduling.pairing.cliques`).
    Knapsacks join a volunteer's load and number of children (`scheduling.pairing.knapsacks`). Rounded rows come from
    the basis: where a basic column is a fraction, its row of the inverse, without whole parts, gives
    multipliers ``u >= 0`` of rows ``A x <= b`` that mostly share a small divisor ``d``, ``u = U / d``. Every whole
    solution keeps ``sum floor(U A / d) x <= floor(U b / d)``, because its left side is whole. ``U``, ``A`` and
    ``b`` are whole numbers, so the cut is right whatever the engine's tolerance was.
    """

    def __init__(self, model: Model) -> None:
        self._conflicts = Conflicts(model.problem, model.columns)
        self._knapsacks = Knapsacks(model.problem, model.columns)
        self._columns = model.columns.count
        self._upper = model.rows.upper
        column = np.repeat(np.arange(model.columns.count), np.diff(model.rows.first))
        order = np.argsort(model.rows.row, kind="stable")
        self._base = model.rows.count
        self._column, self._value = column[order], model.rows.value[order]
        self._first = np.searchsorted(model.rows.row[order], np.arange(self._base + 1))
        self._cuts: list[Cut] = []

    def add(self, cuts: list[Cut]) -> None:
        """Note cuts that were put behind the rows."""
        self._cuts += cuts
        self._upper = np.concatenate([self._upper, [cut.upper for cut in cuts]])

    def violated(self, program: LinearProgram, relaxed: Relaxation) -> list[Cut]:
        """Return cuts that the present values break."""
        values = relaxed.values
        cliques = violated_cliques(self._conflicts, values, relaxed.prices.reduced)
        cuts = [Cut(clique, np.ones(len(clique), dtype=np.int64), 1) for clique in cliques]
        return cuts + self._knapsacks.violated(values) + self._rounded(program, values)

    def _rounded(self, program: LinearProgram, values: Floats) -> list[Cut]:
        basic = program.basics()
        share = values[program.members[np.maximum(basic, 0)]]
        places = np.flatnonzero((basic >= 0) & (np.abs(share - np.rint(share)) > _FRACTION))
        support = _Support(program, values)
        covered = np.zeros(len(values), dtype=np.bool_)
        found: dict[bytes, Cut] = {}
        tried = failed = 0
        for place in places.tolist():
            if tried >= _TRIED or failed >= _FAILED:
                break
            if covered[program.members[basic[place]]]:
                continue
            tried += 1
            combination = _combine(*program.inverse_row(place))
            mark = None if combination is None else support.broken_by(combination, self._upper)
            if combination is None or mark is None:
                failed += 1
                continue
            cut = found.get(mark) or self._cut(combination)
            if max(cut.upper, int(cut.values.max(initial=0))) > LARGEST:
                # Combined again and again its numbers could leave 64 bits, and a proof would be none.
                failed += 1
                continue
            failed = 0
            found[mark] = cut
            covered[cut.columns] = True
        return list(found.values())

    def _cut(self, combination: "_Combination") -> Cut:
        """Write a rounded combination down for every column."""
        columns, values = zip(*(self._row(row) for row in combination.rows.tolist()), strict=True)
        weight = np.repeat(combination.times, [len(each) for each in columns]) * np.concatenate(values)
        total = np.zeros(self._columns, dtype=np.int64)
        np.add.at(total, np.concatenate(columns), weight)
        total //= combination.divisor
        inside = np.flatnonzero(total)
        return Cut(inside, total[inside], combination.limit(self._upper))

    def _row(self, row: int) -> tuple[Ints, Ints]:
        if row >= self._base:
            cut = self._cuts[row - self._base]
            return cut.columns, cut.values
        here = slice(int(self._first[row]), int(self._first[row + 1]))
        return self._column[here], self._value[here]


@dataclass(frozen=True, slots=True, eq=False)
class _Combination:
    """Rows with whole multipliers and a divisor."""

    rows: Ints
    times: Ints
    divisor: int

    def limit(self, upper: Ints) -> int:
        """Return the rounded right side."""
        return int(self.times @ upper[self.rows]) // self.divisor


class _Support:
    """The columns that a relaxation uses, to judge a combination by."""

    def __init__(self, program: LinearProgram, values: Floats) -> None:
        used = np.flatnonzero(values > _NOTHING)
        self._share = values[used]
        self._first, self._row, self._value = program.rows.entries(used)
        self._times = np.zeros(program.rows.count, dtype=np.int64)

    def broken_by(self, combination: _Combination, upper: Ints) -> bytes | None:
        """Return what tells a rounded combination that the relaxation breaks from others, None where it keeps it."""
        self._times[combination.rows] = combination.times
        total = np.add.reduceat(self._times[self._row] * self._value, self._first[:-1]) // combination.divisor
        self._times[combination.rows] = 0
        limit = combination.limit(upper)
        if float(self._share @ total) <= limit + _VIOLATED:
            return None
        return total.tobytes() + limit.to_bytes(8, "big", signed=True)


def _combine(rows: Ints, multipliers: Floats) -> _Combination | None:
    """Take whole parts off multipliers; None where what is left shares no small divisor."""
    part = multipliers - np.floor(multipliers + _NOTHING)
    kept = part > _NOTHING
    rows, part = rows[kept], part[kept]
    divisor = _divisor(part)
    if divisor is None or not len(rows):
        return None
    return _Combination(rows, np.rint(part * divisor).astype(np.int64), divisor)


def _divisor(part: Floats) -> int | None:
    """Return the smallest number that makes all parts whole, None where it is large."""
    for divisor in range(2, _LARGEST_DIVISOR + 1):
        scaled = part * divisor
        if np.abs(scaled - np.rint(scaled)).max(initial=0.0) < _EXACT:
            return divisor
    return None
