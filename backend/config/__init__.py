"""Settings, addresses and processes; the Celery application is made here so that every process knows it."""

from .celery import app as celery_app

__all__ = ("celery_app",)
