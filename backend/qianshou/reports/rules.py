"""Who may do what to an import, and who sees the values in its cells."""

from __future__ import annotations

from qianshou.accounts.rules import Role, highest_class
from qianshou.core.fieldclasses import FieldClass

RECORD_KIND_OF = {"children": "child", "volunteers": "volunteer"}
VALUES_CLASS = FieldClass.SENSITIVE
"""Registers hold id numbers and phones: who sees their cells must be allowed to see those."""


def action_to_run(kind: str) -> str:
    """Return the action that a person needs to import a register of a kind."""
    return "imports.run_centres" if kind == "centres" else "imports.run"


def sees_values(kind: str, roles: set[Role]) -> bool:
    """Tell whether roles at the import's centre show the values in the cells (S40)."""
    if kind not in RECORD_KIND_OF:
        return True
    highest = highest_class(RECORD_KIND_OF[kind], roles)
    return highest is not None and highest >= VALUES_CLASS
