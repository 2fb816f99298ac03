"""Where a solution goes: looked at before the work begins, and written whole or not at all."""

import contextlib
import errno
import json
import os
import sys
from pathlib import Path
from typing import Any, BinaryIO

from scheduling.faults import Fault, InvalidProblem


def to_text(document: dict[str, Any]) -> str:
    """Write a document with one line for each entry of its lists."""
    return "{" + ",\n ".join(f"{_json(key)}: {_lines(value)}" for key, value in document.items()) + "}\n"


def _lines(value: object) -> str:
    if not isinstance(value, list) or not value:
        return _json(value)
    return "[\n  " + ",\n  ".join(map(_json, value)) + "]"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


class Output:
    """A file, or standard output.

    Parameters
    ----------
    path : Path or None
        None for standard output.

    Raises
    ------
    InvalidProblem
        It cannot be written to.

    Notes
    -----
    A regular file is written beside its place and then moved there, so that a reader never sees half a solution and
    an old one stays until the new one is complete.
    """

    def __init__(self, path: Path | None) -> None:
        self._place: Path | None = None
        self._draft: Path | None = None
        self._file: BinaryIO | None = None
        self._in_place = False
        if path is None:
            if sys.stdout is None:
                raise InvalidProblem([Fault("standard output", "an open stream", "a closed one")])
            return
        try:
            self._open(path)
        except (OSError, ValueError) as error:
            raise _unwritable(error) from None

    def _open(self, path: Path) -> None:
        place = path.resolve()
        # Asked of the path, not of the place: that of /dev/stdout may be a pipe, which has no name.
        if not path.exists() or (path.is_file() and os.access(place.parent, os.W_OK)):
            draft = place.with_name(f".{place.name[:100]}.{os.urandom(4).hex()}.part")
            self._file = draft.open("xb")
            self._place, self._draft = place, draft
        else:
            # A device, a pipe, or a file in a folder that takes no new ones.
            self._in_place = path.is_file()
            self._file = path.open("r+b" if self._in_place else "wb")

    def write(self, text: str) -> None:
        """Write everything.

        Raises
        ------
        InvalidProblem
            It could not be written; a file's content then went to standard output instead of being lost.
        """
        data = text.encode(errors="backslashreplace")
        if self._file is None:
            self._to_standard_output(data)
            return
        try:
            with self._file as file:
                file.write(data)
                if self._in_place:
                    file.truncate()
            if self._draft is not None and self._place is not None:
                os.replace(self._draft, self._place)
                self._draft = None
        except OSError as error:
            self._to_standard_output(data)
            raise _unwritable(error) from None
        finally:
            self.close()

    @staticmethod
    def _to_standard_output(data: bytes) -> None:
        try:
            left = memoryview(data)
            while left:  # an unbuffered stream takes what it likes at a time
                left = left[_written(left) :]
            sys.stdout.buffer.flush()
        except OSError as error:
            # Python would complain once more when it flushes the stream at its end.
            with contextlib.suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise InvalidProblem([Fault("standard output", "a reader", str(error.strerror))]) from None

    def close(self) -> None:
        """Leave nothing behind."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
        if self._draft is not None:
            self._draft.unlink(missing_ok=True)
            self._draft = None


def _written(data: memoryview) -> int:
    """Write to standard output; return how many bytes it took."""
    count = sys.stdout.buffer.write(data)
    if count is None:  # said of a stream that is full and does not wait
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
    return count


def _unwritable(error: OSError | ValueError) -> InvalidProblem:
    found = getattr(error, "strerror", None) or str(error)
    return InvalidProblem([Fault("--out", "a file that can be written", found)])
