"""What the import contracts cannot say about the rooms of an app."""

import ast
from pathlib import Path

import pytest

BACKEND = Path(__file__).resolve().parents[2] / "backend" / "qianshou"
WRITES = {"save", "create", "bulk_create", "bulk_update", "update_or_create", "get_or_create", "delete", "update"}
ENQUEUES = {"delay", "apply_async", "send_task"}
EDGES = [
    path
    for path in sorted(BACKEND.rglob("*.py"))
    if {"pages", "api"} & {path.stem, path.parent.name} and "core" not in path.relative_to(BACKEND).parts
]


def _calls(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node


def _writes_with_orm(call):
    """A form's or serializer's own `save()` and a dict's `update()` are not the ORM's."""
    owner = ast.unparse(call.func.value)
    if call.func.attr in {"save", "delete", "update", "create"} and ".objects" not in owner:
        if call.func.attr in {"update", "create"}:
            return False
        return not ("form" in owner.lower() or "super()" in owner or "serializer" in owner.lower())
    return True


@pytest.mark.parametrize("path", EDGES, ids=lambda path: str(path.relative_to(BACKEND)))
def test_pages_and_api_write_through_services_only(path):
    wrong = [
        f"{path.name}:{call.lineno} {ast.unparse(call.func)}"
        for call in _calls(path)
        if call.func.attr in WRITES and _writes_with_orm(call)
    ]
    assert wrong == []


def test_only_obligations_start_tasks():
    wrong = [
        f"{path.relative_to(BACKEND)}:{call.lineno}"
        for path in sorted(BACKEND.rglob("*.py"))
        if path != BACKEND / "core" / "obligations.py"
        for call in _calls(path)
        if call.func.attr in ENQUEUES
    ]
    assert wrong == []


def test_models_have_no_signal_receivers():
    wrong = [
        str(path.relative_to(BACKEND))
        for path in sorted(BACKEND.rglob("*.py"))
        if any(name in path.read_text(encoding="utf-8") for name in ("post_save", "pre_save.connect", "pre_delete"))
    ]
    assert wrong == []
