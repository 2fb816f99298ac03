"""Builds small registers in memory for the tests."""

import datetime as dt
import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import openpyxl

from qianshou.core.identity import check_digit
from qianshou.reports.registers.reading import KINDS, Outcome, read_register

AS_OF = dt.date(2026, 9, 10)
HEADER = [
    "序号",
    "姓名",
    "性别",
    "民族",
    "出生日期",
    "身份证号",
    "家庭住址",
    "父亲姓名",
    "父亲电话",
    "母亲姓名",
    "母亲电话",
    "监护人",
    "与学生关系",
    "监护人电话",
    "父母外出情况",
    "备注",
]
VOLUNTEER_HEADER = [
    "姓名",
    "性别",
    "出生日期",
    "证件号码",
    "住址",
    "手机",
    "邮箱",
    "服务技能/特长",
    "可服务时间",
    "无违法犯罪记录查询日期",
    "查询结果",
    "承诺书签订日期",
    "岗前培训日期",
    "培训有效期至",
    "状态",
]


def national_id(born: str = "20180307", serial: str = "123") -> str:
    """A valid number of nobody; an even serial is a woman's."""
    first = f"999999{born}{serial}"
    return first + check_digit(first)


def child(**values: Any) -> list[Any]:
    """A row of HEADER that nothing is wrong with, changed by title."""
    row: dict[str, Any] = {
        "序号": 1,
        "姓名": "崔静",
        "性别": "男",
        "民族": "汉族",
        "出生日期": "2018-03-07",
        "身份证号": national_id(),
        "家庭住址": "云岭县竹溪镇4组",
        "父亲姓名": "崔永生",
        "父亲电话": "10073900346",
        "母亲姓名": "段琪诗",
        "母亲电话": "10027234884",
        "监护人": "万桂英",
        "与学生关系": "奶奶",
        "监护人电话": "10080107988",
        "父母外出情况": "双出",
        "备注": None,
    }
    assert not set(values) - set(row), values
    return [(row | values)[title] for title in HEADER]


def volunteer(**values: Any) -> list[Any]:
    """A row of VOLUNTEER_HEADER that nothing is wrong with, changed by title."""
    row: dict[str, Any] = {
        "姓名": "田艳雨",
        "性别": "女",
        "出生日期": "1980年5月10日",
        "证件号码": national_id("19800510", "124"),
        "住址": "云岭县桃马垭村",
        "手机": "10064813069",
        "邮箱": "v1@example.org",
        "服务技能/特长": "舞蹈、书法",
        "可服务时间": "周三下午",
        "无违法犯罪记录查询日期": "2026.1.25",
        "查询结果": "无",
        "承诺书签订日期": "2026/1/27",
        "岗前培训日期": "2025.12.23",
        "培训有效期至": "2027.12.23",
        "状态": "在岗",
    }
    assert not set(values) - set(row), values
    return [(row | values)[title] for title in VOLUNTEER_HEADER]


def xlsx(rows: Sequence[Sequence[Any]], *, merge: Sequence[str] = (), hidden: str = "", sheet: str = "一班") -> bytes:
    """A workbook with one sheet."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            if value is not None:
                page.cell(number, column, value)
    for area in merge:
        page.merge_cells(area)
    if hidden:
        page.column_dimensions[hidden].hidden = True
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def csv(rows: Sequence[Sequence[Any]], encoding: str = "utf-8-sig") -> bytes:
    """A comma-separated file."""
    lines = [
        ",".join("" if value is None else '"' + str(value).replace('"', '""') + '"' for value in row) for row in rows
    ]
    return "\r\n".join(lines).encode(encoding)


def repacked(data: bytes, changes: Mapping[str, bytes | None], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A workbook with parts replaced, added or (None) left out."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", compression) as new:
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, content in changes.items():
            if content is not None:
                new.writestr(name, content)
    return stream.getvalue()


def part(data: bytes, name: str) -> bytes:
    """A part of a workbook."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)


def read(data: bytes, kind: str = "children", as_of: dt.date | None = AS_OF, **options: Any) -> Outcome:
    """The outcome of reading a file from memory."""
    return read_register(io.BytesIO(data), KINDS[kind], as_of, today=AS_OF, **options)


def read_children(*rows: Sequence[Any]) -> Outcome:
    """The outcome of reading rows of HEADER."""
    return read(xlsx([HEADER, *rows]))


def read_volunteers(*rows: Sequence[Any]) -> Outcome:
    """The outcome of reading rows of VOLUNTEER_HEADER."""
    return read(xlsx([VOLUNTEER_HEADER, *rows]), "volunteers")


def codes(outcome: Outcome) -> tuple[list[str], list[str]]:
    """Codes of what was rejected and of what was warned about."""
    return [issue.code for issue in outcome.rejected], [issue.code for issue in outcome.warnings]


def one_record(outcome):
    """Return the record of an outcome that has just one."""
    ((_, record),) = outcome.records
    return record
