"""`manage.py verify_read_log`: prove that nobody touched the log of reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from qianshou.core import readlog


class Command(BaseCommand):
    """Walk the chain; exit 1 and name the first row that does not hold."""

    help = "Verify the hash chain of the read log; exit 1 names the first bad row."

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer anchors kept outside the database."""
        parser.add_argument(
            "--anchors", type=Path, metavar="FILE", help="compare with the anchors in FILE and add today's at its end"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and report."""
        file: Path | None = options["anchors"]
        known = file.read_text().split() if file and file.exists() else []
        try:
            result = readlog.verify(anchors=known)
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from error
        if not result.ok:
            raise CommandError(f"row {result.bad_sequence}: {result.reason}", returncode=1)
        if file and result.anchor not in known:
            with file.open("a") as stream:
                stream.write(result.anchor + "\n")
        self.stdout.write(f"{result.entries} entries, chain whole, anchor {result.anchor}")
