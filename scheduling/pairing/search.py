"""The best solution of a model, with its proof."""

import math
from collections.abc import Callable
from functools import partial

import numpy as np

from scheduling.pairing.bound import Prices
from scheduling.pairing.cuts import ColumnCutter, Tightened, tighten
from scheduling.pairing.found import Found, Offer, Report, in_units, nobody
from scheduling.pairing.highs import solve_integer
from scheduling.pairing.pattern_search import Search, light, loads_bind, search_patterns, sooner
from scheduling.pairing.placement import Placement
from scheduling.pairing.problem import Bools, Ints
from scheduling.pairing.relaxation import Model, Relaxation, generate, in_use, narrow, relax
from scheduling.stop import Stop

_NODES = 100_000
_FIRST_NODES = 1
"""The first integer program need not prove anything: its root is enough."""
_NEAR, _WIDER = 8, 5
"""How many margins off the bound is near enough to decide, and how much wider the next first program is otherwise."""
_FEW = 8_000
"""So few columns are decided at once."""
_FIRST_ROUNDS = 10
_MANY = 1_000_000
"""Columns above which a good solution comes before cuts and patterns: with so many, a round of either takes long."""
_ROUNDED_PER_CHILD = 64

Bringing = Callable[[list[int]], list[int]]
"""Returns columns with those that they bring along."""


def nothing(chosen: list[int]) -> list[int]:
    """Return columns that bring nothing along as they are."""
    return chosen


def maximise(
    model: Model,
    start: list[int],
    stop: Stop,
    seed: int,
    report: Report,
    *,
    margin: int,
    offer: Offer = nobody,
    bringing: Bringing = nothing,
) -> Found:
    """Find a solution of the largest gain.

    Parameters
    ----------
    model : Model
    start : list of int
        Columns of a feasible solution.
    stop : Stop
    seed : int
    report : callable
    margin : int
        The first integer program keeps columns whose reduced value is at least ``-margin``.
    offer : callable, optional
        Hears of every better solution or bound.
    bringing : callable, optional
        Returns columns with those that they bring along: what a whole solution has beside the sessions, such as that
        two siblings are together. Whatever is found goes through it before it is seen whether it keeps every row.

    Notes
    -----
    Linear relaxation, and cuts that bring its bound down; an integer program over few columns for a good solution.
    Then every column is dropped for good whose proven bound, that of every solution with it, is not above the best
    value: what is left is small. It is cut again, and an integer program over it decides. Where loads bind, the
    relaxation is far from whole or many columns are worth the same, patterns of volunteers come before all that
    (`scheduling.pairing.pattern_search`).
    """
    return in_units(partial(_maximise, bringing))(model, start, stop, seed, report, margin=margin, offer=offer)


def _maximise(
    bringing: Bringing,
    model: Model,
    start: list[int],
    stop: Stop,
    seed: int,
    report: Report,
    *,
    margin: int,
    offer: Offer = nobody,
) -> Found:
    search = _Search(model, bringing, start, stop, seed, report, offer)
    loaded = loads_bind(model)
    if loaded:
        rows, kept = light(model)
        relaxed = search.relax(model.with_rows(rows), most=1.0)
        if relaxed.complete and not search.done():
            search.by_patterns(relaxed)
        if search.done():
            duals = np.zeros(model.rows.count)
            duals[kept] = relaxed.prices.row / 2.0**relaxed.prices.shift
            return search.found(model.price(duals))
    relaxed = search.relax(model)
    if not loaded and model.count <= _MANY and relaxed.complete and not search.done() and sooner(model, relaxed):
        search.by_patterns(relaxed)
    if relaxed.complete and not search.done():
        cutter = ColumnCutter(model)
        tight = tighten(
            model,
            relaxed,
            cutter,
            search.best_value,
            stop,
            search.told_price,
            rounds=_FIRST_ROUNDS if model.count <= _MANY else 0,
        )
        search.settle(tight, relaxed.prices.bound_with(), margin)
    return search.found(relaxed.prices)


def loose_bound(model: Model) -> int:
    """Return the gain of every place filled with the best candidate of its child."""
    most = np.zeros(len(model.problem.children), dtype=np.int64)
    np.maximum.at(most, model.problem.child[model.columns.candidate], model.gain)
    return int((most * model.problem.places).sum())


