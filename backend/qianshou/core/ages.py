"""Ages in completed years, and the birth dates behind them."""

from __future__ import annotations

from datetime import date


def age_on(birth_date: date, on: date) -> int:
    """Completed years on ``on``; somebody born on 29 February comes of age on 1 March of a common year."""
    return on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))


def born_on_or_before(years: int, on: date) -> date:
    """Return the latest birth date of somebody who has completed `years` on a day: `age_on` for the database."""
    try:
        return on.replace(year=on.year - years)
    except ValueError:  # 29 February, and no such day that year
        return date(on.year - years, 2, 28)
