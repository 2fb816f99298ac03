"""Solve in a process of its own: what happens there, however bad, leaves the caller standing."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from scheduling import __version__, kinds
from scheduling.channel import Channel
from scheduling.reading import parse_json
from scheduling.stop import Progress
from scheduling.workers import Crew, Message, Worker, WorkerLost

_LISTEN, _HEARTBEAT = 0.1, 1.0
_GRACE, _GRACE_SHARE = 5.0, 0.1


def solve(
    kind: str,
    problem: object,
    *,
    time_limit: float | None = None,
    memory_limit: int | None = None,
    seed: int = 0,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
    option: str | None = None,
    asked: Mapping[str, object] | None = None,
) -> dict[str, Any]:
    """Solve a problem of any kind in a worker; like the kind's own ``solve``, and sure to return.

    Parameters
    ----------
    kind : str
        ``pairing``, ``roster`` or ``routes``.
    problem : object
        A parsed problem file, or the bytes of one, which are then parsed by the worker.
    time_limit : float, optional
        Seconds after which the best solution so far is returned. An engine that does not heed it is killed 5 seconds
        and a tenth of the limit later.
    memory_limit : int, optional
        Bytes that the worker may take; beyond them it is asked for its best so far, at 1.25 times as many it is killed.
    seed : int
    on_progress : callable, optional
        Called here, in this thread, and at least once a second, with the last step again if there is no new one; what
        it raises ends the worker and comes out unchanged.
    should_stop : callable, optional
        Asked ten times a second.
    option : str, optional
        ``fair`` or ``siblings``: solve a pairing problem by `scheduling.pairing.solve_fair` or `solve_wishes`.
    asked : mapping, optional
        What the option takes by keyword: ``levels``, ``wishes``.

    Returns
    -------
    dict
        The solution. Where the worker was killed or died, it is the last one that the worker handed out (of an option,
        the plain solution that it began from), with the bound proven by then, or one of status ``unknown`` with
        ``why``; ``run.interrupted`` is true and ``run.cut_by`` says ``time_limit``, ``memory_limit``, ``should_stop``
        or ``worker_lost``.

    Raises
    ------
    InvalidProblem
        With every fault of the input.
    ValueError
        There is no such kind, or it has no such option; no worker is started then.
    """
    kinds.refuse_unknown(kind, option)
    watch = _Watch(kind, time_limit, should_stop)
    with Crew() as crew:
        more = () if option is None else (option, dict(asked or {}))
        worker = crew.start(f"{__name__}:work", kind, problem, watch.deadline, seed, *more, memory_limit=memory_limit)
        while not watch.patience_ends(worker):
            try:
                message = crew.receive(_LISTEN)
            except WorkerLost as lost:
                return watch.without_result(worker, "memory_limit" if lost.worker.over_memory else "worker_lost")
            except MemoryError:
                return watch.without_result(worker, "memory_limit")
            if message is not None and message.kind == "done":
                return watch.result(message)
            if on_progress is not None and watch.has_news(message):
                on_progress(*watch.step)
        return watch.without_result(worker, watch.cause)


def work(
    channel: Channel,
    kind: str,
    problem: object,
    deadline: float | None,
    seed: int,
    option: str | None = None,
    asked: Mapping[str, object] | None = None,
) -> dict[str, Any]:
    """Solve, in the worker; the deadline is a reading of `time.monotonic`, which all processes share."""
    parsed = parse_json(problem) if isinstance(problem, bytes) else problem
    solve = kinds.solve(kind) if option is None else kinds.solve_option(option)
    return solve(
        parsed,
        **(asked or {}),
        time_limit=None if deadline is None else max(0.0, deadline - time.monotonic()),
        seed=seed,
        on_progress=channel.progress,
        should_stop=channel.should_stop,
        on_solution=channel.best,
    )


class _Watch:
    """Knows when a worker has had its time, and writes the answer."""

    def __init__(self, kind: str, time_limit: float | None, should_stop: Callable[[], bool] | None) -> None:
        self.began = time.monotonic()
        self.deadline = None if time_limit is None else self.began + time_limit
        self.cause = "time_limit"
        self.step: tuple[str, int | None, int | None] = ("start", None, None)
        self._told = self.began
        self._kind, self._should_stop = kind, should_stop
        self._grace = _GRACE + _GRACE_SHARE * (time_limit or 0.0)
        self._end = None if self.deadline is None else self.deadline + self._grace

    def has_news(self, message: Message | None) -> bool:
        """Note a step of the worker; tell whether it is time to tell one."""
        new = message is not None and message.kind == "progress"
        if message is not None and new:
            self.step = message.data
        if not new and time.monotonic() < self._told + _HEARTBEAT:
            return False
        self._told = time.monotonic()
        return True

    def patience_ends(self, worker: Worker) -> bool:
        """Pass the caller's wish on to the worker; tell whether the worker has had all its time."""
        if self._should_stop is not None and self._should_stop():
            self._should_stop = None
            worker.ask_to_stop()
            self._hurry("should_stop")
        if worker.over_memory and self.cause != "memory_limit":
            self._hurry("memory_limit")
        return self._end is not None and time.monotonic() >= self._end

    def _hurry(self, cause: str) -> None:
        end = time.monotonic() + self._grace
        if self._end is None or end < self._end:
            self._end = end
        self.cause = cause

    def result(self, message: Message) -> dict[str, Any]:
        """Return the worker's own answer."""
        solution: dict[str, Any] = message.data
        if message.worker.over_memory and solution["run"]["interrupted"]:
            solution["run"]["cut_by"] = "memory_limit"
        return solution

    def without_result(self, worker: Worker, cause: str) -> dict[str, Any]:
        """Return the best that a worker handed out before it was lost."""
        solution: dict[str, Any] = worker.best or kinds.nothing_found(self._kind, cause)
        solution["run"] = {
            "seconds": round(time.monotonic() - self.began, 3),
            "interrupted": True,
            "engine": f"scheduling {__version__}",
            "cut_by": cause,
        }
        return solution
