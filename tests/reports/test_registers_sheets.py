"""Each kind of mess in the sheets of a register and in volunteers' registers, as `test_registers_mess` for cells."""

import datetime as dt

import pytest

from tests.reports.register_files import (
    HEADER,
    child,
    codes,
    csv,
    national_id,
    one_record,
    read,
    read_children,
    read_volunteers,
    volunteer,
    xlsx,
)


def test_merged_cells_count_for_every_row():
    rows = [HEADER, child(), child(姓名="许欣", 身份证号=national_id(serial="345"), 监护人=None, 监护人电话=None)]
    outcome = read(xlsx(rows, merge=["L2:L3", "N2:N3"]))

    assert codes(outcome) == ([], [])
    assert outcome.records[1][1]["guardian_name"] == "万桂英"


@pytest.mark.parametrize("word", ["小计", "合计", "男生小计", "总计：15", "合计15人"])
def test_totals_are_no_data_wherever_they_stand(word):
    outcome = read_children(child(), [None, word, 15], child(姓名="许欣", 身份证号=national_id(serial="345")))

    assert outcome.rows_total == 2
    assert outcome.ignored == [("一班!3", "total")]


def test_blank_rows_numbered_rows_and_signatures_are_no_data():
    outcome = read_children(child(), [None], [2], ["填表人：罗春梅", None, "单位负责人：郑海波"])

    assert outcome.rows_total == 1
    assert outcome.ignored == [("一班!3", "blank"), ("一班!4", "blank"), ("一班!5", "footer")]
    assert outcome.frame["filled_by"] == "罗春梅"


def test_header_repeated_on_the_next_printed_page_is_no_data():
    outcome = read_children(child(), HEADER, child(姓名="许欣", 身份证号=national_id(serial="345")))

    assert (outcome.rows_total, outcome.ignored) == (2, [("一班!3", "header")])


def test_same_id_with_the_same_particulars_is_merged():
    outcome = read_children(child(), child())

    assert codes(outcome) == ([], ["duplicate_identical"])
    assert [(twin.at, twin.of, twin.kind) for twin in outcome.duplicates] == [("一班!F3", "一班!F2", "identical")]
    assert (outcome.status_counts["accepted"], outcome.status_counts["merged"]) == (1, 1)


@pytest.mark.parametrize("changed", [{"姓名": "许欣"}, {"监护人电话": "10080107989"}, {"家庭住址": "别处"}])
def test_same_id_with_other_particulars_is_a_conflict(changed):
    outcome = read_children(child(), child(**changed))

    assert codes(outcome) == (["duplicate_conflict"], [])
    assert [(twin.at, twin.of, twin.kind) for twin in outcome.duplicates] == [("一班!F3", "一班!F2", "conflict")]


def test_hidden_and_unknown_columns_are_said():
    rows = [[*HEADER, "鞋码"], [*child(), 32]]
    outcome = read(xlsx(rows, hidden="D"))

    assert [(notice.at, notice.code) for notice in outcome.notices] == [
        ("一班!D", "hidden_column"),
        ("一班!Q", "unknown_column"),
    ]
    assert one_record(outcome)["ethnicity"] == "汉族"


def test_formula_without_a_stored_value_is_rejected():
    assert codes(read_children(child(监护人电话="=K2"))) == (["formula_without_value"], [])


@pytest.mark.parametrize("error", ["#REF!", "#N/A"])
def test_error_value_is_rejected(error):
    assert codes(read_children(child(身份证号=error))) == (["cell_error_value"], [])
    assert codes(read(csv([HEADER, child(身份证号=error)]))) == (["cell_error_value"], [])


