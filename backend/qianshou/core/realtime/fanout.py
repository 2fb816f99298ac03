"""The room hub of one process: serialise once, fan out locally, never wait for a slow socket."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from dataclasses import dataclass, field

#: Messages that may wait for one socket; a reader that falls further behind is put out and must catch up over HTTP.
QUEUE_LENGTH = 256
#: Close codes of our own.
TOO_SLOW = 4408
SIGNED_OUT = 4401


@dataclass(slots=True, eq=False)
class Socket:
    """One connection: what waits to be sent, and why it must close."""

    user_id: int
    queue: asyncio.Queue[tuple[str, str]] = field(default_factory=lambda: asyncio.Queue(QUEUE_LENGTH))
    rooms: set[str] = field(default_factory=set)
    close_code: int | None = None

    def close(self, code: int) -> None:
        """Ask the connection to end; the first reason counts. A writer that waits on an empty queue is woken."""
        if self.close_code is None:
            self.close_code = code
        with suppress(asyncio.QueueFull):
            self.queue.put_nowait(("", ""))


class Hub:
    """Rooms and their sockets. All methods but the two thread-safe ones run in the event loop of the server."""

    def __init__(self) -> None:
        self._rooms: dict[str, set[Socket]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        """The server's event loop, None while no socket has ever been open here."""
        loop = self._loop
        return None if loop is None or loop.is_closed() else loop

    def bind(self) -> None:
        """Take the running loop as the one that carries the sockets."""
        with self._lock:
            self._loop = asyncio.get_running_loop()

    def join(self, room: str, socket: Socket) -> None:
        """Let a socket hear a room."""
        self._rooms.setdefault(room, set()).add(socket)
        socket.rooms.add(room)

    def leave(self, room: str, socket: Socket) -> None:
        """Stop a socket from hearing a room."""
        socket.rooms.discard(room)
        members = self._rooms.get(room)
        if members is not None:
            members.discard(socket)
            if not members:
                del self._rooms[room]

    def leave_all(self, socket: Socket) -> None:
        """Forget a socket."""
        for room in tuple(socket.rooms):
            self.leave(room, socket)

    def fan_out(self, room: str, text: str) -> int:
        """Queue a text for every socket of a room; returns how many took it. A full queue puts its socket out."""
        taken = 0
        for socket in tuple(self._rooms.get(room, ())):
            try:
                socket.queue.put_nowait((room, text))
                taken += 1
            except asyncio.QueueFull:
                self.leave_all(socket)
                socket.close(TOO_SLOW)
        return taken

    def evict_local(self, room: str, user_id: int) -> None:
        """Put a person's sockets out of a room at once, also what waits in their queues."""
        for socket in tuple(self._rooms.get(room, ())):
            if socket.user_id == user_id:
                self.leave(room, socket)

    def fan_out_soon(self, room: str, text: str) -> None:
        """Thread-safe: fan out in the server's loop, when there is one."""
        if self.loop is not None:
            self.loop.call_soon_threadsafe(self.fan_out, room, text)

    def evict_soon(self, room: str, user_id: int) -> None:
        """Thread-safe: evict in the server's loop, when there is one."""
        if self.loop is not None:
            self.loop.call_soon_threadsafe(self.evict_local, room, user_id)

    def size(self, room: str) -> int:
        """Return how many sockets hear a room here."""
        return len(self._rooms.get(room, ()))


hub = Hub()
