"""Somebody cancels: what that costs, and who would step in."""

from dataclasses import replace

import numpy as np

from scheduling.pairing.explain.anew import solve_anew
from scheduling.pairing.explain.solved import Solved, model_of, same_columns, same_duals
from scheduling.pairing.explain.whatif import WhatIf
from scheduling.pairing.found import unit_of
from scheduling.pairing.problem import NO_START, Bools, Problem
from scheduling.pairing.relaxation import Model
from scheduling.pairing.resolve import NOTHING, Decision, decide, restrict
from scheduling.pairing.rows import Entries
from scheduling.stop import Stop

_MARGIN = 10
_LARGEST_TOTAL = 2**40
"""Beyond, sums of the engine are not exact enough to count pairs beside the value."""


def unfixed(solved: Solved, ending: Bools) -> Solved:
    """Return a solved model in which some candidates are not fixed: what they left no load for may then meet."""
    problem = solved.problem
    if not (problem.fixed & ending).any():
        return solved
    free = replace(problem, fixed=problem.fixed & ~ending, fixed_start=np.where(ending, NO_START, problem.fixed_start))
    model = model_of(free)
    prices = model.price(same_duals(solved, model))
    return Solved(model, same_columns(solved, model), prices, solved.patterns)


def ending_pairs(problem: Problem, volunteer: int, child: int | None) -> Bools:
    """Mark the candidates that end: all of a volunteer, or one."""
    ending = problem.volunteer == volunteer
    return np.asarray(ending if child is None else ending & (problem.child == child))


class Cancellation:
    """A solved model without a volunteer, or without one pair.

    Parameters
    ----------
    solved : Solved
        In which what ends is not fixed, see `unfixed`.
    volunteer : int
    child : int or None
        The child of the pair that ends; None where the volunteer leaves altogether.
    """

    def __init__(self, solved: Solved, volunteer: int, child: int | None) -> None:
        problem, columns = solved.problem, solved.columns
        self._solved = solved
        self.gone: Bools = ending_pairs(problem, volunteer, child)[columns.candidate]
        """Columns that cannot be any more."""
        self.ended = [column for column in solved.chosen if self.gone[column]]
        self.others = [column for column in solved.chosen if not self.gone[column]]
        self.model = solved.model

    def step_in(self, seed: int) -> list[int]:
        """Fill the empty places as well as can be while every other pair keeps its time.

        Places come first where every place should be filled.
        """
        rows = self.model.rows
        left = rows.upper - rows.usage(self.others)
        fitting = np.minimum.reduceat((left[rows.row] - rows.value).astype(np.int64), rows.first[:-1]) >= 0
        fitting &= ~self.gone
        fitting[self.others] = False
        if not fitting.any():
            return sorted(self.others)
        free = Model(
            self._solved.problem,
            self.model.columns,
            replace(rows, upper=left, equal=np.zeros(rows.count, dtype=np.bool_)),
            self.model.gain + self._place(),
        )
        part, number = restrict(free, fitting & (free.gain > 0))
        if not len(number):
            return sorted(self.others)
        prices = part.price(np.zeros(part.rows.count))
        found = decide(part.rows, part.gain, prices.bound_with(), [], Stop(), seed, top=prices.bound, margin=2**40)
        return sorted([*self.others, *number[found.chosen or []].tolist()])

    def _place(self) -> int:
        """Return what a place is worth beyond its gain, so that filling it always pays where it must be filled."""
        if self._solved.problem.place_value is not None:
            return 0
        gain = self.model.gain
        return (int(np.ptp(gain)) + int(np.abs(gain).max())) * (len(self.ended) + 1) + 1

    def start_again(self, program: WhatIf, stop: Stop, seed: int) -> Decision:
        """Find the best solution without what is gone, and of the best one that keeps most other pairs and times."""
        estimate = program.without(np.flatnonzero(self.gone))
        if estimate is None:
            return Decision(None, NOTHING, NOTHING)
        part, number = restrict(self.model, ~self.gone)
        prices = part.price(estimate.duals)
        known = np.searchsorted(number, self.step_in(seed)).tolist()
        start = known if part.rows.keep(known) else None
        margin = _MARGIN + self._solved.bound - self._solved.value
        # One more for each pair that stays, and every unit of the value worth more than all of these together.
        stay = self.others if (abs(prices.bound) + 1) * (len(self.others) + 1) < _LARGEST_TOTAL else []
        times, unit = len(stay) + 1, unit_of(part.gain)
        gain = part.gain // unit * times + np.isin(number, stay)
        if self._solved.patterns:
            found = solve_anew(replace(part, gain=gain), start, stop, seed)
        else:
            found = decide(
                part.rows,
                gain,
                prices.bound_with() // unit * times + len(stay),
                start,
                stop,
                seed,
                top=prices.bound // unit * times + len(stay),
                margin=(margin // unit + 1) * times,
            )
        if found.chosen is None:
            return found
        return Decision(number[found.chosen].tolist(), found.value // times, found.bound // times).times(unit)


def least_moved(solved: Solved, chosen: list[int]) -> list[int]:
    """Return the same pairs with as many as possible at the times of the solution."""
    columns = solved.columns
    before = solved.paired()
    stay = {int(columns.candidate[column]): column for column in chosen}
    old = [before[candidate] for candidate in stay if candidate in before]
    keep = np.zeros(columns.count, dtype=np.bool_)
    keep[[*chosen, *old]] = True
    part, number = restrict(solved.model, keep)
    gain = np.full(len(number), len(chosen) + 1, dtype=np.int64) + np.isin(number, old)
    top = (len(chosen) + 1) * len(chosen) + len(old)
    start = np.searchsorted(number, chosen).tolist()
    once = np.unique(part.columns.candidate, return_inverse=True)[1]
    entries = Entries(once, np.arange(len(number)), np.ones(len(number), dtype=np.int64))
    ones = np.ones(len(stay), dtype=np.int64)
    rows = part.rows.extended(entries, ones, ones > 0)
    found = decide(rows, gain, np.full(len(number), top), start, Stop(), 0, top=top, margin=top)
    return sorted(number[found.chosen or start].tolist())
