"""Each kind of mess in the cells of a register, one test per line of the table that says what to do with it."""

import datetime as dt

import pytest

from tests.reports.register_files import (
    HEADER,
    child,
    codes,
    csv,
    national_id,
    one_record,
    part,
    read,
    read_children,
    repacked,
    xlsx,
)

SHEET = "xl/worksheets/sheet1.xml"
BORN_2015 = national_id("20150307", "125")


# Dates of birth


@pytest.mark.parametrize(
    "written",
    ["2015-03-07", "2015.3.7", "2015.03.07", "2015/3/7", "2015年3月7日", 20150307, "20150307", dt.date(2015, 3, 7)],
)
def test_birth_date_in_any_usual_form(written):
    outcome = read_children(child(出生日期=written, 身份证号=BORN_2015))

    assert codes(outcome) == ([], [])
    assert one_record(outcome)["birth_date"] == "2015-03-07"


@pytest.mark.parametrize("written", ["2015.3", 2015.3, 2015.1, "2015年3月", None, "三月初七"])
def test_birth_date_comes_from_the_id_where_it_cannot_be_read(written):
    outcome = read_children(child(出生日期=written, 身份证号=BORN_2015))

    assert codes(outcome) == ([], ["birth_date_from_id"])
    assert one_record(outcome)["birth_date"] == "2015-03-07"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2015.3", "birth_date_incomplete"),
        (2015.3, "birth_date_incomplete"),
        ("2015年3月", "birth_date_incomplete"),
        (None, "birth_date_unreadable"),
        ("三月初七", "birth_date_unreadable"),
        ("2015-02-30", "birth_date_unreadable"),
    ],
)
def test_birth_date_that_cannot_be_read_without_an_id_is_rejected(written, code):
    outcome = read_children(child(出生日期=written, 身份证号=None))

    assert codes(outcome) == ([code], ["national_id_missing"])
    assert outcome.rejected[0].at == "一班!E2"


def test_two_digit_year_is_accepted_with_a_warning():
    outcome = read_children(child(出生日期="15.3.7", 身份证号=BORN_2015))

    assert codes(outcome) == ([], ["birth_year_two_digits"])


@pytest.mark.parametrize(
    ("written", "rejected", "warned"),
    [("2015-05-06", [], ["birth_date_lunar_suspected"]), ("2015-05-07", ["birth_date_id_conflict"], [])],
)
def test_birth_date_may_differ_from_the_id_by_sixty_days(written, rejected, warned):
    outcome = read_children(child(出生日期=written, 身份证号=BORN_2015))

    assert codes(outcome) == (rejected, warned)
    if not rejected:
        assert one_record(outcome)["birth_date"] == "2015-03-07"


def test_birth_date_after_the_day_of_filing_is_rejected():
    assert codes(read_children(child(出生日期="2026-09-11", 身份证号=None)))[0] == ["birth_date_future"]


def test_formula_with_a_stored_date_counts_as_its_value():
    data = xlsx([HEADER, child(出生日期=dt.date(2018, 3, 7))])
    content = part(data, SHEET)
    with_formula = content.replace(b"<v>43166</v>", b"<f>DATE(2018,3,7)</f><v>43166</v>")
    assert with_formula != content

    assert codes(read(repacked(data, {SHEET: with_formula}))) == ([], [])


# Phones


@pytest.mark.parametrize(
    "written", ["100-7390-0346", "100 7390 0346", "+86 10073900346", "１００７３９００３４６", 10073900346]
)
def test_phone_in_any_usual_form(written):
    assert one_record(read_children(child(监护人电话=written)))["guardian_phones"] == ["10073900346"]


@pytest.mark.parametrize("separator", ["/", "、", ",", ";", "\n"])
def test_two_phones_in_a_cell(separator):
    outcome = read_children(child(父亲电话=f"10073900346{separator}10027234884"))

    assert one_record(outcome)["father.phones"] == ["10073900346", "10027234884"]


@pytest.mark.parametrize("mark", ["同上", "〃", '"'])
def test_ditto_takes_the_value_above(mark):
    outcome = read_children(child(), child(姓名="许欣", 身份证号=national_id(serial="345"), 监护人电话=mark))

    assert codes(outcome) == ([], ["ditto_resolved"])
    assert outcome.records[1][1]["guardian_phones"] == ["10080107988"]


def test_ditto_of_a_ditto_and_across_a_total_row():
    rows = [
        child(),
        child(姓名="许欣", 身份证号=national_id(serial="345"), 家庭住址="同上"),
        [None, "小计", "=COUNTA(B2:B3)"],
        child(姓名="黎洋", 身份证号=national_id(serial="347"), 家庭住址="同上"),
    ]
    outcome = read_children(*rows)

    assert codes(outcome) == ([], ["ditto_resolved", "ditto_resolved"])
    assert outcome.records[2][1]["current_address"] == "云岭县竹溪镇4组"
    assert outcome.ignored == [("一班!4", "total")]


def test_ditto_with_nothing_above_is_rejected():
    assert codes(read_children(child(母亲电话="同上")))[0] == ["ditto_without_source"]


@pytest.mark.parametrize("written", ["无", "没有", "不详", "—", "/", None])
def test_no_phone_of_the_guardian_is_a_warning_and_of_a_parent_nothing(written):
    assert codes(read_children(child(监护人电话=written))) == ([], ["guardian_phone_missing"])
    assert codes(read_children(child(父亲电话=written))) == ([], [])


