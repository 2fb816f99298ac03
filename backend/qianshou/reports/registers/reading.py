"""From a file to checked rows: a first look (headers, mapping, date of filing), then the examination row by row."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from qianshou.core.written_dates import DateFault, read_date
from qianshou.reports.registers import rows as row_kinds
from qianshou.reports.registers.cells import Cells, CellValue, SheetSource, as_text, column_letters, is_blank
from qianshou.reports.registers.centres import CENTRES
from qianshou.reports.registers.children import CHILDREN
from qianshou.reports.registers.headers import ColumnProposal, Corrections, Header, find_header, with_suggestions
from qianshou.reports.registers.kinds import Kind, Record
from qianshou.reports.registers.limits import (
    ARCHIVE_TOO_LARGE,
    DEFAULT_LIMITS,
    FILE_EMPTY,
    NO_DATA_ROWS,
    FileRefused,
    Limits,
)
from qianshou.reports.registers.rowcheck import REJECTED, WARNING, Issue, RowCheck
from qianshou.reports.registers.sheetnames import school_and_class
from qianshou.reports.registers.volunteers import VOLUNTEERS
from qianshou.reports.registers.workbook import open_sheets

KINDS: dict[str, Kind] = {kind.name: kind for kind in (CENTRES, CHILDREN, VOLUNTEERS)}

ACCEPTED = "accepted"
MERGED = "merged"
IDENTICAL = "identical"
CONFLICT = "conflict"


@dataclass(frozen=True)
class Notice:
    """Something about a sheet or column that a person should know."""

    at: str
    code: str


@dataclass(frozen=True)
class Duplicate:
    """A row about somebody whom an earlier row is about: ``identical`` or ``conflict``."""

    at: str
    of: str
    kind: str


@dataclass
class SheetSurvey:
    """The first look at a sheet; without a header there is no table in it."""

    source: SheetSource
    header: Header | None
    frame: row_kinds.Frame = field(default_factory=row_kinds.Frame)
    title: str = ""

    @property
    def name(self) -> str:
        """The sheet's name."""
        return self.source.name


@dataclass
class Survey:
    """The first look at a file."""

    kind: Kind
    sheets: list[SheetSurvey]
    limits: Limits

    @property
    def filed_on(self) -> dt.date | None:
        """The date of filing that the titles give; the latest where sheets differ."""
        days = []
        for sheet in self.sheets:
            try:
                days.append(read_date(sheet.frame.values.get("filed_on", "")).day)
            except DateFault:
                continue
        return max(days, default=None)

    def mapping(self) -> dict[str, list[ColumnProposal]]:
        """Sheet -> proposed columns, with a guess for those that nobody knows."""
        return {
            sheet.name: with_suggestions(sheet.header, self.kind).columns
            for sheet in self.sheets
            if sheet.header is not None
        }


@dataclass
class RowResult:
    """One data row, examined."""

    sheet: str
    number: int
    status: str
    at: str
    record: Record
    issues: list[Issue]
    cells: dict[str, str]
    duplicate: Duplicate | None = None


@dataclass
class Outcome:
    """Everything an examination found; rows only where they were kept."""

    kind: Kind
    as_of: dt.date
    file_error: str | None = None
    rows_total: int = 0
    status_counts: Counter[str] = field(default_factory=Counter)
    counters: Counter[str] = field(default_factory=Counter)
    rejected: list[Issue] = field(default_factory=list)
    warnings: list[Issue] = field(default_factory=list)
    duplicates: list[Duplicate] = field(default_factory=list)
    ignored: list[tuple[str, str]] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    records: list[tuple[str, Record]] = field(default_factory=list)
    frame: dict[str, str] = field(default_factory=dict)


def survey(
    file: BinaryIO, kind: Kind, corrections: Corrections | None = None, limits: Limits = DEFAULT_LIMITS
) -> Survey:
    """Find the tables of a file and what their columns mean.

    ``corrections`` replaces the meaning of columns: sheet -> column letters -> identifier or ``None``. Raises
    ``FileRefused``, and ``ValueError`` for an identifier that the kind does not have.
    """
    _, sources = open_sheets(file, limits)
    sheets: list[SheetSurvey] = []
    has_content = False
    for source in sources:
        top = _first_rows(source, limits)
        has_content = has_content or any(not is_blank(value) for _, cells in top for value in cells.values())
        header = find_header(kind, top, source.merges, source.hidden_columns)
        frame = row_kinds.frame_above(top, header)
        title = next((as_text(value) for _, cells in top for value in cells.values() if not is_blank(value)), "")
        if header is not None and corrections and source.name in corrections:
            header = header.corrected(corrections[source.name], kind)
        sheets.append(SheetSurvey(source, header, frame, title))
    if not has_content:
        raise FileRefused(FILE_EMPTY)
    return Survey(kind, sheets, limits)


def _first_rows(source: SheetSource, limits: Limits) -> list[tuple[int, Cells]]:
    top: list[tuple[int, Cells]] = []
    for number, cells in source.rows():
        top.append((number, cells))
        if len(top) >= limits.header_search_rows:
            break
    return top


