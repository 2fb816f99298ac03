"""Reads the environment: which settings to use, and values with a clear refusal when they are wrong."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

ROOT = Path(__file__).resolve().parents[2]


def settings_module() -> str:
    """Return the settings module: production as soon as a database server is named, else embedded."""
    chosen = os.environ.get("QIANSHOU_MODE", "").strip().lower()
    if chosen not in {"", "embedded", "production"}:
        raise SystemExit(f"QIANSHOU_MODE must be 'embedded' or 'production', not {chosen!r}.")
    if chosen:
        return f"config.settings.{chosen}"
    return "config.settings.production" if os.environ.get("DATABASE_URL") else "config.settings.embedded"


def home() -> Path:
    """Return the folder of the embedded home's data (database, keys, backups)."""
    return Path(os.environ.get("QIANSHOU_HOME") or ROOT / "var").expanduser().resolve()


DEMO_MARK = "demo.json"
"""The file that marks a home filled with invented people; it holds their password."""


def refuse_demo_home_without_demo_mode(path: Path, *, demo_mode: bool) -> None:
    """Stop the start of a real home on demo data: its sign-ins have a printed password."""
    if not demo_mode and (path / DEMO_MARK).exists():
        raise SystemExit(
            f"{path} holds the demo home, whose passwords are printed at every start. "
            "Set QIANSHOU_DEMO=1 to open it, or QIANSHOU_HOME to another, empty folder for real work."
        )


def flag(name: str, default: bool = False) -> bool:
    """Return a yes/no variable; anything but 1/0, true/false, yes/no, on/off is refused."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise SystemExit(f"{name} must be yes or no, not {value!r}.")


def names(name: str) -> list[str]:
    """Return a comma-separated variable as a list without blanks."""
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


def postgres(url: str, *, pool: bool = True) -> dict[str, Any]:
    """Return Django's database entry for a `postgres://user:password@host:port/name?option=value` address."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise SystemExit("DATABASE_URL must look like postgres://user:password@host:5432/name.")
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    if pool:
        options["pool"] = {"min_size": 2, "max_size": 10, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 0,
        "OPTIONS": options,
    }


def sqlite(path: Path) -> dict[str, Any]:
    """Return Django's database entry for one SQLite file (WAL, IMMEDIATE, 20 s of patience)."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA mmap_size=134217728;"
            "PRAGMA journal_size_limit=27103364;PRAGMA cache_size=-20000;PRAGMA temp_store=MEMORY;",
        },
    }
