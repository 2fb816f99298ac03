"""The best routes of a problem: built by insertion, improved by local search, recombined from all routes seen."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from scheduling.routes.helper import Helper, Told
from scheduling.routes.insertion import Grid, Insertion
from scheduling.routes.local_search import LocalSearch
from scheduling.routes.pool import Pool
from scheduling.routes.problem import Bools, Problem, Routes
from scheduling.routes.proof import Prover
from scheduling.routes.reasons import impossible
from scheduling.routes.reserve import Reserve
from scheduling.routes.translation import Translation
from scheduling.routes.travel import Travel, reachable
from scheduling.stop import Stop

Report = Callable[[str, int | None, int | None], None]
"""Called with stage, value and bound."""

_SLICE = 1_000
"""Iterations of local search between two recombinations."""

_PATIENCE = 10
"""Slices without a better solution after which the search ends."""

_LARGE, _FEW = 500, 120
"""Stops above which the search begins with the routes of insertion, and up to which it begins anew."""

_IDLE_FEW, _IDLE = 1, 3
"""Slices without a better solution, one after the other, after which a proof is tried, of few stops and of others."""

_MOST_WAITED_FEW, _MOST_WAITED = 3, 8
"""Slices without a recombination, at most, after some that were no use: the more there were, the longer. Of few stops,
and of others, where a choice among routes takes as long as a slice or two.
"""

_HELPED = 1_000
"""Slices that a helper runs at most."""

_UNPROVEN = 0.35
"""Share of a time limit in which no proof is tried any more."""

_KEPT = (0.1, 0.5)
"""Share of a time limit, and seconds at most, kept for the last recombination."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a search found.

    Attributes
    ----------
    routes : Routes
        They keep all hard rules.
    missing : tuple of int
        Required stops that they do not visit.
    value : int
    bound : int or None
        A proven lower bound on the value of every solution.
    impossible : bool
        Whether it is proven that no routes visit all required stops.
    """

    routes: Routes
    missing: tuple[int, ...]
    value: int
    bound: int | None
    impossible: bool = False


class Search:
    """One search.

    Parameters
    ----------
    problem : Problem
    stop : Stop
    seed : int
    report : callable
    """

    def __init__(self, problem: Problem, stop: Stop, seed: int, report: Report) -> None:
        self.problem, self.stop, self.seed, self.report = problem, stop, seed, report
        self.travel = Travel(problem)
        self.able: Bools = reachable(self.travel)
        self.grid = Grid(self.travel)
        self.early = Reserve(stop, *_KEPT)
        self.proving = Reserve(stop, _UNPROVEN, math.inf)
        self.pool = Pool(self.travel, self.grid.alike, stop, seed)
        self.routes: Routes = [[] for _ in problem.teams]
        self.missing = self._missing(self.routes)
        self.value = self.travel.value(self.routes)
        self.prover = Prover(self.grid, self.able, self.pool, self.proving, seed)
        self.bound: int | None = None
        self.exact = False
        self._fruitless = self._waiting = 0
        self.relaxed: bool | None = None
        """Whether the relaxation could be solved; None before it was tried."""

    def minimise(self) -> Found:
        """Find routes of the lowest value."""
        self._insert()
        hopeless = impossible(self.problem, self.able) is not None
        if not hopeless and not self._settle() and self.able.any() and not self.stop.cut():
            self._improve()
        self.stop.helper_lost = self.early.helper_lost
        return self._found(hopeless)

    def rework(self, routes: Routes) -> Found:
        """Improve routes that keep all hard rules: look at all there are where these are few, else search for a slice.

        Parameters
        ----------
        routes : Routes
            They may visit only some of the required stops.
        """
        self._insert(routes)
        hopeless = impossible(self.problem, self.able) is not None
        if not hopeless and not self._settle() and self.able.any() and not self.stop.cut():
            self._local(None if self.missing else self.routes).run(_SLICE)
            if not self.missing and not self.early.cut():
                self._recombine()
        return self._found(hopeless)

    def _found(self, hopeless: bool) -> Found:
        if self.early.interrupted or self.proving.interrupted:
            self.stop.interrupted = True
        bound = None if self.missing else self.bound
        return Found(self.routes, self.missing, self.value, bound, hopeless or (bool(self.missing) and self.exact))

    def _insert(self, routes: Routes | None = None) -> None:
        """Begin with what insertion makes of some routes, or of those that stand."""
        self._accept("start", self._filled(self.routes if routes is None else routes))

    def _filled(self, routes: Routes) -> Routes:
        """Return routes with all further stops that fit into them and are worth it."""
        insertion = Insertion(self.grid, routes)
        visited = {stop for stops in routes for stop in stops}
        insertion.insert([stop for stop in range(len(self.problem.stops)) if stop not in visited])
        return insertion.routes

    def _settle(self) -> bool:
        """Try all routes there are; tell whether that decided everything."""
        proof = None if self.stop.cut() else self.prover.enumerate(None if self.missing else self.routes)
        if proof is None:
            return False
        self.exact, self.bound = True, proof.bound
        if proof.routes is not None:
            self._accept("exact", proof.routes)
        return True

    def _missing(self, routes: Routes) -> tuple[int, ...]:
        visited = {stop for stops in routes for stop in stops}
        required = self.problem.required
        return tuple(s for s in range(len(self.problem.stops)) if required[s] and s not in visited)

    def _accept(self, stage: str, routes: Routes) -> bool:
        """Take over routes that keep all rules and are better; tell whether they were."""
        missing, value = self._missing(routes), self.travel.value(routes)
        better = (len(missing), value) < (len(self.missing), self.value)
        if better:
            self.routes, self.missing, self.value = [list(stops) for stops in routes], missing, value
        self.report(stage, None if self.missing else self.value, None if self.missing else self.bound)
        return better

    def _offer(self, routes: Routes) -> None:
        """Take over routes of the library, without those that break a rule it was not told."""
        kept = [stops if not self.travel.broken(team, stops) else [] for team, stops in enumerate(routes)]
        if self._missing(kept):
            kept = self._filled(kept)
        self._accept("search", kept)

    def explore(self, tell: Callable[[Told], None]) -> None:
        """Search as a helper: tell of what each slice came across, until asked to stop."""
        if self._large:
            self._insert()
        search = self._begin()
        for _ in range(_HELPED):
            if self.stop.cut():
                return
            self._slice(search)
            tell(Told(self.pool.news(), None if self.missing else self.routes))

    @property
    def _large(self) -> bool:
        """Whether a search from random routes would take too long to come near what insertion gives."""
        return len(self.problem.stops) > _LARGE

    @property
    def _few(self) -> bool:
        """Whether a search from other random routes soon comes near the best."""
        return len(self.problem.stops) <= _FEW

    def _begin(self) -> LocalSearch:
        return self._local(self.routes if self._large and not self.missing else None)

    def _local(self, start: Routes | None) -> LocalSearch:
        translation = Translation(self.travel, self.able)
        return LocalSearch(translation, self.pool, self.early, self.seed, self._offer, start)

    def _slice(self, search: LocalSearch) -> None:
        """Search for a while, then put together the best of all routes seen; begin anew if that was no use."""
        before = len(self.missing), self.value
        search.run(_SLICE)
        if self._waiting:
            self._waiting -= 1
        elif not self.missing and not self.early.cut():
            if self._recombine():
                search.restart(self.routes)
                self._fruitless = 0
            else:
                self._fruitless += 1
                self._waiting = (
                    min(self._fruitless - 1, _MOST_WAITED_FEW) if self._few else min(2 * self._fruitless, _MOST_WAITED)
                )
        if self._few and (len(self.missing), self.value) == before and not self.early.cut():
            search.anew()

    def _recombine(self) -> bool:
        """Put routes of the pool together; tell whether they were better."""
        better = self.pool.recombine(self.routes)
        return better is not None and self._accept("recombine", better)

    def _improve(self) -> None:
        """Search in slices, beside a helper; after one that was no use, try to prove the routes.

        Notes
        -----
        The better the routes are, the less a proof takes.
        """
        with Helper(self.problem, self.seed + 1, self.early) as helper:
            search = self._begin()
            idle, proven_at, slices = 0, None, 0
            while idle < _PATIENCE and not self.exact and not self.early.cut():
                before = len(self.missing), self.value
                if slices and self._hear(helper.slice()) and not self._few:
                    search.restart(self.routes)
                self._slice(search)
                slices += 1
                if (len(self.missing), self.value) < before:
                    idle = 0
                    continue
                idle += 1
                hopeful = idle >= (_IDLE_FEW if self._few else _IDLE) and proven_at != self.value
                if hopeful and not self.missing and not self.early.cut():
                    proven_at = self.value
                    if self._prove():
                        search.restart(self.routes)
                        idle = 0
            if not self.exact:
                self._finish(helper)

    def _hear(self, told: Told) -> bool:
        """Take over what the helper found; tell whether its routes were better."""
        self.pool.add_all(told.pooled)
        return told.routes is not None and self._accept("search", told.routes)

    def _finish(self, helper: Helper) -> None:
        """Use what time is left to put together the best of both searches."""
        if self.early.interrupted:
            self._hear(helper.rest())
        if not self.missing:
            self._recombine()

    def _prove(self) -> bool:
        """Try to prove the routes; tell whether better ones were found."""
        if self.relaxed is False:
            return False
        if self.relaxed is None:
            self.bound = self.prover.relax(self.routes)
            self.relaxed = self.bound is not None
        better = False
        while self.relaxed:
            proof = self.prover.prove(self.routes)
            self.exact = proof.exact
            if proof.bound is not None:
                self.bound = proof.bound if self.bound is None else max(self.bound, proof.bound)
            if proof.routes is None or not self._accept("exact", proof.routes):
                break
            better = True
            if self.exact:
                break
        return better
