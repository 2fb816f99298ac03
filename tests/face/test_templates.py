"""Rules that every template of the house obeys, whoever writes it."""

import re

import pytest

from config.environment import ROOT

TEMPLATES = ROOT / "frontend" / "templates"
ALL = sorted(TEMPLATES.rglob("*.html"))
# Bodies of messages are not pages; overrides of packages keep the package's own frame.
NOT_PAGES = ("email", "drf_spectacular")


@pytest.mark.parametrize("path", ALL, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_nothing_inline(path):
    text = re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", path.read_text(encoding="utf-8"), flags=re.S)
    assert not re.search(r"<[^>]*\sstyle\s*=", text), "style attributes are refused by the content policy"
    assert not re.search(r"<[^>]*\son[a-z]+\s*=", text), "handlers in attributes are refused by the content policy"
    assert not re.search(r"hx-on|javascript:|\bjs:", text), "no evaluated script"
    assert not re.search(r"<script(?![^>]*\b(src|type=\"application/json\"|type=\"importmap\"))", text)
    assert not re.search(r"<style", text), "styles live in static/css"
    assert not re.search(r"(src|href)=\"(https?:)?//", text), "nothing from another origin"
    assert not re.search(r"tabindex=\"[1-9]", text), "the order of the document is the reading order"


@pytest.mark.parametrize("path", ALL, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_is_a_page_or_a_part(path):
    relative = path.relative_to(TEMPLATES)
    if relative.name == "base.html" or relative.name.startswith("_") or relative.parts[0].startswith("_"):
        return
    if any(part in NOT_PAGES for part in relative.parts):
        return
    assert path.read_text(encoding="utf-8").lstrip().startswith("{% extends "), "a page extends a base"


def test_posting_forms_carry_the_token():
    for path in ALL:
        for form in re.findall(
            r"<form[^>]*method=\"post\".*?</form>", path.read_text(encoding="utf-8"), flags=re.S | re.I
        ):
            assert "csrf_token" in form, path
