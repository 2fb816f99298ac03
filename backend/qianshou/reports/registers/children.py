"""Registers of children: the official form (F1) and the lists of village schools (S01)."""

import datetime as dt
import re
from typing import Any

from qianshou.children import rules
from qianshou.reports.registers import readers
from qianshou.reports.registers.kinds import Column, Kind, Record
from qianshou.reports.registers.rowcheck import RowCheck

_NAME, _BIRTH = ("姓名",), ("出生日期", "出生年月", "出生年月日")
_ID = ("公民身份证号码", "公民身份号码", "身份证号码", "身份证号", "身份证")
_PHONE = ("联系电话", "电话", "联系方式", "手机", "手机号", "手机号码", "电话号码")
_WORK_PLACE = ("当前务工地点", "务工地点", "务工地", "务工地址", "打工地点")
_ADDRESS = ("居住地址", "住址", "地址", "家庭住址")

GROUPS = {
    **dict.fromkeys(("父亲", "父亲情况", "父亲信息", "父亲基本情况", "爸爸"), "father"),
    **dict.fromkeys(("母亲", "母亲情况", "母亲信息", "母亲基本情况", "妈妈"), "mother"),
    **dict.fromkeys(
        (
            "监护人",
            "监护人情况",
            "监护人信息",
            "委托监护人",
            "委托监护人情况",
            "现监护人",
            "现监护人情况",
            "临时监护人",
            "临时监护人情况",
        ),
        "guardian",
    ),
    "祖父": "paternal_grandfather",
    "祖母": "paternal_grandmother",
    "外祖父": "maternal_grandfather",
    "外祖母": "maternal_grandmother",
}
GRANDPARENTS = {
    "paternal_grandfather": "祖父",
    "paternal_grandmother": "祖母",
    "maternal_grandfather": "外祖父",
    "maternal_grandmother": "外祖母",
}
PARENTS = {"father": "父亲", "mother": "母亲"}

HEALTH = {"健康": "healthy", "残疾": "disabled", "患病": "ill"}
SCHOOLING = {
    "幼儿园": "kindergarten",
    "未入园": "not_in_kindergarten",
    "小学": "primary",
    "初中": "junior",
    "高中": "senior",
    "中职": "vocational",
    "辍学": "dropped_out",
    "不在学": "not_in_school",
}
GUARDIANSHIP = {
    "无人监护": "none",
    "父或母无监护能力": "parent_incapable",
    "受委托人监护能力不足": "carer_weak",
    "一般": "fair",
    "较好": "good",
}
_GRADE = re.compile(r"(.*?)[,，、\s]*([一二三四1-4]级)")
ASSESSMENT = {"较好": "good", "一般": "fair", "差": "poor"}


