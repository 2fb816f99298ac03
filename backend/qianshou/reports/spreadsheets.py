"""Workbooks that imports hand out: an empty register of each kind, and the rows that could not be imported."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from .messages import message_for
from .models import Import, ImportRow
from .registers.reading import KINDS

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEXT_FORMAT = "@"
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r")
_WIDTH = 16

_CHILDREN = """
    number name sex ethnicity birth_date national_id current_address school school_class is_boarding
    father.name father.phones father.work_place mother.name mother.phones mother.work_place situation
    guardian_name guardian_relation guardian_phones guardian_address remark
"""
_TEMPLATE_COLUMNS = {
    "children": _CHILDREN.split(),
    "volunteers": [column.identifier for column in KINDS["volunteers"].columns],
    "centres": [column.identifier for column in KINDS["centres"].columns],
}
# The first title of some columns only means something under a group of the official two-row header.
_TITLES = {
    "father.name": "父亲姓名",
    "mother.name": "母亲姓名",
    "guardian_name": "监护人",
    "guardian_phones": "监护人电话",
    "guardian_address": "监护人住址",
}


def template(kind: str) -> bytes:
    """Return an empty register of a kind, every column as text so that no id number loses its digits."""
    columns = KINDS[kind].by_identifier
    titles = [_TITLES.get(name) or columns[name].titles[0] for name in _TEMPLATE_COLUMNS[kind]]
    book = Workbook()
    sheet = book.active
    sheet.title = kind
    for number, title in enumerate(titles, start=1):
        cell = sheet.cell(1, number, title)
        cell.font = Font(bold=True)
        letters = get_column_letter(number)
        sheet.column_dimensions[letters].width = _WIDTH
        for row in range(2, 62):
            sheet.cell(row, number).number_format = TEXT_FORMAT
    sheet.freeze_panes = "A2"
    return _bytes(book)


def rejected_rows(found: Import, rows: Iterable[ImportRow]) -> bytes:
    """Return the rejected rows with their reasons in front; every cell is text, nothing is ever a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Rejected rows"))
    header: list[str] = []
    for row in rows:
        columns = found.columns.get(row.sheet, [])
        titles = [_("place"), _("reasons"), *(column["title"] for column in columns if column["identifier"])]
        if titles != header:
            header = titles
            sheet.append([_safe(sheet, title, bold=True) for title in titles])
        cells = row.payload["cells"]
        values = [cells.get(column["letters"], "") for column in columns if column["identifier"]]
        sheet.append([_safe(sheet, value) for value in (row.at, _reasons(row), *values)])
    return _bytes(book)


def _reasons(row: ImportRow) -> str:
    parts = []
    for issue in row.payload["issues"]:
        if issue["level"] == "rejected":
            message = message_for(issue["code"], rejected=True)
            parts.append(f"{issue['at'].rpartition('!')[2]}: {message.text} {message.expected}".strip())
    return "\n".join(parts)


def _safe(sheet: Any, value: object, *, bold: bool = False) -> WriteOnlyCell:
    """A cell that no program takes for a formula, also after a detour over .csv."""
    text = "".join(ch for ch in str(value) if ch >= " " or ch in "\n\t")
    if text.startswith(_FORMULA_START):
        text = "'" + text
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    cell.number_format = TEXT_FORMAT
    if bold:
        cell.font = Font(bold=True)
    return cell


def _bytes(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
