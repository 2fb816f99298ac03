"""`manage.py prepare`: everything between installing and serving."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand

from qianshou.core.models import HolidayRule


class Command(BaseCommand):
    """Compile texts, bring the database up to date, collect style sheets; in demo mode load the demo home."""

    help = "Make this home ready to serve; run it after every update. Running it twice does no harm."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Do each step, quietly."""
        call_command("messages", compile=True, stdout=_Silent())
        call_command("migrate", interactive=False, verbosity=0)
        if not HolidayRule.objects.exists():
            call_command("load_holidays", stdout=_Silent())
        if not settings.DEBUG:
            self._collect_static()
        if settings.DEMO_MODE and apps.is_installed("qianshou.demo"):
            call_command("load_demo", stdout=self.stdout)

    def _collect_static(self) -> None:
        """Collect, hash and compress only when a file changed: it takes seconds."""
        stamp = Path(settings.STATIC_ROOT or "") / ".collected"
        state = _fingerprint()
        if stamp.exists() and stamp.read_text(encoding="ascii") == state:
            return
        call_command("collectstatic", interactive=False, clear=stamp.exists(), verbosity=0)
        stamp.write_text(state, encoding="ascii")


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            known = Path(storage.path(name)).stat()
            digest.update(f"{name}:{known.st_size}:{known.st_mtime_ns}\n".encode())
    return digest.hexdigest()


class _Silent:
    """Takes what a command prints and forgets it."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        """Nothing is kept."""
