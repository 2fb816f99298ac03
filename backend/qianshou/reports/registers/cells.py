"""Cells: the values a reader may hand on, and how cells are named."""

import datetime as dt
import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
ERROR_TEXTS = frozenset(
    {"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#GETTING_DATA", "#SPILL!", "#CALC!"}
)


class CellFault(enum.Enum):
    """A cell that holds no usable value, whatever its column."""

    ERROR_VALUE = "cell_error_value"
    NO_STORED_VALUE = "formula_without_value"


CellValue = None | str | int | float | bool | dt.date | CellFault
"""Text as written, a whole number as ``int`` (below 10^15), other numbers as ``float``, a date cell as a date."""

Cells = dict[int, CellValue]
"""The cells of a row that are not blank, by column index (0 = A)."""


@dataclass(frozen=True)
class Merge:
    """A merged range; rows count from 1 as on the screen, columns from 0; both ends belong to it."""

    top: int
    left: int
    bottom: int
    right: int


class SheetSource(Protocol):
    """One sheet of a file, however the file is stored."""

    name: str
    is_hidden: bool
    hidden_columns: frozenset[int]
    merges: tuple[Merge, ...]

    def rows(self) -> Iterator[tuple[int, Cells]]:
        """Row number (from 1) and cells of each row that has any, in order; may be called again."""


@lru_cache(maxsize=2048)
def column_letters(index: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """A -> 0, Z -> 25, AA -> 26; raises ``ValueError`` for what is no column."""
    index = 0
    for letter in letters:
        if not "A" <= letter <= "Z":
            raise ValueError(letters)
        index = index * 26 + ord(letter) - 64
    if not 0 < index <= 16_384:
        raise ValueError(letters)
    return index - 1


def number_value(number: float) -> CellValue:
    """A number as the cell value: whole numbers that a cell can hold exactly become ``int``."""
    if number != number or number in {float("inf"), float("-inf")}:
        return CellFault.ERROR_VALUE
    if number.is_integer() and abs(number) < 10**15:
        return int(number)
    return number


def date_from_serial(serial: float, *, epoch_1904: bool = False) -> dt.date | None:
    """The day of a spreadsheet's serial number, or ``None`` when it is no day; needs no clock and no time zone."""
    days = int(serial)
    if epoch_1904:
        days += 1462
    if not 1 <= days <= 2_958_465:
        return None
    if days < 60:  # the spreadsheet believes in 29 February 1900
        days += 1
    return dt.date(1899, 12, 30) + dt.timedelta(days=days)


def unescape(text: str) -> str:
    """Undo the _xHHHH_ escapes that spreadsheets write; what no database can keep is left out."""
    if "_x" not in text:
        return text
    plain = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore").replace("\x00", "")


def as_text(value: CellValue) -> str:
    """The value as a person would read it in the cell."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.date):
        return value.isoformat()[:10]
    if isinstance(value, CellFault):
        return "#" if value is CellFault.ERROR_VALUE else "="
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)


def is_blank(value: CellValue) -> bool:
    """Nothing, or spaces only."""
    return value is None or (isinstance(value, str) and not value.strip())
