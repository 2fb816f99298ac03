"""SIGINT and SIGTERM as wishes: the best solution so far, please. Imports next to nothing, so that it listens early."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class InterruptedWaiting(Exception):
    """A signal came while there was nothing but input to wait for."""


class Interruption:
    """Collects signals instead of dying from them, however many come."""

    def __init__(self) -> None:
        self._count = 0
        self._ends_waiting: int | None = None
        self._before: dict[signal.Signals, object] = {}

    def listen(self) -> None:
        """Begin to listen; elsewhere than in the main thread there is nothing to hear."""
        try:
            for number in _SIGNALS:
                self._before[number] = signal.signal(number, self._note)
        except ValueError:
            return

    def close(self) -> None:
        """Give the signals back to whoever had them before."""
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what `signal.signal` returned
        self._before.clear()

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._count += 1
        if self._ends_waiting is not None and self._count >= self._ends_waiting:
            raise InterruptedWaiting

    def asked(self) -> bool:
        """Tell whether a signal came."""
        return self._count > 0

    @contextmanager
    def waiting(self, patience: int) -> Iterator[None]:
        """Let the ``patience``-th signal raise `InterruptedWaiting` in a read that may never end."""
        self._ends_waiting = patience
        try:
            if self._count >= patience:
                raise InterruptedWaiting
            yield
        finally:
            self._ends_waiting = None
