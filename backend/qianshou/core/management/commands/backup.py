"""`manage.py backup`: a whole, consistent copy of an embedded home's database, while it is open."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from config.keyfiles import private_folder
from qianshou.core import clock

KEPT = 14


class Command(BaseCommand):
    """Copy, check the copy, and let the oldest copies go."""

    help = "Write a checked copy of the database to QIANSHOU_HOME/backups (or --to); keeps the newest copies."

    def add_arguments(self, parser: CommandParser) -> None:
        """Choose where to and how many."""
        parser.add_argument("--to", type=Path, default=None, help="another folder, best on another disk")
        parser.add_argument("--keep", type=int, default=KEPT, help=f"how many copies stay (default {KEPT})")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make one copy."""
        if connection.vendor != "sqlite":
            raise CommandError("This is for embedded homes. Back up PostgreSQL with pg_dump: docs/operations.md.")
        if options["keep"] < 1:
            raise CommandError("--keep must be at least 1.")
        folder = private_folder(options["to"] or Path(settings.QIANSHOU_HOME) / "backups")
        copy = folder / f"qianshou-{clock.now():%Y%m%d-%H%M%S}.sqlite3"
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(copy)])
        copy.chmod(0o600)
        _check(copy)
        for old in sorted(folder.glob("qianshou-*.sqlite3"))[: -options["keep"]]:
            old.unlink()
        self.stdout.write(f"{copy} ({copy.stat().st_size // 1024} KB)")
        self.stdout.write("It is of no use without the keys: keep a copy of QIANSHOU_HOME/keys in another place.")


def _check(copy: Path) -> None:
    with sqlite3.connect(f"{copy.as_uri()}?mode=ro", uri=True) as database:
        found = database.execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        raise CommandError(f"The copy {copy} is damaged: {found}")
