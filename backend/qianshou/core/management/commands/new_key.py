"""`manage.py new_key`: a new key for the encrypted fields, before the old ones."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from qianshou.core import crypto


class Command(BaseCommand):
    """Write the key into the key file of an embedded home; elsewhere print the new value of QIANSHOU_KEYS."""

    help = "Make a new first key for the encrypted fields. Restart, then run rotate_keys."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it, and say what comes next."""
        known = crypto.key_ids()
        number = 1 + max((int(key_id[1:]) for key_id in known if key_id[:1] == "k" and key_id[1:].isdigit()), default=0)
        entry = f"k{number}:{base64.b64encode(secrets.token_bytes(32)).decode()}"
        value = ",".join([entry, *settings.QIANSHOU_KEYS.replace("\n", ",").split(",")])
        file = Path(settings.QIANSHOU_HOME) / "keys" / "field_keys"
        if settings.RUN_MODE != "embedded":
            self.stdout.write(f"QIANSHOU_KEYS={value}")
            self.stderr.write("Set this for every process, restart them all, then run: manage.py rotate_keys")
            return
        _replace(file, value)
        self.stdout.write(f"key k{number} is now the first in {file}")
        self.stdout.write(
            "Restart the server, then run: manage.py rotate_keys. Keep a copy of the keys with your backups."
        )


def _replace(file: Path, value: str) -> None:
    """Put the new list in place of the old one at once; only the owner can read it."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as out:
            out.write(value + "\n")
            out.flush()
            os.fsync(out.fileno())
        draft.replace(file)
    except OSError as error:
        raise CommandError(f"The key file could not be written: {error}") from error
