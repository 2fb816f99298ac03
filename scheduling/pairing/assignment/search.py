"""The best pairs without a timetable, with their proof."""

from dataclasses import dataclass, field

import numpy as np

from scheduling.pairing import search
from scheduling.pairing.assignment.carrying import Carrying, Known, applies
from scheduling.pairing.assignment.choosing import choose
from scheduling.pairing.assignment.groups import Exchange
from scheduling.pairing.assignment.packing import Packing
from scheduling.pairing.assignment.partner import Partner, runs
from scheduling.pairing.assignment.partner import search as run_here
from scheduling.pairing.assignment.tables import Tables, tables
from scheduling.pairing.bound import Prices
from scheduling.pairing.found import Found, Offer, Report, in_units, nobody
from scheduling.pairing.highs import solve_integer
from scheduling.pairing.placement import Placement
from scheduling.pairing.problem import Ints
from scheduling.pairing.relaxation import Model, Relaxation, relax
from scheduling.pairing.rows import Kind
from scheduling.stop import Stop

_SMALL = 150
"""Columns up to which the integer program alone is fastest."""

_FEW = 1_200
"""Columns left by the first exchanges up to which the integer program is tried before more of them."""

_MOST_COLUMNS = 20_000
"""Columns that the integer program gets at most: its presolve cannot be interrupted."""

_SHORT, _ROUNDS = 3, 7
_NODES, _NODES_OF_SETS = 300, 20
"""Where sets are close to a proof a few nodes do; where they are not, hundreds do not either."""


@dataclass(slots=True)
class Standing:
    """The best solution so far, and what is proven about every solution.

    Attributes
    ----------
    model : Model
    prices : Prices
        Of the linear relaxation.
    best : list of int
        Columns of the best solution.
    value, bound : int
    offer : callable
        Hears of better solutions and bounds.
    most : int64 array [columns]
        Bounds of the solutions that have a column.
    """

    model: Model
    prices: Prices
    best: list[int]
    value: int
    bound: int
    offer: Offer
    most: Ints = field(init=False)

    def __post_init__(self) -> None:
        self.most = self.prices.bound_with()

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
        return int((self.most > self.value).sum())

    def tell(self, stage: str, report: Report) -> None:
        """Report a stage, and offer the best solution."""
        report(stage, self.value, self.bound)
        self.offer(self.best, self.value, self.bound)

    def lower(self, bound: int, most: Ints) -> None:
        """Note a bound of all solutions, and of those that have a column each."""
        self.bound = max(min(self.bound, bound), self.value)
        self.most = np.minimum(self.most, most)


@in_units
def maximise(
    model: Model, start: list[int], stop: Stop, seed: int, report: Report, *, margin: int, offer: Offer = nobody
) -> Found:
    """Find a solution of the largest gain; the same question as `scheduling.pairing.search.maximise`.

    Notes
    -----
    Without load limits that can bind the linear relaxation is a transport problem: its vertices are whole, and it is
    solved exactly. With them it is a generalised assignment problem. Where volunteers carry few children each, it is
    relaxed over the sets that they can carry, and dives from there give a bound and a solution close to it
    (`scheduling.pairing.assignment.carrying`). Prices guide exchanges in groups of volunteers, and an integer program
    over the columns that could still matter tries to prove the result.
    """
    if not loaded(model):
        return search.maximise(model, start, stop, seed, report, margin=margin, offer=offer)
    return improve(model, relaxation(model, start, stop, seed, report, offer), start, stop, seed, report, offer)


def loaded(model: Model) -> bool:
    """Tell whether load limits can bind in a problem that is not tiny."""
    return model.columns.count > _SMALL and model.rows.uneven(Kind.VOLUNTEER_LOAD)


def relaxation(model: Model, start: list[int], stop: Stop, seed: int, report: Report, offer: Offer) -> Relaxation:
    """Relax a model, telling of the bound on the way."""
    value = model.value(start)

    def told(prices: Prices) -> None:
        report("price", value, max(prices.bound, value))
        offer(start, value, max(prices.bound, value))

    return relax(model, start, stop, seed, told)


def improve(
    model: Model,
    relaxed: Relaxation,
    start: list[int],
    stop: Stop,
    seed: int,
    report: Report,
    offer: Offer,
    *,
    wanted: int = 0,
) -> Found:
    """Go from the relaxation to a solution; while it has fewer than ``wanted`` pairs, no proof by sets is tried."""
    value = model.value(start)
    standing = Standing(model, relaxed.prices, start, value, max(relaxed.prices.bound, value), offer)
    standing.take(search.round_up(model, relaxed, start))
    laid = tables(model, relaxed.prices) if standing.open else None
    if laid is not None and not stop.cut():
        _search(standing, laid, stop, seed, report, wanted)
    elif standing.open and not stop.cut():
        close(standing, stop, seed, report)
    return Found(standing.best, standing.value, standing.bound, relaxed.prices)


