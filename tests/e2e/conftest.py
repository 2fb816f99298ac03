"""A real browser on a real home: one server for the whole run, with the demo county in it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
AXE = (ROOT / "tests" / "e2e" / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """Return the browser's path: `CHROMIUM`, else Debian's."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything here; skip it, saying why, where no browser is found."""
    here = [item for item in items if Path(__file__).parent in item.path.parents]
    for item in here:
        item.add_marker(pytest.mark.e2e)
        if chromium() is None:
            item.add_marker(pytest.mark.skip(reason="no Chromium found: `make e2e-setup` installs it"))


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """The browser's home has its own database; the test database is not needed."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Home(NamedTuple):
    """Where the house answers, and the password of its demo people."""

    address: str
    password: str


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Start the house with the demo county on a free port."""
    port = _free_port()
    folder = tmp_path_factory.mktemp("home")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = kept | {
        "QIANSHOU_HOME": str(folder),
        "QIANSHOU_DEMO": "1",
        "QIANSHOU_MODE": "embedded",
        "PORT": str(port),
    }
    manage = [sys.executable, str(ROOT / "backend" / "manage.py")]
    subprocess.run([*manage, "prepare"], env=environment, check=True, capture_output=True, text=True)
    log = (folder / "serve.log").open("w")
    server = subprocess.Popen([*manage, "serve"], env=environment, stdout=log, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/healthz", timeout=1)
                break
            except OSError:
                time.sleep(0.2)
        else:
            pytest.fail("the server did not start:\n" + (folder / "serve.log").read_text()[-2000:])
        yield Home(address, json.loads((folder / "demo.json").read_text())["password"])
    finally:
        server.terminate()
        server.wait(timeout=20)
        log.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Start Chromium once."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield started
        started.close()


class Visit:
    """One person at one device: a page that remembers what went wrong in the browser."""

    def __init__(self, page: Any, home: Home, name: str) -> None:
        self.page, self.home, self.name = page, home, name
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))
        page.on("console", self._listen)
        page.on("response", self._answered)

    def _listen(self, message: Any) -> None:
        if "Content Security Policy" in message.text:
            self.problems.append(message.text)

    def _answered(self, response: Any) -> None:
        if response.status >= 500:
            self.problems.append(f"{response.status} {response.url}")

    def go(self, path: str) -> None:
        """Open a path of the house."""
        self.page.goto(self.home.address + path)

    def sign_in(self, username: str) -> None:
        """Sign in as a demo person."""
        self.go("/account/login/")
        self.page.fill("input[name=login]", username)
        self.page.fill("input[name=password]", self.home.password)
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_url(lambda url: "/login" not in url)

    def shot(self, name: str) -> None:
        """Keep a picture where `QIANSHOU_SHOTS` names a folder."""
        folder = os.environ.get("QIANSHOU_SHOTS")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=str(Path(folder) / f"{name}-{self.name}.png"), full_page=True)

    def check_access(self, where: str) -> None:
        """Note a serious axe finding or sideways scrolling; the test fails for it when the device closes."""
        self.page.evaluate(AXE)
        found = self.page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
        bad = [
            {"rule": rule["id"], "nodes": [node["html"][:120] for node in rule["nodes"][:3]]}
            for rule in found
            if rule["impact"] in ("serious", "critical")
        ]
        if bad:
            self.problems.append(f"{where}: {json.dumps(bad, ensure_ascii=False, indent=1)}")
        wide = self.page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 1:
            self.problems.append(f"{where}: the page scrolls sideways by {wide} px")


@pytest.fixture
def visit(browser: Any, home: Home) -> Iterator[Callable[..., Visit]]:
    """Return a function that opens a device; at the end nothing may have gone wrong in it."""
    opened: list[tuple[Visit, Any]] = []

    def start(name: str, viewport: dict[str, int], *, javascript: bool = True, language: str = "zh-CN") -> Visit:
        context = browser.new_context(viewport=viewport, java_script_enabled=javascript, locale=language)
        context.set_default_timeout(60_000)
        made = Visit(context.new_page(), home, name)
        opened.append((made, context))
        return made

    yield start
    for made, context in opened:
        context.close()
        assert not made.problems, "\n".join(made.problems)
