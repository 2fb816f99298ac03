"""Pushing to people: ``publish(room, event)`` is the only way (design 3.9).

One hub per process keeps a bounded queue per socket and fans out locally; between processes the channel layer
carries one message per process. Who may hear a room is asked when a socket joins and again on delivery (an answer
is trusted for one second); ``evict()`` ends it at once.
"""

from qianshou.core.realtime.fanout import Hub, hub
from qianshou.core.realtime.publishing import evict, publish
from qianshou.core.realtime.rooms import may_join, room

__all__ = ("Hub", "evict", "hub", "may_join", "publish", "room")
