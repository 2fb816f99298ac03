"""A second search with another seed on another core, whose routes are pooled with the first one's.

Notes
-----
Both searches go in slices of the same number of iterations. What the second found in its k-th slice is added to the
pool after the first one's slice k + 1, never sooner or later: so the result does not depend on which one is quicker.
"""

from typing import Self

from scheduling.channel import Channel
from scheduling.routes.pool import Pooled
from scheduling.routes.problem import Problem
from scheduling.stop import Stop
from scheduling.workers import Crew, WorkerLost

_LISTEN = 0.02


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

    def slice(self) -> list[Pooled]:
        """Return what the next slice found: waits for it, or until the caller wants an end."""
        while self._crew.running and not self._stop.cut():
            found = self._receive(_LISTEN)
            if found is not None:
                return found
        return []

    def rest(self) -> list[Pooled]:
        """Return what was found by now and not given yet."""
        routes: list[Pooled] = []
        while (found := self._receive(0.0)) is not None:
            routes += found
        return routes

    def _receive(self, timeout: float) -> list[Pooled] | None:
        """Return the next message; a helper that died, or ran out of memory, is noted and missed."""
        try:
            message = self._crew.receive(timeout)
        except (WorkerLost, MemoryError):
            self._stop.helper_lost = True
            return None
        if message is None or message.kind != "slice":
            return None
        return [Pooled(*route) for route in message.data]


def work(channel: Channel, problem: Problem, seed: int) -> None:
    """Search in the helper's process, and tell the first one of every slice."""
    from scheduling.routes.search import Search

    stop = Stop(None, channel.should_stop)
    search = Search(problem, stop, seed, lambda stage, value, bound: None)

    def tell(found: list[Pooled]) -> None:
        channel.send("slice", [(route.team, route.stops, route.cost) for route in found])

    search.explore(tell)
