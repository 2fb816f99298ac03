"""The best pairs without a timetable, with their proof."""

from dataclasses import dataclass

import numpy as np

from scheduling.pairing import search
from scheduling.pairing.assignment.groups import Exchange
from scheduling.pairing.assignment.partner import Partner, runs
from scheduling.pairing.assignment.partner import search as run_here
from scheduling.pairing.assignment.tables import Tables, tables
from scheduling.pairing.bound import Prices
from scheduling.pairing.columns import Columns
from scheduling.pairing.highs import solve_integer
from scheduling.pairing.placement import Placement
from scheduling.pairing.problem import Ints, Problem
from scheduling.pairing.relaxation import Model, Relaxation, relax
from scheduling.pairing.rows import Kind, build_rows
from scheduling.pairing.search import Found, Offer, Report, nobody
from scheduling.stop import Stop

_SMALL = 150
"""Columns up to which the integer program alone is fastest."""

_FEW = 1_200
"""Columns left by the first exchanges up to which the integer program is tried before more of them."""

_MOST_COLUMNS = 20_000
"""Columns that the integer program gets at most: its presolve cannot be interrupted."""

_SHORT, _ROUNDS = 3, 7
_NODES = 300
_ROUNDING = 1e-6


@dataclass(slots=True)
class _Standing:
    """The best solution so far, and what is proven about every solution."""

    model: Model
    prices: Prices
    best: list[int]
    value: int
    bound: int
    offer: Offer

    def take(self, chosen: list[int]) -> None:
        """Take a solution if it is better and keeps every rule."""
        value = self.model.value(chosen)
        if value > self.value and Placement(self.model.problem, self.model.columns).take_all(chosen):
            self.best, self.value = chosen, value
            self.bound = max(self.bound, value)

    @property
    def open(self) -> bool:
        """Whether something better could exist."""
        return self.bound > self.value

    def worth_keeping(self) -> int:
        """Count the columns that a better solution could use."""
        return int((self.prices.bound_with() > self.value).sum())


def maximise(
    model: Model, start: list[int], stop: Stop, seed: int, report: Report, *, margin: int, offer: Offer = nobody
) -> Found:
    """Find a solution of the largest gain; the same question as `scheduling.pairing.search.maximise`.

    Notes
    -----
    Without load limits that can bind the linear relaxation is a transport problem: its vertices are whole, and it is
    solved exactly. With them it is a generalised assignment problem: the relaxation's prices guide exchanges in groups
    of volunteers, and an integer program over the columns that could still matter tries to prove the result.
    """
    if not _loaded(model):
        return search.maximise(model, start, stop, seed, report, margin=margin, offer=offer)
    return _improve(model, _relax(model, start, stop, seed, report, offer), start, stop, seed, report, offer)


def _loaded(model: Model) -> bool:
    """Tell whether load limits can bind in a problem that is not tiny."""
    return model.columns.count > _SMALL and bool((model.rows.kind == Kind.VOLUNTEER_LOAD).any())


def _relax(model: Model, start: list[int], stop: Stop, seed: int, report: Report, offer: Offer) -> Relaxation:
    value = model.value(start)

    def told(prices: Prices) -> None:
        report("price", value, max(prices.bound, value))
        offer(start, value, max(prices.bound, value))

    return relax(model, start, stop, seed, told)


def _improve(
    model: Model, relaxed: Relaxation, start: list[int], stop: Stop, seed: int, report: Report, offer: Offer
) -> Found:
    """Go from the relaxation to a solution."""
    value = model.value(start)
    standing = _Standing(model, relaxed.prices, start, value, max(relaxed.prices.bound, value), offer)
    standing.take(search.round_up(model, relaxed, start))
    laid = tables(model, relaxed.prices) if standing.open else None
    if laid is not None and not stop.cut():
        _search(standing, laid, stop, seed, report)
    elif standing.open and not stop.cut():
        _close(standing, stop, seed, report)
    return Found(standing.best, standing.value, standing.bound, relaxed.prices)


