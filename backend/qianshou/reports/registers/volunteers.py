"""Registers of volunteers (S08, form F16)."""

import datetime as dt
from typing import Any

from qianshou.core.ages import age_on
from qianshou.core.identity import NationalId, without_invisibles
from qianshou.reports.registers import readers
from qianshou.reports.registers.kinds import Column, Kind, Record
from qianshou.reports.registers.rowcheck import RowCheck
from qianshou.volunteers.availability import AvailabilityUnclear, read_availability

INQUIRY_VALID_DAYS = 365
YOUNGEST = 14
GROWN_UP = 18
STATUS = {"在岗": "active", "试用": "probation", "待面试": "interview"}
CLEAR, NOT_CLEAR, PENDING = "clear", "not_clear", "pending"
INQUIRY_RESULTS = {
    **dict.fromkeys(("无", "无记录", "无违法犯罪记录", "未发现违法犯罪记录"), CLEAR),
    "有": NOT_CLEAR,
    "查询中": PENDING,
}

COLUMNS: tuple[Column, ...] = (
    Column("number", ("序号", "编号"), is_data=False),
    Column("name", ("姓名", "志愿者姓名")),
    Column("sex", ("性别",)),
    Column("birth_date", ("出生日期", "出生年月", "出生年月日")),
    Column("ethnicity", ("民族",), read=readers.ethnicity),
    Column("political_status", ("政治面貌",), read=readers.text(30)),
    Column("id_type", ("证件类型",), read=readers.text(30)),
    Column("national_id", ("证件号码", "身份证号", "身份证号码", "公民身份证号码")),
    Column("education", ("学历", "文化程度"), read=readers.text(30)),
    Column("occupation", ("职业/单位", "职业", "单位", "工作单位"), read=readers.text(80)),
    Column("address", ("住址", "家庭住址", "现住址"), read=readers.text()),
    Column("phone", ("手机", "手机号", "手机号码", "联系电话", "电话")),
    Column("email", ("邮箱", "电子邮箱"), read=readers.email),
    Column("emergency_contact_name", ("紧急联系人", "紧急联系人姓名"), read=readers.other_persons_name),
    Column("emergency_contact_phone", ("紧急联系人电话", "紧急联系人手机"), read=readers.first_phone),
    Column("skills", ("服务技能/特长", "服务技能", "特长", "技能"), read=readers.word_list),
    Column("interests", ("兴趣爱好", "爱好"), read=readers.word_list),
    Column("dialects", ("语言/方言", "语言", "方言"), read=readers.word_list),
    Column("service_interests", ("意向服务类别", "服务意向"), read=readers.word_list),
    Column("availability", ("可服务时间", "服务时间")),
    Column("record_inquiry_on", ("无违法犯罪记录查询日期", "查询日期")),
    Column("record_inquiry_result", ("查询结果", "无违法犯罪记录查询结果")),
    Column("pledge_signed_on", ("承诺书签订日期", "承诺书签字日期"), read=readers.past_day),
    Column("trained_on", ("岗前培训日期", "培训日期"), read=readers.past_day),
    Column("training_valid_to", ("培训有效期至", "培训有效期"), read=readers.any_day),
    Column("status", ("状态",), read=readers.choice(STATUS)),
    Column("remark", ("备注",), read=readers.remark),
)


def check_volunteer(row: RowCheck) -> None:
    """Apply the rules of a volunteer's row (R-V1, R-W3)."""
    record = row.record
    record["name"] = readers.name(row, "name")
    number: NationalId | None = readers.persons_id(row, "national_id", required=True)
    record["national_id"] = number.value if number else None
    record["sex"] = readers.sex(row, "sex", number)
    born = readers.birth_date(row, "birth_date", number, grown=True)
    record["birth_date"] = born.isoformat() if born else None
    age = age_on(born, row.as_of) if born is not None and born <= row.as_of else None
    if age is not None and age < YOUNGEST:
        row.reject("birth_date", "age_under_14")
    elif age is not None and age < GROWN_UP:
        row.warn("birth_date", "guardian_consent_needed")
    record["phone"] = _phone(row)
    _check_availability(row)
    valid = [_check_inquiry(row), _check_pledge(row), _check_training(row)]
    record["checks_valid_today"] = all(valid) and age is not None and age >= GROWN_UP


