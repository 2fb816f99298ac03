"""Bytes that every page carries, compressed as they are sent (handbook of the interface, part 2)."""

import brotli

from config.environment import ROOT
from qianshou.core.templatetags.face_page import critical_css_text, squeeze_css

STATIC = ROOT / "frontend" / "static"


def sent(data: bytes) -> int:
    return len(brotli.compress(data))


def test_critical_css():
    assert sent(critical_css_text().encode()) <= 6 * 1024


def test_whole_css():
    rest = (STATIC / "css" / "app.css").read_bytes()
    assert sent(critical_css_text().encode()) + sent(rest) <= 12 * 1024


def test_script_of_every_page():
    names = ("vendor/htmx/htmx.min.js", "js/boot.js")
    assert sum(sent((STATIC / name).read_bytes()) for name in names) <= 22 * 1024


def test_drawings_are_small():
    for path in (STATIC / "img" / "art").glob("*.svg"):
        assert path.stat().st_size <= 4 * 1024, path.name


def test_squeezing_keeps_what_matters():
    css = "/* a */ .a > .b , .c :is(d)  {\n  margin : 0 auto ; inset: calc(1rem - 2px) ;\n}\n"
    assert squeeze_css(css) == ".a > .b,.c :is(d){margin :0 auto;inset:calc(1rem - 2px)}"