def _titled(prefix: str, titles: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(prefix + title for title in titles)


def _work_place(row: RowCheck, identifier: str) -> str:
    """Where a parent works; a dash or 在家 means not away and is kept empty."""
    written = readers.text()(row, identifier)
    return "" if written == "在家" else str(written)


def _parent_columns(who: str, word: str) -> list[Column]:
    return [
        Column(f"{who}.name", (word, *_titled(word, _NAME)), {who: _NAME}, readers.other_persons_name),
        Column(f"{who}.birth_date", _titled(word, _BIRTH), {who: _BIRTH}, readers.relatives_birth_date),
        Column(f"{who}.national_id", _titled(word, _ID), {who: _ID}, readers.other_persons_id),
        Column(f"{who}.work_place", _titled(word, _WORK_PLACE), {who: _WORK_PLACE}, _work_place),
        Column(f"{who}.phones", _titled(word, _PHONE), {who: _PHONE}, readers.phones),
    ]


def _grandparent_columns(who: str, word: str) -> list[Column]:
    prefix = f"grandparents.{who}"
    return [
        Column(f"{prefix}.name", _titled(word, _NAME), {who: _NAME}, readers.other_persons_name),
        Column(f"{prefix}.birth_date", _titled(word, _BIRTH), {who: _BIRTH}, readers.relatives_birth_date),
    ]


_CARER_WORDS = ("委托监护人", "监护人", "现监护人", "临时监护人")
_CARER_PHONES = tuple(word + title for word in _CARER_WORDS for title in _PHONE)

COLUMNS: tuple[Column, ...] = (
    Column("number", ("序号", "编号"), is_data=False),
    Column("name", ("姓名", "学生姓名", "儿童姓名")),
    Column("sex", ("性别",)),
    Column("ethnicity", ("民族",), read=readers.ethnicity),
    Column("birth_date", _BIRTH),
    Column("national_id", _ID),
    Column("hukou_registered", ("是否登记户口",), read=readers.truth_or_unknown),
    Column("hukou_address", ("户籍所在地", "户籍地址"), read=readers.text()),
    Column("current_address", ("现居住地", "家庭住址", "家庭详细住址", "家庭地址"), read=readers.text()),
    Column("health_status", ("身体情况", "健康状况"), read=readers.choice(HEALTH)),
    Column("disability", ("残疾类别及等级", "残疾类别"), read=readers.text()),
    Column("illness_type", ("患病类型",), read=readers.text()),
    Column("is_boarding", ("是否学校寄宿", "是否寄宿", "住校否", "是否住校"), read=readers.truth),
    Column("schooling", ("就学情况",), read=readers.choice(SCHOOLING)),
    Column("school", ("学校", "学校名称", "就读学校"), read=readers.text(80)),
    Column("school_class", ("年级班级", "班级", "年级"), read=readers.text(40)),
    *(column for who, word in GRANDPARENTS.items() for column in _grandparent_columns(who, word)),
    *(column for who, word in PARENTS.items() for column in _parent_columns(who, word)),
    Column("situation", ("父母外出情形", "父母外出情况", "外出情况", "留守类型")),
    Column("incapable_parent", ("无监护能力者",), read=readers.text(20)),
    Column("has_entrusted_carer", ("有无委托其他监护人",), read=readers.truth_or_unknown),
    Column(
        "guardian_name",
        (*_CARER_WORDS, *(word + "姓名" for word in _CARER_WORDS)),
        {"guardian": _NAME},
        readers.other_persons_name,
    ),
    Column(
        "guardian_relation",
        ("与儿童关系", "与学生关系", "关系", "与被监护人关系", "监护人关系"),
        {"guardian": ("关系", "与儿童关系", "与学生关系")},
    ),
    Column(
        "guardian_national_id",
        tuple(word + title for word in _CARER_WORDS for title in _ID),
        {"guardian": _ID},
        readers.other_persons_id,
    ),
    Column("guardian_phones", _CARER_PHONES, {"guardian": _PHONE}, readers.phones),
    Column(
        "guardian_address",
        tuple(word + title for word in _CARER_WORDS for title in _ADDRESS),
        {"guardian": _ADDRESS},
        readers.text(),
    ),
    Column("guardianship_type", ("监护类型",), read=readers.choice(GUARDIANSHIP)),
    Column("guardianship_assessment", ("监护能力评估",), read=readers.choice(ASSESSMENT)),
    Column("income_sources", ("家庭经济来源",), read=readers.word_list),
    Column("aid_received", ("救助帮扶",), read=readers.word_list),
    Column("confirmed_by", ("确认人",), read=readers.text(50)),
    Column("visited_on", ("入户日期",), read=readers.past_day),
    Column("remark", ("备注",), read=readers.remark),
)


def check_child(row: RowCheck) -> None:
    """Apply the rules of a child's row (R-L1, R-L2)."""
    record = row.record
    record["name"] = readers.name(row, "name")
    number = readers.persons_id(row, "national_id", required=False)
    record["national_id"] = number.value if number else None
    record["sex"] = readers.sex(row, "sex", number)
    born = readers.birth_date(row, "birth_date", number, grown=False)
    record["birth_date"] = born.isoformat() if born else None
    _split_disability(record)
    _check_guardian(row)
    situation = _situation(row)
    record["situation"] = situation
    record["is_left_behind"] = born is not None and rules.is_left_behind(situation, born, row.as_of)
    _check_age(row, born)


def _split_disability(record: Record) -> None:
    """肢体残疾三级 -> category and grade."""
    written = record.pop("disability", "")
    match = _GRADE.fullmatch(written)
    record["disability_category"], record["disability_grade"] = (match[1], match[2]) if match else (written, "")


def _check_guardian(row: RowCheck) -> None:
    record = row.record
    carer = record.get("guardian_name") or None
    record["guardian_name"] = carer
    record.setdefault("guardian_phones", [])
    record["guardian_relation"] = None
    record["guardian_relation_word"] = ""
    if carer is None:
        if "guardian_name" not in row.unusable:
            row.warn("guardian_name", "guardian_missing")
    elif not record["guardian_phones"] and not _phone_refused(row):
        row.warn("guardian_phones", "guardian_phone_missing")
    written = row.text_or_none_word("guardian_relation")
    if written:
        relation, word, is_two = rules.read_relation(written)
        record["guardian_relation"], record["guardian_relation_word"] = relation, word[:20]
        if is_two:
            row.warn("guardian_relation", "relation_two_persons")
        elif relation == rules.OTHER_RELATION:
            row.warn("guardian_relation", "relation_unknown")


def _phone_refused(row: RowCheck) -> bool:
    identifier = "guardian_phones"
    return identifier in row.unusable or any(
        issue.identifier == identifier and issue.code == "phone_invalid" for issue in row.issues
    )


def _situation(row: RowCheck) -> str | None:
    if "situation" in row.unusable:
        return None
    situation = rules.read_situation(row.text("situation"), row.text("incapable_parent"))
    if situation is None:
        row.warn("situation", "situation_unclear")
    elif situation not in rules.LEFT_BEHIND_SITUATIONS:
        row.warn("situation", "not_left_behind")
    return situation


def _check_age(row: RowCheck, born: dt.date | None) -> None:
    if born is None or born > row.as_of:
        return
    age = rules.age_on(born, row.as_of)
    if age >= rules.MINOR_UNDER:
        row.reject("birth_date", "age_18_or_over")
    elif age >= rules.LEFT_BEHIND_UNDER:
        row.warn("birth_date", "age_16_or_over")


def _report_record(record: Record) -> Record:
    return {
        "name": record["name"],
        "sex": record["sex"],
        "birth_date": record["birth_date"],
        "national_id": record["national_id"],
        "father_phones": record.get("father.phones", []),
        "mother_phones": record.get("mother.phones", []),
        "guardian_name": record["guardian_name"],
        "guardian_relation": record["guardian_relation"],
        "guardian_phones": record["guardian_phones"],
        "situation": record["situation"],
        "is_left_behind": record["is_left_behind"],
    }


def _same_child(record: Record) -> tuple[Any, ...]:
    phones = (*record.get("father.phones", ()), *record.get("mother.phones", ()), *record["guardian_phones"])
    return record["name"], tuple(sorted(phones)), record.get("current_address", "")


CHILDREN = Kind(
    name="children",
    columns=COLUMNS,
    groups=GROUPS,
    check=check_child,
    report_record=_report_record,
    identity="national_id",
    same_person=_same_child,
)
