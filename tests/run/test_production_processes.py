"""Production as its parts run it: two web processes, a worker and beat, on a database and a Redis of their own."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.run.conftest import MANAGE, PATIENCE, ROOT, clean_environment, free_port, run
from tools.check_deploy import production_environment

SERVERS = {name: os.environ.get(name, "") for name in ("DATABASE_URL", "REDIS_URL")}
pytestmark = pytest.mark.skipif(not all(SERVERS.values()), reason="needs DATABASE_URL and REDIS_URL")
HOST = "home.county.test"


@pytest.fixture
def production(tmp_path):
    """Return the environment of a production home on a fresh database, dropped afterwards."""
    parts = urlsplit(SERVERS["DATABASE_URL"])
    name = f"qianshou_run_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(parts._replace(path="/postgres").geturl(), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        static = tmp_path / "static"
        static.mkdir()
        yield {
            **production_environment(),
            "DATABASE_URL": parts._replace(path=f"/{name}").geturl(),
            "REDIS_URL": SERVERS["REDIS_URL"],
            "STATIC_ROOT": str(static),
            "MEDIA_ROOT": str(tmp_path / "media"),
            "WEB_CONCURRENCY": "2",
            "WORKER_CONCURRENCY": "1",
            "LOG_LEVEL": "INFO",
        }
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _ask(port, path, **headers):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Host": HOST, **headers})
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(request, timeout=20) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args, **kwargs):
        return None


def _wait_until(answer, what, logs):
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            if answer():
                return
        except OSError:
            pass
        assert time.monotonic() < deadline, f"{what}: {''.join(log.read_text()[-2000:] for log in logs)}"
        time.sleep(0.2)


def test_web_worker_and_beat_work_together(production, tmp_path):
    assert run(MANAGE, "migrate", "-v0", **production).returncode == 0
    port = free_port()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = clean_environment(**{**production, "PORT": str(port), "PATH": path})
    logs, processes = [], []
    for part, *more in (("web",), ("worker",), ("beat", "--schedule", str(tmp_path / "beat"))):
        logs.append(tmp_path / f"{part}.log")
        with logs[-1].open("wb") as log:
            processes.append(
                subprocess.Popen(
                    ["sh", "docker/entrypoint.sh", part, *more],
                    cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT,
                )
            )  # fmt: skip
    try:
        _wait_until(lambda: _ask(port, "/readyz")[0] == 200, "ready", logs)
        assert json.loads(_ask(port, "/readyz")[2])["checks"] == {"database": "ok", "migrations": "ok", "sweep": "ok"}

        status, headers, _body = _ask(port, "/")
        assert (status, headers["location"]) == (301, f"https://{HOST}/")
        status, headers, _body = _ask(port, "/readyz", **{"X-Forwarded-Proto": "https"})
        assert status == 200
        assert headers["strict-transport-security"].startswith("max-age=31536000")

        def standing_duties_are_owed():
            with psycopg.connect(production["DATABASE_URL"]) as database:
                return database.execute("SELECT COUNT(*) FROM core_obligation").fetchone()[0] > 0

        _wait_until(standing_duties_are_owed, "the sweep to run in a worker", logs)
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        codes = [process.wait(timeout=PATIENCE) for process in processes]
    assert codes == [0, 0, 0], [log.read_text()[-2000:] for log in logs]
    written = logs[0].read_text()
    assert '"event": "answered"' in written
    assert "127.0.0.1" not in written
    assert all("Traceback" not in log.read_text() for log in logs)
