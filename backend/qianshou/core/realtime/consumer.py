"""The WebSocket at ``/ws/``: subscribe to rooms, hear what happens in them.

From the client: ``{"type": "subscribe"|"unsubscribe", "room": "job:J…"}``. To the client: ``subscribed``, ``refused``,
``unsubscribed``, ``event`` (with ``room`` and ``event``), ``error``. The session cookie is the only credential.
"""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import suppress
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.contrib.auth import SESSION_KEY, get_user_model

from qianshou.core.realtime import publishing
from qianshou.core.realtime.fanout import SIGNED_OUT, Socket, hub
from qianshou.core.realtime.rooms import may_join

LONGEST_MESSAGE = 4096
MOST_ROOMS = 50
#: Seconds for which the answer "may hear this room" is trusted.
TRUST = 1.0

_listeners: dict[int, asyncio.Task[None]] = {}


def _ensure_listener() -> None:
    loop = asyncio.get_running_loop()
    task = _listeners.get(id(loop))
    if settings.REALTIME_BETWEEN_PROCESSES and (task is None or task.done()):
        _listeners.clear()  # one server loop per process; an older one is gone
        _listeners[id(loop)] = loop.create_task(publishing.listen(), name="qianshou-hub-listener")


class EventsConsumer(AsyncWebsocketConsumer):
    """One socket of one signed-in person."""

    async def connect(self) -> None:
        """Accept signed-in people only."""
        user = self.scope.get("user")
        if user is None or not user.is_authenticated:
            await self.close(SIGNED_OUT)
            return
        hub.bind()
        _ensure_listener()
        self._checked: dict[str, float] = {}
        self._socket = Socket(user.pk)
        await self.accept()
        self._writer = asyncio.create_task(self._write())

    async def disconnect(self, code: int) -> None:
        """Leave every room and stop writing."""
        if hasattr(self, "_socket"):
            hub.leave_all(self._socket)
            self._writer.cancel()
            with suppress(asyncio.CancelledError):
                await self._writer

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take one request of the client."""
        try:
            if text_data is None or len(text_data) > LONGEST_MESSAGE:
                raise ValueError
            message = json.loads(text_data)
            action, name = message["type"], message["room"]
            if not isinstance(name, str):
                raise TypeError
        except (ValueError, KeyError, TypeError, RecursionError):
            await self._say({"type": "error", "code": "not_understood"})
            return
        if action == "subscribe":
            await self._subscribe(name)
        elif action == "unsubscribe":
            hub.leave(name, self._socket)
            await self._say({"type": "unsubscribed", "room": name})
        else:
            await self._say({"type": "error", "code": "not_understood"})

    async def _subscribe(self, name: str) -> None:
        self._checked.pop(name, None)  # who was evicted a moment ago is asked anew
        if len(self._socket.rooms) >= MOST_ROOMS:
            await self._say({"type": "error", "code": "too_many_rooms"})
        elif await self._allowed(name):
            hub.join(name, self._socket)
            await self._say({"type": "subscribed", "room": name})
        else:
            await self._say({"type": "refused", "room": name})

    async def _allowed(self, name: str) -> bool:
        at = time.monotonic()
        if at - self._checked.get(name, -TRUST) < TRUST:
            return True
        allowed: bool = await database_sync_to_async(self._ask)(name)
        if allowed:
            self._checked[name] = at
        else:
            self._checked.pop(name, None)
        return allowed

    def _ask(self, name: str) -> bool:
        """Ask with a fresh user: a session, an account or a role may have ended meanwhile."""
        session = self.scope.get("session")
        key = getattr(session, "session_key", None)
        if session is not None and (not key or session.__class__(key).get(SESSION_KEY) != str(self._socket.user_id)):
            self._socket.close(SIGNED_OUT)
            return False
        user = get_user_model().objects.filter(pk=self._socket.user_id, is_active=True).first()
        return bool(user is not None and may_join(user, name))

    async def _write(self) -> None:
        while True:
            name, text = await self._socket.queue.get()
            if self._socket.close_code is not None:
                await self.close(self._socket.close_code)
                return
            await self._deliver(name, text)

    async def _deliver(self, name: str, text: str) -> None:
        if name not in self._socket.rooms:
            return  # evicted after the message was queued
        if not await self._allowed(name):
            hub.leave(name, self._socket)
            await self._say({"type": "refused", "room": name})
        elif name in self._socket.rooms:
            await self.send(text)

    async def _say(self, message: dict[str, Any]) -> None:
        await self.send(json.dumps(message))
