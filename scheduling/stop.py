"""When to stop early."""

import time
from collections.abc import Callable

Progress = Callable[[str, int | None, int | None], None]
"""Called with stage, value and bound."""


class Stop:
    """Asked by every stage whether to stop; remembers whether a search was really cut short.

    Parameters
    ----------
    time_limit : float or None
        Seconds from now.
    should_stop : callable or None
        Returns True when the caller wants the best so far.

    Attributes
    ----------
    interrupted : bool
        Whether a stage gave up its work.
    helper_lost : bool
        Whether a second process that searched along was killed or crashed: the search went on without what it would
        have found.
    """

    def __init__(self, time_limit: float | None = None, should_stop: Callable[[], bool] | None = None) -> None:
        self._deadline = None if time_limit is None else time.monotonic() + time_limit
        self._should_stop = should_stop
        self._wanted = False
        self.interrupted = False
        self.helper_lost = False

    def remaining(self) -> float | None:
        """Return the seconds left, None without a limit."""
        return None if self._deadline is None else max(0.0, self._deadline - time.monotonic())

    def wanted(self) -> bool:
        """Tell whether the caller wants an end; once True, always True."""
        if not self._wanted:
            late = self._deadline is not None and time.monotonic() >= self._deadline
            self._wanted = late or (self._should_stop is not None and self._should_stop())
        return self._wanted

    def cut(self) -> bool:
        """Like `wanted`, and note that the asking stage gives up its work."""
        if self.wanted():
            self.interrupted = True
        return self.interrupted

    def disturbed(self, *, proven: bool) -> bool:
        """Tell whether an answer may differ from that of a search which nobody disturbed."""
        return self.interrupted or (self.helper_lost and not proven)

    def until(self, enough: Callable[[], bool]) -> "Stop":
        """Return one that also ends a search where what it has found is enough."""
        return Stop(self.remaining(), lambda: self.wanted() or enough())

    def silent(self) -> "Silent":
        """Return one for a helping thread."""
        return Silent(self)


class Silent(Stop):
    """Has the deadline of another and ends with it, but never asks the caller's function.

    Parameters
    ----------
    other : Stop
    """

    def __init__(self, other: Stop) -> None:
        super().__init__()
        self._deadline, self._other = other._deadline, other

    def wanted(self) -> bool:
        """Tell whether the deadline has passed or the other was told to end."""
        return self._other._wanted or super().wanted()
