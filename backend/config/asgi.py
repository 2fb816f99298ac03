"""ASGI entry."""

import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

from config.environment import settings_module

os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings_module())
_pages = get_asgi_application()  # loads the apps, which the import below needs

from qianshou.core.routing import websocket_application  # noqa: E402

application = ProtocolTypeRouter({"http": _pages, "websocket": websocket_application})
