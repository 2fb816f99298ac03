"""`manage.py serve`: the embedded home, whole, in one process."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import health
from config.celery import app as celery
from config.homelock import hold_home
from qianshou.core import obligations

IN_PRODUCTION = """serve is for one machine without PostgreSQL and Redis. In production start the processes one by one:
  uvicorn config.asgi:application        web, as many as you like
  celery -A config.celery worker         background work, as many as you like
  celery -A config.celery beat           the clock, exactly one
docker/compose.yaml does so; docs/operations.md says more."""


class Command(BaseCommand):
    """Serve pages, run background work and keep the clock."""

    help = "Serve the embedded home: pages, background work and clock in one process."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer what the environment offers too."""
        parser.add_argument("--host", default=os.environ.get("HOST") or "127.0.0.1")
        parser.add_argument("--port", default=os.environ.get("PORT") or "8000")
        parser.add_argument("--processes", default=os.environ.get("WEB_CONCURRENCY") or "1")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check that the home may be served, then serve it."""
        if settings.RUN_MODE != "embedded":
            raise CommandError(IN_PRODUCTION)
        if options["processes"] != "1":
            raise CommandError(
                "The embedded home runs in exactly one process. More processes need REDIS_URL and DATABASE_URL: "
                "see docs/operations.md."
            )
        host, port = options["host"], _port(options["port"])
        hold_home(settings.QIANSHOU_HOME)
        if health.pending_migrations():
            raise CommandError("The database is older than this program. Run: manage.py prepare")
        if not settings.DEBUG and not (Path(settings.STATIC_ROOT or "") / "staticfiles.json").exists():
            raise CommandError("Style sheets and scripts are not collected yet. Run: manage.py prepare")
        self._serve(host, port)

    def _serve(self, host: str, port: int) -> None:
        from config.server import EmbeddedServer, PortTaken, listen

        try:
            bound = listen(host, port)
        except PortTaken as error:
            raise CommandError(f"{error} Choose another port: PORT=8001") from error
        obligations.release_leases()  # this is the only process: whoever held one was killed
        settings.OBLIGATIONS_IMMEDIATE = True  # the workers are in this process
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{bound.getsockname()[1]}/"

        def ready() -> None:
            self.stdout.write(f"Qianshou is open at {address}   (stop with Ctrl-C)")
            self.stdout.flush()

        EmbeddedServer(celery, worker_threads=settings.EMBEDDED_WORKER_THREADS, ready=ready).run(bound)


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        raise CommandError(f"PORT must be a number up to 65535, not {text!r}.")
    return int(text)
