"""Dates as people write them."""

import datetime as dt

import pytest

from qianshou.core.written_dates import DateFault, WrittenDate, read_date


@pytest.mark.parametrize(
    "written",
    [
        "2015-03-07", "2015.3.7", "2015.03.07", "2015/3/7", "2015年3月7日", "20150307", 20150307, dt.date(2015, 3, 7),
        dt.datetime(2015, 3, 7, 23, 59), "２０１５年３月７日", " 2015-3-7 ", "2015-03-07 00:00:00", "2015年3月7号",
    ],
)  # fmt: skip
def test_day_is_read_however_it_is_written(written):
    assert read_date(written) == WrittenDate(dt.date(2015, 3, 7))


@pytest.mark.parametrize("written", ["15.3.7", "15年3月7日", "15/3/7", "15-3-7"])
def test_two_digit_year_is_of_this_century_and_said_so(written):
    assert read_date(written) == WrittenDate(dt.date(2015, 3, 7), two_digit_year=True)


def test_two_digit_year_of_a_grown_person_is_not_in_the_future():
    assert read_date("91.5.30", latest=dt.date(2026, 9, 10)).day == dt.date(1991, 5, 30)


@pytest.mark.parametrize("written", ["2015.3", 2015.3, 2015.1, "2015年3月", "2015-03", "2015/3", "201503", "2015"])
def test_month_without_a_day_is_incomplete(written):
    with pytest.raises(DateFault, match="incomplete"):
        read_date(written)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "2015-02-30",
        "2015-13-01",
        "农历八月初三",
        42070,
        1.5,
        True,
        "2015-3.7",
        "0",
        "99999999",
        "0000-00-00",
    ],
)
def test_what_is_no_day_is_unreadable(written):
    with pytest.raises(DateFault, match="unreadable"):
        read_date(written)
