"""Unpacks an .xls in a process of its own: some damaged files end the process that reads them, past any exception.

Run as a script by ``xls.py``, with nothing of the house loaded. Takes the file on its input; writes a line for each
worksheet (``sheet``, then name, visible, merges as top, left, bottom, right counted from 0, as JSON), and after it one
for each row that has cells (its number from 1, then the cells by column from 0). Dates are ``{"date": "2015-03-01"}``,
times are texts, what cannot be told is null.
"""

import contextlib
import datetime as dt
import io
import json
import resource
import sys
from collections.abc import Iterator
from typing import Any

TOO_MUCH = 3
"""Exit status of a file that holds more than was allowed."""

_MEMORY = 2 * 2**30
_SECONDS = 60


def main() -> None:
    """Read standard input, write standard output; the one argument says how many bytes that may be at most."""
    for kind, limit in ((resource.RLIMIT_AS, _MEMORY), (resource.RLIMIT_CPU, _SECONDS), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):  # a lower limit is set already, or the system has none
            resource.setrlimit(kind, (limit, limit))
    left = int(sys.argv[1])
    for name, value in unpack(sys.stdin.buffer.read()):
        line = f"{name} {json.dumps(value)}\n".encode()
        left -= len(line)
        if left < 0:
            sys.exit(TOO_MUCH)
        sys.stdout.buffer.write(line)


def unpack(data: bytes) -> Iterator[tuple[object, object]]:
    """What is to be written of a file, in the order of its sheets and rows."""
    import python_calamine  # here: whoever starts this process has no use for it

    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    visible = {
        sheet.name: sheet.visible == python_calamine.SheetVisibleEnum.Visible
        for sheet in book.sheets_metadata
        if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
    }
    for name in book.sheet_names:
        if name in visible:
            sheet = book.get_sheet_by_name(name)
            merges = [(*first, *last) for first, last in sheet.merged_cell_ranges or ()]
            yield "sheet", {"name": name, "visible": visible[name], "merges": merges}
            for number, values in enumerate(_rows(sheet), start=1):
                if cells := {column: _plain(value) for column, value in enumerate(values) if value != ""}:
                    yield number, cells


def _rows(sheet: Any) -> list[list[Any]]:
    rows: list[list[Any]] = [] if sheet.start is None else sheet.to_python(skip_empty_area=False)
    return rows


def _plain(value: Any) -> object:
    if isinstance(value, dt.datetime):
        value = value.date()
    if isinstance(value, dt.date):
        return {"date": value.isoformat()}
    if isinstance(value, (dt.time, dt.timedelta)):
        return str(value)
    return value if isinstance(value, (str, bool, int, float)) else None


if __name__ == "__main__":
    main()
