"""Opens a register of any readable type."""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from qianshou.reports.registers.cells import SheetSource
from qianshou.reports.registers.delimited import open_delimited
from qianshou.reports.registers.limits import DEFAULT_LIMITS, Limits
from qianshou.reports.registers.sniff import FileType, file_type
from qianshou.reports.registers.xls import open_xls
from qianshou.reports.registers.xlsx import open_xlsx


def open_sheets(file: BinaryIO, limits: Limits = DEFAULT_LIMITS) -> tuple[FileType, Sequence[SheetSource]]:
    """The type of a file and its sheets, whatever its name. Raises ``FileRefused``."""
    kind = file_type(file, limits)
    if kind is FileType.XLSX:
        return kind, open_xlsx(file, limits)
    if kind is FileType.XLS:
        return kind, open_xls(file, limits)
    return kind, open_delimited(file, limits)


def open_path(path: Path) -> BinaryIO:
    """A file for reading, in binary."""
    return path.open("rb")
