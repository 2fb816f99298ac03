"""`manage.py load_holidays`: put the published holidays into the table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from qianshou.core.calendar import services
from qianshou.core.errors import Invalid


class Command(BaseCommand):
    """Load a file of holidays; days that are in the table stay as they are."""

    help = "Load public holidays and make-up workdays (default: fixtures/holidays.json)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take another file."""
        parser.add_argument("file", nargs="?", type=Path, default=Path(settings.BASE_DIR) / "fixtures/holidays.json")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and say what was new."""
        try:
            saved = services.load_file(options["file"])
        except Invalid as error:
            raise CommandError(str(error), returncode=2) from error
        for year in saved:
            self.stdout.write(f"{year.year}: {year.added} days added, {year.known} known")
