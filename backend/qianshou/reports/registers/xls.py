"""Reads .xls (Excel 97-2003, BIFF8)."""

import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from qianshou.reports.registers import xls_process
from qianshou.reports.registers.cells import CellFault, Cells, CellValue, Merge, number_value
from qianshou.reports.registers.compound import SheetShape, sheet_shapes
from qianshou.reports.registers.limits import ARCHIVE_TOO_LARGE, FILE_UNREADABLE, FileRefused, Limits

_PATIENCE = 120.0
"""Seconds for the process that unpacks; it takes about 0.1 for a school."""
_PASSED_ON = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH")
"""What it hears of the environment: enough to start, no keys."""


class XlsSheet:
    """A worksheet; its rows stay packed, one line each, until ``rows`` is called."""

    def __init__(self, head: dict[str, Any], lines: dict[int, bytes], shape: SheetShape, limits: Limits) -> None:
        self.name: str = head["name"]
        self.is_hidden = not head["visible"]
        self.hidden_columns = frozenset(shape.hidden_columns)
        self._lines = lines
        self._errors: dict[int, list[int]] = {}
        for row, column in sorted(shape.errors):
            self._errors.setdefault(row + 1, []).append(column)
        self._limits = limits
        if len(head["merges"]) > limits.merges:
            raise FileRefused(ARCHIVE_TOO_LARGE, "merged cells")
        merges = (Merge(top + 1, left, bottom + 1, right) for top, left, bottom, right in head["merges"])
        self.merges = tuple(sorted(merges, key=lambda merge: (merge.top, merge.left)))

    def rows(self) -> Iterator[tuple[int, Cells]]:
        """Row number and cells of each row that has any."""
        for number in sorted(self._lines.keys() | self._errors.keys()):
            values = json.loads(self._lines.get(number, b"{}"))
            cells = {int(column): _value(value, self._limits) for column, value in values.items()}
            for column in self._errors.get(number, ()):  # the reader gives error values as blanks
                cells[column] = CellFault.ERROR_VALUE
            yield number, cells


def _value(value: Any, limits: Limits) -> CellValue:
    if isinstance(value, str):
        if len(value) > limits.cell_characters:
            raise FileRefused(ARCHIVE_TOO_LARGE, "cell")
        return value.replace("\x00", "")
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return number_value(float(value))
    return CellFault.ERROR_VALUE if value is None else dt.date.fromisoformat(value["date"])


def open_xls(file: BinaryIO, limits: Limits) -> list[XlsSheet]:
    """The worksheets of an .xls in their order. Raises ``FileRefused``."""
    file.seek(0)
    data = file.read(limits.file_bytes + 1)
    shapes = sheet_shapes(data)
    if len(shapes) > limits.sheets or sum(shape.rows * shape.columns for shape in shapes) > limits.cells:
        raise FileRefused(ARCHIVE_TOO_LARGE, "cells")
    found: list[tuple[dict[str, Any], dict[int, bytes]]] = []
    for line in _unpacked(data, limits):
        number, _, rest = line.partition(b" ")
        if number == b"sheet":
            found.append((json.loads(rest), {}))
        else:
            found[-1][1][int(number)] = rest
    shapes += [SheetShape() for _ in range(len(found) - len(shapes))]
    return [XlsSheet(*sheet, shape, limits) for sheet, shape in zip(found, shapes, strict=False)]


def _unpacked(data: bytes, limits: Limits) -> list[bytes]:
    """What `xls_process` writes of a file; however that process ends, this one goes on."""
    command = [sys.executable, "-P", str(Path(xls_process.__file__)), str(limits.unpacked_bytes)]
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    try:
        ended = subprocess.run(  # noqa: S603 - this interpreter with our own script
            command, input=data, capture_output=True, timeout=_PATIENCE, env=environment
        )
    except subprocess.TimeoutExpired as problem:
        raise FileRefused(FILE_UNREADABLE, "too slow") from problem
    if ended.returncode == xls_process.TOO_MUCH:
        raise FileRefused(ARCHIVE_TOO_LARGE, "unpacked")
    if ended.returncode:
        raise FileRefused(FILE_UNREADABLE, f"the reader ended with {ended.returncode}")
    return ended.stdout.splitlines()
