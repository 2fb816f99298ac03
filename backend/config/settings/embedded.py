"""One machine, one process, SQLite: what runs when nothing is set."""

import os

from config import environment
from config.keyfiles import home_keys, private_folder
from config.logs import logging_config

from .base import *  # noqa: F403 -- settings extend each other by star import, Django's custom
from .base import INSTALLED_APPS

RUN_MODE = "embedded"
DEBUG = environment.flag("QIANSHOU_DEBUG")  # for people who change the pages; never shown to others than this machine
DEMO_MODE = environment.flag("QIANSHOU_DEMO")
INSTALLED_APPS = [*INSTALLED_APPS, "qianshou.demo"]  # does nothing outside demo mode; production has not even the code

QIANSHOU_HOME = private_folder(environment.home())
environment.refuse_demo_home_without_demo_mode(QIANSHOU_HOME, demo_mode=DEMO_MODE)
DATABASES = {"default": environment.sqlite(QIANSHOU_HOME / "qianshou.sqlite3")}
globals().update(home_keys(QIANSHOU_HOME))
STATIC_ROOT = QIANSHOU_HOME / "static"
if QIANSHOU_HOME != environment.ROOT / "var":
    MEDIA_ROOT = QIANSHOU_HOME / "media"
    PRIVATE_MEDIA_ROOT = MEDIA_ROOT / "private"

MFA_REQUIRED = environment.flag("MFA_REQUIRED")
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # http://localhost; browsers refuse passkeys on any other plain address

ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *environment.names("ALLOWED_HOSTS")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "config.staticfiles.QuickHashedStaticFiles"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG

CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {"polling_interval": 0.1}
OBLIGATIONS_IMMEDIATE = False  # `serve` switches it on in the one process that has the workers

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = QIANSHOU_HOME / "mail"
LOGGING = logging_config(as_json=False, level=os.environ.get("LOG_LEVEL", "INFO").upper())
