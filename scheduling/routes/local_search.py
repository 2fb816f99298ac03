"""An iterated local search with the moves of PyVRP, in slices, in which every good route is kept."""

import warnings
from collections.abc import Callable

import pyvrp
from pyvrp import Solution
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.PenaltyManager import PenaltyManager, PenaltyParams
from pyvrp.search import OPERATORS, NeighbourhoodParams, PerturbationManager, compute_neighbours
from pyvrp.search import LocalSearch as Moves

from scheduling.routes.pool import Pool
from scheduling.routes.problem import Routes
from scheduling.routes.translation import Translation
from scheduling.stop import Stop

_NEAR = 1.05
"""Routes are kept of solutions that cost at most so many times the best."""

_MEMORY = 300
"""A candidate is accepted if it is better than what was accepted so many iterations ago (late acceptance)."""

_NEIGHBOURS = 30
"""Stops nearby with which a stop's moves are tried."""

_MOST_GIVEN = 100_000
"""Routes that are remembered to have been given to the pool: to look at one again takes as long as a mending."""

_SEEDS = 2**32


class LocalSearch:
    """A search that goes on where it left off.

    Parameters
    ----------
    translation : Translation
    pool : Pool
        Is given the routes that the search comes across.
    stop : Stop
    seed : int
    on_best : callable
        Called with the routes of each best solution of the library; they may break rules that it cannot say.
    start : Routes, optional
        Where to begin; they keep all hard rules. Else with random routes.
    """

    def __init__(
        self,
        translation: Translation,
        pool: Pool,
        stop: Stop,
        seed: int,
        on_best: Callable[[Routes], None],
        start: Routes | None = None,
    ) -> None:
        self._translation, self._pool, self._stop, self._on_best = translation, pool, stop, on_best
        data = translation.data
        self._random = random = pyvrp.RandomNumberGenerator(seed=seed % _SEEDS)
        neighbours = compute_neighbours(data, NeighbourhoodParams(num_neighbours=_NEIGHBOURS))
        self._moves = Moves(data, random, neighbours, PerturbationManager())
        for operator in OPERATORS:
            if operator.supports(data):
                self._moves.add_operator(operator(data))
        params = PenaltyParams(max_penalty=translation.penalty)
        self._penalties = PenaltyManager(params.midpoint_penalties(data), params)
        self._memory: list[Solution] = []
        self._given: set[tuple[int, str]] = set()
        self._begin(start)

    def _begin(self, routes: Routes | None) -> None:
        """Begin with routes that keep all hard rules, or with random ones, mended at once."""
        if routes is None:
            scattered = Solution.make_random(self._translation.data, self._random)
            self._first = self._moves(scattered, self._penalties.max_cost_evaluator(), exhaustive=True)
        else:
            self._first = self._translation.solution(routes)
        self._best = self._current = self._first
        self._memory.clear()
        self._at = 0
        self._tell(self._first)

    def anew(self) -> None:
        """Begin again with other random routes, so that the pool sees other routes."""
        params = PenaltyParams(max_penalty=self._translation.penalty)
        self._penalties = PenaltyManager(params.midpoint_penalties(self._translation.data), params)
        self._begin(None)

    def restart(self, routes: Routes) -> None:
        """Go on from routes that keep all hard rules."""
        self._best = self._current = self._translation.solution(routes)

    def run(self, iterations: int) -> None:
        """Search for so many iterations, or until the caller wants an end."""
        with warnings.catch_warnings():
            # Where nothing feasible is found the answer says so itself.
            warnings.simplefilter("ignore", PenaltyBoundWarning)
            for _ in range(iterations):
                if self._stop.cut():
                    return
                self._step()

    def _step(self) -> None:
        """Disturb the current solution, mend it, and accept it if it is better than an old one."""
        prices = self._penalties.cost_evaluator()
        candidate = self._moves(self._current, prices, exhaustive=False)
        self._penalties.register(candidate)
        if prices.cost(candidate) < prices.cost(self._best):
            self._best = candidate
            thorough = self._moves(candidate, prices, exhaustive=True)
            if thorough.is_feasible() and prices.cost(thorough) <= prices.cost(candidate):
                self._best = candidate = thorough
            self._tell(self._best)
        self._accept(candidate, prices)

    def _accept(self, candidate: Solution, prices: pyvrp.CostEvaluator) -> None:
        full = len(self._memory) == _MEMORY
        old = prices.penalised_cost(self._memory[self._at] if full else self._first)
        cost = prices.penalised_cost(candidate)
        current = prices.penalised_cost(self._current)
        if cost < old or cost < current:
            self._current, current = candidate, cost
            if cost <= _NEAR * prices.penalised_cost(self._best):
                self._keep(candidate)
        if not full:
            self._memory.append(self._current)
            return
        if current < old:
            self._memory[self._at] = self._current
        self._at = (self._at + 1) % _MEMORY

    def _tell(self, best: Solution) -> None:
        self._keep(best)
        if best.is_feasible():
            self._on_best(self._translation.routes(best))

    def _keep(self, solution: Solution) -> None:
        """Give the routes of a solution that are not like one given before to the pool."""
        if len(self._given) > _MOST_GIVEN:
            self._given.clear()
        for route in solution.routes():
            key = route.vehicle_type(), str(route)
            if key in self._given:
                continue
            self._given.add(key)
            if route.is_feasible():
                stops, team = self._translation.visit(route)
                if self._translation.may(team, stops):
                    self._pool.add(team, tuple(stops), route.distance())
