"""Settings of the test suite: SQLite, or PostgreSQL where `DATABASE_URL` names one."""

import os
import tempfile
from pathlib import Path

from config.environment import postgres

from .base import *  # noqa: F403 -- settings extend each other by star import, Django's custom
from .base import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "qianshou.demo"]

SECRET_KEY = "only-for-tests-" + "x" * 40
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
_scratch = Path(tempfile.gettempdir()) / f"qianshou-tests-{os.getpid()}"
_scratch.mkdir(exist_ok=True)
MEDIA_ROOT = _scratch / "media"
PRIVATE_MEDIA_ROOT = MEDIA_ROOT / "private"
if os.environ.get("DATABASE_URL"):
    DATABASES = {"default": postgres(os.environ["DATABASE_URL"], pool=False)}
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": ":memory:",
            # A file, not memory: race tests open several connections, as real threads do.
            "TEST": {"NAME": str(_scratch / "test.sqlite3")},
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=OFF;",
            },
        }
    }
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
QIANSHOU_KEYS = "t1:" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="
QIANSHOU_INDEX_KEY = "aW5kZXgta2V5LWZvci10ZXN0cy0zMi1ieXRlcy1sb25nISE="
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CELERY_TASK_ALWAYS_EAGER = True
OBLIGATIONS_IMMEDIATE = False  # tests call `obligations.run_due()`
