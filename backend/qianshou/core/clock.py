"""The one clock: everything that asks "now" or "today" asks here, so that tests can set it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_frozen: ContextVar[datetime | None] = ContextVar("qianshou_frozen_clock", default=None)


def now() -> datetime:
    """Return this instant, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


def today() -> date:
    """Return the calendar day in Asia/Shanghai."""
    return now().astimezone(SHANGHAI).date()


@contextmanager
def frozen(at: datetime | date) -> Iterator[datetime]:
    """Hold the clock of this context at an instant (a bare date means noon in Shanghai); for tests.

    Raises
    ------
    ValueError
        When a naive datetime is given.
    """
    if not isinstance(at, datetime):
        at = datetime(at.year, at.month, at.day, 12, tzinfo=SHANGHAI)
    if at.tzinfo is None:
        raise ValueError("the clock needs an aware instant")
    token = _frozen.set(at.astimezone(UTC))
    try:
        yield at
    finally:
        _frozen.reset(token)


def next_midnight(on: date) -> datetime:
    """Return the instant at which the day after `on` begins in Shanghai."""
    following = on + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=SHANGHAI).astimezone(UTC)
