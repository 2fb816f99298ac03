"""What goes between a process and its workers: length-prefixed messages, and the worker's end of the line."""

import contextlib
import importlib
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any

_HEAD = 8
_PARENT_GONE = 70
_SET_DEATH_SIGNAL = 1


def frame(message: object) -> bytes:
    """Return a message as it goes over the line: its length in eight bytes, then its pickle."""
    body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return len(body).to_bytes(_HEAD, "little") + body


def write_whole(line: int, data: bytes) -> None:
    """Write all bytes to a file descriptor, however small its pipe is."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(line, rest) :]


def read_message(line: int) -> Any:
    """Read one message from a file descriptor.

    Raises
    ------
    EOFError
        The other end is gone.
    """
    # Both ends are this package's own processes, so what is unpickled was pickled by ourselves.
    return pickle.loads(_read_exactly(line, int.from_bytes(_read_exactly(line, _HEAD), "little")))  # noqa: S301


def _read_exactly(line: int, size: int) -> bytearray:
    data = bytearray(size)
    view, have = memoryview(data), 0
    while have < size:
        part = os.read(line, min(size - have, 1 << 20))
        if not part:
            raise EOFError
        view[have : have + len(part)] = part
        have += len(part)
    return data


class Channel:
    """The worker's end: what it tells, and whether it was asked to stop.

    Parameters
    ----------
    line : int
        File descriptor to write to.
    """

    def __init__(self, line: int) -> None:
        self._line = line
        self._stop = threading.Event()

    def send(self, kind: str, data: object = None) -> None:
        """Tell the parent something; plain data only."""
        try:
            write_whole(self._line, frame((kind, data)))
        except OSError:
            os._exit(_PARENT_GONE)

    def progress(self, stage: str, value: int | None, bound: int | None) -> None:
        """Tell stage, value and bound."""
        self.send("progress", (stage, value, bound))

    def best(self, solution: object) -> None:
        """Tell the best solution so far; the parent keeps the last one, whatever becomes of the worker."""
        self.send("best", solution)

    def should_stop(self) -> bool:
        """Tell whether the parent wants the best so far."""
        return self._stop.is_set()

    def listen(self, line: int) -> None:
        """Wait for the parent's wish to stop; end the process when the parent is gone."""
        try:
            while True:
                read_message(line)
                self._stop.set()
        except (EOFError, OSError):
            os._exit(_PARENT_GONE)


def serve(parent: int, die_with_parent: bool, memory_limit: int) -> None:
    """Run the one call that the parent sends, answer with its result or its exception, and end.

    Parameters
    ----------
    parent : int
        Process that started this one.
    die_with_parent : bool
        Whether the kernel may be asked to end this process when the thread that started it ends.
    memory_limit : int
        Bytes beyond which the kernel should refuse memory, where the parent cannot watch; 0 for no limit.
    """
    line_in, line_out = _take_lines()
    if die_with_parent:
        _tie_to_parent(parent)
    if memory_limit:
        _limit_memory(memory_limit)
    channel = Channel(line_out)
    try:
        target, arguments = read_message(line_in)
    except EOFError:
        os._exit(_PARENT_GONE)
    threading.Thread(target=channel.listen, args=(line_in,), daemon=True).start()
    try:
        channel.send("done", _function(target)(channel, *arguments))
    except BaseException as error:
        channel.send("failed", _portable(error))
    sys.stdout.flush()
    sys.stderr.flush()
    # At once: nothing of value is left, and freeing millions of objects one by one would keep the parent waiting.
    os._exit(0)


def _take_lines() -> tuple[int, int]:
    """Keep standard input and output for messages, so that whatever a library prints goes to standard error."""
    lines = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return lines


def _tie_to_parent(parent: int) -> None:
    """Let the kernel end this process with its parent, so that even a worker deep in an engine is no orphan."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(_PARENT_GONE)


def _limit_memory(limit: int) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (limit, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _function(target: str) -> Callable[..., Any]:
    module, _, name = target.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found


def _portable(error: BaseException) -> BaseException:
    """Return the exception with the worker's traceback as a note, or a stand-in if it cannot travel."""
    text = "".join(traceback.format_exception(error))
    copy: BaseException = RuntimeError(f"{type(error).__name__}: {error}")
    # An exit of the worker is no exit of its parent.
    if isinstance(error, Exception):
        with contextlib.suppress(Exception):
            copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - just pickled here
    copy.add_note(f"In a worker:\n{text}")
    return copy
