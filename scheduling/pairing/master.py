"""The relaxation over patterns of volunteers (Dantzig-Wolfe): tighter than over single columns where loads bind."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from scheduling.pairing.bound import Prices, price, weigh
from scheduling.pairing.combination import Rounded, written_again
from scheduling.pairing.grouping import best_of_each
from scheduling.pairing.highs import Floats, LinearProgram
from scheduling.pairing.patterns import Known, Lister, Patterns
from scheduling.pairing.problem import Bools, Ints
from scheduling.pairing.relaxation import Model, worth_adding
from scheduling.pairing.rows import Kind, Rows
from scheduling.stop import Stop

_MOST_PATTERNS, _MOST_OF_EACH = 60_000, 150
"""So many patterns may be known, or so many for each volunteer where that is more."""
_MOST_NEW = 200_000
_NEW_PER_VOLUNTEER = 12
_NEW_FROM_PRICES = 6
"""So many patterns of each volunteer come in where prices alone found them: fewer are used than of those listed."""
_UPDATES = 150
"""Bases of patterns fill up: where they are factorised anew sooner, the slowest programs take a quarter less."""
_LIMIT = 16.0
"""No pattern is taken so often; but where columns have a limit, the engine needs no first phase to come to a basis."""
_NOTHING = 14
"""A pattern that is worth less than so many binary digits below 1 more than it costs need not come in."""
_VOLUNTEERS_OWN = (Kind.VOLUNTEER_PLACE, Kind.VOLUNTEER_LOAD, Kind.VOLUNTEER_HOURS)


@dataclass(frozen=True, slots=True, eq=False)
class PatternModel:
    """Patterns with their rows and gains: at most one for each volunteer.

    Attributes
    ----------
    patterns : Patterns
    rows : Rows
        One for each volunteer, then those of the columns that are not the volunteers' own, then cuts.
    gain : int64 array [patterns]
    volunteers : int
    """

    patterns: Patterns
    rows: Rows
    gain: Ints
    volunteers: int

    @property
    def count(self) -> int:
        """Number of patterns."""
        return self.patterns.count

    def price(self, duals: Floats) -> Prices:
        """Turn duals into proven prices."""
        return price(self.rows, self.gain, duals, self._rest)

    def priced_within(self, duals: Floats, open_: Bools, full: Bools) -> Prices:
        """Turn duals into proven prices of the solutions that have open patterns alone and use some rows up."""
        equal = self.rows.equal | full
        return price(self.rows, self.gain, duals, lambda reduced: self._rest(np.where(open_, reduced, -1)), equal)

    def _rest(self, reduced: Ints) -> int:
        most = np.zeros(self.volunteers, dtype=np.int64)
        np.maximum.at(most, self.patterns.volunteer, reduced)
        return sum(most[most > 0].tolist())

    def restricted(self, kept: Ints) -> "PatternModel":
        """Return the model of some of the patterns (ascending), which are numbered anew."""
        return PatternModel(self.patterns.of(kept), self.rows.of(kept), self.gain[kept], self.volunteers)

    def better(self, prices: Prices, program: LinearProgram) -> Ints:
        """Return the patterns outside the program that are worth more than they cost, a few for each volunteer."""
        return self.better_than(prices, program.inside)

    def better_than(self, prices: Prices, inside: Bools) -> Ints:
        """Return the patterns that are not ``inside`` and worth more than they cost, a few for each volunteer."""
        over = worth_adding(prices, inside)
        return np.sort(over[best_of_each(self.patterns.volunteer[over], prices.reduced[over], _NEW_PER_VOLUNTEER)])

    def helpful(self, full: Bools) -> Bools:
        """Tell which patterns may help where rows that must be used up cannot be: they use some, or relieve others."""
        rows = self.rows
        if not self.count:
            return np.zeros(0, dtype=np.bool_)
        return np.logical_or.reduceat((full | rows.equal)[rows.row] | (rows.value < 0), rows.first[:-1])

    def with_rows(self, rows: Rows) -> "PatternModel":
        """Return the model with other rows."""
        return replace(self, rows=rows)

    def worth(self, reduced: Ints) -> Ints:
        """Return the sums of what the columns of each pattern are worth."""
        return np.asarray(np.add.reduceat(reduced[self.patterns.column], self.patterns.first[:-1]), dtype=np.int64)

    def beside(self, other: "PatternModel") -> "PatternModel":
        """Return the model with other patterns behind its own."""
        together = self.patterns.beside(other.patterns)
        gain = np.concatenate([self.gain, other.gain])
        return PatternModel(together, self.rows.beside(other.rows), gain, self.volunteers)

    def chosen(self, patterns: Ints) -> list[int]:
        """Return the columns of some patterns, ascending."""
        columns: list[int] = self.patterns.columns_of(patterns).tolist()
        return columns


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """What the duals of a complete relaxation prove of every pattern there is.

    Attributes
    ----------
    shift : int
        Numbers are scaled by ``2 ** shift``.
    reduced : int64 array [columns]
        Gain of a column minus the prices of what it uses, but for its volunteer.
    price : int64 array [volunteers]
        What the volunteer's best pattern is worth.
    total : int
        Scaled bound on the gain of every solution; one with a pattern is worth at most ``total`` less what the pattern
        is worth below ``price``.
    """

    shift: int
    reduced: Ints
    price: Ints
    total: int

    @property
    def bound(self) -> int:
        """Upper bound on the gain of every solution."""
        return self.total >> self.shift


class Master:
    """The relaxation over the patterns of a model.

    Parameters
    ----------
    model : Model
        With a timetable: a column uses each row of rooms, child or pair once, and no two of a pattern the same. Rows
        that are none of the problem's kinds may count several columns of a pattern.
    stop : Stop
    seed : int
    alike : bool
        Whether many columns are worth the same.
    """

    def __init__(self, model: Model, stop: Stop, seed: int, *, alike: bool = False) -> None:
        self._model, self._stop, self._seed, self._alike = model, stop, seed, alike
        self._lister = Lister(model.problem, model.columns)
        self._volunteers = len(model.problem.volunteers)
        self._rows = model.rows.only(beside_patterns(model.rows, _VOLUNTEERS_OWN))
        self._most = max(_MOST_PATTERNS, _MOST_OF_EACH * self._volunteers)
        self._steepest = int(model.problem.max_children.max(initial=1))
        self._known = Known(model.count)
        self._counting = bool((self._rows.kind < 0).any())
        self.model = self._write(Patterns(*(np.zeros(size, dtype=np.int64) for size in (0, 1, 0, 0))))

    def solve(self, reduced: Ints, window: int) -> tuple[LinearProgram, Standing] | None:
        """Solve the relaxation; None where it was interrupted.

        Parameters
        ----------
        reduced : int64 array [columns]
            Reduced values from the relaxation over columns.
        window : int
            Patterns whose columns lose no more together are known from the start.

        Raises
        ------
        TooManyError
            If there are too many patterns.
        """
        least = np.full(self._volunteers, -window, dtype=np.int64)
        self._note(self._lister.listed(reduced, least, self._most))
        program = LinearProgram(
            self.model.rows,
            self.model.gain,
            self._stop,
            self._seed,
            updates=_UPDATES,
            most=_LIMIT,
            perturbed=self._alike,
        )
        program.add(np.arange(self.model.count))
        while not self._stop.cut() and program.solve():
            standing = self._standing(program.duals)
            new = self._better(standing)
            if not new.count:
                return program, standing
            self._note(new.of(np.sort(best_of_each(new.volunteer, new.worth, _NEW_FROM_PRICES))))
            program.widen(self.model.rows, self.model.gain)
            program.add(np.arange(self.model.count))
        return None

    def _better(self, standing: Standing) -> Patterns:
        """Return patterns that are worth more than their volunteer's best; none where there are none at all."""
        new = self._lister.best(standing.reduced, standing.price, _NEW_FROM_PRICES)
        return new if new.count else self._lister.listed(standing.reduced, standing.price, _MOST_NEW)

    def list_near(self, standing: Standing, window: int) -> None:
        """Know every pattern that is worth at most ``window`` (scaled) less than its volunteer's best."""
        self._note(self._lister.listed(standing.reduced, standing.price - window, self._most))

    def unknown(self, worth: Ints, least: Ints, cuts: Sequence[Rounded]) -> PatternModel:
        """Return the patterns not known before whose columns are worth enough, with the rows known and cuts of them.

        Parameters
        ----------
        worth : int64 array [columns]
        least : int64 array [volunteers]
        cuts : sequence of Rounded

        Raises
        ------
        TooManyError
            If there are too many.
        """
        new = self._lister.listed(worth, least, self._most)
        part = self._write(new.of(self._known.add(new)))
        return part.with_rows(written_again(part.rows, cuts)) if part.count else part

    def parts(self, columns: Ints, cuts: Sequence[Rounded]) -> Rows:
        """Return the rows, and cuts of them, over some single columns and then over the volunteers as such.

        Notes
        -----
        A pattern has the entries of its columns and of its volunteer. In a cut it has at least as much as they have
        together (`scheduling.pairing.combination`).
        """
        own = self._volunteers
        first, row, value = self._rows.entries(columns)
        rows = replace(
            self.model.rows,
            first=np.concatenate([first, first[-1] + 1 + np.arange(own)]),
            row=np.concatenate([row + own, np.arange(own)]),
            value=np.concatenate([value, np.ones(own, dtype=np.int64)]),
        )
        return written_again(rows, cuts)

    def _standing(self, duals: Floats) -> Standing:
        weighed = weigh(self._rows, self._model.gain, duals[self._volunteers :], self._steepest)
        best = np.zeros(self._volunteers, dtype=np.int64)
        np.maximum.at(best, self.model.patterns.volunteer, self.model.worth(weighed.reduced))
        best += 1 + ((1 << weighed.shift) >> _NOTHING)
        return Standing(weighed.shift, weighed.reduced, best, weighed.total + int(best.sum()))

    def _note(self, new: Patterns) -> None:
        """Put patterns that are not known yet behind the others."""
        self.model = self._write(self.model.patterns.beside(new.of(self._known.add(new))))

    def _write(self, patterns: Patterns) -> PatternModel:
        """Write patterns down as columns of a program."""
        rows, own = self._rows, self._volunteers
        gain = self._model.gain
        if not patterns.count:
            total = np.zeros(0, dtype=np.int64)
        else:
            total = np.add.reduceat(gain[patterns.column], patterns.first[:-1])
        begin, row, value = rows.entries(patterns.column)
        size = begin[patterns.first[1:]] - begin[patterns.first[:-1]]
        first = np.concatenate([[0], np.cumsum(size + 1)]).astype(np.int64)
        at = begin[patterns.first[:-1]]
        nowhere = np.full(own, -1, dtype=np.int64)
        row, value = np.insert(row + own, at, patterns.volunteer), np.insert(value, at, 1)
        if self._counting:
            first, row, value = summed(first, row, value)
        written = Rows(
            first=first,
            row=row,
            value=value,
            upper=np.concatenate([np.ones(own, dtype=np.int64), rows.upper]),
            equal=np.concatenate([np.zeros(own, dtype=np.bool_), rows.equal]),
            kind=np.concatenate([np.full(own, int(Kind.VOLUNTEER_PLACE)), rows.kind]),
            owner=np.concatenate([np.arange(own), rows.owner]),
            slot=np.concatenate([nowhere, rows.slot]),
        )
        return PatternModel(patterns, written, total, own)


def summed(first: Ints, row: Ints, value: Ints) -> tuple[Ints, Ints, Ints]:
    """Put the entries together that one column has in the same row."""
    column = np.repeat(np.arange(len(first) - 1), np.diff(first))
    wide = int(row.max(initial=0)) + 1
    key, entry = np.unique(column * wide + row, return_inverse=True)
    total = np.zeros(len(key), dtype=np.int64)
    np.add.at(total, entry, value)
    return np.searchsorted(key, np.arange(len(first)) * wide), key % wide, total


def beside_patterns(rows: Rows, own: tuple[Kind, ...]) -> Bools:
    """Mark the rows that are still needed beside patterns, which keep pairs once and ``own`` kinds anyway."""
    needed: Bools = ~np.isin(rows.kind, own) & ((rows.kind != Kind.PAIR_ONCE) | rows.equal)
    return needed
