"""Age, left-behind status and the words of the registers."""

import datetime as dt

import pytest

from qianshou.children import rules

TODAY = dt.date(2026, 9, 10)


def test_left_behind_ends_on_the_sixteenth_birthday():
    born = dt.date(2010, 9, 10)

    assert rules.is_left_behind("both_away", born, TODAY - dt.timedelta(days=1))
    assert not rules.is_left_behind("both_away", born, TODAY)


@pytest.mark.parametrize("situation", [None, "father_away", "mother_away", "none_away"])
def test_a_child_with_an_able_parent_at_home_is_not_left_behind(situation):
    assert not rules.is_left_behind(situation, dt.date(2018, 1, 1), TODAY)


def test_age_of_a_leap_day_child():
    assert rules.age_on(dt.date(2012, 2, 29), dt.date(2026, 2, 28)) == 13
    assert rules.age_on(dt.date(2012, 2, 29), dt.date(2026, 3, 1)) == 14


@pytest.mark.parametrize(
    ("written", "code", "word", "two"),
    [
        ("奶奶(代)", "paternal_grandmother", "奶奶", False),
        ("奶奶（代）", "paternal_grandmother", "奶奶", False),
        ("外祖父", "maternal_grandfather", "外祖父", False),
        ("姨", "maternal_aunt", "姨", False),
        ("姨妈", "maternal_aunt", "姨妈", False),
        ("爷爷奶奶", "paternal_grandfather", "爷爷", True),
        ("爷爷、奶奶", "paternal_grandfather", "爷爷", True),
        ("老表", "other", "老表", False),
        ("小姨父", "other", "小姨父", False),
    ],
)
def test_relation(written, code, word, two):
    assert rules.read_relation(written) == (code, word, two)


@pytest.mark.parametrize(
    ("written", "incapable", "code"),
    [
        ("双出", "", "both_away"),
        ("父母双方同时外出", "—", "both_away"),
        ("都在家", "", "none_away"),
        ("父出母在家", "", "father_away"),
        ("母出父在家", "", "mother_away"),
        ("父出，母亲残疾", "", "father_away_mother_incapable"),
        ("母出，父亲重病", "", "mother_away_father_incapable"),
        ("一方外出另一方无监护能力", "父亲", "mother_away_father_incapable"),
        ("一方外出另一方无监护能力", "母亲", "father_away_mother_incapable"),
        ("一方外出另一方无监护能力", "—", None),
        ("一方外出", "", None),
    ],
)
def test_situation(written, incapable, code):
    assert rules.read_situation(written, incapable) == code
