"""Contrast of every pair of tokens in both themes; the two dark blocks are the same."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from qianshou.core.pages import style

THEMES = style.read_tokens()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back"), style.TEXT_PAIRS)
def test_text_is_readable(theme, front, back):
    colours = THEMES[theme]
    assert style.contrast(colours[front], colours[back]) >= style.TEXT_NEEDS


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back"), style.LINE_PAIRS)
def test_lines_and_pictures_are_visible(theme, front, back):
    colours = THEMES[theme]
    assert style.contrast(colours[front], colours[back]) >= style.LINE_NEEDS


def test_contrast_of_known_pairs():
    assert style.contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert style.contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_both_dark_blocks_are_equal():
    css = Path(finders.find("css/tokens.css")).read_text(encoding="utf-8")
    chosen = re.search(r':root\[data-theme="dark"\] \{(.*?)\}', css, flags=re.S).group(1)
    device = re.search(r':root\[data-theme="auto"\] \{(.*?)\}', css, flags=re.S).group(1)
    assert chosen.split() == device.split()


def test_every_colour_of_a_sheet_is_a_token():
    for sheet in ("critical", "app"):
        css = Path(finders.find(f"css/{sheet}.css")).read_text(encoding="utf-8")
        css = css.split("@layer print {")[0]
        allowed = {"#1F2937"}  # ink of a text selection, the same in both themes
        assert set(re.findall(r"#[0-9A-Fa-f]{3,8}\b", css)) <= allowed


def test_every_variable_used_is_defined():
    names = ("tokens", "critical", "app")
    sheets = [Path(finders.find(f"css/{name}.css")).read_text(encoding="utf-8") for name in names]
    defined = set(re.findall(r"(--[\w-]+)\s*:", "".join(sheets)))
    used = set(re.findall(r"var\((--[\w-]+)", "".join(sheets)))
    assert used <= defined
