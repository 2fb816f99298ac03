"""Reads .xlsx row by row, with merged cells, hidden columns, stored formula values and date formats.

A streaming parser of its own: the common readers either load every cell as an object or do not tell merged cells and
hidden columns. Document types and entities are refused, sizes are bounded before and while unpacking.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from qianshou.reports.registers.cells import (
    CellFault,
    Cells,
    CellValue,
    Merge,
    column_index,
    date_from_serial,
    number_value,
    unescape,
)
from qianshou.reports.registers.limits import ARCHIVE_TOO_LARGE, FILE_UNREADABLE, FileRefused, Limits
from qianshou.reports.registers.xlsx_shared import date_styles, relations_of, shared_strings, workbook_part
from qianshou.reports.registers.xmlparts import ARCHIVE_PROBLEMS, Attributes, parse, parse_whole, whole_number

_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")


@dataclass
class _Book:
    """What the sheets of a workbook share."""

    archive: zipfile.ZipFile
    limits: Limits
    strings: list[str] = field(default_factory=list)
    date_styles: frozenset[int] = frozenset()
    epoch_1904: bool = False


class XlsxSheet:
    """A worksheet; ``rows`` unpacks it again at each call and keeps one row at a time."""

    def __init__(self, book: _Book, name: str, part: str, *, is_hidden: bool) -> None:
        self.name = name
        self.is_hidden = is_hidden
        self._book = book
        self._part = part
        merges: list[Merge] = []
        hidden: set[int] = set()

        def start(tag: str, attributes: Attributes) -> None:
            if tag == "mergeCell":
                merges.append(_merge(attributes.get("ref", "")))
                if len(merges) > book.limits.merges:
                    raise FileRefused(ARCHIVE_TOO_LARGE, "merged cells")
            elif tag == "col" and attributes.get("hidden") in {"1", "true"}:
                first, last = whole_number(attributes.get("min", "")), whole_number(attributes.get("max", ""))
                hidden.update(range(first - 1, min(last, book.limits.columns)))

        parse_whole(book.archive, part, start)
        self.merges = tuple(sorted(merges, key=lambda merge: (merge.top, merge.left)))
        self.hidden_columns = frozenset(hidden)

    def rows(self) -> Iterator[tuple[int, Cells]]:
        """Row number and cells of each row that has any."""
        collector = _RowCollector(self._book)
        parsing = parse(self._book.archive, self._part, collector.start, collector.end, collector.text)
        for _ in parsing:
            if collector.finished:
                finished, collector.finished = collector.finished, []
                yield from finished


class _RowCollector:
    """Builds rows from the events of a sheet's XML."""

    def __init__(self, book: _Book) -> None:
        self.book = book
        self.finished: list[tuple[int, Cells]] = []
        self.row_number = 0
        self.cells: Cells = {}
        self.cell_count = 0
        self.column = -1
        self.type = "n"
        self.style = 0
        self.has_formula = False
        self.value: list[str] | None = None
        self.inline: list[str] | None = None
        self.target: list[str] | None = None
        self.in_phonetic = False

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "c":
            self._start_cell(attributes)
        elif tag == "v":
            self.target = self.value = []
        elif tag == "row":
            number = attributes.get("r")
            self.row_number = whole_number(number) if number else self.row_number + 1
            self.cells = {}
            self.column = -1
        elif tag == "f":
            self.has_formula = True
        elif tag == "is":
            self.inline = []
        elif tag == "rPh":
            self.in_phonetic = True
        elif tag == "t" and self.inline is not None and not self.in_phonetic:
            self.target = self.inline

    def _start_cell(self, attributes: Attributes) -> None:
        reference = attributes.get("r")
        if reference:
            match = _REFERENCE.fullmatch(reference)
            if match is None:
                raise FileRefused(FILE_UNREADABLE, "cell reference")
            self.column = _column(match[1])
        else:
            self.column += 1
        self.type = attributes.get("t", "n")
        style = attributes.get("s", "0")
        self.style = int(style) if style.isdigit() else 0
        self.has_formula = False
        self.value = self.inline = self.target = None

    def text(self, text: str) -> None:
        if self.target is not None:
            self.target.append(text)

    def end(self, tag: str) -> None:
        if tag in {"v", "t"}:
            self.target = None
        elif tag == "rPh":
            self.in_phonetic = False
        elif tag == "c":
            value = self._cell_value()
            if value is not None and value != "":
                self.cell_count += 1
                if self.cell_count > self.book.limits.cells:
                    raise FileRefused(ARCHIVE_TOO_LARGE, "cells")
                self.cells[self.column] = value
            self.inline = None
        elif tag == "row" and self.cells:
            self.finished.append((self.row_number, self.cells))

    def _cell_value(self) -> CellValue:
        if self.inline is not None:
            return self._bounded(unescape("".join(self.inline)))
        raw = "" if self.value is None else "".join(self.value)
        if self.type == "e":
            return CellFault.ERROR_VALUE
        if self.type == "str":
            return (
                CellFault.NO_STORED_VALUE if self.value is None and self.has_formula else self._bounded(unescape(raw))
            )
        if not raw:
            return CellFault.NO_STORED_VALUE if self.has_formula else None
        if self.type == "s":
            try:
                return self.book.strings[int(raw)]
            except (ValueError, IndexError) as problem:
                raise FileRefused(FILE_UNREADABLE, "shared text") from problem
        if self.type == "b":
            return raw.strip() == "1"
        if self.type == "d":
            return raw.partition("T")[0]
        return self._number(raw)

    def _number(self, raw: str) -> CellValue:
        try:
            number = float(raw)
        except ValueError:
            return self._bounded(raw)
        if self.style in self.book.date_styles:
            return date_from_serial(number, epoch_1904=self.book.epoch_1904) or number_value(number)
        return number_value(number)

    def _bounded(self, text: str) -> str:
        if len(text) > self.book.limits.cell_characters:
            raise FileRefused(ARCHIVE_TOO_LARGE, "cell")
        return text


