"""Which part of a roster to decide anew next."""

import numpy as np

from scheduling.roster.model import Model
from scheduling.roster.problem import Bools, Ints

_DAY = 24 * 60
_IDLE = 40
_EASY, _HARD = 600, 4_000
"""Simplex iterations below which a part grows, and above which it shrinks."""


def marked(count: int, places: Ints) -> Bools:
    """Return an array that is True at some places."""
    found = np.zeros(count, dtype=np.bool_)
    found[places] = True
    return found


class Neighbourhoods:
    """Chooses parts, the kinds that helped more often, and sizes them by the work that they took.

    Parameters
    ----------
    model : Model
    kept : bool array [cells]
        Cells that are likely; the others are freed only in parts with few.
    seed : int
    """

    def __init__(self, model: Model, kept: Bools, seed: int) -> None:
        self._model, self._kept = model, kept
        self._rng = np.random.default_rng(seed)
        self._kinds = {"spots": self._spots, "days": self._days, "people": self._people, "balance": self._balance}
        self._size = {"spots": 4.0, "days": 1.0, "people": 10.0, "balance": 10.0}
        self._worth = dict.fromkeys(self._kinds, 1.0)
        self._idle = self._next = 0
        self._day = model.problem.start // _DAY

    @property
    def exhausted(self) -> bool:
        """Whether nothing has helped for long."""
        return self._idle >= _IDLE

    def next(self, cells: Ints) -> tuple[str, Bools]:
        """Return a kind and the cells to free, given the present roster."""
        names = list(self._kinds)
        share = np.array([self._worth[name] for name in names])
        name = names[int(self._rng.choice(len(names), p=share / share.sum()))]
        return name, self._kinds[name](cells, max(1, int(self._size[name])))

    def learn(self, name: str, better: bool, effort: int) -> None:
        """Note what a part brought and what it took."""
        self._idle = 0 if better else self._idle + 1
        self._worth[name] = max(0.2, 0.8 * self._worth[name] + (0.6 if better else 0.0))
        if effort < _EASY:
            self._size[name] *= 1.4
        elif effort > _HARD:
            self._size[name] *= 0.6

    def _spots(self, cells: Ints, size: int) -> Bools:
        """The most expensive shifts, with everybody who could come and what else those do that day."""
        model, rows = self._model, self._model.rows
        short = np.maximum(rows.limit - rows.used(cells), 0) * rows.price
        entry, each = rows.entries(np.arange(model.count))
        owner = np.repeat(np.arange(model.count), each)
        cost = np.zeros(len(model.problem.shifts))
        np.maximum.at(cost, model.shift[owner], short[rows.row[entry]].astype(np.float64))
        filled = np.bincount(model.shift[cells], minlength=len(cost))
        cost += model.problem.weights.uncovered * np.maximum(model.problem.needs - filled, 0)
        cost += self._rng.random(len(cost))
        spots = np.argsort(-cost, kind="stable")[: 4 * size]
        spots = self._rng.permutation(spots)[:size]
        here = marked(len(cost), spots)[model.shift]
        who = marked(len(model.problem.people), model.person[here])[model.person]
        that_day = marked(int(self._day.max()) + 1, self._day[spots])[self._day[model.shift]]
        return here | (who & that_day & self._kept)

    def _days(self, cells: Ints, size: int) -> Bools:
        """Everybody, some days in a row; the next time the days after."""
        days = self._day[self._model.shift]
        day = int(days[days >= self._next].min()) if (days >= self._next).any() else int(days.min())
        self._next = day + size
        here = (days >= day) & (days < self._next) & self._kept
        here[cells] = (days[cells] >= day) & (days[cells] < self._next)
        return here

    def _people(self, cells: Ints, size: int) -> Bools:
        """Some people, all days."""
        count = len(self._model.problem.people)
        return self._all_of(self._rng.choice(count, min(size, count), replace=False), cells)

    def _balance(self, cells: Ints, size: int) -> Bools:
        """The people with the most and the fewest shifts."""
        shifts = np.bincount(self._model.person[cells], minlength=len(self._model.problem.people))
        order = np.argsort(shifts + self._rng.random(len(shifts)), kind="stable")
        half = max(1, size // 2)
        return self._all_of(np.concatenate([order[:half], order[-half:]]), cells)

    def _all_of(self, people: Ints, cells: Ints) -> Bools:
        """What some people do, and what they are likely to do."""
        who = self._model.person
        chosen = marked(len(self._model.problem.people), people)
        free = chosen[who] & self._kept
        free[cells] = chosen[who[cells]]
        return free


class Repair:
    """What to free round shifts that lost somebody.

    Parameters
    ----------
    model : Model
    broken : int64 array
        The shifts.
    """

    def __init__(self, model: Model, broken: Ints) -> None:
        self._model = model
        self._here: Bools = marked(len(model.problem.shifts), broken)[model.shift]

    def near(self, cells: Ints) -> Bools:
        """Free the shifts for everybody, and what keeps those who could come from it."""
        return self._here | self._in_the_way(cells)

    def wide(self, cells: Ints, likely: Bools) -> Bools:
        """Free the shifts that the first attempt could empty too, for those who are likely there."""
        given_up = self._model.shift[np.flatnonzero(self._in_the_way(cells))]
        return self.near(cells) | (likely & marked(len(self._model.problem.shifts), given_up)[self._model.shift])

    def short(self, cells: Ints) -> bool:
        """Tell whether one of the shifts still misses somebody."""
        rows, model = self._model.rows, self._model
        entry, _ = rows.entries(np.flatnonzero(self._here))
        row = rows.row[entry]
        wanted = row[rows.price[row] > 0]
        if (rows.used(cells)[wanted] < rows.limit[wanted]).any():
            return True
        filled = np.bincount(model.shift[cells], minlength=len(model.problem.shifts))
        broken = model.shift[self._here]
        return bool((filled[broken] < model.problem.needs[broken]).any())

    def _in_the_way(self, cells: Ints) -> Bools:
        """Return the cells of a roster that share a hard row of one person with a cell of the shifts."""
        rows = self._model.rows
        entry, _ = rows.entries(np.flatnonzero(self._here))
        mine = np.zeros(rows.count, dtype=np.bool_)
        mine[rows.row[entry]] = True
        mine &= rows.personal & (rows.used(cells) > 0)
        entry, size = rows.entries(cells)
        found = np.zeros(self._model.count, dtype=np.bool_)
        found[np.repeat(cells, size)[mine[rows.row[entry]]]] = True
        return found
