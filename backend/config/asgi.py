"""ASGI entry: pages and API through Django, `/ws/` through Channels."""

import os
import warnings

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

from config.environment import settings_module

os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings_module())
http_application = get_asgi_application()  # sets Django up: everything below may import models

from django.conf import settings  # noqa: E402

from config.homelock import hold_home  # noqa: E402
from qianshou.core.routing import websocket_application  # noqa: E402

# WhiteNoise streams files from disk the synchronous way; Django reads them whole and warns about it, which is fine
# for style sheets and scripts.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")

if settings.RUN_MODE == "embedded":
    hold_home(settings.QIANSHOU_HOME)  # rooms and workers live in one process: a second one would not hear the first

application = ProtocolTypeRouter({"http": http_application, "websocket": websocket_application})
