"""A home of its own for tests that start real processes."""

from __future__ import annotations

import gzip
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MANAGE = ROOT / "backend" / "manage.py"
PATIENCE = 90


def clean_environment(**more: str) -> dict[str, str]:
    """Return an environment without settings of the person or machine that runs the tests."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TMPDIR") if key in os.environ}
    return {**kept, "PYTHONPATH": f"{ROOT / 'backend'}{os.pathsep}{ROOT}", **more}


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python with arguments in a clean environment."""
    return subprocess.run(
        [sys.executable, *map(str, command)],
        cwd=ROOT,
        env=clean_environment(**environment),
        capture_output=True,
        text=True,
        timeout=120,
    )


def free_port() -> int:
    """Return a port that nobody listens at just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Served:
    """A running `manage.py serve`."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.port = free_port()
        self.log = home / "test.log"
        self._log = self.log.open("ab")
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, str(MANAGE), "serve"],
            cwd=ROOT,
            env=clean_environment(QIANSHOU_HOME=str(home), PORT=str(self.port), **environment),
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def get(self, path: str) -> tuple[int, bytes]:
        """Return status and body."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def fetch(self, path: str) -> tuple[bytes, int]:
        """Return the body as read, and how many bytes of it came over the wire."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            raw = answer.read()
            zipped = answer.headers.get("Content-Encoding") == "gzip"
        return gzip.decompress(raw) if zipped else raw, len(raw)

    def wait_until_ready(self) -> float:
        """Return the seconds from start to the first answer."""
        while True:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() - self.started < PATIENCE, self.log.read_text()
            try:
                if self.get("/healthz")[0] == 200:
                    return time.monotonic() - self.started
            except OSError:
                time.sleep(0.05)

    def end(self) -> None:
        """Leave nothing running."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._log.close()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a prepared, empty home; copy it, do not serve it."""
    home = tmp_path_factory.mktemp("homes") / "prepared"
    done = run(MANAGE, "prepare", QIANSHOU_HOME=str(home))
    assert done.returncode == 0, done.stderr
    return home


@pytest.fixture
def home(prepared: Path, tmp_path: Path) -> Path:
    """Return a home of this test alone."""
    return Path(shutil.copytree(prepared, tmp_path / "home"))


@pytest.fixture
def serve(home: Path) -> Iterator[Callable[..., Served]]:
    """Return a function that starts a server on the home; all are ended after the test."""
    running: list[Served] = []

    def start(**environment: str) -> Served:
        running.append(Served(home, **environment))
        return running[-1]

    yield start
    for server in running:
        server.end()
