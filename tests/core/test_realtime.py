"""The hub: who hears what, who is put out, between threads and between processes."""

from __future__ import annotations

import asyncio
import json
import socket

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.conf import settings as django_settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from qianshou.accounts.models import User
from qianshou.core import realtime
from qianshou.core.realtime import consumer, fanout, publishing, rooms
from qianshou.core.routing import websocket_application

pytestmark = pytest.mark.django_db(transaction=True)
REDIS = ("127.0.0.1", 6379)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Ask again on every delivery."""
    monkeypatch.setattr(consumer, "TRUST", 0.0)
    monkeypatch.setattr(rooms, "_kinds", {})


@pytest.fixture
def allowed():
    """Hold who may hear the rooms of these tests."""
    names: set[str] = set()
    realtime.room("test")(lambda user, code: user.username in names)
    return names


def _session(user):
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = django_settings.AUTHENTICATION_BACKENDS[1]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return store


def _people():
    user = User.objects.create(username="ann", display_name="Ann")
    return user, _session(user)


class Line(ApplicationCommunicator):
    """A client's end of a socket (the one in channels.testing needs a server we do not use)."""

    async def connect(self):
        await self.send_input({"type": "websocket.connect"})
        answer = await self.receive_output(5)
        return answer["type"] == "websocket.accept", answer.get("code")

    async def send_text(self, text):
        await self.send_input({"type": "websocket.receive", "text": text})

    async def send_json(self, message):
        await self.send_text(json.dumps(message))

    async def receive_json(self, timeout=5):
        return json.loads((await self.receive_output(timeout))["text"])

    async def disconnect(self):
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(5)


async def _connect(store=None, origin="http://testserver"):
    headers = [(b"origin", origin.encode()), (b"host", b"testserver")]
    if store is not None:
        headers.append((b"cookie", f"sessionid={store.session_key}".encode()))
    scope = {"type": "websocket", "path": "/ws/", "query_string": b"", "headers": headers, "subprotocols": []}
    line = Line(websocket_application, scope)
    return line, await line.connect()


async def _subscribe(line, room):
    await line.send_json({"type": "subscribe", "room": room})
    return (await line.receive_json())["type"]


async def test_a_member_hears_events_of_the_room(allowed):
    _, store = await sync_to_async(_people)()
    allowed.add("ann")
    line, (accepted, _) = await _connect(store)
    assert accepted
    assert await _subscribe(line, "test:A") == "subscribed"
    await sync_to_async(realtime.publish)("test:B", {"id": 0})
    await sync_to_async(realtime.publish)("test:A", {"id": 1})
    assert await line.receive_json() == {"type": "event", "room": "test:A", "event": {"id": 1}}
    await line.send_json({"type": "unsubscribe", "room": "test:A"})
    assert (await line.receive_json())["type"] == "unsubscribed"
    await sync_to_async(realtime.publish)("test:A", {"id": 2})
    assert await line.receive_nothing()
    await line.disconnect()
    assert realtime.hub.size("test:A") == 0


async def test_strangers_and_foreign_origins_are_turned_away(allowed):
    _, (accepted, code) = await _connect()
    assert (accepted, code) == (False, fanout.SIGNED_OUT)
    _, store = await sync_to_async(_people)()
    _, (accepted, _code) = await _connect(store, origin="https://elsewhere.example")
    assert not accepted


async def test_who_may_not_hear_is_refused(allowed):
    _, store = await sync_to_async(_people)()
    line, _ = await _connect(store)
    for room in ("test:A", "unknown:A", "test:../x", "test", ""):
        assert await _subscribe(line, room) == "refused"
    await line.disconnect()


async def test_a_membership_that_ended_is_noticed_on_delivery(allowed):
    _, store = await sync_to_async(_people)()
    allowed.add("ann")
    line, _ = await _connect(store)
    await _subscribe(line, "test:A")
    allowed.clear()
    await sync_to_async(realtime.publish)("test:A", {"id": 1})
    assert await line.receive_json() == {"type": "refused", "room": "test:A"}
    assert realtime.hub.size("test:A") == 0
    await line.disconnect()


