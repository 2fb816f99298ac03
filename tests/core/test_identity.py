"""Names, citizen id numbers, telephone numbers and ethnic groups as people write them."""

import datetime as dt

import pytest

from qianshou.core import identity
from qianshou.core.identity import IdentityFault

GOOD_ID = "99999920190225814X"


@pytest.mark.parametrize(
    "written",
    [
        "99999920190225814x",
        "'99999920190225814X",
        "\t99999920190225814X",
        "999999 20190225 814X",
        "９９９９９９２０１９０２２５８１４Ｘ",
    ],
)
def test_national_id_is_read_however_it_is_written(written):
    person = identity.read_national_id(written)

    assert (person.value, person.birth_date, person.sex) == (GOOD_ID, dt.date(2019, 2, 25), "female")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "national_id_missing"),
        ("—", "national_id_missing"),
        ("9.99999E+17", "national_id_precision_lost"),
        ("99999920182282373", "national_id_length"),
        ("99999920191318182X", "national_id_birth_date"),
        ("999999201902258141", "national_id_checksum"),
        ("99999920190225A14X", "national_id_checksum"),
    ],
)
def test_national_id_fault_is_named(written, code):
    with pytest.raises(IdentityFault) as fault:
        identity.read_national_id(written)
    assert fault.value.code == code


@pytest.mark.parametrize(
    "written",
    [
        "100-3484-4252",
        "100 3484 4252",
        "+86 10034844252",
        "１００３４８４４２５２",
        "0086-10034844252",
        "(86)10034844252",
    ],
)
def test_phone_is_eleven_digits_however_it_is_written(written):
    assert identity.normalise_phone(written) == "10034844252"


@pytest.mark.parametrize("written", ["1001234", "100348442521", "1.00348E+10", "=I5", "call me", "08711234567"])
def test_what_is_no_phone_is_refused(written):
    with pytest.raises(IdentityFault, match="phone_invalid"):
        identity.normalise_phone(written)


@pytest.mark.parametrize("separator", ["/", "、", ",", "，", ";", "；", "\n", "\r\n"])
def test_two_phones_in_a_cell_keep_their_order(separator):
    assert identity.read_phones(f"10041037136{separator}10045412325") == ["10041037136", "10045412325"]


@pytest.mark.parametrize("written", ["", "无", "没有", "不详", "—", "/", " 无 "])
def test_no_phone_is_no_fault(written):
    assert identity.read_phones(written) == []


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("崔 静", "崔静"),
        ("阎\u3000云", "阎云"),
        ("崔\u00a0静\u200b\ufeff", "崔静"),
        ("𠮷兰小", "𠮷兰小"),
        ("吴㛃", "吴㛃"),
        ("买买提江．吐尔逊", "买买提江·吐尔逊"),
        ("吉克阿呷•吐尔逊", "吉克阿呷·吐尔逊"),
        ("阿依木・吐尔逊", "阿依木·吐尔逊"),
        ("阿依木‧吐尔逊", "阿依木·吐尔逊"),
    ],
)
def test_name_keeps_its_characters_and_loses_what_cannot_be_seen(written, name):
    assert identity.normalise_name(written) == name


@pytest.mark.parametrize(
    "written",
    [
        "=cmd|' /C calc'!A0",
        "<b>王</b>",
        "12345",
        "@SUM(A1)",
        "·",
        "王·",
        "张三1",
        "王" * 51,
        "Robert'); DROP",
    ],
)
def test_what_is_no_name_is_refused(written):
    with pytest.raises(IdentityFault, match="name_invalid"):
        identity.normalise_name(written)


def test_no_name_is_missing():
    with pytest.raises(IdentityFault, match="name_missing"):
        identity.normalise_name(" \u3000 ")


def test_ethnic_groups_are_fifty_six_with_or_without_the_last_character():
    assert len(set(identity.ETHNICITIES)) == 56
    assert identity.read_ethnicity("土家") == identity.read_ethnicity(" 土家族") == "土家族"
    assert identity.read_ethnicity("火星族") is None
