"""A second search with another seed on another core, whose routes are pooled with the first one's.

Notes
-----
Both searches go in slices of the same number of iterations. What the second found in its k-th slice, and the best it
knew then, is heard after the first one's slice k, never sooner or later: so the result does not depend on which one is
quicker.
"""

from dataclasses import dataclass, field
from typing import Self

from scheduling.channel import Channel
from scheduling.routes.pool import Pooled
from scheduling.routes.problem import Problem, Routes
from scheduling.stop import Stop
from scheduling.workers import Crew, WorkerLost

_LISTEN = 0.02


@dataclass(frozen=True, slots=True)
class Told:
    """What the second search found.

    Attributes
    ----------
    pooled : list of Pooled
        Routes that it came across.
    routes : Routes or None
        The best that it knows, all required stops visited; None without any.
    """

    pooled: list[Pooled] = field(default_factory=list)
    routes: Routes | None = None


class Helper:
    """The second search as the first one sees it; on leaving, it is ended.

    Parameters
    ----------
    problem : Problem
    seed : int
    stop : Stop
    """

    def __init__(self, problem: Problem, seed: int, stop: Stop) -> None:
        self._stop = stop
        self._crew = Crew()
        self._crew.start(f"{__name__}:work", problem, seed)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self._crew.close()

    def slice(self) -> Told:
        """Return what the next slice found: waits for it, or until the caller wants an end."""
        while self._crew.running and not self._stop.cut():
            told = self._receive(_LISTEN)
            if told is not None:
                return told
        return Told()

    def rest(self) -> Told:
        """Return what was found by now and not given yet."""
        pooled: list[Pooled] = []
        routes = None
        while (told := self._receive(0.0)) is not None:
            pooled += told.pooled
            routes = told.routes
        return Told(pooled, routes)

    def _receive(self, timeout: float) -> Told | None:
        """Return the next message; a helper that died, or ran out of memory, is noted and missed."""
        try:
            message = self._crew.receive(timeout)
        except (WorkerLost, MemoryError):
            self._stop.helper_lost = True
            return None
        if message is None or message.kind != "slice":
            return None
        pooled, routes = message.data
        return Told([Pooled(*route) for route in pooled], routes)


def work(channel: Channel, problem: Problem, seed: int) -> None:
    """Search in the helper's process, and tell the first one of every slice."""
    from scheduling.routes.search import Search

    stop = Stop(None, channel.should_stop)
    search = Search(problem, stop, seed, lambda stage, value, bound: None)

    def tell(told: Told) -> None:
        channel.send("slice", ([(route.team, route.stops, route.cost) for route in told.pooled], told.routes))

    search.explore(tell)
