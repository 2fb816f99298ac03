"""One process serves an embedded home: the second one is refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # pragma: no cover -- Windows has no flock; there the port is the only guard
    fcntl = None  # type: ignore[assignment]

_held: dict[Path, IO[str]] = {}


class HomeInUse(SystemExit):
    """Another process serves this home."""


def hold_home(home: Path) -> None:
    """Take the home for this process until it ends (the system lets go of it even after `kill -9`).

    Raises
    ------
    HomeInUse
        When another process has it.
    """
    if home in _held or fcntl is None:
        return
    file = open(home / "serving.lock", "a+", encoding="ascii")  # noqa: SIM115 -- open for as long as the process lives
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        holder = file.read().strip()
        file.close()
        raise HomeInUse(
            f"Another process{f' (number {holder})' if holder.isdigit() else ''} already serves the home in {home}. "
            "Stop it first, or choose another folder with QIANSHOU_HOME. "
            "More processes on the same data need PostgreSQL and Redis: set DATABASE_URL and REDIS_URL."
        ) from None
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    _held[home] = file
