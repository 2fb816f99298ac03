"""Make the environment in `.venv` from the lock file. Standard library only: this runs before anything is installed.

    python3 tools/bootstrap.py runtime    what the program needs
    python3 tools/bootstrap.py dev        and what tests and linters need
    python3 tools/bootstrap.py bench      in `.venv-bench`, alone: what `make bench` compares with

uv does it in seconds; where uv cannot be had, pip installs the same versions, checked by the same hashes, from
`requirements/` (exported from the lock file; `tests/run` compares them).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / (".venv-bench" if sys.argv[1:] == ["bench"] else ".venv")
BIN = HOME / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
UV = BIN / ("uv.exe" if os.name == "nt" else "uv")
UV_VERSION = "uv>=0.13,<0.14"
OLDEST = (3, 11)


def main() -> int:
    """Install one set; does nothing when it is there already."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else "runtime"
    if wanted not in {"runtime", "dev", "bench"}:
        return _say("usage: bootstrap.py runtime|dev|bench", 2)
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:3]))
        return _say(
            f"Qianshou needs Python 3.11 or newer; this is {found}. Name another one: make PYTHON=python3.12", 1
        )
    stamp = HOME / f".installed-{wanted}"
    state = _state()
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == state:
        return 0
    if not PYTHON.exists() and not _make_environment():
        return 1
    _say("Installing what Qianshou needs ...")
    if not (_with_uv(wanted) or _with_pip(wanted)):
        return _say("The packages could not be installed; the reason stands above. Is there a network?", 1)
    stamp.write_text(state)
    return 0


def _say(text: str, code: int = 0) -> int:
    print(text, file=sys.stderr if code else sys.stdout, flush=True)
    return code


def _state() -> str:
    digest = hashlib.sha256((ROOT / "uv.lock").read_bytes())
    digest.update((ROOT / "pyproject.toml").read_bytes())
    digest.update(sys.version.encode())
    return digest.hexdigest()


def _make_environment() -> bool:
    try:
        venv.create(HOME, with_pip=True, clear=True)
    except (OSError, subprocess.CalledProcessError) as error:
        _say(f"No Python environment could be made in {HOME}: {error}", 1)
        _say("On Debian and Ubuntu, `apt install python3-venv` is missing.", 1)
        return False
    return True


def _run(*command: str | Path, **more: str) -> bool:
    environment = {key: value for key, value in os.environ.items() if key not in {"VIRTUAL_ENV", "PYTHONHOME"}}
    return subprocess.run([str(part) for part in command], cwd=ROOT, env={**environment, **more}).returncode == 0


def _pip(*what: str | Path) -> bool:
    if not any(HOME.glob("lib*/**/site-packages/pip")) and not _run(PYTHON, "-m", "ensurepip", "--default-pip"):
        return False
    return _run(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what)


def _with_uv(wanted: str) -> bool:
    uv = UV if UV.exists() else shutil.which("uv")
    if uv is None:
        if not _pip(UV_VERSION):
            return False
        uv = UV
    groups = {"dev": ["--group", "dev"], "bench": ["--only-group", "bench"]}.get(wanted, [])
    # --inexact: uv itself stays, and `make run` after `make test` takes nothing away.
    # --compile-bytecode, as pip does: without it every start may compile the packages anew.
    return _run(
        uv,
        "sync",
        "--frozen",
        "--inexact",
        "--compile-bytecode",
        "--quiet",
        *groups,
        UV_PROJECT_ENVIRONMENT=str(HOME),
        UV_PYTHON_DOWNLOADS="never",
    )


def _with_pip(wanted: str) -> bool:
    _say("uv is not to be had here; pip takes a little longer.")
    return _pip("--require-hashes", "-r", ROOT / "requirements" / f"{wanted}.txt")


if __name__ == "__main__":
    sys.exit(main())
