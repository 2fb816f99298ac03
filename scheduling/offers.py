"""Solutions that are handed out while the search goes on, so that nothing found is lost with the process."""

import time
from collections.abc import Callable
from typing import Any

OnSolution = Callable[[dict[str, Any]], None]
"""Called with a whole solution (value, and bound as proven so far), but for ``run``."""

_PAUSE = 1.0
_SHARE = 20


class Offers:
    """Hands the best solution so far to the caller, seldom enough not to slow the search.

    Parameters
    ----------
    on_solution : callable or None
        Who wants to hear of solutions; None for nobody.

    Notes
    -----
    A solver calls `offer` whenever it has a better solution, with a function that writes it down. The first is handed
    out at once, later ones a second apart or more, and never in more than a twentieth of the time. What is offered
    has no influence on the search.
    """

    def __init__(self, on_solution: OnSolution | None) -> None:
        self._on_solution = on_solution
        self._next = 0.0

    def offer(self, write: Callable[[], dict[str, Any]]) -> None:
        """Hand out what ``write`` returns, if somebody listens and it is time."""
        if self._on_solution is None or time.monotonic() < self._next:
            return
        began = time.monotonic()
        self._on_solution(write())
        ended = time.monotonic()
        self._next = ended + max(_PAUSE, _SHARE * (ended - began))
