"""The list of homes (homes.csv), with the codes it gives them (S18)."""

import re
from typing import Any

from qianshou.core.identity import without_invisibles
from qianshou.reports.registers import readers
from qianshou.reports.registers.kinds import Column, Kind, Record
from qianshou.reports.registers.rowcheck import RowCheck

ROOMS = ("library_rooms", "family_call_rooms", "activity_rooms", "counselling_rooms")
HOURS = ("open_term_weekdays", "open_term_weekend", "open_holiday")
_CODE = re.compile(r"[A-Za-z0-9_-]{1,12}")
_SPAN = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])[-–—~]([01]?[0-9]|2[0-3]):([0-5][0-9])")
_LIST = re.compile(r"[;；、,，\s]+")
_WEEKDAYS = {digit: number for number, digit in enumerate("一二三四五六日", start=1)} | {"天": 7}
_MOST = 100_000


def whole_number(row: RowCheck, identifier: str) -> int | None:
    """A whole number from 0 up; blank is not known."""
    value = row.value(identifier)
    text = row.text_or_none_word(identifier)
    if not text:
        return None
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,6}", text) or int(text) > _MOST:
        row.reject(identifier, "number_invalid")
        return None
    return int(text)


def degrees(limit: float) -> readers.Reader:
    """Degrees between -limit and limit; blank is not known."""

    def read(row: RowCheck, identifier: str) -> float | None:
        text = row.text_or_none_word(identifier)
        if not text:
            return None
        if not re.fullmatch(r"-?[0-9]{1,3}(?:\.[0-9]{1,12})?", text) or abs(float(text)) > limit:
            row.reject(identifier, "coordinate_invalid")
            return None
        return float(text)

    return read


def hours(row: RowCheck, identifier: str) -> list[dict[str, str]]:
    """Stretches of opening hours, several with a semicolon; blank is closed."""
    spans: list[dict[str, str]] = []
    for part in _LIST.split(row.text_or_none_word(identifier).replace("：", ":")):
        if not part:
            continue
        match = _SPAN.fullmatch(part)
        start, end = (f"{int(match[1]):02d}:{match[2]}", f"{int(match[3]):02d}:{match[4]}") if match else ("", "")
        if match is None or end <= start or (spans and start < spans[-1]["to"]):
            row.reject(identifier, "hours_unreadable")
            return []
        spans.append({"from": start, "to": end})
    return spans


def weekdays(row: RowCheck, identifier: str) -> list[int]:
    """Days of the week, 1 = Monday."""
    days: set[int] = set()
    for part in _LIST.split(row.text_or_none_word(identifier)):
        day = without_invisibles(part).removeprefix("星期").removeprefix("周")
        if day and day not in _WEEKDAYS:
            row.reject(identifier, "weekday_unreadable")
            return []
        if day:
            days.add(_WEEKDAYS[day])
    return sorted(days)


def code(row: RowCheck, identifier: str) -> str:
    """A code of letters, digits, dash and underscore, at most 12 characters, in upper case."""
    text = row.text(identifier)
    if text and not _CODE.fullmatch(text):
        row.reject(identifier, "code_invalid")
        return ""
    return text.upper()


COLUMNS: tuple[Column, ...] = (
    Column("home_id", ("home_id", "编号", "代码"), read=code),
    Column("name", ("name", "名称", "儿童之家名称", "姓名")),
    Column("township", ("township", "乡镇"), read=readers.text(50)),
    Column("village_id", ("village_id", "所在村", "村"), read=code),
    Column("latitude", ("latitude", "纬度"), read=degrees(90)),
    Column("longitude", ("longitude", "经度"), read=degrees(180)),
    Column("library_rooms", ("library_rooms", "图书室"), read=whole_number),
    Column("family_call_rooms", ("family_call_rooms", "亲情通话室"), read=whole_number),
    Column("activity_rooms", ("activity_rooms", "活动室"), read=whole_number),
    Column("counselling_rooms", ("counselling_rooms", "谈心室"), read=whole_number),
    Column("capacity", ("capacity", "容纳儿童数"), read=whole_number),
    Column("open_term_weekdays", ("open_term_weekdays", "学期平日开放"), read=hours),
    Column("open_term_weekend", ("open_term_weekend", "学期周末开放"), read=hours),
    Column("open_holiday", ("open_holiday", "假期开放"), read=hours),
    Column("closed_days", ("closed_days", "休息日"), read=weekdays),
    Column("manager", ("manager", "负责人"), read=readers.other_persons_name),
    Column("phone", ("phone", "电话", "联系电话"), read=readers.first_phone),
)


def check_centre(row: RowCheck) -> None:
    """Apply the rules of a home's row."""
    record = row.record
    name = row.text("name")
    if not name and "name" not in row.unusable:
        row.reject("name", "name_missing")
    elif len(name) > 80 or name.startswith(("=", "+", "@", "-")) or "<" in name:
        row.reject("name", "name_invalid")
    record["name"] = name[:80]
    if not record.get("home_id") and not any(issue.identifier == "home_id" for issue in row.issues):
        row.reject("home_id", "code_missing")


def _report_record(record: Record) -> Record:
    return {column.identifier: record.get(column.identifier) for column in COLUMNS}


def _same_centre(record: Record) -> tuple[Any, ...]:
    return tuple(str(record.get(column.identifier)) for column in COLUMNS)


CENTRES = Kind(
    name="centres",
    columns=COLUMNS,
    groups={},
    check=check_centre,
    report_record=_report_record,
    identity="home_id",
    same_person=_same_centre,
)
