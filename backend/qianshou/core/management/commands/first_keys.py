"""`manage.py first_keys`: keys for production, fresh from the system's random source."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.management.base import BaseCommand

from config.keyfiles import random_key


class Command(BaseCommand):
    """Print the three secrets that production needs; nothing is written anywhere."""

    help = "Print fresh values for SECRET_KEY, QIANSHOU_KEYS and QIANSHOU_INDEX_KEY."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Print lines for an environment file."""
        self.stdout.write(f"SECRET_KEY={secrets.token_urlsafe(64)}")
        self.stdout.write(f"QIANSHOU_KEYS=k1:{random_key()}")
        self.stdout.write(f"QIANSHOU_INDEX_KEY={random_key()}")
