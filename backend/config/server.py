"""The embedded server: uvicorn on the main thread, Celery worker threads and beat beside it, in ONE process.

Running Celery's worker and beat in threads is not a documented use of theirs; `tests/run` kills and restarts the
process to show that it holds. What must not be lost is an obligation in the database, so threads that do not end in
time are simply left behind at exit, like after a `kill -9`.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
import time
from types import FrameType
from typing import Any, NoReturn

import uvicorn
from celery import Celery
from celery.beat import Scheduler, Service
from celery.worker import WorkController

log = logging.getLogger(__name__)

GRACE = 3.0
"""Seconds that requests, and after them tasks, get to finish when the server is stopped."""


class PortTaken(Exception):
    """Another program listens at the address."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket bound to the address.

    Raises
    ------
    PortTaken
        When somebody else has it, or it may not be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise PortTaken(f"{host}:{port} cannot be used ({error.strerror}).") from error
    bound.set_inheritable(False)
    return bound


class _Web(uvicorn.Server):
    """Tells when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Any) -> None:
        super().__init__(config)
        self._tell = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self._tell()


class EmbeddedServer:
    """The three parts and their common start and end."""

    def __init__(self, celery: Celery, *, worker_threads: int, ready: Any) -> None:
        config = uvicorn.Config(
            "config.asgi:application",
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=int(GRACE),
            ws_max_size=64 * 1024,
        )
        self._web = _Web(config, ready)
        self._worker = WorkController(
            app=celery, pool="threads", concurrency=worker_threads, hostname="embedded@localhost", loglevel="WARNING"
        )
        self._beat = Service(celery, max_interval=1, scheduler_cls=Scheduler)
        self._threads = [
            threading.Thread(target=self._guard, args=(self._worker.start,), name="qianshou-worker", daemon=True),
            threading.Thread(target=self._guard, args=(self._beat.start,), name="qianshou-beat", daemon=True),
        ]
        self._stopping = False

    def run(self, bound: socket.socket) -> NoReturn:
        """Serve until a signal says stop, then leave the process: with 0, or 1 when a part broke."""
        for number in (signal.SIGTERM, signal.SIGINT):
            # uvicorn raises a caught signal again when it has stopped; this handler makes that harmless.
            signal.signal(number, self._on_signal)
        for thread in self._threads:
            thread.start()
        broken = False
        try:
            if not self._stopping:
                self._web.run(sockets=[bound])
            broken = not self._stopping and not self._web.should_exit
        except KeyboardInterrupt:
            pass
        finally:
            self._stop_threads()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(1 if broken or self._failed else 0)

    _failed = False

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True
        self._web.should_exit = True

    def _guard(self, start: Any) -> None:
        """Run a part; when it ends by itself the whole server ends, so that somebody restarts it."""
        try:
            start()
        except BaseException:
            if not self._stopping:
                log.exception("a part of the server broke")
        if not self._stopping and not self._web.should_exit:
            self._failed = True
            self._web.should_exit = True

    def _stop_threads(self) -> None:
        self._stopping = True
        deadline = time.monotonic() + GRACE
        self._beat.stop()
        stopper = threading.Thread(target=self._guard, args=(self._worker.stop,), daemon=True)
        stopper.start()
        for thread in (stopper, *self._threads):
            thread.join(max(0.0, deadline - time.monotonic()))