def _search(standing: Standing, laid: Tables, stop: Stop, seed: int, report: Report, wanted: int) -> None:
    """Dive and exchange here, exchange in a second process; close with an integer program, early where it is small."""
    agent = laid.agents(standing.best, standing.model)

    def tell() -> None:
        standing.take(laid.chosen(exchange.best))
        standing.tell("exchange", report)

    lengths = runs(_ROUNDS)
    with Partner(laid, agent, seed, _ROUNDS) as partner:
        carried = Carried(standing, laid, stop, seed, report)
        exchange = Exchange(laid, carried.dive(agent), seed)
        if not standing.open:
            return
        tell()
        run_here(exchange, lengths[:_SHORT], stop, tell)
        tell()
        tried = len(standing.best) >= wanted and carried.close()
        if standing.open and not tried:
            tried = standing.worth_keeping() <= _FEW
            if tried and not stop.cut():
                close(standing, stop, seed, report)
        if standing.open and not tried:
            run_here(exchange, lengths[_SHORT:], stop, tell)
            tell()
        if standing.open:
            known = standing.value
            _take(standing, laid, partner.result(stop))
            tried = tried and standing.value == known
    if standing.open and not tried and not stop.cut():
        close(standing, stop, seed, report)


class Carried:
    """The search by the sets of children that agents can carry, where that applies.

    Parameters
    ----------
    standing : Standing
    laid : Tables
    stop : Stop
    seed : int
    report : callable
    """

    def __init__(self, standing: Standing, laid: Tables, stop: Stop, seed: int, report: Report) -> None:
        self._standing, self._laid, self._stop, self._seed, self._report = standing, laid, stop, seed, report
        self._packing = Packing(laid)
        self._kept = int(standing.model.gain[laid.kept].sum())
        self._known: Known | None = None

    def dive(self, agent: Ints) -> Ints:
        """Bound, and dive to solutions; return what is worth going on from, ``agent`` where nothing better is known."""
        standing, packing, kept = self._standing, self._packing, self._kept
        price = self._laid.price_of_empty()
        if not applies(packing, price) or self._stop.cut():
            return agent
        carrying = Carrying(packing, self._stop, self._seed)
        carrying.begin(price, standing.value - kept)
        carrying.relax()
        self._known = carrying.best
        if self._known is not None:
            bound, most = packing.bound_with(self._known.price)
            standing.lower(bound + kept, self._laid.of_columns(most + kept, standing.model.count, bound + kept))
            standing.tell("sets", self._report)
        best = None
        for sets in carrying.dives():
            value = int(packing.gain[sets].sum())
            if best is None or value > best:
                best, agent = value, self._laid.placed(sets)
                standing.take(self._laid.chosen(agent))
                standing.tell("sets", self._report)
            if not standing.open:
                break
        return agent

    def close(self) -> bool:
        """Choose among the sets that a better solution may have; tell whether all of them were looked at."""
        standing, laid, packing = self._standing, self._laid, self._packing
        whole = False
        while self._known is not None and standing.open and not whole and not self._stop.cut():
            before = standing.value
            start = laid.carried(laid.agents(standing.best, standing.model))
            found = choose(
                packing, self._known, before - self._kept, start, self._stop, self._seed, node_limit=_NODES_OF_SETS
            )
            if found is None:
                break
            standing.take(laid.chosen(laid.placed(found.sets)))
            standing.bound = min(standing.bound, max(standing.value, found.bound + self._kept))
            standing.tell("sets", self._report)
            whole = found.whole
            if standing.value == before:
                break
        return whole


def _take(standing: Standing, laid: Tables, result: tuple[float, Ints] | None) -> None:
    if result is not None:
        standing.take(laid.chosen(result[1]))


def close(standing: Standing, stop: Stop, seed: int, report: Report, nodes: int = _NODES) -> None:
    """Search the columns whose proven bound is above the value, in so many nodes at most."""
    standing.tell("integer", report)
    model = standing.model
    with_column = standing.most
    keep = with_column > standing.value
    if int(keep.sum()) > _MOST_COLUMNS:
        order = np.lexsort((np.arange(len(with_column)), -standing.prices.reduced))
        keep = np.zeros(len(with_column), dtype=np.bool_)
        keep[order[:_MOST_COLUMNS]] = True
    keep[standing.best] = True
    outside = int(with_column[~keep].max(initial=standing.value))
    answer = solve_integer(model.rows, model.gain, keep, standing.best, stop, seed, node_limit=nodes)
    if answer.chosen is not None:
        standing.take(answer.chosen)
    if answer.at_most is not None:
        standing.bound = min(standing.bound, max(standing.value, answer.at_most, outside))
