"""`manage.py messages`: keep the translations in step with the texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from qianshou.core.messages import catalogues


class Command(BaseCommand):
    """Extract, check or compile the catalogues of all apps."""

    help = "Bring the .po files in step with the texts; --check only looks, --compile writes the .mo files."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer the two other ways of running."""
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--check", action="store_true", help="exit 1 and name what is missing")
        choice.add_argument("--compile", action="store_true", help="write the .mo files")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do one of the three."""
        root = Path(settings.BASE_DIR)
        if options["compile"]:
            self.stdout.write(f"{len(catalogues.compile_all(root))} catalogues compiled")
            return
        if not options["check"]:
            for path in catalogues.update(root):
                self.stdout.write(f"updated {path.relative_to(root)}")
        faults = catalogues.check(root)
        for fault in faults:
            self.stdout.write(str(fault))
        if options["check"] and faults:
            raise CommandError(f"{len(faults)} texts to look after")
        self.stdout.write(f"{len(faults)} texts to look after")
