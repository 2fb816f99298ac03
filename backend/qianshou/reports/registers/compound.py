"""What the cell reader of .xls does not tell: the size of each sheet, hidden columns, a password.

Walks the compound file (CFB) and the BIFF8 records without building cells, so that a file made to eat memory is
refused before anything is unpacked.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from qianshou.reports.registers.limits import FILE_TYPE_MISMATCH, FILE_UNREADABLE, FileRefused

_END = 0xFFFFFFFE
_FREE = 0xFFFFFFFF
_BOF, _EOF, _FILEPASS, _BOUNDSHEET, _COLINFO = 0x0809, 0x000A, 0x002F, 0x0085, 0x007D
_CELL_RECORDS = frozenset({0x0006, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E, 0x00D6})
_FORMULA, _BOOLERR = 0x0006, 0x0205
_MULTI_CELL_RECORDS = frozenset({0x00BD, 0x00BE})
_WORKSHEET = 0
_BIFF8 = 0x0600


@dataclass
class SheetShape:
    """How far a sheet's cells reach (counts), its hidden columns, and the cells that hold an error value."""

    rows: int = 0
    columns: int = 0
    hidden_columns: set[int] = field(default_factory=set)
    errors: set[tuple[int, int]] = field(default_factory=set)


def sheet_shapes(data: bytes) -> list[SheetShape]:
    """The shape of each worksheet of an .xls, in order. Raises ``FileRefused``."""
    try:
        stream = _workbook_stream(data)
        starts = _sheet_starts(stream)
        return [_shape(stream, start) for start in starts]
    except (struct.error, IndexError, ValueError) as problem:
        raise FileRefused(FILE_UNREADABLE, "broken compound file") from problem


def _workbook_stream(data: bytes) -> bytes:
    sector_size = 1 << _checked(struct.unpack_from("<H", data, 30)[0], {9, 12})
    mini_size = 1 << _checked(struct.unpack_from("<H", data, 32)[0], {6})
    (first_directory,) = struct.unpack_from("<I", data, 48)
    cutoff, first_mini_table, _, first_difat, _ = struct.unpack_from("<5I", data, 56)
    sector_count = len(data) // sector_size + 1

    def sector(index: int) -> bytes:
        return data[(index + 1) * sector_size : (index + 2) * sector_size]

    def chain(first: int, table: list[int]) -> Iterator[int]:
        steps = 0
        while first not in {_END, _FREE}:
            yield first
            steps += 1
            if steps > sector_count * 64:
                raise ValueError("endless chain")
            first = table[first]

    table_sectors = [index for index in struct.unpack_from("<109I", data, 76) if index < _END - 1]
    steps = 0
    while first_difat < _END - 1:
        entries = _words(sector(first_difat))
        table_sectors += [index for index in entries[:-1] if index < _END - 1]
        first_difat = entries[-1]
        steps += 1
        if steps > sector_count:
            raise ValueError("endless chain")
    table = [entry for index in table_sectors[:sector_count] for entry in _words(sector(index))]
    directory = b"".join(sector(index) for index in chain(first_directory, table))
    entries_by_name = dict(_directory_entries(directory))
    if "EncryptedPackage" in entries_by_name:
        raise FileRefused(FILE_UNREADABLE, "password")
    if "Workbook" not in entries_by_name:
        raise FileRefused(FILE_UNREADABLE if "Book" in entries_by_name else FILE_TYPE_MISMATCH, "no workbook of 1997")
    first, size = entries_by_name["Workbook"]
    if size >= cutoff:
        return b"".join(sector(index) for index in chain(first, table))[:size]
    root_first, _ = entries_by_name["Root Entry"]
    mini_stream = b"".join(sector(index) for index in chain(root_first, table))
    mini_table = [entry for index in chain(first_mini_table, table) for entry in _words(sector(index))]
    pieces = (mini_stream[index * mini_size : (index + 1) * mini_size] for index in chain(first, mini_table))
    return b"".join(pieces)[:size]


def _checked(value: int, allowed: set[int]) -> int:
    if value not in allowed:
        raise ValueError("sector size")
    return value


def _words(sector: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(sector) // 4}I", sector[: len(sector) // 4 * 4])


def _directory_entries(directory: bytes) -> Iterator[tuple[str, tuple[int, int]]]:
    for offset in range(0, len(directory) - 127, 128):
        (name_length,) = struct.unpack_from("<H", directory, offset + 64)
        if 2 <= name_length <= 64:
            name = directory[offset : offset + name_length - 2].decode("utf-16-le", "replace")
            yield name, struct.unpack_from("<II", directory, offset + 116)


def _records(stream: bytes, offset: int) -> Iterator[tuple[int, int, int]]:
    """Kind, position and length of each record from ``offset`` to the end of its substream."""
    depth = 0
    while offset + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, offset)
        yield kind, offset + 4, length
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return
        offset += 4 + length


def _sheet_starts(stream: bytes) -> list[int]:
    starts: list[int] = []
    if struct.unpack_from("<H", stream, 4)[0] != _BIFF8:
        raise FileRefused(FILE_UNREADABLE, "older than Excel 97")
    for kind, position, length in _records(stream, 0):
        if kind == _FILEPASS:
            raise FileRefused(FILE_UNREADABLE, "password")
        if kind == _BOUNDSHEET and length >= 6:
            start, _state, sheet_type = struct.unpack_from("<IBB", stream, position)
            if sheet_type == _WORKSHEET:
                starts.append(start)
    return starts


def _shape(stream: bytes, start: int) -> SheetShape:
    shape = SheetShape()
    for kind, position, length in _records(stream, start):
        if kind in _CELL_RECORDS or kind in _MULTI_CELL_RECORDS:
            row, column = struct.unpack_from("<HH", stream, position)
            if kind in _MULTI_CELL_RECORDS:
                (column,) = struct.unpack_from("<H", stream, position + length - 2)
            shape.rows = max(shape.rows, row + 1)
            shape.columns = max(shape.columns, column + 1)
            if _is_error(stream, kind, position):
                shape.errors.add((row, column))
        elif kind == _COLINFO and length >= 10:
            first, last, _width, _format, flags = struct.unpack_from("<5H", stream, position)
            if flags & 1:
                shape.hidden_columns.update(range(first, min(last, 255) + 1))
    return shape


def _is_error(stream: bytes, kind: int, position: int) -> bool:
    if kind == _BOOLERR:
        return stream[position + 7] == 1
    # A formula's stored result that is no number ends in FFFF; its first byte 2 says error.
    return kind == _FORMULA and stream[position + 12 : position + 14] == b"\xff\xff" and stream[position + 6] == 2
