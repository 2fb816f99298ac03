"""Rows of an import as the pages show them; values only for those who may see them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from qianshou.core.errors import Text

from .messages import label_of, message_for
from .models import Import, ImportRow
from .registers.kinds import Kind
from .registers.reading import KINDS


@dataclass(frozen=True)
class ShownIssue:
    """What is wrong with a cell."""

    at: str
    label: Text
    text: Text
    expected: Text
    found: str
    is_rejection: bool


@dataclass(frozen=True)
class ShownCell:
    """A cell of a row with what was said about it."""

    label: Text
    value: str
    level: str


@dataclass
class ShownRow:
    """One row of the preview."""

    row: ImportRow
    name: str
    issues: list[ShownIssue]
    cells: list[ShownCell] = field(default_factory=list)
    twin: str = ""


def shown_rows(found: Import, rows: Iterable[ImportRow], *, with_values: bool) -> list[ShownRow]:
    """Return rows ready to be shown; without the right to values nothing of the payload's values is read out."""
    kind = KINDS[found.kind]
    meanings = {
        sheet: {column["letters"]: column["identifier"] for column in columns}
        for sheet, columns in found.columns.items()
    }
    return [_shown(row, kind, meanings.get(row.sheet, {}), with_values) for row in rows]


def _shown(row: ImportRow, kind: Kind, meanings: dict[str, str | None], with_values: bool) -> ShownRow:
    payload = row.payload
    issues = [
        ShownIssue(
            at=issue["at"],
            label=label_of(issue["identifier"]),
            text=(message := message_for(issue["code"], rejected=issue["level"] == "rejected")).text,
            expected=message.expected,
            found=issue["found"] if with_values else "",
            is_rejection=issue["level"] == "rejected",
        )
        for issue in payload["issues"]
    ]
    shown = ShownRow(row, "", issues, twin=payload.get("twin", ""))
    if with_values:
        shown.name = str(payload["record"].get(kind.name_column) or "")
        shown.cells = list(_cells(payload, meanings))
    return shown


def _cells(payload: dict[str, Any], meanings: dict[str, str | None]) -> Iterable[ShownCell]:
    levels: dict[str, str] = {}
    for issue in payload["issues"]:
        if levels.get(issue["identifier"]) != "rejected":
            levels[issue["identifier"]] = issue["level"]
    for letters, value in payload["cells"].items():
        identifier = meanings.get(letters)
        if identifier:
            yield ShownCell(label_of(identifier), value, levels.get(identifier, ""))
