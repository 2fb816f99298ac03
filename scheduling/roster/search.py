"""The best roster of a model: exactly where it is small, else week by week and then neighbourhood by neighbourhood."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from scheduling.engine import INTEGRAL_GAP
from scheduling.roster.bound import Bounds, Floats, Prices, climb
from scheduling.roster.greedy import greedy, join, keep_previous
from scheduling.roster.model import Model
from scheduling.roster.neighbourhoods import Neighbourhoods, Repair
from scheduling.roster.part import solve_part
from scheduling.roster.problem import Bools, Ints
from scheduling.roster.relaxation import WHOLE_UP_TO, Relaxed, close_to, relax, thin
from scheduling.stop import Stop

Report = Callable[[str, int, int | None], None]
"""Called with stage, value and bound."""

_EXACT_NODES = 2_000
_PART_NODES = 20
_PER_SHIFT = 25
"""How many people are thought of for each shift."""
_EFFORT = 60_000
"""Simplex iterations after which no more neighbourhoods are tried (a limit that does not depend on the machine)."""
_ROUNDS_SMALL, _ROUNDS_LARGE = 120, 10
_ENOUGH = 2_000
"""A roster within one part in so many of the bound is not searched any longer, where the search cannot prove."""
_ABOUT = 1_000
"""Weeks together are first decided to within one part in so many of the bound."""
_SHARE = 100
"""A part is decided to within one part in so many of the whole gap."""
_MANY_CELLS = 200_000
"""Cells above which the programs begin with few of them."""
_REPAIRED = 20
"""A roster that was mended within one part in so many of the bound is left as it is: every change costs somebody."""
_SAFE_FLOAT = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The best roster found.

    Attributes
    ----------
    cells : int64 array
        Ascending.
    value, bound : int
        Its value, and a proven lower bound on the value of every roster.
    prices : Prices
    """

    cells: Ints
    value: int
    bound: int
    prices: Prices

    @property
    def proven(self) -> bool:
        """Whether nothing better exists."""
        return self.bound >= self.value