class Examination:
    """Walks every data row of a surveyed file; iterate over it, then read ``outcome``."""

    def __init__(self, found: Survey, as_of: dt.date, *, keep_records: bool = True) -> None:
        self.survey = found
        self.outcome = Outcome(found.kind, as_of)
        self._keep_records = keep_records
        self._seen: dict[str, tuple[str, tuple[Any, ...], bool]] = {}

    def __iter__(self) -> Iterator[RowResult]:
        for sheet in self.survey.sheets:
            self._notice_columns(sheet)
            if sheet.header is not None:
                yield from self._rows_of(sheet, sheet.header)
        if not self.outcome.rows_total:
            raise FileRefused(NO_DATA_ROWS)

    def _notice_columns(self, sheet: SheetSurvey) -> None:
        notices = self.outcome.notices
        if sheet.header is None:
            notices.append(Notice(sheet.name, "sheet_without_header"))
            return
        if sheet.source.is_hidden:
            notices.append(Notice(sheet.name, "hidden_sheet"))
        for column in sheet.header.columns:
            at = f"{sheet.name}!{column.letters}"
            if column.is_hidden:
                notices.append(Notice(at, "hidden_column"))
            if column.identifier is None:
                notices.append(Notice(at, "unknown_column"))

    def _rows_of(self, sheet: SheetSurvey, header: Header) -> Iterator[RowResult]:
        outcome = self.outcome
        columns = header.by_identifier
        sorter = row_kinds.RowSorter(self.survey.kind, sheet.source, header)
        sorter.frame = sheet.frame
        defaults = school_and_class(sheet.name, sheet.title, sheet.frame.values.get("school", ""))
        above: Mapping[str, CellValue] | None = None
        for row in sorter.sorted_rows():
            if isinstance(row, row_kinds.IgnoredRow):
                outcome.ignored.append((f"{sheet.name}!{row.number}", row.why))
                continue
            outcome.rows_total += 1
            if outcome.rows_total > self.survey.limits.rows:
                raise FileRefused(ARCHIVE_TOO_LARGE, "rows")
            check = RowCheck(self.survey.kind, sheet.name, row.number, row.cells, columns, above, outcome.as_of)
            check.run()
            for identifier, value in defaults.items():
                if identifier in self.survey.kind.by_identifier and not check.record.get(identifier):
                    check.record[identifier] = value
            above = check.values
            yield self._result(sheet, check, row.cells, columns)
        for key, value in sheet.frame.values.items():
            outcome.frame.setdefault(key, value)

    def _result(self, sheet: SheetSurvey, check: RowCheck, cells: Cells, columns: Mapping[str, int]) -> RowResult:
        outcome = self.outcome
        duplicate = self._duplicate(check)
        status = REJECTED if check.is_rejected else MERGED if duplicate else ACCEPTED
        issues = check.sorted_issues()
        at = check.at(self.survey.kind.name_column)
        outcome.status_counts[status] += 1
        outcome.rejected += [issue for issue in issues if issue.level == REJECTED]
        outcome.warnings += [issue for issue in issues if issue.level == WARNING]
        if duplicate:
            outcome.duplicates.append(duplicate)
        if status == ACCEPTED:
            for name, counts in self.survey.kind.counters.items():
                outcome.counters[name] += counts(check.record)
            if self._keep_records:
                outcome.records.append((at, check.record))
        shown = {column_letters(index): as_text(cells.get(index)) for index in sorted(columns.values())}
        return RowResult(sheet.name, check.number, status, at, check.record, issues, shown, duplicate)

    def _duplicate(self, check: RowCheck) -> Duplicate | None:
        """Somebody with the same id number stood in an earlier row: merge if all is the same, else a person decides."""
        kind = self.survey.kind
        identity = check.record.get(kind.identity)
        if not identity:
            return None
        at, person = check.at(kind.identity), kind.same_person(check.record)
        earlier = self._seen.get(identity)
        if earlier is None:
            self._seen[identity] = (at, person, check.is_rejected)
            return None
        of, earlier_person, earlier_rejected = earlier
        if person == earlier_person and not earlier_rejected:
            check.warn(kind.identity, "duplicate_identical")
            return Duplicate(at, of, IDENTICAL)
        check.reject(kind.identity, "duplicate_conflict")
        return Duplicate(at, of, CONFLICT)


def read_register(
    file: BinaryIO,
    kind: Kind,
    as_of: dt.date | None,
    *,
    today: dt.date,
    corrections: Corrections | None = None,
    limits: Limits = DEFAULT_LIMITS,
    on_row: Callable[[RowResult], None] | None = None,
) -> Outcome:
    """Read and check a whole register; a file that cannot be used gives an outcome with ``file_error``.

    Ages and dated checks are judged on ``as_of``, else on the date of filing in the file, else on ``today``.
    """
    try:
        found = survey(file, kind, corrections, limits)
        examination = Examination(found, as_of or found.filed_on or today)
        for result in examination:
            if on_row is not None:
                on_row(result)
        return examination.outcome
    except FileRefused as refusal:
        return Outcome(kind, as_of or today, file_error=refusal.code)
