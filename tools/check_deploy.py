"""`check --deploy` with production settings and keys made for this one check; a warning fails it."""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def production_environment() -> dict[str, str]:
    """Return an environment that production accepts, with throw-away keys and servers that are never called."""
    return {
        "QIANSHOU_MODE": "production",
        "DATABASE_URL": "postgres://qianshou@127.0.0.1:5432/qianshou",
        "REDIS_URL": "redis://127.0.0.1:6379/0",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "QIANSHOU_KEYS": f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "QIANSHOU_INDEX_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "ALLOWED_HOSTS": "home.county.test",
        "EMAIL_HOST": "none",
    }


def main() -> int:
    """Run the check."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    command = [sys.executable, "backend/manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(command, cwd=ROOT, env={**kept, **production_environment()}).returncode


if __name__ == "__main__":
    sys.exit(main())
