"""School terms around the day of the demo home."""

from __future__ import annotations

from datetime import date

from qianshou.core.models import Term


def load_terms(as_of: date) -> None:
    """Write the term before, the present school year's two terms: autumn from September, spring from late February."""
    first = as_of.year if as_of.month >= 8 else as_of.year - 1
    Term.objects.bulk_create(
        [
            _term(f"{first - 1}-{first}学年第二学期", date(first, 2, 24), date(first, 7, 5)),
            _term(f"{first}-{first + 1}学年第一学期", date(first, 9, 1), date(first + 1, 1, 17)),
            _term(f"{first}-{first + 1}学年第二学期", date(first + 1, 2, 22), date(first + 1, 7, 4)),
        ]
    )


def _term(name: str, starts: date, ends: date) -> Term:
    return Term(name=name, starts_on=starts, ends_on=ends)
