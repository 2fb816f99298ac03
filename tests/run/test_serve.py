"""The embedded server as a process: starts, refuses, stops, dies and comes back."""

import json
import re
import signal
import sqlite3
import stat
import subprocess
import time

import pytest

from tests.run.conftest import MANAGE, PATIENCE, run

MOST_BYTES = 60 * 1024
SERVED = {"DJANGO_SETTINGS_MODULE": "tests.run.served.settings"}


def _rows(home, query):
    with sqlite3.connect(home / "qianshou.sqlite3", timeout=20) as database:
        return [row[0] for row in database.execute(query)]


def _wait_for(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited {PATIENCE} s in vain for {what}"
        time.sleep(0.05)


def test_serves_the_first_page_and_stops_cleanly(home, serve):
    server = serve()
    server.wait_until_ready()
    assert server.get("/")[0] in {200, 404}
    status, body = server.get("/readyz")
    assert status == 200, body
    assert json.loads(body)["checks"] == {"database": "ok", "migrations": "ok", "sweep": "ok"}
    assert f"http://127.0.0.1:{server.port}/" in server.log.read_text()

    server.process.send_signal(signal.SIGTERM)
    started = time.monotonic()
    assert server.process.wait(timeout=PATIENCE) == 0
    assert time.monotonic() - started < 6
    assert "Traceback" not in server.log.read_text()


def test_the_first_page_is_light(serve):
    server = serve()
    server.wait_until_ready()
    page, sent = server.fetch("/account/login/")
    parts = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.decode()))
    assert any(part.endswith(".css") for part in parts)
    weights = {"page": sent} | {part: server.fetch(part)[1] for part in parts}
    assert sum(weights.values()) <= MOST_BYTES, weights


def test_ctrl_c_stops_it_too(serve):
    server = serve()
    server.wait_until_ready()
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(timeout=PATIENCE) == 0
    assert "Traceback" not in server.log.read_text()


def test_a_second_process_on_the_same_home_is_refused(home, serve):
    server = serve()
    server.wait_until_ready()
    second = run(MANAGE, "serve", QIANSHOU_HOME=str(home), PORT="0")
    assert second.returncode == 1
    assert f"process (number {server.process.pid}) already serves the home" in second.stderr
    assert "Traceback" not in second.stderr
    beside = run("-c", "import config.asgi", QIANSHOU_HOME=str(home))
    assert beside.returncode == 1
    assert "already serves the home" in beside.stderr


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"WEB_CONCURRENCY": "2"}, "More processes need REDIS_URL"),
        ({"PORT": "eighty"}, "PORT must be a number"),
        ({"QIANSHOU_MODE": "cluster"}, "QIANSHOU_MODE must be"),
    ],
)
def test_wrong_settings_are_refused_with_a_sentence(home, environment, sentence):
    refused = run(MANAGE, "serve", QIANSHOU_HOME=str(home), **environment)
    assert refused.returncode == 1
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_port_that_is_taken_is_named(home, serve, tmp_path):
    server = serve()
    server.wait_until_ready()
    other = tmp_path / "other"
    subprocess.run(["cp", "-r", str(home), str(other)], check=True)
    refused = run(MANAGE, "serve", QIANSHOU_HOME=str(other), PORT=str(server.port))
    assert refused.returncode == 1
    assert f"127.0.0.1:{server.port} cannot be used" in refused.stderr


def test_an_unprepared_home_is_not_served(tmp_path):
    refused = run(MANAGE, "serve", QIANSHOU_HOME=str(tmp_path / "new"))
    assert refused.returncode == 1
    assert "manage.py prepare" in refused.stderr


def test_every_obligation_is_done_once_after_kill_9(home, serve):
    owed = run("-m", "tests.run.served.owe", QIANSHOU_HOME=str(home))
    assert owed.returncode == 0, owed.stderr
    started = home / "started.log"

    first = serve(**SERVED)
    _wait_for(lambda: started.exists() and started.read_text().count("\n") >= 2, "work to begin")
    first.process.kill()
    first.process.wait()
    in_hand = set(started.read_text().split())
    done_before = set(_rows(home, "SELECT key FROM core_obligation WHERE done_at IS NOT NULL"))
    assert in_hand - done_before, "the kill must hit work that was begun and not settled"

    second = serve(**SERVED)
    owed_now = "SELECT COUNT(*) FROM core_obligation WHERE kind LIKE 'served.%' AND done_at IS NULL AND key <> 'far'"
    _wait_for(lambda: _rows(home, owed_now) == [0], "every obligation")
    effects = sorted(_rows(home, "SELECT key FROM served_effect"))
    assert effects == sorted(["soon", *(f"atomic:{number}" for number in range(30))])
    assert sorted(_rows(home, "SELECT key FROM served_once")) == [f"long:{number}" for number in range(6)]
    assert _rows(home, "SELECT key FROM core_obligation WHERE kind LIKE 'served.%' AND done_at IS NULL") == ["far"]
    second.process.send_signal(signal.SIGTERM)
    assert second.process.wait(timeout=PATIENCE) == 0


def test_stopping_in_mid_task_is_quick_and_loses_nothing(home, serve):
    assert run("-m", "tests.run.served.owe", QIANSHOU_HOME=str(home)).returncode == 0
    server = serve(**SERVED)
    _wait_for((home / "started.log").exists, "work to begin")
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(timeout=8) == 0
    assert len(_rows(home, "SELECT key FROM core_obligation WHERE kind LIKE 'served.%'")) == 38


def test_keys_are_made_once_and_for_the_owner_alone(home):
    keys = home / "keys"
    assert sorted(path.name for path in keys.iterdir()) == ["field_keys", "index_key", "secret_key"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys.iterdir()} == {0o600}
    before = {path.name: path.read_text() for path in keys.iterdir()}
    assert run(MANAGE, "check", QIANSHOU_HOME=str(home)).returncode == 0
    assert {path.name: path.read_text() for path in keys.iterdir()} == before


def test_keys_that_others_can_read_are_refused(home):
    (home / "keys" / "field_keys").chmod(0o644)
    refused = run(MANAGE, "check", QIANSHOU_HOME=str(home))
    assert refused.returncode == 1
    assert "chmod 600" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_lost_keys_are_not_replaced_by_new_ones(home):
    (home / "keys" / "field_keys").unlink()
    refused = run(MANAGE, "check", QIANSHOU_HOME=str(home))
    assert refused.returncode == 1
    assert "Put the keys back from your backup" in refused.stderr


def test_a_demo_home_is_not_opened_for_real_work(home):
    (home / "demo.json").write_text("{}")
    refused = run(MANAGE, "check", QIANSHOU_HOME=str(home))
    assert refused.returncode == 1
    assert "holds the demo home" in refused.stderr
