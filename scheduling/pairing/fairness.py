"""Fair pairs: nobody needlessly worse off than necessary, then the largest sum."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from scheduling import __version__
from scheduling.engine import engine_version
from scheduling.offers import OnSolution
from scheduling.pairing.answer import answer_of
from scheduling.pairing.bound import Prices
from scheduling.pairing.columns import build_columns
from scheduling.pairing.explain.solved import columns_of
from scheduling.pairing.found import unit_of
from scheduling.pairing.load import load
from scheduling.pairing.pattern_search import loads_bind, needed
from scheduling.pairing.problem import Bools, Ints, Problem
from scheduling.pairing.relaxation import Model, Relaxation, most_of_columns, relax
from scheduling.pairing.resolve import Decision, append_row, better_start, decide, restrict
from scheduling.pairing.rules import build_rows
from scheduling.pairing.search import greedy, maximise
from scheduling.pairing.solve import solve_first
from scheduling.stop import Progress, Stop

_MARGIN = 25
_PLACES_FIRST = 4


@dataclass(slots=True)
class Level:
    """One step up from the worst.

    Attributes
    ----------
    threshold : int
        The largest score that nobody, but for the pairs of the levels before, must stay below.
    pairs : int
        Pairs at exactly this score in the level's best solution; the fewest possible where more levels follow.
    score : int
        Sum of all scores in the level's best solution.
    proven : bool
        Whether all three are proven to be the best possible after the levels before.
    """

    threshold: int
    pairs: int
    score: int
    proven: bool


def solve_fair(
    problem: Mapping[str, Any],
    *,
    levels: int = 1,
    time_limit: float | None = None,
    seed: int = 0,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
    on_solution: OnSolution | None = None,
) -> dict[str, Any]:
    """Fill as many places as the best solution does, the worst pair as good as can be, and then the best sum.

    Parameters
    ----------
    problem : mapping
        A problem file.
    levels : int
        How often the worst score is raised, 1 or more: from the second level on, as few pairs as possible stay at the
        score of the level before, and the worst of the others is raised. Enough levels give the leximin solution.
    time_limit, seed, on_progress, should_stop, on_solution
        As for `scheduling.pairing.solve`; the stage ``fairness`` tells the best threshold found and the highest that
        is still possible.

    Returns
    -------
    dict
        A solution whose ``value`` and ``bound`` are those of the contract, with ``fairness`` besides: ``levels``
        (`Level` as dicts), ``lowest``, ``score`` and ``value`` (each ``before`` and ``after``) and ``proven``.

    Raises
    ------
    InvalidProblem
        With every fault of the input.
    ValueError
        ``levels`` is below 1.

    Notes
    -----
    Fixed pairs are as they are: their scores are not counted.
    """
    if levels < 1:
        raise ValueError(f"levels is {levels}, expected 1 or more")
    began = time.perf_counter()
    stop = Stop(time_limit, should_stop)
    tell: Progress = on_progress or (lambda stage, value, bound: None)
    before = solve_first(problem, stop, seed, tell, on_solution)
    if before["status"] not in ("optimal", "feasible"):
        tell("done", before["value"], before["bound"])
        return before | {"fairness": None}
    search = _Search(load(problem), before, stop, seed, tell)
    search.climb(levels)
    answer = answer_of(search.problem, search.whole.columns, search.best, before["bound"])
    lowest = search.lowest(search.best)
    answer["run"] = {
        "seconds": round(time.perf_counter() - began, 3),
        "interrupted": stop.interrupted or before["run"]["interrupted"],
        "engine": f"scheduling {__version__}, {engine_version()}",
    }
    answer["fairness"] = {
        "levels": [
            {"threshold": level.threshold, "pairs": level.pairs, "score": level.score, "proven": level.proven}
            for level in search.levels
        ],
        "lowest": {"before": search.lowest(columns_of(search.whole, before)), "after": lowest},
        "score": {"before": before["score"], "after": answer["score"]},
        "value": {"before": before["value"], "after": answer["value"]},
        "proven": before["status"] == "optimal" and all(level.proven for level in search.levels),
    }
    tell("done", answer["value"], answer["bound"])
    return answer


class _Search:
    """Raises the worst score, level by level; `best` is always a solution with as many places as before."""

    def __init__(self, problem: Problem, before: Mapping[str, Any], stop: Stop, seed: int, tell: Progress) -> None:
        self.problem, self.stop, self.seed, self.tell = problem, stop, seed, tell
        columns = build_columns(problem)
        self.score: Ints = problem.score[columns.candidate].astype(np.int64)
        self.whole = Model(problem, columns, build_rows(problem, columns, fill=False), self.score)
        self._own_rows = self.whole.rows.count
        self.best = columns_of(self.whole, before)
        self.best_of_all = before["status"] == "optimal"
        self.places = len(self.best)
        self.unit = unit_of(self.score)
        self.spread = int(np.ptp(self.score)) if len(self.score) else 0
        self.free = ~problem.fixed[columns.candidate]
        self.settled = ~self.free
        self.levels: list[Level] = []

    def lowest(self, chosen: list[int]) -> int | None:
        """Return the lowest score of chosen pairs that are not fixed."""
        scores = self.score[chosen][self.free[chosen]] if chosen else self.score[:0]
        return int(scores.min()) if len(scores) else None

    def climb(self, levels: int) -> None:
        """Raise the worst score so often."""
        for number in range(levels):
            if self.settled[self.best].all():
                return
            threshold, proven = self._highest_threshold()
            allowed = self.settled | (self.score >= threshold)
            at = self.free & ~self.settled & (self.score == threshold)
            more = number + 1 < levels
            alone = more and proven and int(at[self.best].sum()) == 1  # none at all would be a higher threshold
            if alone:
                self._keep(at)
            proven = (self._best_sum(allowed) if alone or not more else self._fewest(allowed, at)) and proven
            pairs = int(at[self.best].sum())
            self.levels.append(Level(threshold, pairs, int(self.score[self.best].sum()), proven))
            if not proven or not more:
                return
            if not alone:
                self._keep(at)
            self.settled = self.settled | at
            self.best_of_all = False

    def _keep(self, at: Bools) -> None:
        """Let every solution from now on have as many of some columns as the best one."""
        members = np.flatnonzero(at).astype(np.int64)
        rows = append_row(self.whole.rows, members, int(at[self.best].sum()), equal=True)
        self.whole = replace(self.whole, rows=rows)

    def _worst(self, chosen: list[int]) -> int:
        mine = np.array(chosen, dtype=np.int64)
        return int(self.score[mine[~self.settled[mine]]].min())

    def _highest_threshold(self) -> tuple[int, bool]:
        """Return the largest threshold at which as many places can be filled, and whether no larger one exists."""
        low = self._worst(self.best)
        scores = np.unique(self.score[~self.settled])
        scores = scores[scores > low]
        first, last = 0, len(scores)
        while first < last:
            self.tell("fairness", low, int(scores[last - 1]))
            middle = (first + last) // 2
            probe = _Probe(self, int(scores[middle]))
            if probe.chosen is not None:
                self.best, self.best_of_all = probe.chosen, False
                low = self._worst(self.best)
                first = int(np.searchsorted(scores, low, side="right"))
            elif probe.impossible:
                last = first + probe.first_impossible(scores[first : middle + 1])
            else:
                return low, False
        return low, True

    def _best_sum(self, keep: Bools) -> bool:
        """Find the best sum with exactly as many places; tell if it is proven."""
        if self.best_of_all:
            return True
        part, number = restrict(self.whole, keep)
        value = self.problem.place_value
        place = self.places * self.spread + self.unit if value is None else value
        return self._maximise(part, number, part.gain + place)

    def _fewest(self, keep: Bools, few: Bools) -> bool:
        """Find the best sum with exactly as many places and the fewest of some columns; tell if it is proven."""
        part, number = restrict(self.whole, keep)
        dear = self.places * self.spread + self.unit
        return self._maximise(part, number, part.gain - few[number] * dear + _PLACES_FIRST * dear)

    def _maximise(self, part: Model, number: Ints, gain: Ints) -> bool:
        """Put the best solution with exactly as many places into `best`; tell if it is proven.

        A row that counts all places makes the program much harder; it comes only if the number differs without it.
        """
        model = replace(part, gain=gain)
        start = np.searchsorted(number, self.best).tolist()
        plain = self.whole.rows.count == self._own_rows
        chosen, proven = self._plain(model, start) if plain else self._with_rows(model, start)
        if len(chosen) != self.places:
            rows = append_row(part.rows, np.arange(part.columns.count), self.places, equal=True)
            chosen, proven = self._with_rows(replace(model, rows=rows), start)
        self.best = sorted(number[chosen].tolist())
        return proven

    def _plain(self, model: Model, start: list[int]) -> tuple[list[int], bool]:
        """Solve a model of nothing but a problem's own rows."""

        def report(stage: str, value: int, bound: int) -> None:
            self.tell(stage, value, bound)

        found = maximise(model, start, self.stop, self.seed, report, margin=_MARGIN)
        return found.chosen, found.proven

    def _with_rows(self, model: Model, start: list[int]) -> tuple[list[int], bool]:
        """Solve a model that has more rows than a problem's own."""
        if loads_bind(model):
            return self._plain(model, start)
        relaxed = relax(model, start, self.stop, self.seed, most=most_of_columns(model))
        if needed(model, relaxed):
            return self._plain(model, start)
        start = better_start(model, relaxed, start)
        ceiling, top = relaxed.prices.bound_with(), relaxed.prices.bound
        found = decide(model.rows, model.gain, ceiling, start, self.stop, self.seed, top=top)
        return found.chosen or start, found.proven


