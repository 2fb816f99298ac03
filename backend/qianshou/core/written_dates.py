"""Dates as people write them in registers and forms.

Pure, independent of time zone and locale. Never guesses: a month without a day is said to be one.
"""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

from qianshou.core.identity import without_invisibles

_YMD = re.compile(r"(?P<y>[0-9]{4}|[0-9]{2})(?P<s>[-./])(?P<m>[0-9]{1,2})(?P=s)(?P<d>[0-9]{1,2})\.?")
_YMD_HAN = re.compile(r"(?P<y>[0-9]{4}|[0-9]{2})年(?P<m>[0-9]{1,2})月(?P<d>[0-9]{1,2})[日号]?")
_COMPACT = re.compile(r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})")
_MIDNIGHT = re.compile(r"T?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?$")
_MONTH_ONLY = re.compile(
    r"(?:[0-9]{4}|[0-9]{2})(?:[-./年][0-9]{1,2}月?)|[0-9]{4}年?|(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])"
)

INCOMPLETE = "incomplete"
UNREADABLE = "unreadable"


class DateFault(ValueError):
    """A written date that is no day: ``reason`` is ``incomplete`` (no day given) or ``unreadable``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class WrittenDate:
    """A day as written, and whether its century had to be supplied."""

    day: dt.date
    two_digit_year: bool = False


def read_date(value: object, *, latest: dt.date | None = None) -> WrittenDate:
    """The day written as text (2015-03-07, 2015.3.7, 2015/3/7, 2015年3月7日, 20150307) or as a number.

    A year of two digits is 20xx; with ``latest`` given, a day after it belongs to 19xx (for grown people).
    Raises ``DateFault``. The number 2015.1 is incomplete, not October: a spreadsheet drops the last zero.
    """
    if isinstance(value, dt.datetime):
        return WrittenDate(value.date())
    if isinstance(value, dt.date):
        return WrittenDate(value)
    if isinstance(value, bool):
        raise DateFault(UNREADABLE)
    if isinstance(value, float):
        year, month = divmod(round(value * 100), 100)
        raise DateFault(
            INCOMPLETE if (1900 <= year <= 2099 and 0 < month <= 12) or 1900 <= value < 2100 else UNREADABLE
        )
    text = without_invisibles(unicodedata.normalize("NFKC", str(value)).replace("。", "."))
    text = _MIDNIGHT.sub("", text) if ":" in text else text
    match = _YMD.fullmatch(text) or _YMD_HAN.fullmatch(text) or _COMPACT.fullmatch(text)
    if match is None:
        raise DateFault(INCOMPLETE if _MONTH_ONLY.fullmatch(text) else UNREADABLE)
    return _day(match["y"], int(match["m"]), int(match["d"]), latest)


def _day(year_text: str, month: int, day: int, latest: dt.date | None) -> WrittenDate:
    two_digit_year = len(year_text) == 2
    year = int(year_text) + (2000 if two_digit_year else 0)
    try:
        if two_digit_year and latest is not None and dt.date(year, month, day) > latest:
            year -= 100
        return WrittenDate(dt.date(year, month, day), two_digit_year)
    except ValueError:
        raise DateFault(UNREADABLE) from None
