"""A roster in milliseconds: the scarcest shift first, the cheapest person for each place."""

import numpy as np

from scheduling.roster.model import Model
from scheduling.roster.problem import Bools, Ints


class Filling:
    """A feasible roster that grows cell by cell.

    Parameters
    ----------
    model : Model
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self._left = model.rows.limit.copy()
        self._hard = model.rows.price == 0
        self._shifts = np.zeros(len(model.problem.people), dtype=np.int64)
        self.taken: Bools = np.zeros(model.count, dtype=np.bool_)

    @property
    def cells(self) -> Ints:
        """The roster."""
        return np.flatnonzero(self.taken)

    def begin(self, cells: Ints) -> None:
        """Take the cells of a feasible roster, before all others."""
        self._left -= self.model.rows.used(cells)
        self._shifts += np.bincount(self.model.person[cells], minlength=len(self._shifts))
        self.taken[cells] = True

    def take(self, cell: int) -> None:
        """Take a cell, whether it fits or not."""
        rows = self.model.rows
        entries = slice(int(rows.first[cell]), int(rows.first[cell + 1]))
        self._left[rows.row[entries]] -= rows.value[entries]
        self._shifts[self.model.person[cell]] += 1
        self.taken[cell] = True

    def added(self, cells: Ints) -> tuple[Ints, Bools]:
        """Return what each of some cells would add to the value, and whether it fits."""
        rows = self.model.rows
        entry, size = rows.entries(cells)
        row, value = rows.row[entry], rows.value[entry]
        owner = np.repeat(np.arange(len(cells)), size)
        blocked = np.zeros(len(cells), dtype=np.bool_)
        blocked[owner[self._hard[row] & (value > self._left[row])]] = True
        saved = np.bincount(owner, weights=rows.price[row] * (self._left[row] > 0), minlength=len(cells))
        load = self.model.problem.weights.load * self._shifts[self.model.person[cells]]
        extra = self.model.cost[cells] + load - np.rint(saved).astype(np.int64)
        return extra, ~blocked & ~self.taken[cells]

    def take_all(self, cells: Ints) -> None:
        """Take cells in this order, leaving out what does not fit."""
        for cell in cells.tolist():
            if self.added(np.array([cell]))[1][0]:
                self.take(cell)

    def fill(self) -> None:
        """Take the cheapest cell of each shift, the scarcest shift first, as long as that lowers the value.

        Notes
        -----
        What a cell adds only grows as others are taken, so those that fit nowhere now, or lower nothing, never will.
        """
        model, numbers = self.model, np.arange(len(self.model.problem.shifts) + 1)
        slack = np.bincount(model.shift, minlength=len(numbers) - 1) / np.maximum(model.problem.needs, 1)
        extra, fits = self.added(np.arange(model.count))
        useful = np.flatnonzero(fits & (extra < 0))
        by_shift = useful[np.argsort(model.shift[useful], kind="stable")]
        begin = np.searchsorted(model.shift[by_shift], numbers)
        for shift in np.argsort(slack, kind="stable").tolist():
            cells = by_shift[begin[shift] : begin[shift + 1]]
            while len(cells):
                extra, fits = self.added(cells)
                cells, extra = cells[fits], extra[fits]
                if not len(cells) or int(extra.min()) >= 0:
                    break
                self.take(int(cells[np.argmin(extra)]))


def greedy(model: Model, start: Ints) -> Ints:
    """Extend a feasible roster."""
    filling = Filling(model)
    filling.begin(start)
    filling.fill()
    return filling.cells


def keep_previous(model: Model, fixed: Ints) -> Ints:
    """Return the fixed cells and as much of the previous roster as still stands."""
    return join(model, fixed, model.cells_of(model.problem.previous))


def join(model: Model, start: Ints, more: Ints) -> Ints:
    """Return a feasible roster with as many of some more cells as stand beside it, in their order."""
    both = np.zeros(model.count, dtype=np.bool_)
    both[start] = both[more] = True
    everything = np.flatnonzero(both)
    if model.feasible(everything):
        return everything
    filling = Filling(model)
    filling.begin(start)
    filling.take_all(more)
    return filling.cells
