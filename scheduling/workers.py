"""Workers: functions that run in an interpreter of their own, which may be limited, asked to stop, or killed.

Notes
-----
A worker is a fresh Python, not a fork: it works inside daemons that may have no children of Python's own kind, beside
threads, and with engines that must not share a process. ``module:function`` is called with a
`scheduling.channel.Channel` and the given arguments, which are plain data, as is everything that comes back::

    with Crew() as crew:
        worker = crew.start("scheduling.isolated:work", "pairing", problem)
        while (message := crew.receive(1.0)) is None or message.kind != "done":
            ...
"""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

from scheduling.channel import frame, read_message, write_whole

_ROOT = str(Path(__file__).resolve().parents[1])
_START = """
import sys
root, parent, tied, memory, *path = sys.argv[1:]
sys.path.insert(0, root)
sys.path.extend(entry for entry in path if entry not in sys.path)
from scheduling.channel import serve
serve(int(parent), tied == "1", int(memory))
"""
_THREADS = {f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "OMP", "MKL")}
_LAST_WORDS = 5.0
_WATCH_EVERY = 0.05
_MARGIN = 1.25
"""A worker is asked to stop at its memory limit, and killed at so many times the limit."""


class WorkerLost(RuntimeError):
    """A worker ended without a result.

    Attributes
    ----------
    worker : Worker
    exit_status : int or None
        None where a signal ended it.
    signal : int or None
    best : object
        The best solution that it told, None if it told none.
    """

    def __init__(self, worker: "Worker", returncode: int) -> None:
        self.worker = worker
        self.exit_status = returncode if returncode >= 0 else None
        self.signal = -returncode if returncode < 0 else None
        self.best = worker.best
        how = signal.Signals(self.signal).name if self.signal else f"exit status {self.exit_status}"
        over = ", over its memory limit" if worker.over_memory else ""
        super().__init__(f"the worker {worker.target} ended without a result: {how}{over}")


@dataclass(frozen=True, slots=True)
class Message:
    """What a worker told.

    Attributes
    ----------
    worker : Worker
    kind : str
        ``progress`` (data: stage, value, bound), ``best`` (a solution), ``done`` (the result), or the worker's own.
    data : object
    """

    worker: "Worker"
    kind: str
    data: Any


