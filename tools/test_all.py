"""Run the whole test suite on everything that this machine offers, and end with what was skipped and why.

SQLite always; PostgreSQL and Redis where `DATABASE_URL` and `REDIS_URL` name them or servers answer at the standard
local ports; the browser journeys where Chromium is found.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import zlib
from dataclasses import dataclass, field
from getpass import getuser
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
NO_TESTS = 5
DATABASE = f"qianshou_{zlib.crc32(str(ROOT).encode()):08x}"
"""One name per checkout, so that two of them can test at the same time."""

WORKERS = os.environ.get("TEST_WORKERS", "2")


@dataclass
class Outcome:
    """What ran, what did not."""

    lines: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def main() -> int:
    """Run each part; 0 when no test failed."""
    outcome = Outcome()
    extra = sys.argv[1:]
    base = {
        key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL", "QIANSHOU_HOME"}
    }
    _pytest(outcome, "SQLite", base, ["-m", "not e2e", "-n", WORKERS, *extra])
    servers = _servers(outcome)
    if servers is not None:
        # The solver library knows no database (import-linter sees to it): its tests have run above and run once.
        others = ["-m", "not e2e", "-n", WORKERS, "--ignore=tests/scheduling"]
        _pytest(outcome, "PostgreSQL and Redis", {**base, **servers}, [*others, *extra])
    browser = browser_path()
    if browser is None:
        outcome.skipped.append("browser journeys: no Chromium found (`make e2e-setup` installs it on Debian)")
    elif not (ROOT / "tests" / "e2e").is_dir():
        outcome.skipped.append("browser journeys: there are none yet")
    else:
        _pytest(outcome, "browser", {**base, "CHROMIUM": browser}, ["-m", "e2e", "-n", "0", "tests/e2e", *extra])
    return _report(outcome)


def browser_path() -> str | None:
    """Return the Chromium of this machine, `CHROMIUM` first."""
    named = os.environ.get("CHROMIUM")
    found = (shutil.which(name) for name in (BROWSERS if not named else (named,)))
    return next((path for path in found if path), None)


def _servers(outcome: Outcome) -> dict[str, str] | None:
    redis = os.environ.get("REDIS_URL") or ("redis://127.0.0.1:6379/9" if _answers("127.0.0.1", 6379) else "")
    database = os.environ.get("DATABASE_URL") or _local_postgres()
    missing = []
    if not database:
        missing.append("no PostgreSQL that lets us in at 127.0.0.1:5432, and DATABASE_URL is not set")
    if not redis:
        missing.append("no Redis at 127.0.0.1:6379, and REDIS_URL is not set")
    if missing:
        outcome.skipped.append(f"the suite on PostgreSQL and Redis: {'; '.join(missing)}")
        return None
    return {"DATABASE_URL": database, "REDIS_URL": redis}


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def _local_postgres() -> str:
    if not _answers("127.0.0.1", 5432):
        return ""
    import psycopg

    for user in dict.fromkeys((os.environ.get("PGUSER") or getuser(), "postgres")):
        address = f"postgres://{user}@127.0.0.1:5432/postgres"
        try:
            with psycopg.connect(address, connect_timeout=2) as connection:
                allowed = connection.execute(
                    "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
                )
                if (allowed.fetchone() or [False])[0]:
                    return f"postgres://{user}@127.0.0.1:5432/{DATABASE}"
        except psycopg.Error:
            continue
    return ""


def _pytest(outcome: Outcome, name: str, environment: dict[str, str], arguments: list[str]) -> None:
    where = urlsplit(environment.get("DATABASE_URL", "")).hostname
    print(f"\n=== {name}{f' at {where}' if where else ''} ===", flush=True)
    started = time.monotonic()
    code = subprocess.run([sys.executable, "-m", "pytest", "-q", *arguments], cwd=ROOT, env=environment).returncode
    seconds = time.monotonic() - started
    if code == NO_TESTS:
        outcome.skipped.append(f"{name}: no test selected")
    elif code:
        outcome.failed.append(name)
    end = "passed" if code in {0, NO_TESTS} else f"ended by signal {-code}" if code < 0 else "FAILED"
    outcome.lines.append(f"{name}: {end} in {seconds:.0f} s")


def _report(outcome: Outcome) -> int:
    print("\n=== What ran ===", *outcome.lines, sep="\n")
    print("=== What was skipped, and why ===", *(outcome.skipped or ["nothing"]), sep="\n", flush=True)
    return 1 if outcome.failed else 0


if __name__ == "__main__":
    sys.exit(main())
