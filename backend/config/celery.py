"""The Celery application; schedules live in the settings, truth lives in the database."""

import os
from typing import Any

from celery import Celery, signals

from config.environment import settings_module

os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings_module())
app = Celery("qianshou")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def _keep_our_logging(**kwargs: Any) -> None:
    """Celery must not replace the loggers: `LOGGING` says what is written, and that it holds no personal data."""
