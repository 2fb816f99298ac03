"""The best solution by patterns of volunteers: little is left to decide where loads bind or volunteers are scarce."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from scheduling.pairing.bound import Prices
from scheduling.pairing.branching import GLANCE, LOOK, PROOF, Care, Tree
from scheduling.pairing.cuts import PatternCutter, tighten
from scheduling.pairing.decisions import Decisions
from scheduling.pairing.found import unit_of
from scheduling.pairing.highs import Floats, LinearProgram
from scheduling.pairing.master import Master, PatternModel, Standing, beside_patterns
from scheduling.pairing.patterns import TooManyError
from scheduling.pairing.problem import Bools, Ints
from scheduling.pairing.relaxation import Model, Relaxation, fractions, generate, in_use, without_idle_cuts
from scheduling.pairing.remainder import remainder, smaller
from scheduling.pairing.rows import Kind, Rows
from scheduling.pairing.seats import two_seats
from scheduling.stop import Stop

_SAFE = 2.0**61
_NEVER = -(1 << 60)
_NEAR = 5
"""Columns per child of which the first patterns are made."""
_MOST_CHILDREN = 12
_LEAST_COLUMNS = 200
_BROKEN = 0.3
"""A larger share of the columns in use is fractions: then columns take longer than patterns."""
_WIDER = 2
_ROUNDS = 12
_MANY = 20_000
"""Patterns of a tree, if the best solution is likely to need no more."""
_FEWER = 2
"""A tree begins with the patterns so many times nearer than those among which good solutions were looked for."""
_WHOLE = (0.8, 0.9, 0.97)
"""Patterns of a larger share are taken where good solutions are looked for; where many are worth the same, of each of
these one after the other: more and more is left."""
_ALIKE = 2
"""Columns are worth the same, as good as, where the first patterns lose fewer units of value."""
_QUARTER = 2
"""Binary digits of the least part of a unit that the first patterns may lose: all lose nothing where scores are few."""


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


def suits(model: Model) -> bool:
    """Tell whether volunteers have patterns that can be listed: a timetable, few children each."""
    problem = model.problem
    return (
        problem.grid is not None
        and model.count >= _LEAST_COLUMNS
        and int(problem.max_children.max(initial=0)) <= _MOST_CHILDREN
    )


def broken(relaxed: Relaxation) -> bool:
    """Tell whether a relaxation over columns is so far from whole that patterns are worth their price."""
    return len(fractions(relaxed.values)) > _BROKEN * len(in_use(relaxed.values))


def light(model: Model) -> tuple[Rows, Bools]:
    """Return the rows without those that patterns keep anyway, pairs once and the hours of volunteers, and which."""
    kept = beside_patterns(model.rows, (Kind.VOLUNTEER_HOURS,))
    return model.rows.only(kept), kept


def loads_bind(model: Model) -> bool:
    """Tell whether patterns suit and loads bind: then they are sooner than columns, whatever a relaxation says."""
    return suits(model) and model.rows.uneven(Kind.VOLUNTEER_LOAD)


def alike(model: Model, prices: Prices) -> bool:
    """Tell whether many columns are worth the same, as where people give points in steps of 50."""
    return model.count > 0 and _small(model, prices, _window(model, prices))


def sooner(model: Model, relaxed: Relaxation) -> bool:
    """Tell whether patterns are sooner than columns though no load binds."""
    return suits(model) and (broken(relaxed) or alike(model, relaxed.prices))


def needed(model: Model, relaxed: Relaxation) -> bool:
    """Tell whether patterns are sooner than columns."""
    return loads_bind(model) or sooner(model, relaxed)


def _small(model: Model, prices: Prices, window: int) -> bool:
    return window < (_ALIKE * unit_of(model.gain)) << prices.shift


def _window(model: Model, prices: Prices) -> int:
    """Return how much (scaled) the columns lose of which the first patterns are made."""
    order = min(_NEAR * len(model.problem.children), model.count)
    lost = -int(np.partition(prices.reduced, model.count - order)[model.count - order])
    return max(lost, (unit_of(model.gain) << prices.shift) >> _QUARTER)


@dataclass(frozen=True, slots=True, eq=False)
class FirstRelaxation:
    """The relaxation over patterns before any cuts.

    Attributes
    ----------
    master : Master
    program : LinearProgram
    standing : Standing
    window : int
        Patterns whose columns lose no more together (scaled as the reduced values were) were known from the start.
    alike : bool
        Whether many columns are worth the same.
    """

    master: Master
    program: LinearProgram
    standing: Standing
    window: int
    alike: bool


def first_relaxation(model: Model, prices: Prices, stop: Stop, seed: int) -> FirstRelaxation | None:
    """Solve the relaxation over patterns; None where it was interrupted.

    Parameters
    ----------
    model : Model
        With a timetable.
    prices : Prices
        From the relaxation over columns.
    stop : Stop
    seed : int

    Raises
    ------
    TooManyError
        If there are too many patterns.
    """
    window = _window(model, prices)
    same = _small(model, prices, window)
    master = Master(model, stop, seed, alike=same)
    solved = master.solve(prices.reduced, window)
    return None if solved is None else FirstRelaxation(master, *solved, window, same)


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
    The relaxation over patterns proves of each pattern what every solution with it is worth at most. Those near to the
    bound are listed, cuts tighten their relaxation, and good solutions are looked for. Only then all patterns are
    listed that a better solution may have, by the prices with cuts, and branch and bound proves the best of them.
    """
    try:
        solved = first_relaxation(model, relaxed.prices, stop, seed)
        if solved is None:
            return
        standing = solved.standing
        search.lower(standing.bound)
        search.tell("patterns", standing.bound)
        if standing.bound > search.value() and not stop.cut():
            near = _rescaled(solved.window, relaxed.prices.shift, standing.shift)
            search.lower(_Listed(model, solved, near, search, stop, seed).decide())
    except TooManyError:
        return


