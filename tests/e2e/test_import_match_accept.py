"""The journey of a manager: a school's register becomes children, children find companions (S01, S12)."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import DESKTOP, PHONE, ROOT

REGISTERS = ROOT / "fixtures" / "registers"


def import_register(person: Any, file: Path, *, leave_out: bool) -> None:
    """Upload a register of children, read the preview, import it, see the result."""
    page = person.page
    person.go("/imports/new/")
    person.check_access("upload")
    person.shot("1-upload")
    page.set_input_files("input[name=file]", str(file))
    page.locator("input[name=kind][value=children]").check()
    page.locator("form[enctype] button[type=submit], form[enctype] .submit-row button").first.click()
    page.wait_for_url(re.compile(r"/imports/[A-Z0-9]+/"))
    page.wait_for_selector("#confirm", timeout=90_000)
    person.check_access("preview")
    person.shot("2-preview")
    if leave_out:
        page.locator("#confirm input[name=leave_out_rejected]").check()
    page.locator("#confirm .submit-row button").click()
    page.wait_for_selector("a[href$='/undo/']", timeout=90_000)
    person.check_access("result")
    person.shot("3-imported")


def find_companions(person: Any) -> None:
    """Start a matching run and wait for its proposals."""
    page = person.page
    person.go("/matching/new/")
    person.check_access("matching settings")
    person.shot("4-settings")
    page.locator(".submit-row button").first.click()
    page.wait_for_url(re.compile(r"/matching/[A-Z0-9]+/"))
    page.wait_for_selector("#proposals-title", timeout=120_000)
    person.check_access("proposals")
    person.shot("5-proposals")


def accept(person: Any, count: int) -> None:
    """Accept the first proposals one by one and find them among the pairings."""
    page = person.page
    waiting = page.locator("[id^=proposal-]:has(form[action$='/accept/'])")
    assert waiting.count() >= count
    assert all(text.strip() for text in page.locator("[id^=proposal-]").all_inner_texts()[:count])
    for _ in range(count):
        row = waiting.first.get_attribute("id")
        page.locator(f"#{row} form[action$='/accept/'] button").click()
        page.wait_for_selector(f"#{row} a[href*='/pairings/']")
    person.shot("6-accepted")
    person.go("/pairings/")
    person.check_access("pairings")
    person.shot("7-pairings")
    page.locator("tr[id^=pairing-] a").first.click()
    page.wait_for_url(re.compile(r"/pairings/[A-Z0-9]+/"))
    person.check_access("pairing")
    person.shot("8-pairing")


def test_manager_imports_matches_and_accepts_on_a_desktop(visit: Callable[..., Any]) -> None:
    person = visit("desktop", DESKTOP)
    person.sign_in("manager")
    import_register(person, REGISTERS / "children-messy.xlsx", leave_out=True)
    find_companions(person)
    accept(person, 3)


def test_manager_imports_matches_and_accepts_on_a_phone(visit: Callable[..., Any]) -> None:
    person = visit("phone", PHONE)
    person.sign_in("manager")
    import_register(person, REGISTERS / "children.csv", leave_out=False)
    find_companions(person)
    accept(person, 1)


def test_the_journey_works_without_scripts(visit: Callable[..., Any]) -> None:
    person = visit("no-script", DESKTOP, javascript=False, language="en-US")
    page = person.page
    person.sign_in("manager")
    person.go("/imports/new/")
    page.set_input_files("input[name=file]", str(REGISTERS / "children-old.xls"))
    page.locator("input[name=kind][value=children]").check()
    page.locator("form[enctype] .submit-row button").first.click()
    page.wait_for_url(re.compile(r"/imports/[A-Z0-9]+/"))
    for _ in range(60):
        if page.locator("a[href*='/undo/'], #confirm, a[href*='/people/']").count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    person.shot("1-no-script-preview")
    person.go("/matching/new/")
    page.locator(".submit-row button").first.click()
    page.wait_for_url(re.compile(r"/matching/[A-Z0-9]+/"))
    for _ in range(60):
        if page.locator("#proposals-title").count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    page.locator("[id^=proposal-] form[action$='/accept/'] button").first.click()
    page.wait_for_load_state()
    assert page.locator("[id^=proposal-] a[href*='/pairings/']").count() >= 1
    person.shot("2-no-script-accepted")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
@pytest.mark.parametrize(
    ("username", "paths"),
    [
        ("manager", ["/", "/children/", "/volunteers/", "/homes/H01/", "/calendar/", "/audit/", "/me/"]),
        ("volunteer", ["/", "/me/volunteer/", "/pairings/"]),
        ("guardian", ["/", "/me/child/"]),
        ("donor", ["/", "/homes/"]),
        ("supervisor", ["/", "/children/", "/matching/"]),
        ("admin", ["/", "/members/", "/obligations/"]),
    ],
)
def test_pages_are_accessible(
    visit: Callable[..., Any], username: str, paths: list[str], language: str, viewport: dict[str, int]
) -> None:
    person = visit(f"{username}-{language}-{viewport['width']}", viewport, language=language)
    person.sign_in(username)
    for path in paths:
        person.go(path)
        assert person.page.locator("h1").count() == 1
        person.check_access(path)
        person.shot(f"page{path.replace('/', '_')}")
