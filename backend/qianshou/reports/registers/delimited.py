"""Reads .csv: UTF-8 with or without mark, UTF-16 with mark, GB18030; comma, semicolon or tab."""

import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from qianshou.reports.registers.cells import Cells, Merge
from qianshou.reports.registers.limits import ARCHIVE_TOO_LARGE, FILE_UNREADABLE, FileRefused, Limits

_DELIMITERS = ",\t;"
_SAMPLE_LINES = 10
_KEPT_AS_TEXT = re.compile(r'="([^"]*)"')  # ="0012": how people keep zeros and long numbers in a .csv
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")


class DelimitedSheet:
    """The one sheet of a .csv; every cell is text."""

    name = "csv"
    is_hidden = False
    hidden_columns: frozenset[int] = frozenset()
    merges: tuple[Merge, ...] = ()

    def __init__(self, text: str, limits: Limits) -> None:
        self._text = text
        self._limits = limits
        self._delimiter = _delimiter(text)

    def rows(self) -> Iterator[tuple[int, Cells]]:
        """Record number (from 1) and the cells that are not empty."""
        reader = csv.reader(io.StringIO(self._text, newline=""), delimiter=self._delimiter)
        number = 0
        try:
            for record in reader:
                number += 1
                if len(record) > self._limits.columns:
                    raise FileRefused(ARCHIVE_TOO_LARGE, "columns")
                cells: Cells = {index: self._cell(value) for index, value in enumerate(record) if value}
                if cells:
                    yield number, cells
        except csv.Error as problem:
            code = ARCHIVE_TOO_LARGE if "field larger" in str(problem) else FILE_UNREADABLE
            raise FileRefused(code, "record") from problem

    def _cell(self, value: str) -> str:
        if len(value) > self._limits.cell_characters:
            raise FileRefused(ARCHIVE_TOO_LARGE, "cell")
        kept = _KEPT_AS_TEXT.fullmatch(value)
        return kept[1] if kept else value


def open_delimited(file: BinaryIO, limits: Limits) -> list[DelimitedSheet]:
    """The one sheet of a delimited file. Raises ``FileRefused``."""
    file.seek(0)
    text = _decode(file.read(limits.file_bytes + 1))
    if _CONTROL.search(text):
        raise FileRefused(FILE_UNREADABLE, "binary")
    return [DelimitedSheet(text, limits)]


def _decode(data: bytes) -> str:
    has_mark = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ["utf-16"] if has_mark else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileRefused(FILE_UNREADABLE, "encoding")


def _delimiter(text: str) -> str:
    lines = text.splitlines()[:_SAMPLE_LINES] if len(text) < 65_536 else text[:65_536].splitlines()[:_SAMPLE_LINES]
    return max(_DELIMITERS, key=lambda delimiter: max((line.count(delimiter) for line in lines), default=0))
