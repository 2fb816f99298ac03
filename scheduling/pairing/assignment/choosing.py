"""The best choice among all sets of children that a better solution may have: a proof where these are few."""

from dataclasses import dataclass

import numpy as np

from scheduling.pairing.assignment.carrying import Known, rows_of_sets
from scheduling.pairing.assignment.packing import Packing
from scheduling.pairing.highs import solve_integer
from scheduling.pairing.problem import Bools, Ints
from scheduling.stop import Stop

_MOST_SETS = 10_000
_HALVED = 6
"""So often what sets may be worth less than the best is halved, until they are few enough."""


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """The best choice of sets that was found, and what is proven.

    Attributes
    ----------
    sets : bool array [agents, children]
    value : int
    bound : int
        Of all solutions; not below ``value``.
    whole : bool
        Whether all sets that a better solution than the first may have were looked at.
    """

    sets: Bools
    value: int
    bound: int
    whole: bool


def choose(
    packing: Packing, known: Known, value: int, start: Bools, stop: Stop, seed: int, *, node_limit: int
) -> Choice | None:
    """Choose a set for each agent, at the largest gain.

    Parameters
    ----------
    packing : Packing
    known : Known
        Prices, and what they prove.
    value : int
        Gain of the solution that ``start`` describes.
    start : bool array [agents, children]
    stop : Stop
    seed : int
    node_limit : int

    Returns
    -------
    Choice or None
        None where even the nearest sets are too many, or it was interrupted before they were listed.

    Notes
    -----
    A solution is worth what prices prove, less what each agent's set is worth below its best: one that is better than
    ``value`` has only sets that are near enough. Where these are too many the nearest of them are looked at: one with
    another set is worth less by at least what those may be worth less.
    """
    whole = known.total - ((value + 1) << packing.shift)
    gap, listed = whole, packing.near(known.price, whole, _MOST_SETS, stop)
    for _ in range(_HALVED):
        if listed is not None or stop.cut():
            break
        gap //= 2
        listed = packing.near(known.price, gap, _MOST_SETS, stop)
    if listed is None:
        return None
    outside = value if gap == whole else (known.total - gap - 1) >> packing.shift
    agent, sets, begin = _with(*listed, start)
    if not len(agent):
        return Choice(start, value, max(value, outside), gap == whole)
    rows, gain = rows_of_sets(packing, agent, sets)
    answer = solve_integer(rows, gain, np.ones(len(agent), dtype=np.bool_), begin, stop, seed, node_limit=node_limit)
    if answer.chosen is not None and int(gain[answer.chosen].sum()) > value:
        value, start = int(gain[answer.chosen].sum()), np.zeros_like(start)
        start[agent[answer.chosen]] = sets[answer.chosen]
    inside = known.total >> packing.shift if answer.at_most is None else answer.at_most
    return Choice(start, value, max(value, inside, outside), gap == whole)


def _with(agent: Ints, sets: Bools, start: Bools) -> tuple[Ints, Bools, list[int]]:
    """Return sets, those of a solution among them, and which these are."""
    place = {(each, sets[number].tobytes()): number for number, each in enumerate(agent.tolist())}
    carrying = np.flatnonzero(start.any(axis=1))
    new = [each for each in carrying.tolist() if (each, start[each].tobytes()) not in place]
    begin = [place[each, start[each].tobytes()] for each in carrying.tolist() if each not in new]
    begin += range(len(agent), len(agent) + len(new))
    return np.concatenate([agent, np.array(new, dtype=np.int64)]), np.concatenate([sets, start[new]]), begin
