"""Who counts as left-behind, in Python and in the database (R-L1, R-L2)."""

import datetime as dt

import pytest

from qianshou.children import queries, rules
from qianshou.children.models import Child
from tests.people import TODAY, make_centre

SIXTEEN_TODAY = dt.date(2010, 11, 21)


@pytest.mark.parametrize(
    ("situation", "born", "answer"),
    [
        ("both_away", dt.date(2016, 6, 3), True),
        ("father_away_mother_incapable", dt.date(2016, 6, 3), True),
        ("mother_away_father_incapable", dt.date(2016, 6, 3), True),
        ("father_away", dt.date(2016, 6, 3), False),
        ("mother_away", dt.date(2016, 6, 3), False),
        ("none_away", dt.date(2016, 6, 3), False),
        ("", dt.date(2016, 6, 3), False),
        ("both_away", SIXTEEN_TODAY, False),
        ("both_away", SIXTEEN_TODAY + dt.timedelta(days=1), True),
    ],
)
@pytest.mark.django_db
def test_rule_and_database_agree(situation: str, born: dt.date, answer: bool) -> None:
    assert rules.is_left_behind(situation, born, TODAY) is answer
    Child.objects.create(centre=make_centre(), name="甲", sex="male", birth_date=born, situation=situation)
    assert queries.left_behind(Child.objects.all(), TODAY).exists() is answer
    assert queries.not_left_behind(Child.objects.all(), TODAY).exists() is not answer


@pytest.mark.parametrize(
    ("youngest", "oldest", "found"),
    [(10, 10, True), (9, 9, False), (11, None, False), (None, 9, False), (None, 10, True)],
)
@pytest.mark.django_db
def test_age_bounds_are_included(youngest: int | None, oldest: int | None, found: bool) -> None:
    Child.objects.create(centre=make_centre(), name="甲", sex="male", birth_date=dt.date(2016, 11, 21))
    assert queries.aged(Child.objects.all(), TODAY, youngest=youngest, oldest=oldest).exists() is found