class Search:
    """One search.

    Parameters
    ----------
    model : Model
    fixed : int64 array
        Cells that every roster has.
    stop : Stop
    seed : int
    report : callable
    """

    def __init__(self, model: Model, fixed: Ints, stop: Stop, seed: int, report: Report) -> None:
        self.model, self.stop, self.seed, self.report = model, stop, seed, report
        self.free: Bools = np.ones(model.count, dtype=np.bool_)
        self.free[fixed] = False
        self.fixed = fixed
        self.kept = keep_previous(model, fixed)
        self.cells = greedy(model, self.kept)
        self.value = model.value(self.cells)
        self.effort = 0

    def begin(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Begin with what of some assignments can stand beside the fixed ones, where that is better."""
        self._accept(greedy(self.model, join(self.model, self.fixed, self.model.cells_of(pairs))))

    def minimise(self) -> Found:
        """Find a roster of the lowest value."""
        self.report("start", self.value, None)
        model, small = self.model, self.model.count <= WHOLE_UP_TO
        bounds = Bounds(model, self.fixed)
        repaired = not small and self._repair()
        few = repaired or model.count > _MANY_CELLS
        relaxed = relax(bounds, self.stop, self.seed, self.cells if few else None)
        prices = relaxed.prices
        self.report("price", self.value, min(prices.bound, self.value))
        bound = prices.bound
        near = repaired and (self.value - bound) * _REPAIRED <= abs(self.value)
        if bound < self.value and not near and not self.stop.cut():
            bound = self._exact(bounds, prices) if small else self._large(bounds, relaxed)
        self._accept(greedy(model, self.cells))
        return Found(self.cells, self.value, min(bound, self.value), prices)

    def _repair(self) -> bool:
        """Where most of a previous roster stands, mend it where it broke; tell whether that was so.

        Notes
        -----
        First those who could come may leave what keeps them from it; if a place stays empty, everybody may take what
        they leave.
        """
        model, previous = self.model, self.model.problem.previous
        if not previous or 10 * len(self.kept) < 9 * len(previous):
            return False
        there = {(int(model.shift[cell]), int(model.person[cell])) for cell in self.kept}
        broken = sorted({shift for shift, person in previous - there} | set(self._new_shifts()))
        repair = Repair(model, np.array(broken, dtype=np.int64))
        if len(broken) and not self.stop.cut():
            self._part(repair.near(self.kept), model.value(self.cells), _PART_NODES)
            if repair.short(self.cells) and not self.stop.cut():
                free = repair.wide(self.kept, close_to(model, self.cells, self.seed))
                self._part(free, model.value(self.cells), 1)
        return True

    def _new_shifts(self) -> list[int]:
        known = {shift for shift, _ in self.model.problem.previous}
        return [shift for shift in range(len(self.model.problem.shifts)) if shift not in known]

    def _accept(self, cells: Ints | None) -> bool:
        """Take a roster over if it is not worse; tell whether it is better."""
        if cells is None:
            return False
        value = self.model.value(cells)
        better = value < self.value
        if value <= self.value:
            self.cells, self.value = cells, value
        return better

    def _part(self, free: Bools, bound: int, nodes: int, near: float = 0.0) -> bool:
        gap = max(near, INTEGRAL_GAP)
        answer = solve_part(self.model, free & self.free, self.cells, self.stop, self.seed, nodes=nodes, gap=gap)
        self.effort += answer.effort
        better = self._accept(answer.cells)
        self.report("search", self.value, min(bound, self.value))
        return better

    def _large(self, bounds: Bounds, relaxed: Relaxed) -> int:
        """Round the programs, then decide weeks and other parts anew; return the bound."""
        bound, thought_of = relaxed.prices.bound, relaxed.used | relaxed.prices.taken
        cells = join(self.model, self.fixed, np.flatnonzero(relaxed.sure))
        rest = thought_of & self.free
        rest[cells] = False
        for here, gap in self._weeks(bound):
            answer = solve_part(self.model, rest & here, cells, self.stop, self.seed, nodes=1, gap=gap)
            cells = cells if answer.cells is None else answer.cells
        self._accept(greedy(self.model, cells))
        self.report("search", self.value, min(bound, self.value))
        for here, gap in self._weeks(bound):
            if self.effort > _EFFORT:
                break
            thought_of[self.cells] = True
            self._part(thought_of & here, bound, 1, gap)
        prices = climb(bounds, relaxed.prices, self.value, _ROUNDS_LARGE, self.stop)
        likely = self._likely(relaxed.reduced, prices, _PER_SHIFT)
        self._neighbours(likely | thought_of, prices.bound)
        return prices.bound

    def _weeks(self, bound: int) -> Iterator[tuple[Bools, float]]:
        """Give the cells of each week, until the roster is good enough, and how near to its best a week should come."""
        week = self.model.problem.week[self.model.shift]
        numbers = self.model.problem.weeks
        for number in numbers:
            if self._done(bound):
                return
            yield week == number, max(INTEGRAL_GAP, abs(bound) / (_ABOUT * len(numbers)))

    def _exact(self, bounds: Bounds, prices: Prices) -> int:
        """Decide all cells at once; return the bound."""
        prices = climb(bounds, prices, self.value, _ROUNDS_SMALL, self.stop)
        bound = prices.bound
        if bound >= self.value or self.stop.cut():
            return bound

        def improved(value: int) -> None:
            if value < self.value:
                self.report("integer", value, min(bound, value))

        self.report("integer", self.value, bound)
        answer = solve_part(
            self.model, self.free, self.cells, self.stop, self.seed, nodes=_EXACT_NODES, on_improve=improved
        )
        self._accept(answer.cells)
        if np.isfinite(answer.bound):
            safe = answer.bound - _SAFE_FLOAT * max(abs(answer.bound), 1.0) - 1e-6
            bound = max(bound, min(int(np.ceil(safe)), self.value))
        return bound

    def _likely(self, reduced: Floats, prices: Prices, per_shift: int) -> Bools:
        always = np.concatenate([self.cells, np.flatnonzero(prices.taken)])
        return thin(self.model, reduced, always, per_shift, self.seed)

    def _neighbours(self, kept: Bools, bound: int) -> None:
        """Free one part after the other."""
        around = Neighbourhoods(self.model, kept, self.seed)
        while self.effort < _EFFORT and not self._done(bound):
            before = self.effort
            name, free = around.next(self.cells)
            better = self._part(free, bound, _PART_NODES, (self.value - bound) / _SHARE)
            around.learn(name, better, self.effort - before)
            if around.exhausted:
                return

    def _done(self, bound: int) -> bool:
        return bound >= self.value or (self.value - bound) * _ENOUGH <= abs(self.value) or self.stop.cut()