class _Search:
    """The best solution so far, and what is proven.

    Parameters
    ----------
    model : Model
    bringing : callable
    start : list of int
        Columns of a feasible solution.
    stop : Stop
    seed : int
    report, offer : callable
    """

    def __init__(
        self, model: Model, bringing: Bringing, start: list[int], stop: Stop, seed: int, report: Report, offer: Offer
    ) -> None:
        self.model, self.stop, self.seed, self.report, self.offer = model, stop, seed, report, offer
        self._bringing, self.best = bringing, bringing(start)
        self.value = model.value(self.best)
        self.bound = max(self.value, loose_bound(model))
        self.offer(self.best, self.value, self.bound)

    def best_value(self) -> int:
        """Return the best value so far."""
        return self.value

    def take(self, chosen: list[int]) -> None:
        """Take over columns, with what they bring along, if they are better and seen to keep every row."""
        solution = self._bringing(chosen)
        value = self.model.value(solution)
        if value > self.value and self.model.rows.keep(solution):
            self.best, self.value = solution, value

    def lower(self, bound: int) -> None:
        """Note a proven bound."""
        self.bound = max(self.value, min(self.bound, bound))

    def tell(self, stage: str, bound: int) -> None:
        """Report a stage, and offer the best solution."""
        bound = max(min(self.bound, bound), self.value)
        self.report(stage, self.value, bound)
        self.offer(self.best, self.value, bound)

    def told_price(self, prices: Prices) -> None:
        """Report a round of cuts."""
        self.tell("cuts", prices.bound)

    def found(self, prices: Prices) -> Found:
        """Return the best solution, with what still fits put in where it is not proven."""
        if self.bound > self.value:
            self.take(greedy(self.model, self.best))
        return Found(self.best, self.value, max(self.bound, self.value), prices)

    def relax(self, model: Model, *, most: float = math.inf) -> Relaxation:
        """Solve the linear relaxation, no column above ``most``, and round it up."""

        def told(prices: Prices) -> None:
            self.tell("price", prices.bound)

        relaxed = relax(model, self.best, self.stop, self.seed, told, most=most)
        self.lower(relaxed.prices.bound)
        self.take(round_up(self.model, relaxed, self.best))
        return relaxed

    def by_patterns(self, relaxed: Relaxation) -> None:
        """Search by patterns of volunteers."""
        ears = Search(self.best_value, self.take, self.lower, self.tell)
        search_patterns(self.model, relaxed, ears, self.stop, self.seed)

    def done(self) -> bool:
        """Tell whether there is nothing left to do or no time to do it."""
        return self.bound <= self.value or self.stop.cut()

    def settle(self, tight: Tightened[Model], ceiling: Ints, margin: int) -> None:
        """Find a good solution over few columns, then decide over those that may stand in a better one.

        Parameters
        ----------
        tight : Tightened
        ceiling : int64 array [columns]
            What every solution with a column is worth at most, as far as it is known.
        margin : int
        """
        model, prices = tight.model, tight.relaxed.prices
        self.lower(prices.bound)
        if tight.whole:
            self.take(tight.chosen())
        self.take(round_up(model, tight.relaxed, self.best))
        program = tight.relaxed.program
        if self.done() or program is None:
            return
        ceiling = np.minimum(ceiling, prices.bound_with())
        while True:
            near = prices.reduced >= -(margin << prices.shift)
            self._integer(model, near, ceiling, nodes=_FIRST_NODES)
            if self.done():
                return
            left = int((ceiling > self.value).sum())
            if left <= _FEW or self.bound - self.value <= _NEAR * max(margin, 1):
                break
            margin = _WIDER * max(margin, 1)
        kept = np.union1d(np.flatnonzero(ceiling > self.value), np.array(self.best, dtype=np.int64))
        kept = np.union1d(kept, program.in_use())
        few, program = narrow(model, program, kept, self.stop, program.inside[kept])
        again = generate(few, program, self.stop)
        if again.complete:
            tight = tighten(few, again, ColumnCutter(few), self.best_value, self.stop, self.told_price)
            few, again = tight.model, tight.relaxed
            if tight.whole:
                self.take(kept[tight.chosen()].tolist())
        self.lower(again.prices.bound)
        if self.done():
            return
        ceiling = np.minimum(ceiling[kept], again.prices.bound_with())
        whole = ceiling > self.value
        whole[np.searchsorted(kept, self.best)] = True
        self._integer(few, whole, ceiling, kept=kept)

    def _integer(
        self, model: Model, inside: Bools, ceiling: Ints, *, kept: Ints | None = None, nodes: int = _NODES
    ) -> None:
        """Solve over some columns of a model, whose columns are ``kept`` of all."""
        all_ = np.arange(model.columns.count) if kept is None else kept
        start = np.searchsorted(all_, np.array(self.best, dtype=np.int64))
        inside[start] = True
        self.tell("integer", self.bound)

        def improved(better: int) -> None:
            if better > self.value:
                self.report("integer", better, max(better, self.bound))

        answer = solve_integer(
            model.rows,
            model.gain,
            inside,
            start.tolist(),
            self.stop,
            self.seed,
            node_limit=nodes,
            on_improve=improved,
        )
        if answer.chosen is not None:
            self.take(all_[answer.chosen].tolist())
        if answer.at_most is not None:
            self.lower(max(answer.at_most, int(ceiling[~inside].max(initial=self.value))))


def _equalities_hold(model: Model, chosen: list[int]) -> bool:
    rows = model.rows
    return bool((rows.usage(chosen)[rows.equal] == rows.upper[rows.equal]).all())


def round_up(model: Model, relaxed: Relaxation, start: list[int]) -> list[int]:
    """Make a whole solution of the relaxation: its columns, largest share first, then the best that still fit.

    Falls back on ``start`` where a row that must hold with equality is lost on the way.
    """
    placement = Placement(model.problem, model.columns)
    fixed = model.problem.fixed
    placement.take_all(column for column in start if fixed[model.columns.candidate[column]])
    used = in_use(relaxed.values)
    placement.take_all(used[np.lexsort((used, -relaxed.values[used]))].tolist())
    reduced = relaxed.prices.reduced
    worth = np.flatnonzero(model.gain > 0)
    best = worth[np.lexsort((worth, -reduced[worth]))][: _ROUNDED_PER_CHILD * len(model.problem.children)]
    placement.take_all(best.tolist())
    chosen = placement.chosen()
    return chosen if _equalities_hold(model, chosen) else start


def greedy(model: Model, start: list[int]) -> list[int]:
    """Extend a feasible solution by the best candidates that still fit, best first."""
    placement = Placement(model.problem, model.columns)
    placement.take_all(start)
    problem = model.problem
    first = model.columns.first
    open_ = np.flatnonzero(np.diff(first) > 0)
    worth = open_[model.gain[first[open_]] > 0]
    placement.fill(worth[np.lexsort((worth, -problem.score[worth]))].tolist())
    return placement.chosen()
