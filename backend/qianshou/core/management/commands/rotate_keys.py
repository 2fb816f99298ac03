"""`manage.py rotate_keys`: write the encrypted fields anew under the current key."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from qianshou.core import crypto, rotation


class Command(BaseCommand):
    """Rotate in batches; may be stopped and started again, with the house open."""

    help = "Write every encrypted field anew under the first key of QIANSHOU_KEYS; then says which keys may go."

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer the blind indexes, which have a key of their own."""
        parser.add_argument(
            "--index",
            action="store_true",
            help="compute the blind indexes anew instead, after QIANSHOU_INDEX_KEY was changed, with the house closed",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Rotate and report."""
        try:
            if options["index"]:
                self.stdout.write(f"{rotation.reindex(self._report)} rows have a new blind index")
                return
            result = rotation.rotate(self._report)
        except crypto.DecryptionFailed as error:
            raise CommandError(f"A value cannot be read: {error}. Is its key missing from QIANSHOU_KEYS?") from error
        self.stdout.write(f"{result.rows} rows written under key {crypto.current_key_id()}")
        for key_id, values in sorted(result.held.items()):
            self.stdout.write(f"key {key_id} holds {values} values")
        idle = [
            key_id for key_id in crypto.key_ids() if key_id not in result.held and key_id != crypto.current_key_id()
        ]
        for key_id in idle:
            self.stdout.write(f"key {key_id} is not needed by this database any more (backups may still need it)")

    def _report(self, model: str, rows: int) -> None:
        self.stderr.write(f"{model}: {rows}")
