"""PostgreSQL and Redis; every missing or unsafe value stops the start, all of them named in one message."""

import os
from pathlib import Path

from config.environment import ROOT, flag, names, postgres
from config.logs import logging_config
from config.safety import e_mail, production_faults, refuse

from .base import *  # noqa: F403 -- settings extend each other by star import, Django's custom

refuse(production_faults(os.environ))

RUN_MODE = "production"
DEBUG = False
DEMO_MODE = False
MFA_REQUIRED = True
SESSION_IDLE_SECONDS = 60 * int(os.environ.get("SESSION_IDLE_MINUTES") or 30)

SECRET_KEY = os.environ["SECRET_KEY"]
QIANSHOU_KEYS = os.environ["QIANSHOU_KEYS"]
QIANSHOU_INDEX_KEY = os.environ["QIANSHOU_INDEX_KEY"]
ALLOWED_HOSTS = names("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = names("TRUSTED_ORIGINS")

DATABASES = {"default": postgres(os.environ["DATABASE_URL"])}
REDIS_URL = os.environ["REDIS_URL"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": "qianshou"},
    }
}
REALTIME_BETWEEN_PROCESSES = True

CELERY_BROKER_URL = REDIS_URL
# A worker that is killed gives its task back after this time at the earliest; the sweep is the guarantee, not this.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 300, "global_keyprefix": "qianshou."}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1

STATIC_ROOT = Path(os.environ.get("STATIC_ROOT") or ROOT / "build" / "static")
MEDIA_ROOT = Path(os.environ.get("MEDIA_ROOT") or ROOT / "media")
PRIVATE_MEDIA_ROOT = MEDIA_ROOT / "private"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.staticfiles.HashedStaticFiles"},
}

SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-qianshou"
CSRF_COOKIE_NAME = "__Host-csrftoken"
SECURE_HSTS_SECONDS = 365 * 24 * 3600
# The proxy says whether the caller used https; uvicorn reads it from the proxies named in FORWARDED_ALLOW_IPS only.
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for subdomains: the domain is often the county's, not ours to decide for
    "security.W021",  # preload: the same
]

globals().update(e_mail(os.environ))
LOGGING = logging_config(as_json=not flag("LOG_PLAIN"), level=os.environ.get("LOG_LEVEL", "INFO").upper())