def _search(standing: _Standing, laid: Tables, stop: Stop, seed: int, report: Report) -> None:
    """Exchange here and in a second process; close with an integer program, early where it is small."""
    agent = laid.agents(standing.best, standing.model)
    exchange = Exchange(laid, agent, seed)

    def tell() -> None:
        standing.take(laid.chosen(exchange.best))
        report("exchange", standing.value, standing.bound)
        standing.offer(standing.best, standing.value, standing.bound)

    tell()
    lengths = runs(_ROUNDS)
    with Partner(laid, agent, seed, _ROUNDS) as partner:
        run_here(exchange, lengths[:_SHORT], stop, tell)
        tell()
        tried = standing.open and standing.worth_keeping() <= _FEW
        if tried and not stop.cut():
            _close(standing, stop, seed, report)
        if standing.open and not tried:
            run_here(exchange, lengths[_SHORT:], stop, tell)
            tell()
        if standing.open:
            known = standing.value
            _take(standing, laid, partner.result(stop))
            tried = tried and standing.value == known
    if standing.open and not tried and not stop.cut():
        _close(standing, stop, seed, report)


def _take(standing: _Standing, laid: Tables, result: tuple[float, Ints] | None) -> None:
    if result is not None:
        standing.take(laid.chosen(result[1]))


def _close(standing: _Standing, stop: Stop, seed: int, report: Report) -> None:
    """Search the columns whose proven bound is above the value."""
    report("integer", standing.value, standing.bound)
    standing.offer(standing.best, standing.value, standing.bound)
    model = standing.model
    with_column = standing.prices.bound_with()
    keep = with_column > standing.value
    if int(keep.sum()) > _MOST_COLUMNS:
        order = np.lexsort((np.arange(len(with_column)), -standing.prices.reduced))
        keep = np.zeros(len(with_column), dtype=np.bool_)
        keep[order[:_MOST_COLUMNS]] = True
    keep[standing.best] = True
    outside = int(with_column[~keep].max(initial=standing.value))
    answer = solve_integer(model.rows, model.gain, keep, standing.best, stop, seed, node_limit=_NODES)
    if answer.chosen is not None:
        standing.take(answer.chosen)
    if not answer.infeasible and np.isfinite(answer.bound):
        inside = int(np.floor(answer.bound + _ROUNDING))
        standing.bound = min(standing.bound, max(standing.value, inside, outside))


def fill(
    problem: Problem, columns: Columns, kept: list[int], stop: Stop, seed: int, report: Report, offer: Offer = nobody
) -> Found | None:
    """Fill every place at the best score.

    Returns
    -------
    Found or None
        None where no way to fill every place was found; that there is none is not proven by this.

    Notes
    -----
    An empty place costs more than any few exchanges of scores can bring, so places are filled first. Whatever that
    cost is, a bound on score and filled places together, less the cost of all places, is a bound on the score of every
    solution that fills them.
    """
    wanted = int(problem.places.sum())
    score = problem.score[columns.candidate].astype(np.int64)
    worth = 4 * int(score.max() - score.min()) + 1_000 if columns.count else 0
    model = Model(problem, columns, build_rows(problem, columns, fill=False), score + worth)

    def less(stage: str, value: int, bound: int) -> None:
        report(stage, value - worth * wanted, bound - worth * wanted)

    def filled(chosen: list[int], value: int, bound: int) -> None:
        if len(chosen) == wanted:
            offer(chosen, value - worth * wanted, bound - worth * wanted)

    if not _loaded(model):
        return None
    start = search.greedy(model, kept)
    relaxed = _relax(model, start, stop, seed, less, filled)
    if relaxed.complete and float(relaxed.values.sum()) < wanted - _ROUNDING * max(wanted, 1):
        return None
    found = _improve(model, relaxed, start, stop, seed, less, filled)
    if len(found.chosen) < wanted:
        return None
    return Found(found.chosen, found.value - worth * wanted, found.bound - worth * wanted, found.prices)
