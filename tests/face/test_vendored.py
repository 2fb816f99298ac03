"""Files from other projects are exactly those that VENDORED.md names."""

import hashlib
import re

from config.environment import ROOT

VENDOR = ROOT / "frontend" / "static" / "vendor"


def test_hashes_match_and_nothing_is_unnamed():
    named = dict(re.findall(r"\| `([^`]+)` \| `([0-9a-f]{64})` \|", (VENDOR / "VENDORED.md").read_text()))
    present = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "VENDORED.md"
    }
    assert present == named


def test_every_package_brings_its_licence():
    folders = [path for path in VENDOR.iterdir() if path.is_dir()]
    assert folders
    assert all((folder / "LICENSE").is_file() for folder in folders)
