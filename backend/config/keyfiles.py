"""The keys of an embedded home: made at its first start, readable by their owner alone."""

from __future__ import annotations

import base64
import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


def private_folder(path: Path) -> Path:
    """Make a folder that only its owner can enter; one that exists is left as it is."""
    path.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    return path


def refuse_if_shared(path: Path) -> None:
    """Stop the start when others on this machine could read a secret."""
    if os.name != "posix":
        return
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        wanted = "700" if path.is_dir() else "600"
        raise SystemExit(
            f"{path} is open to other users of this machine (mode {mode:o}). "
            f"Make it yours alone and start again: chmod {wanted} {path}"
        )


def keep_secret(path: Path, make: Callable[[], str]) -> str:
    """Return the secret in a file; the first call makes it. Of two first calls at once, one wins and both read it."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(make() + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    refuse_if_shared(path)
    return path.read_text(encoding="ascii").strip()


def random_key() -> str:
    """Return 32 random bytes in base64."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def home_keys(home: Path) -> dict[str, str]:
    """Return `SECRET_KEY`, `QIANSHOU_KEYS` and `QIANSHOU_INDEX_KEY` of an embedded home.

    A home whose database is there but whose field keys are gone does not get new ones: what was written with the
    old keys could never be read again, and nobody would notice until it is too late.
    """
    folder = private_folder(home / "keys")
    refuse_if_shared(folder)
    for name in ("field_keys", "index_key"):
        if (home / "qianshou.sqlite3").exists() and not (folder / name).exists():
            raise SystemExit(
                f"The database in {home} is there, but its key {folder / name} is missing. "
                "Put the keys back from your backup; without them the encrypted fields cannot be read."
            )
    return {
        "QIANSHOU_KEYS": keep_secret(folder / "field_keys", lambda: f"k1:{random_key()}"),
        "QIANSHOU_INDEX_KEY": keep_secret(folder / "index_key", random_key),
        "SECRET_KEY": keep_secret(folder / "secret_key", lambda: secrets.token_urlsafe(50)),
    }
