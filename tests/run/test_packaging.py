"""What a fresh machine relies on: one lock, the same for uv and pip; a script without outside help."""

import ast
import sys
import tomllib

from tests.run.conftest import ROOT


def _pinned(name):
    lines = (ROOT / "requirements" / name).read_text().splitlines()
    found = {}
    for line in lines:
        if line and not line.startswith((" ", "#")):
            package, version = line.split(";")[0].rstrip(" \\").split("==")
            found[package.split("[")[0].lower()] = version
    return found


def _locked():
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    return {package["name"]: package for package in lock["package"]}


def _closure(roots, locked):
    seen = set()
    waiting = [(entry["name"], tuple(entry.get("extra", ()))) for entry in roots]
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        package = locked[name]
        entries = list(package.get("dependencies", ()))
        for extra in extras:
            entries += package.get("optional-dependencies", {}).get(extra, ())
        waiting += [(entry["name"], tuple(entry.get("extra", ()))) for entry in entries]
    return {name for name, _ in seen}


def test_requirements_hold_what_the_lock_holds():
    locked = _locked()
    project = locked["qianshou"]
    runtime = _closure(project["dependencies"], locked)
    dev = runtime | _closure(project["dev-dependencies"]["dev"], locked)
    assert _pinned("runtime.txt") == {name: locked[name]["version"] for name in runtime}
    assert _pinned("dev.txt") == {name: locked[name]["version"] for name in dev}
    bench = _closure(project["dev-dependencies"]["bench"], locked)
    assert _pinned("bench.txt") == {name: locked[name]["version"] for name in bench}
    assert "highspy" not in bench, "HiGHS and OR-Tools cannot live in one process"


def test_every_requirement_has_a_hash_and_names_no_server():
    for name in ("runtime.txt", "dev.txt", "bench.txt"):
        text = (ROOT / "requirements" / name).read_text()
        assert "://" not in text
        assert text.count("--hash=sha256:") >= len(_pinned(name))


def test_bootstrap_needs_the_standard_library_alone():
    tree = ast.parse((ROOT / "tools" / "bootstrap.py").read_text())
    imported = {
        alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    } | {node.module.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= set(sys.stdlib_module_names)


def test_the_lock_installs_from_public_registries_only():
    sources = {package["source"].get("registry", "") for package in _locked().values()}
    assert len(sources - {""}) <= 1
