"""Reads .xls (Excel 97-2003, BIFF8)."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, BinaryIO

import python_calamine

from qianshou.reports.registers.cells import CellFault, Cells, CellValue, Merge, number_value
from qianshou.reports.registers.compound import SheetShape, sheet_shapes
from qianshou.reports.registers.limits import ARCHIVE_TOO_LARGE, FILE_UNREADABLE, FileRefused, Limits


class XlsSheet:
    """A worksheet; its cells are unpacked by the reader at each call of ``rows``."""

    def __init__(self, sheet: Any, shape: SheetShape, limits: Limits, *, is_hidden: bool) -> None:
        self.name: str = sheet.name
        self.is_hidden = is_hidden
        self.hidden_columns = frozenset(shape.hidden_columns)
        self._sheet = sheet
        self._errors: dict[int, list[int]] = {}
        for row, column in sorted(shape.errors):
            self._errors.setdefault(row + 1, []).append(column)
        self._limits = limits
        ranges = sheet.merged_cell_ranges or []
        if len(ranges) > limits.merges:
            raise FileRefused(ARCHIVE_TOO_LARGE, "merged cells")
        merges = (Merge(top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in ranges)
        self.merges = tuple(sorted(merges, key=lambda merge: (merge.top, merge.left)))

    def rows(self) -> Iterator[tuple[int, Cells]]:
        """Row number and cells of each row that has any."""
        if self._sheet.start is None:
            return
        for number, values in enumerate(self._sheet.to_python(skip_empty_area=False), start=1):
            cells = {index: _value(value, self._limits) for index, value in enumerate(values) if value != ""}
            for column in self._errors.get(number, ()):  # the reader gives error values as blanks
                cells[column] = CellFault.ERROR_VALUE
            if cells:
                yield number, cells


def _value(value: Any, limits: Limits) -> CellValue:
    if isinstance(value, str):
        if len(value) > limits.cell_characters:
            raise FileRefused(ARCHIVE_TOO_LARGE, "cell")
        return value.replace("\x00", "")
    if isinstance(value, bool):
        return value
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, (int, float)):
        return number_value(float(value))
    if isinstance(value, (dt.time, dt.timedelta)):
        return str(value)
    return CellFault.ERROR_VALUE


def open_xls(file: BinaryIO, limits: Limits) -> list[XlsSheet]:
    """The worksheets of an .xls in their order. Raises ``FileRefused``."""
    file.seek(0)
    data = file.read(limits.file_bytes + 1)
    shapes = sheet_shapes(data)
    if len(shapes) > limits.sheets or sum(shape.rows * shape.columns for shape in shapes) > limits.cells:
        raise FileRefused(ARCHIVE_TOO_LARGE, "cells")
    file.seek(0)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(file)
        visible = {
            sheet.name: sheet.visible == python_calamine.SheetVisibleEnum.Visible
            for sheet in book.sheets_metadata
            if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
        }
        names = [name for name in book.sheet_names if name in visible]
        shapes += [SheetShape() for _ in range(len(names) - len(shapes))]
        return [
            XlsSheet(book.get_sheet_by_name(name), shape, limits, is_hidden=not visible[name])
            for name, shape in zip(names, shapes, strict=False)
        ]
    except FileRefused:
        raise
    except BaseException as problem:  # the reader's panics do not derive from Exception
        if isinstance(problem, (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError)):
            raise
        raise FileRefused(FILE_UNREADABLE, type(problem).__name__) from problem