@pytest.mark.parametrize("written", ["1001234", "1007390034", "100739003461", "打过来", 1001234])
def test_what_is_no_phone_is_rejected(written):
    assert codes(read_children(child(监护人电话=written))) == (["phone_invalid"], [])


# Citizen id numbers


@pytest.mark.parametrize("dress", ["'{}", "\t{}", " {} ", "{}"])
def test_id_in_any_usual_dress(dress):
    number = national_id("20190225", "814")  # ends in X
    outcome = read_children(child(身份证号=dress.format(number.lower()), 出生日期="2019-02-25", 性别="女"))

    assert codes(outcome) == ([], [])
    assert one_record(outcome)["national_id"] == number


@pytest.mark.parametrize("written", [9.99999201712119e17, "9.99999E+17", 999999201712119800])
def test_id_that_lost_digits_is_never_repaired(written):
    assert codes(read_children(child(身份证号=written))) == (["national_id_precision_lost"], [])


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (national_id()[:17] + ("1" if national_id()[17] != "1" else "2"), "national_id_checksum"),
        (national_id()[:17], "national_id_length"),
        (12345, "national_id_length"),
        (national_id("20181307"), "national_id_birth_date"),
    ],
)
def test_wrong_id_is_rejected(written, code):
    assert codes(read_children(child(身份证号=written)))[0] == [code]


def test_missing_id_is_a_warning():
    assert codes(read_children(child(身份证号=None))) == ([], ["national_id_missing"])


# Sex and name


def test_missing_sex_comes_from_the_id():
    outcome = read_children(child(性别=None))

    assert codes(outcome) == ([], ["sex_from_id"])
    assert one_record(outcome)["sex"] == "male"


def test_missing_sex_without_an_id_is_rejected():
    assert codes(read_children(child(性别=None, 身份证号=None))) == (["sex_missing"], ["national_id_missing"])


def test_sex_against_the_id_is_rejected():
    assert codes(read_children(child(性别="女"))) == (["sex_id_conflict"], [])


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("崔 静", "崔静"),
        ("阎\u3000云", "阎云"),
        ("崔\u00a0\u200b静", "崔静"),
        ("𠮷兰小", "𠮷兰小"),
        ("罗㛃", "罗㛃"),
        ("买买提江．吐尔逊", "买买提江·吐尔逊"),
        ("吉克阿呷•吐尔逊", "吉克阿呷·吐尔逊"),
        ("阿依木・吐尔逊", "阿依木·吐尔逊"),
        ("阿依木‧吐尔逊", "阿依木·吐尔逊"),
    ],
)
def test_name_is_kept_and_cleaned(written, name):
    assert one_record(read_children(child(姓名=written)))["name"] == name


@pytest.mark.parametrize(
    "written", ["=cmd|' /C calc'!A0", "+SUM(A1)", "@import", "<script>alert(1)</script>", "12345", 12345, "王" * 51]
)
def test_what_is_no_name_is_rejected(written):
    data = csv([HEADER, child(姓名=written)])

    assert codes(read(data))[0] == ["name_invalid"]


def test_missing_name_is_rejected():
    assert codes(read_children(child(姓名="  ")))[0] == ["name_missing"]


def test_unknown_ethnic_group_is_a_warning():
    outcome = read_children(child(民族="火星族"), child(姓名="许欣", 身份证号=national_id(serial="345"), 民族="土家"))

    assert codes(outcome) == ([], ["ethnicity_unknown"])
    assert [record["ethnicity"] for _, record in outcome.records] == ["", "土家族"]


# The carer and who is away


@pytest.mark.parametrize(
    ("written", "relation", "warned"),
    [
        ("奶奶（代）", "paternal_grandmother", []),
        ("老表", "other", ["relation_unknown"]),
        ("爷爷奶奶", "paternal_grandfather", ["relation_two_persons"]),
    ],
)
def test_relation(written, relation, warned):
    outcome = read_children(child(与学生关系=written))

    assert codes(outcome) == ([], warned)
    assert one_record(outcome)["guardian_relation"] == relation
    if relation == "other":
        assert one_record(outcome)["guardian_relation_word"] == "老表"


def test_no_guardian_is_one_warning():
    outcome = read_children(child(监护人=None, 与学生关系=None, 监护人电话=None))

    assert codes(outcome) == ([], ["guardian_missing"])


@pytest.mark.parametrize("written", ["父出母在家", "母出父在家", "都在家"])
def test_child_with_an_able_parent_at_home_is_accepted_as_not_left_behind(written):
    outcome = read_children(child(父母外出情况=written))

    assert codes(outcome) == ([], ["not_left_behind"])
    assert one_record(outcome)["is_left_behind"] is False


def test_words_that_do_not_say_who_is_away_are_asked_about():
    outcome = read_children(child(父母外出情况="看情况"))

    assert codes(outcome) == ([], ["situation_unclear"])
    assert one_record(outcome)["is_left_behind"] is False


@pytest.mark.parametrize(
    ("born", "rejected", "warned", "left_behind"),
    [
        ("2010-09-11", [], [], True),
        ("2010-09-10", [], ["age_16_or_over"], False),
        ("2008-09-11", [], ["age_16_or_over"], False),
        ("2008-09-10", ["age_18_or_over"], [], None),
    ],
)
def test_age_on_the_day_of_filing(born, rejected, warned, left_behind):
    outcome = read_children(child(出生日期=born, 身份证号=national_id(born.replace("-", ""))))

    assert codes(outcome) == (rejected, warned)
    if left_behind is not None:
        assert one_record(outcome)["is_left_behind"] is left_behind


# The sheet
