"""Every place filled, with a timetable: whether that can be, and at which best score."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from scheduling.pairing.columns import Columns
from scheduling.pairing.found import Found, Offer, unit_of
from scheduling.pairing.problem import Ints, Problem
from scheduling.pairing.relaxation import Model, relax
from scheduling.pairing.rows import Rows
from scheduling.pairing.search import greedy, loose_bound, maximise
from scheduling.stop import Progress, Stop

_SAFE = 1 << 60
"""All places together are worth no more, so that sums of values stay exact."""


def fill(
    problem: Problem,
    columns: Columns,
    rows: Rows,
    kept: list[int],
    stop: Stop,
    seed: int,
    tell: Progress,
    offer: Offer,
    *,
    margin: int,
) -> Found:
    """Find the best score of all solutions that fill every place.

    Parameters
    ----------
    problem : Problem
        With a timetable.
    columns : Columns
    rows : Rows
        The hard rules, without that every place is filled.
    kept : list of int
        Columns of the fixed pairs.
    stop : Stop
    seed : int
    tell : callable
        Hears of stage, value and bound; in the stage ``places`` they count places.
    offer : callable
        Hears of solutions that fill every place.
    margin : int
        As for `scheduling.pairing.search.maximise`.

    Returns
    -------
    Found
        Where all places are filled, its value and bound are scores; else they count places. Its prices are those of the
        relaxation that fills the most.

    Notes
    -----
    With a worth ``P`` of a place, the best of ``P places + score`` is, if it fills every place, the best of those that
    do; its bound less ``P`` times all places is a bound of their scores. So any ``P`` will do that leads to a solution
    which fills them. A small one is tried first: large ones blur what scores are worth. Where its best solution leaves
    places empty, one so large follows that no score makes up for a place, which decides. Counting places alone, without
    scores, takes far longer: whatever fills as many is worth the same. The relaxation of that is quick, though, and
    mostly proves at once that not every place can be filled.
    """
    wanted = int(problem.places.sum())
    score = problem.score[columns.candidate].astype(np.int64)
    most = Model(problem, columns, rows, np.ones(columns.count, dtype=np.int64))
    start = greedy(most, kept)
    fullest = _Fullest(start, int(score[start].sum()), wanted, tell, offer)
    relaxed = relax(
        most, start, stop, seed, lambda prices: tell("places", len(start), max(len(start), min(wanted, prices.bound)))
    )
    fullest.limit = min(wanted, relaxed.prices.bound)
    bound = loose_bound(Model(problem, columns, rows, score))
    for worth in _worths(score, fullest.limit):
        if stop.cut():
            break
        fullest.worth, inner = worth, fullest.enough(stop)
        model = Model(problem, columns, rows, worth + score)
        found = maximise(model, fullest.chosen, inner, seed, fullest.told, margin=margin, offer=fullest.offered)
        if inner.interrupted:
            stop.cut()
        fullest.offered(found.chosen, found.value, found.bound)
        bound = min(bound, fullest.of_scores(found.bound))
        if fullest.complete and bound <= fullest.score:
            break
        fullest.limit = min(fullest.limit, found.bound // (worth + int(score.min(initial=0))))
        if fullest.limit < wanted:
            break
    if fullest.complete:
        return Found(fullest.chosen, fullest.score, max(bound, fullest.score), relaxed.prices)
    return Found(fullest.chosen, len(fullest.chosen), fullest.limit, relaxed.prices)


def _worths(score: Ints, most: int) -> Iterator[int]:
    """Yield worths of a place: more than any two scores differ, then more than those of ``most`` places together do.

    They are multiples of what divides all scores, so that values are, too.
    """
    unit, least = unit_of(score), int(score.min(initial=0))
    spread = int(score.max(initial=0)) - least
    for times in (2, most + 1):
        yield min(times * spread + unit - least, _SAFE // (most + 1) // unit * unit)


@dataclass(slots=True)
class _Fullest:
    """The solution that fills the most places and, of those, has the best score.

    Attributes
    ----------
    chosen : list of int
    score : int
    wanted : int
        How many places there are.
    tell, offer : callable
    worth : int
        Of a place, in the values that are heard.
    limit : int
        How many places can be filled at most, as far as that is proven.
    """

    chosen: list[int]
    score: int
    wanted: int
    tell: Progress
    offer: Offer
    worth: int = 0
    limit: int = 0

    @property
    def complete(self) -> bool:
        """Whether every place is filled."""
        return len(self.chosen) == self.wanted

    def of_scores(self, bound: int) -> int:
        """Return what a bound on values says of the scores of solutions that fill every place."""
        return bound - self.worth * self.wanted

    def offered(self, chosen: list[int], value: int, bound: int) -> None:
        """Hear of a solution."""
        score = value - self.worth * len(chosen)
        if (len(chosen), score) > (len(self.chosen), self.score):
            self.chosen, self.score = chosen, score
        if self.complete:
            self.offer(self.chosen, self.score, max(self.score, self.of_scores(bound)))

    def told(self, stage: str, value: int, bound: int) -> None:
        """Pass on how far the search is."""
        if self.complete:
            self.tell(stage, self.score, max(self.score, self.of_scores(bound)))
        else:
            self.tell("places", len(self.chosen), self.limit)

    def enough(self, stop: Stop) -> Stop:
        """Return what also ends a search that fills as many places as can be, where others are proven to stay empty."""
        return stop.until(lambda: len(self.chosen) >= self.limit < self.wanted)