def test_all_faults_of_a_row_are_reported_in_one_pass_in_the_order_of_the_columns():
    outcome = read_children(child(姓名=None, 性别="女", 出生日期="2030-01-01", 监护人电话="123"))

    assert [(issue.at, issue.code) for issue in outcome.rejected] == [
        ("一班!B2", "name_missing"),
        ("一班!C2", "sex_id_conflict"),
        ("一班!E2", "birth_date_id_conflict"),
        ("一班!E2", "birth_date_future"),
        ("一班!N2", "phone_invalid"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_any_usual_encoding(encoding):
    outcome = read(csv([HEADER, child(姓名="罗㛃", 备注="低保户, 母亲腰伤\n需常联系")], encoding))

    assert one_record(outcome)["name"] == "罗㛃"
    assert one_record(outcome)["remark"] == "低保户, 母亲腰伤\n需常联系"


def test_number_kept_as_text_in_a_csv():
    number = national_id()
    data = csv([HEADER, child()]).replace(f'"{number}"'.encode(), f'"=""{number}"""'.encode())

    assert codes(read(data)) == ([], [])


def test_correction_of_the_mapping_is_followed():
    header = ["孩子" if title == "姓名" else title for title in HEADER]
    data = xlsx([header, child()])

    assert codes(read(data))[0] == ["name_missing"]
    assert codes(read(data, corrections={"一班": {"B": "name"}})) == ([], [])
    assert one_record(read(data, corrections={"一班": {"B": "name", "D": None}})).get("ethnicity") is None


# Volunteers


def test_good_volunteer_has_all_checks():
    outcome = read_volunteers(volunteer())

    assert codes(outcome) == ([], [])
    assert outcome.counters["checks_valid_today"] == 1


@pytest.mark.parametrize(
    ("changed", "rejected", "warned"),
    [
        ({"手机": None}, ["phone_missing"], []),
        ({"手机": "100394414"}, ["phone_invalid"], []),
        ({"证件号码": None}, ["national_id_missing"], []),
        ({"邮箱": "wang.li＠example.org"}, [], ["email_invalid"]),
        ({"可服务时间": None}, [], ["availability_missing"]),
        ({"可服务时间": "随时"}, [], ["availability_unclear"]),
        ({"无违法犯罪记录查询日期": None, "查询结果": "待查"}, [], ["record_inquiry_missing"]),
        ({"无违法犯罪记录查询日期": "2025-09-10"}, [], []),
        ({"无违法犯罪记录查询日期": "2025-09-09"}, [], ["record_inquiry_expired"]),
        ({"无违法犯罪记录查询日期": "2026-09-11"}, ["record_inquiry_future"], []),
        ({"查询结果": "有"}, [], ["record_inquiry_not_clear"]),
        ({"查询结果": "查询中"}, [], ["record_inquiry_pending"]),
        ({"承诺书签订日期": None}, [], ["pledge_missing"]),
        ({"岗前培训日期": None, "培训有效期至": None}, [], ["training_missing"]),
        ({"培训有效期至": "2026-09-09"}, [], ["training_expired"]),
        ({"培训有效期至": "2026-09-10"}, [], []),
        ({"出生日期": "2012-09-11", "证件号码": national_id("20120911", "124")}, ["age_under_14"], []),
        ({"出生日期": "2008-09-11", "证件号码": national_id("20080911", "124")}, [], ["guardian_consent_needed"]),
        ({"出生日期": "2008-09-10", "证件号码": national_id("20080910", "124")}, [], []),
    ],
)
def test_rules_of_volunteers(changed, rejected, warned):
    assert codes(read_volunteers(volunteer(**changed))) == (rejected, warned)


def test_two_volunteers_of_one_name_are_two_people():
    outcome = read_volunteers(volunteer(), volunteer(证件号码=national_id("19800510", "128")))

    assert codes(outcome) == ([], [])
    assert outcome.duplicates == []


def test_skills_are_split_at_every_usual_separator():
    for separator in "、，,/；; ":
        assert one_record(read_volunteers(volunteer(**{"服务技能/特长": f"绘画{separator}急救"})))["skills"] == [
            "绘画",
            "急救",
        ]


def test_title_across_the_table_is_no_group_of_columns():
    rows = [["青石坪村小学2026年秋季一年级留守儿童登记表"], ["填报日期：2026年9月10日"], HEADER, child()]
    outcome = read(xlsx(rows, merge=["A1:P1", "A2:P2"]), as_of=None)

    assert outcome.as_of == dt.date(2026, 9, 10)
    assert outcome.frame["filed_on"] == "2026年9月10日"
    assert one_record(outcome)["school"] == "青石坪村小学"
    assert one_record(outcome)["school_class"] == "一年级"
