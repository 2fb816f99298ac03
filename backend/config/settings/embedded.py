"""One machine, one process, SQLite: what runs when nothing is set."""

import os

from config.environment import flag, home, sqlite

from .base import *  # noqa: F403 -- settings extend each other by star import, Django's custom

HOME = home()
HOME.mkdir(parents=True, exist_ok=True)
DEMO_MODE = flag("QIANSHOU_DEMO", default=False)
DATABASES = {"default": sqlite(HOME / "qianshou.sqlite3")}
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *[h for h in os.environ.get("ALLOWED_HOSTS", "").split(",") if h]]
SECRET_KEY = os.environ.get("SECRET_KEY") or "embedded-" + "x" * 50