class Worker:
    """One process that runs one function; made by `Crew.start`.

    Attributes
    ----------
    target : str
    best : object
        The best solution that it told so far, None before the first.
    over_memory : bool
        Whether it went over its memory limit, and so was asked to stop.
    """

    def __init__(
        self, target: str, arguments: tuple[object, ...], inbox: "queue.SimpleQueue[Message]", memory_limit: int | None
    ) -> None:
        self.target = target
        self.best: Any = None
        self.over_memory = False
        self._inbox, self._memory_limit = inbox, memory_limit
        self._killed = False
        self._outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._process = self._start()
        self._outbox.put(frame((target, arguments)))
        jobs = [self._write, self._read, *([self._watch] if memory_limit and os.path.isdir("/proc/self") else [])]
        self._threads = [threading.Thread(target=job, daemon=True) for job in jobs]
        for thread in self._threads:
            thread.start()

    def _start(self) -> "subprocess.Popen[bytes]":
        # The kernel's tie is to the starting thread; only the main thread is sure to live as long as the process.
        tied = threading.current_thread() is threading.main_thread()
        ceiling = 0 if not self._memory_limit or os.path.isdir("/proc/self") else int(self._memory_limit * _MARGIN)
        path = [os.path.abspath(entry) for entry in sys.path if entry]
        return subprocess.Popen(  # noqa: S603 - this interpreter with this package's own code
            [sys.executable, "-P", "-c", _START, _ROOT, str(os.getpid()), str(int(tied)), str(ceiling), *path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | _THREADS,
            bufsize=0,
            # Ctrl-C is for the caller, who then asks for the best so far.
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def ask_to_stop(self) -> None:
        """Ask for the best so far; returns at once."""
        self._outbox.put(frame("stop"))

    def kill(self) -> None:
        """End the process at once; nothing more is heard of it."""
        self._killed = True
        self._process.kill()

    @property
    def killed(self) -> bool:
        """Whether `kill` was called."""
        return self._killed

    def _write(self) -> None:
        line = _number(self._process.stdin)
        # A worker that ended cannot be told anything; `_read` says so.
        with contextlib.suppress(OSError):
            while (data := self._outbox.get()) is not None:
                write_whole(line, data)
                del data

    def _read(self) -> None:
        line, ended = _number(self._process.stdout), False
        with contextlib.suppress(EOFError, OSError):
            while not ended:
                kind, data = read_message(line)
                if kind == "best":
                    self.best = data
                ended = kind in ("done", "failed")
                self._inbox.put(Message(self, kind, data))
        status = self._reap()
        if not ended:
            self._inbox.put(Message(self, "lost", status))

    def _reap(self) -> int:
        """Wait for the process to end; one that has closed its line has nothing left to do."""
        try:
            return self._process.wait(_LAST_WORDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def _watch(self) -> None:
        """Ask the worker to stop when it takes more memory than it may, and kill it when it takes much more."""
        limit = self._memory_limit or 0
        while self._process.poll() is None:
            used = memory_of(self.pid)
            if used > limit and not self.over_memory:
                self.over_memory = True
                self.ask_to_stop()
            if used > limit * _MARGIN:
                self._process.kill()
            time.sleep(_WATCH_EVERY)

    def close(self) -> None:
        """End the process and everything that serves it."""
        if self._process.poll() is None:
            self.kill()
        self._outbox.put(None)
        for thread in self._threads:
            thread.join()
        for line in (self._process.stdin, self._process.stdout):
            if line is not None:
                with contextlib.suppress(OSError):
                    line.close()


def _number(stream: IO[bytes] | None) -> int:
    if stream is None:
        raise AssertionError("a worker is started with pipes")
    return stream.fileno()


class Crew:
    """Some workers and what they tell; on leaving, none of them is left running."""

    def __init__(self) -> None:
        self._inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._all: list[Worker] = []
        self._ended: set[int] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self.close()

    def start(self, target: str, *arguments: object, memory_limit: int | None = None) -> Worker:
        """Start a worker; returns at once.

        Parameters
        ----------
        target : str
            ``module:function``; the function gets a `Channel`, then the arguments. What it returns is the result.
        *arguments : object
            Plain data.
        memory_limit : int, optional
            Bytes that it may take together with the processes that it starts; beyond them it is asked to stop, beyond
            1.25 times as many it is killed.
        """
        worker = Worker(target, arguments, self._inbox, memory_limit)
        self._all.append(worker)
        return worker

    @property
    def running(self) -> list[Worker]:
        """Workers of which no end was received yet, in the order of their start."""
        return [worker for worker in self._all if id(worker) not in self._ended and not worker.killed]

    def receive(self, timeout: float | None = None) -> Message | None:
        """Wait for the next message of any worker.

        Parameters
        ----------
        timeout : float, optional
            Seconds; None waits as long as a worker runs.

        Returns
        -------
        Message or None
            None when the time is up or no worker runs.

        Raises
        ------
        WorkerLost
            A worker died (was killed from outside, crashed, was out of memory).
        Exception
            What the function of a worker raised, with the worker's traceback as a note.
        """
        until = None if timeout is None else time.monotonic() + timeout
        while self.running:
            try:
                left = None if until is None else max(0.0, until - time.monotonic())
                # Short waits, so that a worker killed meanwhile by its owner is no reason to wait for ever.
                message = self._inbox.get(timeout=0.5 if left is None else min(left, 0.5))
            except queue.Empty:
                if until is not None and time.monotonic() >= until:
                    return None
                continue
            if not message.worker.killed:
                return self._opened(message)
        return None

    def _opened(self, message: Message) -> Message:
        if message.kind in ("done", "failed", "lost"):
            self._ended.add(id(message.worker))
        if message.kind == "failed":
            raise message.data
        if message.kind == "lost":
            raise WorkerLost(message.worker, message.data)
        return message

    def ask_to_stop(self) -> None:
        """Ask every worker for its best so far."""
        for worker in self.running:
            worker.ask_to_stop()

    def close(self) -> None:
        """Kill what still runs, and wait until it is gone."""
        for worker in self._all:
            if id(worker) not in self._ended:
                worker.kill()
        for worker in self._all:
            worker.close()
        self._all.clear()


def memory_of(pid: int) -> int:
    """Return the bytes that a process and its descendants hold, 0 where that cannot be told."""
    total, waiting = 0, [pid]
    while waiting:
        process = waiting.pop()
        try:
            with open(f"/proc/{process}/statm") as sizes:
                total += int(sizes.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
            for thread in os.listdir(f"/proc/{process}/task"):
                with open(f"/proc/{process}/task/{thread}/children") as children:
                    waiting.extend(int(child) for child in children.read().split())
        except (OSError, ValueError, IndexError):
            continue
    return total