class _Probe:
    """Looks for a solution with as many places, all above a threshold.

    Attributes
    ----------
    chosen : list of int or None
        Its columns.
    impossible : bool
        Whether there is none, proven.

    Notes
    -----
    A place counts more than all scores together, so that ``value // place`` is a number of places, and so is the
    bound. The scores keep the linear program from having many solutions of the same worth.
    """

    def __init__(self, search: _Search, threshold: int) -> None:
        self._search = search
        self._place = search.places * search.spread + search.unit
        self._enough = self._place * search.places
        self.chosen: list[int] | None = None
        self.impossible = False
        self._prices: Prices | None = None
        if not search.stop.cut():
            self._look(threshold)

    def _model(self, threshold: int) -> tuple[Model, Ints]:
        search = self._search
        part, number = restrict(search.whole, search.settled | (search.score >= threshold))
        return replace(part, gain=part.gain - int(search.score.min()) + self._place), number

    def _look(self, threshold: int) -> None:
        search = self._search
        model, number = self._model(threshold)
        known = np.searchsorted(number, np.intersect1d(search.best, number)).tolist()
        start = greedy(model, known)
        start = start if model.rows.keep(start) else known
        if model.value(start) < self._enough:
            relaxed = relax(model, start, search.stop, search.seed, most=most_of_columns(model))
            self._prices = relaxed.prices
            self.impossible = relaxed.prices.bound < self._enough
            if self.impossible:
                return
            start = better_start(model, relaxed, start)
            found = self._decide(model, relaxed, start)
            self.impossible = found.bound < self._enough
            if found.value < self._enough:
                return
            start = found.chosen or []
        self.chosen = sorted(number[start].tolist())

    def _decide(self, model: Model, relaxed: Relaxation, start: list[int]) -> Decision:
        """Look for a solution that is worth enough, until there is one or it is proven that there is none."""
        search, prices = self._search, relaxed.prices
        if not needed(model, relaxed):
            ceiling, top, enough = prices.bound_with(), prices.bound, self._enough
            return decide(model.rows, model.gain, ceiling, start, search.stop, search.seed, top=top, enough=enough)
        decided = False

        def offer(chosen: list[int], value: int, bound: int) -> None:
            nonlocal decided
            decided = value >= self._enough or bound < self._enough

        until = search.stop.until(lambda: decided)
        found = maximise(model, start, until, search.seed, lambda *step: None, margin=_MARGIN, offer=offer)
        if not decided:
            search.stop.cut()  # where its time is up
        return Decision(found.chosen, found.value, found.bound)

    def first_impossible(self, scores: Ints) -> int:
        """Return the place of the lowest threshold that the prices found prove impossible; the last is known to be."""
        first, last = 0, len(scores) - 1
        prices = self._prices
        while first < last and prices is not None:
            middle = (first + last) // 2
            model, _ = self._model(int(scores[middle]))
            if model.price(prices.row / 2.0**prices.shift).bound < self._enough:
                last = middle
            else:
                first = middle + 1
        return last
