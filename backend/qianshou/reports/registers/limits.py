"""What a register may be at most, and the refusal of a file that cannot be used as a whole."""

from dataclasses import dataclass

FILE_EMPTY = "file_empty"
NO_DATA_ROWS = "no_data_rows"
FILE_UNREADABLE = "file_unreadable"
FILE_TYPE_MISMATCH = "file_type_mismatch"
ARCHIVE_TOO_LARGE = "archive_too_large"
FILE_CODES = (FILE_EMPTY, NO_DATA_ROWS, FILE_UNREADABLE, FILE_TYPE_MISMATCH, ARCHIVE_TOO_LARGE)


class FileRefused(Exception):
    """The file as a whole cannot be used; ``code`` is one of ``FILE_CODES``, ``detail`` a word for the log."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Limits:
    """Upper bounds; generous for any school, small enough for a modest machine."""

    file_bytes: int = 20 * 2**20
    unpacked_bytes: int = 160 * 2**20
    part_ratio: int = 250  # unpacked : packed of one large part of an archive; spreadsheets reach about 40
    ratio_from_bytes: int = 16 * 2**20
    archive_parts: int = 2_000
    cell_characters: int = 32_767  # Excel's own limit
    cells: int = 3_000_000
    columns: int = 1_024
    rows: int = 20_000
    merges: int = 50_000
    sheets: int = 200
    header_search_rows: int = 50


DEFAULT_LIMITS = Limits()
