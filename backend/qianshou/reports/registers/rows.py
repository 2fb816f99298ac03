"""Tells the rows that hold a person or thing from totals, blanks, repeated headers and signatures."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from qianshou.reports.registers.cells import Cells, Merge, SheetSource, as_text, is_blank
from qianshou.reports.registers.headers import Header
from qianshou.reports.registers.kinds import Kind
from qianshou.reports.registers.titles import plain_title

BLANK = "blank"
TOTAL = "total"
HEADER = "header"
FOOTER = "footer"
MOST_BLANKS_NAMED = 200  # of one gap; a stray cell a million rows below must not fill the report

_TOTAL = re.compile(
    r"[\w（(]{0,8}(?:小计|合计|总计|共计|累计|总人数)(?:[:：)）].{0,20}|[0-9]{0,6}[人名个]?|人数.{0,10})"
)
_FOOTER = re.compile(
    r"\s*(?:填表|制表|填报|复核|审核|单位负责|负责|经办|联系|签字|签章|盖章|校长|监制|日期|备注|注|说明|附注)"
    r"[^:：\s]{0,8}\s*[:：].*",
    re.DOTALL,
)
_FRAME = {
    "org_unit": re.compile(r"(?:填报单位|填表单位|单位名称|单位)\s*[:：]\s*(.+)"),
    "school": re.compile(r"(?:学校|学校名称)\s*[:：]\s*(.+)"),
    "filed_on": re.compile(r"(?:填报日期|填表日期|填报时间|填表时间|日期)\s*[:：]\s*(.+)"),
    "filled_by": re.compile(r"(?:填表人|填报人|制表人)\s*[:：]\s*(.+)"),
    "reviewed_by": re.compile(r"(?:复核人|审核人)\s*[:：]\s*(.+)"),
    "approved_by": re.compile(r"(?:单位负责人|负责人)\s*[:：]\s*(.+)"),
}
_SPLIT_WIDE = 3
_BRACKETS = re.compile(r"[(（][^)）]*[)）]")


@dataclass
class DataRow:
    """A row of the table: its own cells, and with the values of vertical merges filled in."""

    number: int
    cells: Cells
    own: Cells


@dataclass
class IgnoredRow:
    """A row that is no data, and why."""

    number: int
    why: str


@dataclass
class Frame:
    """What stands around the table: unit, date, signatures."""

    values: dict[str, str] = field(default_factory=dict)

    def learn(self, cells: Cells) -> None:
        """Take what the cells of a title or signature row say; the first word counts."""
        for value in cells.values():
            text = _BRACKETS.sub("", as_text(value)).strip()
            for key, pattern in _FRAME.items():
                match = pattern.fullmatch(text)
                if match and match[1].strip():
                    self.values.setdefault(key, match[1].strip()[:80])


class _MergeFill:
    """Gives the value of a vertical merge to each of its rows."""

    def __init__(self, merges: tuple[Merge, ...]) -> None:
        self.waiting = [merge for merge in reversed(merges) if merge.bottom > merge.top]
        self.open: list[tuple[Merge, object]] = []

    def filled(self, number: int, own: Cells) -> Cells:
        while self.waiting and self.waiting[-1].top <= number:
            merge = self.waiting.pop()
            value = own.get(merge.left) if merge.top == number else None
            if value is not None:
                self.open.append((merge, value))
        if not self.open:
            return own
        self.open = [(merge, value) for merge, value in self.open if merge.bottom >= number]
        cells = dict(own)
        for merge, value in self.open:
            if merge.left not in cells:
                cells[merge.left] = value  # type: ignore[assignment]
        return cells


class RowSorter:
    """Walks the rows of a sheet below its header."""

    def __init__(self, kind: Kind, sheet: SheetSource, header: Header) -> None:
        self.sheet = sheet
        self.header = header
        columns = header.by_identifier
        self.name_column = columns.get(kind.name_column, -1)
        self.identity_column = columns.get(kind.identity, -1)
        self.number_columns = {
            index for name, index in columns.items() if not kind.by_identifier[name].is_data
        }  # running numbers say nothing
        self.data_columns = set(columns.values()) - self.number_columns
        self.wide = {(merge.top, merge.left) for merge in sheet.merges if merge.right - merge.left + 1 >= _SPLIT_WIDE}
        self.frame = Frame()

    def sorted_rows(self) -> Iterator[DataRow | IgnoredRow]:
        """Each row below the header once, in order; blanks after the last row are not named."""
        fill = _MergeFill(self.sheet.merges)
        previous = self.header.last_row
        blanks: list[int] = []
        for number, own in self.sheet.rows():
            if number <= self.header.last_row:
                fill.filled(number, own)
                continue
            blanks += range(previous + 1, min(number, previous + 1 + MOST_BLANKS_NAMED))
            previous = number
            cells = fill.filled(number, own)
            why = self._why_ignored(number, own, cells)
            if why == BLANK:
                blanks.append(number)
                continue
            yield from (IgnoredRow(blank, BLANK) for blank in blanks)
            blanks = []
            if why:
                if why == FOOTER:
                    self.frame.learn(own)
                yield IgnoredRow(number, why)
            else:
                yield DataRow(number, cells, own)

    def _why_ignored(self, number: int, own: Cells, cells: Cells) -> str:
        filled = [index for index, value in own.items() if not is_blank(value)]
        if not filled:
            return BLANK
        name, identity = as_text(cells.get(self.name_column)), cells.get(self.identity_column)
        first = as_text(own[min(filled)]).strip()
        if is_blank(identity) and (_TOTAL.fullmatch(first) or _TOTAL.fullmatch(name.strip())):
            return TOTAL
        if self._repeats_header(own):
            return HEADER
        if _FOOTER.fullmatch(first) and is_blank(identity) and (not name.strip() or _FOOTER.fullmatch(name)):
            return FOOTER
        data = [index for index in filled if index in self.data_columns]
        if not data:
            if all(index in self.number_columns for index in filled):
                return BLANK if first.replace(".", "").isdigit() else HEADER
            return FOOTER
        if len(filled) == 1 and (number, filled[0]) in self.wide:
            return HEADER
        return ""

    def _repeats_header(self, own: Cells) -> bool:
        name = own.get(self.name_column)
        if not isinstance(name, str) or plain_title(name) not in self.header.titles:
            return False
        same = sum(1 for value in own.values() if isinstance(value, str) and plain_title(value) in self.header.titles)
        return same >= max(2, len(own) / 2)


def frame_above(rows: Mapping[int, Cells] | list[tuple[int, Cells]], header: Header | None) -> Frame:
    """What the title rows above a header say."""
    frame = Frame()
    for number, cells in rows.items() if isinstance(rows, Mapping) else rows:
        if header is None or number >= header.first_row:
            break
        frame.learn(cells)
    return frame
