"""Every place filled without a timetable, at the best score: or why not."""

import numpy as np

from scheduling.pairing import search
from scheduling.pairing.assignment.search import Standing, close, improve, loaded, relaxation
from scheduling.pairing.columns import Columns
from scheduling.pairing.found import Found, Offer, Report, in_units, nobody, unit_of
from scheduling.pairing.problem import Problem
from scheduling.pairing.relaxation import Model
from scheduling.pairing.rows import Kind
from scheduling.pairing.rules import build_rows
from scheduling.stop import Stop

_EFFORT, _FEWEST_NODES = 3_000_000, 100
"""Columns times nodes of the integer program that fills places: a limit that does not depend on the machine."""

_ROUNDING = 1e-6


def fill(
    problem: Problem,
    columns: Columns,
    start: list[int],
    stop: Stop,
    seed: int,
    report: Report,
    offer: Offer = nobody,
) -> Found | None:
    """Fill every place at the best score.

    Parameters
    ----------
    problem : Problem
    columns : Columns
    start : list of int
        Columns of a feasible solution: the fixed pairs, or one that fills every place.
    stop : Stop
    seed : int
    report, offer : callable

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
    unit = unit_of(score)
    worth = (4 * int(score.max() - score.min()) + 1_000) // unit * unit + unit if columns.count else 0
    model = Model(problem, columns, build_rows(problem, columns, fill=False), score + worth)

    def less(stage: str, value: int, bound: int) -> None:
        report(stage, value - worth * wanted, bound - worth * wanted)

    def filled(chosen: list[int], value: int, bound: int) -> None:
        if len(chosen) == wanted:
            offer(chosen, value - worth * wanted, bound - worth * wanted)

    if not loaded(model):
        return None
    start = search.greedy(model, start)
    found = _most_and_best(model, start, stop, seed, less, margin=0, offer=filled)
    best = found.chosen if len(found.chosen) == wanted else start
    if len(best) < wanted:
        return None
    return Found(best, model.value(best) - worth * wanted, found.bound - worth * wanted, found.prices)


@in_units
def _most_and_best(
    model: Model, start: list[int], stop: Stop, seed: int, report: Report, *, margin: int, offer: Offer = nobody
) -> Found:
    """Maximise gains in which places come first, unless the relaxation proves that some stay empty."""
    wanted = int(model.problem.places.sum())
    relaxed = relaxation(model, start, stop, seed, report, offer)
    if relaxed.complete and float(relaxed.values.sum()) < wanted - _ROUNDING * max(wanted, 1) and len(start) < wanted:
        return Found(start, model.value(start), relaxed.prices.bound, relaxed.prices)
    return improve(model, relaxed, start, stop, seed, report, offer, wanted=wanted)


def most_places(model: Model, start: list[int], stop: Stop, seed: int, report: Report) -> Found:
    """Fill as many places as can be, or prove that more cannot be, with an effort that has an end.

    Parameters
    ----------
    model : Model
        Whose gains are all 1.
    start : list of int
        Columns of a feasible solution.
    stop : Stop
    seed : int
    report : callable

    Notes
    -----
    Packing loads exactly is as hard as problems get: a proof may need more nodes than anybody can wait for. So the
    integer program gets a number of nodes that is the smaller the larger it is; without loads it is not needed, because
    the relaxation is whole.
    """
    if not model.rows.uneven(Kind.VOLUNTEER_LOAD):
        return search.maximise(model, start, stop, seed, report, margin=0)
    relaxed = relaxation(model, start, stop, seed, report, nobody)
    value = model.value(start)
    standing = Standing(model, relaxed.prices, start, value, max(relaxed.prices.bound, value), nobody)
    standing.take(search.round_up(model, relaxed, start))
    if standing.open and not stop.cut():
        close(standing, stop, seed, report, max(_FEWEST_NODES, _EFFORT // model.columns.count))
    return Found(standing.best, standing.value, standing.bound, relaxed.prices)
