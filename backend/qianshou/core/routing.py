"""WebSocket addresses."""

from __future__ import annotations

from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.urls import path

from qianshou.core.realtime.consumer import EventsConsumer

websocket_urlpatterns = [path("ws/", EventsConsumer.as_asgi())]

#: The whole WebSocket side: foreign origins are turned away before the session is even looked at.
websocket_application = AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns)))