def open_xlsx(file: BinaryIO, limits: Limits) -> list[XlsxSheet]:
    """The worksheets of a workbook in their order. Raises ``FileRefused``."""
    try:
        archive = zipfile.ZipFile(file)
    except ARCHIVE_PROBLEMS as problem:
        raise FileRefused(FILE_UNREADABLE, "broken archive") from problem
    _refuse_bombs(archive, limits)
    book = _Book(archive, limits)
    main_part = workbook_part(archive)
    targets = relations_of(archive, main_part)
    sheets = _sheets(book, main_part)
    by_kind = {kind: target for kind, target in targets.values() if kind in {"sharedStrings", "styles"}}
    if "sharedStrings" in by_kind:
        book.strings = shared_strings(archive, by_kind["sharedStrings"], limits)
    if "styles" in by_kind:
        book.date_styles = date_styles(archive, by_kind["styles"])
    worksheets = [(name, targets.get(relation, ("", "")), hidden) for name, relation, hidden in sheets]
    return [
        XlsxSheet(book, name, part, is_hidden=hidden)
        for name, (kind, part), hidden in worksheets
        if kind == "worksheet"
    ]


def _refuse_bombs(archive: zipfile.ZipFile, limits: Limits) -> None:
    parts = archive.infolist()
    if len(parts) > limits.archive_parts or sum(part.file_size for part in parts) > limits.unpacked_bytes:
        raise FileRefused(ARCHIVE_TOO_LARGE, "unpacked size")
    for part in parts:
        if part.flag_bits & 1:
            raise FileRefused(FILE_UNREADABLE, "encrypted")
        if part.file_size > limits.ratio_from_bytes and part.file_size > part.compress_size * limits.part_ratio:
            raise FileRefused(ARCHIVE_TOO_LARGE, "packed too tightly")


def _sheets(book: _Book, part: str) -> list[tuple[str, str, bool]]:
    sheets: list[tuple[str, str, bool]] = []

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "sheet":
            relation = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
            sheets.append((attributes.get("name", ""), relation, attributes.get("state", "visible") != "visible"))
        elif tag == "workbookPr":
            book.epoch_1904 = attributes.get("date1904") in {"1", "true"}

    parse_whole(book.archive, part, start)
    if len(sheets) > book.limits.sheets:
        raise FileRefused(ARCHIVE_TOO_LARGE, "sheets")
    return sheets


def _merge(reference: str) -> Merge:
    first, _, last = reference.partition(":")
    start, end = _REFERENCE.fullmatch(first), _REFERENCE.fullmatch(last or first)
    if start is None or end is None:
        raise FileRefused(FILE_UNREADABLE, "merged cells")
    return Merge(int(start[2]), _column(start[1]), int(end[2]), _column(end[1]))


def _column(letters: str) -> int:
    try:
        return column_index(letters)
    except ValueError as problem:
        raise FileRefused(FILE_UNREADABLE, "cell reference") from problem