def _rescaled(number: int, old: int, new: int) -> int:
    return number << (new - old) if new >= old else number >> (old - new)


class _Listed:
    """The patterns near the bound, and later all that a better solution may have.

    Parameters
    ----------
    model : Model
    solved : FirstRelaxation
    near : int
        Patterns that are worth at most so much less than their volunteer's best are in the program from the start;
        those a few times farther are known.
    search : Search
    stop : Stop
    seed : int
    """

    def __init__(
        self,
        model: Model,
        solved: FirstRelaxation,
        near: int,
        search: Search,
        stop: Stop,
        seed: int,
    ) -> None:
        self._seed, self._alike = seed, solved.alike
        self._columns, self._problem, self._gain = model.columns, model.problem, model.gain
        master, program, standing = solved.master, solved.program, solved.standing
        self._master, self._standing = master, standing
        self._search, self._stop = search, stop
        self._near = near / 2**standing.shift
        with suppress(TooManyError):  # then those known so far do for the start
            master.list_near(standing, _WIDER * near)
        self._model = master.model
        program.widen(self._model.rows, self._model.gain)
        patterns = self._model.patterns
        inside = standing.price[patterns.volunteer] - self._model.worth(standing.reduced) <= near
        inside[program.in_use()] = True
        everything = np.arange(self._model.count)
        self._program = program.narrowed(self._model.rows, self._model.gain, everything, stop, inside=inside)
        self._cutter = PatternCutter(self._model)

    def decide(self) -> int:
        """Find the best solution; return a proven bound."""
        search, stop = self._search, self._stop
        model, ceiling = self._model, self._standing.bound
        relaxed = generate(model, self._program, stop)
        if not relaxed.complete:
            return ceiling
        tight = tighten(
            model, relaxed, self._cutter, search.value, stop, lambda _: search.tell("cuts", ceiling), rounds=_ROUNDS
        )
        self._model, self._relaxed = tight.model, tight.relaxed
        if len(self._relaxed.prices.row) < self._model.rows.count:
            return ceiling  # the program with the last cuts was not solved
        if tight.whole:
            search.take(tight.model.chosen(np.array(tight.chosen(), dtype=np.int64)))
        shares, care = (_WHOLE, LOOK) if self._alike else (_WHOLE[:1], GLANCE)
        for share in shares:
            if not stop.cut() and self._relaxed.prices.bound > search.value():
                self._look(share, care)
        return self._prove()

    def _look(self, share: float, care: Care) -> None:
        """Look for good solutions among those that take what the relaxation takes almost whole: few are left."""
        model, prices, near = self._model, self._relaxed.prices, self._near
        search, stop = self._search, self._stop

        def program_of(part: PatternModel) -> LinearProgram | None:
            program = LinearProgram(part.rows, part.gain, stop, self._seed, perturbed=self._alike)
            program.add(np.arange(part.count))
            return program if part.count and program.solve() else None

        def values_of(part: PatternModel) -> Floats | None:
            program = program_of(part)
            return None if program is None else program.values

        left = remainder(model, self._near_to(int(near * 2**prices.shift)), self._relaxed.values, share)
        left = smaller(left, share, values_of)
        part, program = left.model, program_of(left.model)
        if program is None:
            search.take(sorted(left.taken))  # all that there is
            return

        def found(chosen: list[int], value: int) -> None:
            search.take(sorted(left.taken + chosen))
            search.tell("branch", self._standing.bound)

        decisions = Decisions(self._problem, self._columns, part)
        most = prices.bound_with()[left.kept] - left.gain
        seats = two_seats(part, program, np.arange(part.count), np.arange(part.rows.count), most, stop)
        Tree(part, seats, decisions, search.value() - left.gain, found, near, care).decide()

    def _prove(self) -> int:
        """Know the patterns that the best solution is likely to have, branch on them, and see whether it has others."""
        search, ceiling = self._search, self._standing.bound
        many: int | None = _MANY
        while not self._stop.cut():
            value = search.value()
            covered = self._cover(many)
            prices = self._relaxed.prices
            if covered is None:
                break
            ceiling = max(prices.bound, search.value())
            within = self._branch(covered, ceiling) if prices.bound > search.value() else search.value()
            outside = (prices.total - covered - 1) >> prices.shift
            ended = within > search.value() or (many is None and search.value() == value)
            if ended or outside <= search.value():
                return max(within, outside)
            many = None  # a better value leaves fewer
        return ceiling

    def _cover(self, many: int | None) -> int | None:
        """Know all patterns that a better solution may have or, if they are more than ``many``, the nearest of them.

        Parameters
        ----------
        many : int or None
            None for as many as may be listed at all.

        Returns
        -------
        int or None
            How much less (scaled) than they cost they may be worth; None where it was interrupted.

        Raises
        ------
        TooManyError
            If even those that are worth what they cost are too many.
        """
        model, program, halved = self._model, self._program, 0
        while self._relaxed.complete and not self._stop.cut():
            prices = self._relaxed.prices
            gap = max(prices.total - ((self._search.value() + 1) << prices.shift), 0) >> halved
            if many is not None and gap and np.count_nonzero(prices.reduced >= -gap) > many:
                halved += 1
                continue
            try:
                new = self._unknown(prices, gap)
            except TooManyError:
                if not gap:
                    raise
                halved += 1
                continue
            if not new.count:
                return gap
            self._model = model = model.beside(new)
            program.widen(model.rows, model.gain)
            self._relaxed = generate(model, program, self._stop)
        return None

    def _unknown(self, prices: Prices, gap: int) -> PatternModel:
        """Return the patterns, not known so far, that may be worth at most ``gap`` (scaled) less than they cost."""
        standing, cuts = self._standing, self._cutter.cuts
        apart = standing.total - ((self._search.value() + 1) << standing.shift)
        columns = np.flatnonzero(standing.reduced >= -apart)  # no better solution has one of the others
        rows = self._master.parts(columns, cuts)
        if rows.steepest * float(np.abs(prices.row).max(initial=0)) > _SAFE:
            raise TooManyError
        cost = rows.cost(prices.row)
        worth = np.full(len(self._gain), _NEVER)
        worth[columns] = (self._gain[columns] << prices.shift) - cost[: len(columns)]
        return self._master.unknown(worth, cost[len(columns) :] - gap, cuts)

    def _branch(self, covered: int, ceiling: int) -> int:
        """Branch on the patterns that cost at most ``covered`` more than they are worth; return a bound of these."""
        search, prices = self._search, self._relaxed.prices
        kept = self._near_to(covered)
        near = min(covered, int(self._near * 2**prices.shift) // _FEWER)
        model, rows = without_idle_cuts(self._model, self._program, kept)

        def found(chosen: list[int], value: int) -> None:
            search.take(chosen)
            search.tell("branch", ceiling)

        search.tell("branch", ceiling)
        decisions = Decisions(self._problem, self._columns, model)
        inside = np.isin(kept, self._near_to(near))
        most = prices.bound_with()[kept]
        seats = two_seats(model, self._program, kept, np.flatnonzero(rows), most, self._stop, inside)
        return Tree(model, seats, decisions, search.value(), found, self._near, PROOF).decide()

    def _near_to(self, near: int) -> Ints:
        """Return the patterns that are worth at most ``near`` (scaled) less than they cost, and those in use."""
        return np.union1d(np.flatnonzero(self._relaxed.prices.reduced >= -near), self._program.in_use())
