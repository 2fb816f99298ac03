"""One row under examination: its values by identifier, what was found wrong, and the record it gives."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from qianshou.core.identity import is_none_word, without_invisibles
from qianshou.reports.registers.cells import ERROR_TEXTS, CellFault, Cells, CellValue, as_text, column_letters, is_blank
from qianshou.reports.registers.kinds import Kind, Record

REJECTED = "rejected"
WARNING = "warning"
_DITTO = frozenset({"同上", "〃", '"', "″", "“", "”", "〞", "＂", "''", "同 上"})
_FOUND_LENGTH = 60


@dataclass(frozen=True)
class Issue:
    """Something about a cell: ``level`` is ``rejected`` or ``warning``; ``found`` is personal data."""

    at: str
    code: str
    level: str
    column: int
    identifier: str = ""
    found: str = ""


class RowCheck:
    """Reads the values of one row and collects issues; ditto marks and unusable cells are settled on entry."""

    def __init__(
        self,
        kind: Kind,
        place: str,
        number: int,
        cells: Cells,
        columns: Mapping[str, int],
        above: Mapping[str, CellValue] | None,
        as_of: dt.date,
    ) -> None:
        self.kind = kind
        self.place = place
        self.number = number
        self.columns = columns
        self.as_of = as_of
        self.record: Record = {}
        self.issues: list[Issue] = []
        self.values: dict[str, CellValue] = {}
        self.unusable: set[str] = set()
        self._raw = cells
        for identifier, index in columns.items():
            if kind.by_identifier[identifier].is_data:
                self.values[identifier] = self._settled(identifier, cells.get(index), above)

    def _settled(self, identifier: str, value: CellValue, above: Mapping[str, CellValue] | None) -> CellValue:
        if is_blank(value):
            return None
        if isinstance(value, str) and value.strip() in ERROR_TEXTS:
            value = CellFault.ERROR_VALUE
        if isinstance(value, CellFault):
            self.unusable.add(identifier)
            self.reject(identifier, value.value)
            return None
        if isinstance(value, str) and without_invisibles(value) in _DITTO:
            source = above.get(identifier) if above else None
            if source is None:
                self.unusable.add(identifier)
                self.reject(identifier, "ditto_without_source")
                return None
            self.warn(identifier, "ditto_resolved")
            return source
        return value

    # Where things are

    def at(self, identifier: str) -> str:
        """Sheet and cell of a column in this row; the name's cell stands in for a column the sheet does not have."""
        return f"{self.place}!{column_letters(self._column(identifier))}{self.number}"

    def _column(self, identifier: str) -> int:
        if identifier in self.columns:
            return self.columns[identifier]
        return self.columns.get(self.kind.name_column, min(self.columns.values(), default=0))

    # What was found

    def reject(self, identifier: str, code: str) -> None:
        """The row cannot be taken as it is."""
        self._note(identifier, code, REJECTED)

    def warn(self, identifier: str, code: str) -> None:
        """The row is taken; a person should look."""
        self._note(identifier, code, WARNING)

    def _note(self, identifier: str, code: str, level: str) -> None:
        found = as_text(self._raw.get(self.columns[identifier])) if identifier in self.columns else ""
        issue = Issue(self.at(identifier), code, level, self._column(identifier), identifier, found[:_FOUND_LENGTH])
        if issue not in self.issues:
            self.issues.append(issue)

    @property
    def is_rejected(self) -> bool:
        """Whether anything keeps the row out."""
        return any(issue.level == REJECTED for issue in self.issues)

    def sorted_issues(self) -> list[Issue]:
        """Issues in the order of the columns."""
        return sorted(self.issues, key=lambda issue: issue.column)

    # Values

    def value(self, identifier: str) -> CellValue:
        """The value of a column, or ``None`` when it is blank, absent or unusable."""
        return self.values.get(identifier)

    def text(self, identifier: str) -> str:
        """The value as text without spaces around it; empty for none."""
        return as_text(self.values.get(identifier)).strip()

    def text_or_none_word(self, identifier: str) -> str:
        """As ``text``, and empty for words that say there is nothing (无, —)."""
        text = self.text(identifier)
        return "" if is_none_word(text) else text

    def run(self) -> None:
        """Read every column that has a reader, then apply the rules of the kind."""
        for identifier in self.columns:
            column = self.kind.by_identifier[identifier]
            if column.read is not None:
                self.record[identifier] = column.read(self, identifier)
        self.kind.check(self)
