"""From a committed transaction to every process that has sockets."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import transaction

from qianshou.core.realtime.fanout import hub

log = logging.getLogger(__name__)

#: The group that the hub of every process is in.
GROUP = "qianshou.hub"


def publish(room: str, event: dict[str, Any]) -> None:
    """Tell everybody in a room, after the transaction has committed. ``event`` carries ids only, never content.

    A message that cannot be sent is lost: the page reads the truth again, by polling or on its next visit.
    """
    text = json.dumps({"type": "event", "room": room, "event": event}, ensure_ascii=False)
    transaction.on_commit(lambda: _send({"type": "fan.out", "room": room, "text": text}))


def evict(room: str, user_id: int) -> None:
    """Put a person out of a room in every process, after the transaction that ended the membership."""
    transaction.on_commit(lambda: _send({"type": "evict", "room": room, "user_id": user_id}))


def deliver_locally(message: dict[str, Any]) -> None:
    """Do in this process what a message says; thread-safe."""
    if message["type"] == "fan.out":
        hub.fan_out_soon(message["room"], message["text"])
    elif message["type"] == "evict":
        hub.evict_soon(message["room"], message["user_id"])


def _send(message: dict[str, Any]) -> None:
    if not settings.REALTIME_BETWEEN_PROCESSES:
        deliver_locally(message)
        return
    layer = get_channel_layer()
    if layer is None:
        return
    try:
        if hub.loop is not None:
            # The server's loop keeps its connection to Redis; a new loop per call would open one each time.
            future = asyncio.run_coroutine_threadsafe(layer.group_send(GROUP, message), hub.loop)
            future.add_done_callback(_note_failure)
        else:
            async_to_sync(layer.group_send)(GROUP, message)
    except Exception:
        log.warning("a push was lost", exc_info=True)


def _note_failure(future: Any) -> None:
    if not future.cancelled() and future.exception() is not None:
        log.warning("a push was lost", exc_info=future.exception())


async def listen() -> None:
    """Hand messages from other processes to the hub of this one, as long as the loop lives."""
    layer = get_channel_layer()
    if layer is None:
        return
    while True:
        try:
            channel = await layer.new_channel("hub")
            await layer.group_add(GROUP, channel)
            while True:
                deliver_locally(await layer.receive(channel))
        except asyncio.CancelledError:
            raise
        except Exception:
            log.warning("the line between processes broke; trying again", exc_info=True)
            await asyncio.sleep(1)
