"""School terms, public holidays, make-up workdays and lunar festivals."""

from qianshou.core.calendar.queries import (
    Days,
    day_kind,
    days_between,
    is_school_day,
    published_years,
    term_on,
)
from qianshou.core.calendar.rules import DayKind, Festival, festivals, lunar_text
from qianshou.core.models.calendar import HolidayRule, Term

__all__ = (
    "DayKind",
    "Days",
    "Festival",
    "HolidayRule",
    "Term",
    "day_kind",
    "days_between",
    "festivals",
    "is_school_day",
    "lunar_text",
    "published_years",
    "term_on",
)