async def test_eviction_is_at_once(allowed, monkeypatch):
    monkeypatch.setattr(consumer, "TRUST", 60.0)
    user, store = await sync_to_async(_people)()
    allowed.add("ann")
    line, _ = await _connect(store)
    await _subscribe(line, "test:A")
    await sync_to_async(realtime.evict)("test:A", user.pk)
    await sync_to_async(realtime.publish)("test:A", {"id": 1})
    assert await line.receive_nothing()
    await line.disconnect()


async def test_signing_out_closes_the_socket(allowed):
    _, store = await sync_to_async(_people)()
    allowed.add("ann")
    line, _ = await _connect(store)
    await _subscribe(line, "test:A")
    await sync_to_async(store.flush)()
    await sync_to_async(realtime.publish)("test:A", {"id": 1})
    messages = [await line.receive_output(), await line.receive_output()]
    assert {message["type"] for message in messages} == {"websocket.send", "websocket.close"}
    assert [m.get("code") for m in messages if m["type"] == "websocket.close"] == [fanout.SIGNED_OUT]


@pytest.mark.parametrize(
    "text", ["", "no json", "[]", "{}", '{"type": "subscribe", "room": 1}', '{"type": "x", "room": "y"}', "[" * 4000]
)
async def test_nonsense_is_answered_not_raised(allowed, text):
    _, store = await sync_to_async(_people)()
    line, _ = await _connect(store)
    await line.send_text(text)
    assert await line.receive_json() == {"type": "error", "code": "not_understood"}
    await line.disconnect()


async def test_a_slow_socket_is_put_out_and_others_are_served(monkeypatch):
    mine = realtime.Hub()
    slow, quick = fanout.Socket(1), fanout.Socket(2)
    mine.join("r", slow)
    for number in range(fanout.QUEUE_LENGTH):
        mine.fan_out("r", str(number))
    mine.join("r", quick)
    assert mine.fan_out("r", "last") == 1
    assert (slow.close_code, mine.size("r"), quick.queue.qsize()) == (fanout.TOO_SLOW, 1, 1)


async def test_publishing_waits_for_the_commit(allowed):
    from django.db import transaction

    _, store = await sync_to_async(_people)()
    allowed.add("ann")
    line, _ = await _connect(store)
    await _subscribe(line, "test:A")

    def fail():
        with transaction.atomic():
            realtime.publish("test:A", {"id": 1})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await sync_to_async(fail)()
    assert await line.receive_nothing()
    await line.disconnect()


def _redis_answers():
    try:
        socket.create_connection(REDIS, timeout=0.3).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(not _redis_answers(), reason="no Redis answers at 127.0.0.1:6379")
async def test_between_processes_one_message_travels_through_redis(allowed, settings, monkeypatch):
    from channels.layers import channel_layers
    from channels_redis.pubsub import RedisPubSubChannelLayer

    settings.REALTIME_BETWEEN_PROCESSES = True
    group = f"test.hub.{id(settings)}"
    monkeypatch.setattr(publishing, "GROUP", group)
    layer = RedisPubSubChannelLayer(hosts=[f"redis://{REDIS[0]}:{REDIS[1]}/0"])
    monkeypatch.setitem(channel_layers.backends, "default", layer)
    user, store = await sync_to_async(_people)()
    allowed.add("ann")
    line, _ = await _connect(store)
    await _subscribe(line, "test:A")
    await asyncio.sleep(0.3)  # the listener joins its group
    await sync_to_async(realtime.publish)("test:A", {"id": 1})
    assert (await line.receive_json(timeout=5))["event"] == {"id": 1}
    # Another process has no loop with sockets: it sends through a connection of its own.
    other = RedisPubSubChannelLayer(hosts=[f"redis://{REDIS[0]}:{REDIS[1]}/0"])
    text = json.dumps({"type": "event", "room": "test:A", "event": {"id": 2}})
    await other.group_send(group, {"type": "fan.out", "room": "test:A", "text": text})
    assert (await line.receive_json(timeout=5))["event"] == {"id": 2}
    await other.group_send(group, {"type": "evict", "room": "test:A", "user_id": user.pk})
    await other.group_send(group, {"type": "fan.out", "room": "test:A", "text": text})
    assert await line.receive_nothing(timeout=0.5)
    await line.disconnect()
    for task in consumer._listeners.values():
        task.cancel()
    await asyncio.gather(*consumer._listeners.values(), return_exceptions=True)
    consumer._listeners.clear()
    await layer.flush()
    await other.flush()