def _phone(row: RowCheck) -> str | None:
    if "phone" in row.unusable:
        return None
    phone = readers.first_phone(row, "phone")
    if not phone and not any(issue.identifier == "phone" and issue.code == "phone_invalid" for issue in row.issues):
        row.reject("phone", "phone_missing")
    return phone or None


def _check_availability(row: RowCheck) -> None:
    written = row.text_or_none_word("availability")
    row.record["availability"] = []
    row.record["availability_text"] = written[:200]
    if "availability" in row.unusable:
        return
    if not written:
        row.warn("availability", "availability_missing")
        return
    try:
        row.record["availability"] = [slot.as_dict() for slot in read_availability(written)]
    except AvailabilityUnclear:
        row.warn("availability", "availability_unclear")


def _check_inquiry(row: RowCheck) -> bool:
    """The criminal-record inquiry: made at most 365 days ago, and clear."""
    record = row.record
    done = readers.any_day(row, "record_inquiry_on")
    record["record_inquiry_on"] = done
    record["record_inquiry_result"] = None
    if done is None:
        is_noted = any(issue.identifier == "record_inquiry_on" for issue in row.issues)
        if not is_noted:
            row.warn("record_inquiry_on", "record_inquiry_missing")
        return False
    result = INQUIRY_RESULTS.get(without_invisibles(row.text("record_inquiry_result")), PENDING)
    record["record_inquiry_result"] = result
    if result == NOT_CLEAR:
        row.warn("record_inquiry_result", "record_inquiry_not_clear")
    elif result == PENDING and "record_inquiry_result" not in row.unusable:
        row.warn("record_inquiry_result", "record_inquiry_pending")
    age_in_days = (row.as_of - dt.date.fromisoformat(done)).days
    if age_in_days < 0:
        row.reject("record_inquiry_on", "record_inquiry_future")
    elif age_in_days > INQUIRY_VALID_DAYS:
        row.warn("record_inquiry_on", "record_inquiry_expired")
    return result == CLEAR and 0 <= age_in_days <= INQUIRY_VALID_DAYS


def _check_pledge(row: RowCheck) -> bool:
    return _present(row, "pledge_signed_on", "pledge_missing")


def _check_training(row: RowCheck) -> bool:
    trained = _present(row, "trained_on", "training_missing")
    valid_to = row.record.setdefault("training_valid_to", None)
    if valid_to is None:
        if trained:
            _present(row, "training_valid_to", "training_missing")
        return False
    if valid_to < row.as_of.isoformat():
        row.warn("training_valid_to", "training_expired")
        return False
    return trained


def _present(row: RowCheck, identifier: str, code: str) -> bool:
    if row.record.setdefault(identifier, None) is not None:
        return True
    if identifier not in row.unusable and not any(issue.identifier == identifier for issue in row.issues):
        row.warn(identifier, code)
    return False


def _report_record(record: Record) -> Record:
    return {
        "name": record["name"],
        "sex": record["sex"],
        "birth_date": record["birth_date"],
        "national_id": record["national_id"],
        "phone": record["phone"],
        "skills": record.get("skills", []),
        "dialects": record.get("dialects", []),
        "availability": record["availability"],
        "record_inquiry_on": record["record_inquiry_on"],
        "record_inquiry_result": record["record_inquiry_result"],
        "training_valid_to": record["training_valid_to"],
        "checks_valid_today": record["checks_valid_today"],
    }


def _same_volunteer(record: Record) -> tuple[Any, ...]:
    return record["name"], record["phone"], record.get("address", "")


VOLUNTEERS = Kind(
    name="volunteers",
    columns=COLUMNS,
    groups={},
    check=check_volunteer,
    report_record=_report_record,
    identity="national_id",
    same_person=_same_volunteer,
    counters={"checks_valid_today": lambda record: bool(record["checks_valid_today"])},
)
