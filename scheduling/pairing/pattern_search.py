"""The best solution by patterns of volunteers: where load limits bind, they leave little to decide."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from scheduling.pairing.bound import Prices
from scheduling.pairing.branching import Tree
from scheduling.pairing.cuts import PatternCutter, Tightened, tighten
from scheduling.pairing.decisions import Decisions
from scheduling.pairing.highs import LinearProgram
from scheduling.pairing.master import Master, PatternModel, Standing, beside_patterns
from scheduling.pairing.patterns import TooManyError
from scheduling.pairing.problem import Bools, Ints
from scheduling.pairing.relaxation import Model, Relaxation, generate, without_idle_cuts
from scheduling.pairing.rows import Kind, Rows
from scheduling.pairing.seats import Seats
from scheduling.stop import Stop

_NEAR = 6
"""Columns per child of which the first patterns are made."""
_MOST_CHILDREN = 12
_LEAST_COLUMNS = 2_000
_WIDER = 3
_ROUNDS = 12
_LIKELY = 4
"""The best solution is likely to be so many times nearer to the bound than those of the dives."""


@dataclass(frozen=True, slots=True)
class Search:
    """What the search by patterns needs of the search it belongs to.

    Attributes
    ----------
    value : callable
        Returns the best value so far.
    take : callable
        Takes over the columns of a solution if it is better.
    lower : callable
        Notes a proven bound.
    tell : callable
        Reports a stage and a bound.
    """

    value: Callable[[], int]
    take: Callable[[list[int]], None]
    lower: Callable[[int], None]
    tell: Callable[[str, int], None]


def applies(model: Model) -> bool:
    """Tell whether volunteers have patterns worth knowing: a timetable, binding loads, few children each."""
    problem = model.problem
    return (
        problem.grid is not None
        and model.count >= _LEAST_COLUMNS
        and int(problem.max_children.max(initial=0)) <= _MOST_CHILDREN
        and model.rows.has(Kind.VOLUNTEER_LOAD)
    )


def light(model: Model) -> tuple[Rows, Bools]:
    """Return the rows without those that patterns keep anyway, pairs once and the hours of volunteers, and which."""
    kept = beside_patterns(model.rows, (Kind.VOLUNTEER_HOURS,))
    return model.rows.only(kept), kept


def search_patterns(model: Model, relaxed: Relaxation, search: Search, stop: Stop, seed: int) -> None:
    """Find the best solution and prove it, as far as the patterns are not too many.

    Parameters
    ----------
    model : Model
        With a timetable.
    relaxed : Relaxation
        Complete, over single columns.
    search : Search
        Hears of solutions and bounds.
    stop : Stop
    seed : int

    Notes
    -----
    The relaxation over patterns proves of each pattern what every solution with it is worth at most. Those near enough
    to the bound are listed; cuts and branch and bound find the best solution they make. A solution with a pattern that
    was not listed is worth less than the bound of the listing: where that is not below the best value, more are listed.
    """
    master = Master(model, stop, seed)
    order = min(_NEAR * len(model.problem.children), model.count)
    window = -int(np.partition(relaxed.prices.reduced, model.count - order)[model.count - order])
    if window <= 0:
        return  # so many columns are worth the same that patterns of them would be too many
    try:
        solved = master.solve(relaxed.prices.reduced, window)
        if solved is None:
            return
        program, standing = solved
        search.lower(standing.bound)
        search.tell("patterns", standing.bound)
        near = _rescaled(window, relaxed.prices.shift, standing.shift)
        window = _WIDER * near
        while standing.bound > search.value() and not stop.cut():
            master.list_near(standing, window)
            program.widen(master.model.rows, master.model.gain)
            outside = (standing.total - window - 1) >> standing.shift
            within = _Listed(model, master.model, program, standing, window, near, search, stop).decide()
            search.lower(max(within, outside))
            if outside <= search.value() or within > search.value():
                break
            window = standing.total - ((search.value() + 1) << standing.shift)
    except TooManyError:
        return


def _rescaled(number: int, old: int, new: int) -> int:
    return number << (new - old) if new >= old else number >> (old - new)


class _Listed:
    """The patterns near the bound.

    Parameters
    ----------
    model : Model
    patterns : PatternModel
    program : LinearProgram
        The relaxation over patterns, which knows all of them.
    standing : Standing
    window, near : int
        Patterns are worth at most ``window`` less than their volunteer's best; those that are worth at most ``near``
        less are in the program from the start.
    search : Search
    stop : Stop
    """

    def __init__(
        self,
        model: Model,
        patterns: PatternModel,
        program: LinearProgram,
        standing: Standing,
        window: int,
        near: int,
        search: Search,
        stop: Stop,
    ) -> None:
        self._columns, self._problem = model.columns, model.problem
        self._search, self._stop = search, stop
        self._near = near / 2**standing.shift
        short = standing.price[patterns.patterns.volunteer] - patterns.worth(standing.reduced)
        used = program.in_use()
        kept = np.union1d(np.flatnonzero(short <= window), used)
        inside = (short[kept] <= near) | np.isin(kept, used)
        self._model = patterns.restricted(kept)
        self._program = program.narrowed(self._model.rows, self._model.gain, kept, stop, inside=inside)

    def decide(self) -> int:
        """Find the best solution of these patterns; return a proven bound of all they make."""
        search, stop = self._search, self._stop
        model, program = self._model, self._program
        relaxed = generate(model, program, model.price(np.zeros(model.rows.count)), stop)
        if not relaxed.complete:
            return relaxed.prices.bound
        tight = tighten(
            model,
            relaxed,
            PatternCutter(model),
            search.value,
            stop,
            lambda prices: search.tell("cuts", prices.bound),
            rounds=_ROUNDS,
        )
        bound = tight.relaxed.prices.bound
        if tight.whole:
            search.take(tight.model.chosen(np.array(tight.chosen(), dtype=np.int64)))
        if bound <= search.value() or stop.cut():
            return bound
        return min(bound, self._branch(tight))

    def _branch(self, tight: Tightened[PatternModel]) -> int:
        """Branch on the patterns that are worth nearly what they cost, then on all that a better solution may have."""
        search, prices, program = self._search, tight.relaxed.prices, tight.relaxed.program
        if program is None:
            return prices.bound
        near = int(self._near * 2**prices.shift)
        with self._tree(tight.model, program, self._near_to(prices, program, near), prices.bound) as tree:
            tree.dive()
        search.tell("branch", prices.bound)
        first = True
        while prices.bound > search.value() and not self._stop.cut():
            # No better solution has a pattern that costs ``gap`` more than it is worth; mostly a quarter is enough.
            gap = prices.total - ((search.value() + 1) << prices.shift)
            near = min(gap, max(near // 2, min(gap // _LIKELY, near + near // 2))) if first else gap
            first = False
            kept = self._near_to(prices, program, near)
            with self._tree(tight.model, program, kept, prices.bound) as tree:
                within = tree.decide()
            left = np.ones(tight.model.count, dtype=np.bool_)
            left[kept] = False
            outside = int(prices.bound_with()[left].max(initial=0))
            if outside <= search.value() or within > search.value():
                return max(within, outside)
        return prices.bound

    def _near_to(self, prices: Prices, program: LinearProgram, near: int) -> Ints:
        """Return the patterns that are worth at most ``near`` (scaled) less than they cost, and those in use."""
        return np.union1d(np.flatnonzero(prices.reduced >= -near), program.in_use())

    @contextmanager
    def _tree(self, model: PatternModel, program: LinearProgram, kept: Ints, bound: int) -> Iterator[Tree]:
        """Plant a tree over some of the patterns."""
        search, stop = self._search, self._stop
        model, rows = without_idle_cuts(model, program, kept)

        def found(chosen: list[int], value: int) -> None:
            search.take(chosen)
            search.tell("branch", bound)

        decisions = Decisions(self._problem, self._columns, model)
        with Seats(model, program, kept, np.flatnonzero(rows), stop) as seats:
            yield Tree(model, seats, decisions, search.value(), stop, found)
