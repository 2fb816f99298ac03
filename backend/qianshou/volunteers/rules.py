"""Who may be with children today: computed from dated checks, never stored (R-V1, R-V2, R-W3, S08)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from qianshou.core.ages import born_on_or_before

ADULT_AT = 18
YOUNGEST = 14
INQUIRY_VALID_DAYS = 365
"""A record inquiry holds up to and including day 365; on day 366 the doors close by themselves (R-V1)."""

WARN_DAYS = (60, 30, 7)
SERVING = frozenset({"active", "probation"})

INQUIRY, PLEDGE, TRAINING = "record_inquiry", "pledge", "training"
REQUIRED_KINDS = (INQUIRY, PLEDGE, TRAINING)
CLEAR, NOT_CLEAR, PENDING = "clear", "not_clear", "pending"

MISSING_CODES = (
    "record_inquiry_not_clear",
    "record_inquiry_missing",
    "record_inquiry_pending",
    "record_inquiry_expired",
    "pledge_missing",
    "pledge_expired",
    "training_missing",
    "training_expired",
    "under_18",
    "status_interview",
    "status_suspended",
    "status_left",
)
"""Everything that can stand between a volunteer and the children, in the order in which it is shown."""


class CheckFacts(Protocol):
    """What the rule needs to know of a check; the model `Check` has it."""

    kind: str
    done_on: date
    result: str
    valid_to: date | None

    @property
    def is_withdrawn(self) -> bool:
        """Tell whether the check was taken back."""


@dataclass(frozen=True, slots=True)
class LapseWarning:
    """A check that ends soon: its kind, its last day, the days left, and the step reached (60, 30 or 7)."""

    kind: str
    last_day: date
    days_left: int
    step: int


@dataclass(frozen=True, slots=True)
class Eligibility:
    """The answer for one volunteer on one day.

    `expires_on` is the last day on which everything still holds, None when nothing ends or nobody is eligible.
    """

    is_eligible: bool
    missing: tuple[str, ...] = ()
    expires_on: date | None = None
    warnings: tuple[LapseWarning, ...] = ()


def is_adult(birth_date: date, on: date) -> bool:
    """Tell whether somebody has completed 18 years."""
    return birth_date <= born_on_or_before(ADULT_AT, on)


def last_day_of(check: CheckFacts) -> date | None:
    """Return the last day on which a check holds, None when it does not end."""
    if check.kind != INQUIRY:
        return check.valid_to
    by_law = check.done_on + timedelta(days=INQUIRY_VALID_DAYS)
    return by_law if check.valid_to is None else min(by_law, check.valid_to)


def eligibility(checks: Iterable[CheckFacts], birth_date: date, status: str, on: date) -> Eligibility:
    """Tell whether a volunteer may be with children on a day, what is missing, and what ends soon.

    A record inquiry that found something refuses for good, whatever came after (R-V2); only taking back a wrong
    entry, with its reason, undoes it. A new inquiry that is not answered yet does not end an older one that holds.
    """
    known = [check for check in checks if not check.is_withdrawn and check.done_on <= on]
    missing: list[str] = []
    ends: dict[str, date | None] = {}
    if any(check.kind == INQUIRY and check.result == NOT_CLEAR for check in known):
        missing.append("record_inquiry_not_clear")
    else:
        _judge(INQUIRY, known, on, missing, ends)
    for kind in (PLEDGE, TRAINING):
        _judge(kind, known, on, missing, ends)
    if not is_adult(birth_date, on):
        missing.append("under_18")
    if status not in SERVING:
        missing.append(f"status_{status}")
    warnings = tuple(sorted(_warnings(ends, on), key=lambda warning: warning.last_day))
    if missing:
        return Eligibility(False, tuple(missing), None, warnings)
    last_days = [day for day in ends.values() if day is not None]
    return Eligibility(True, (), min(last_days, default=None), warnings)


def _judge(kind: str, known: list[CheckFacts], on: date, missing: list[str], ends: dict[str, date | None]) -> None:
    """Add what is missing of one kind of check, or the last day of the one that holds longest."""
    own = [check for check in known if check.kind == kind]
    clear = [last_day_of(check) for check in own if check.result == CLEAR]
    holding = [day for day in clear if day is None or day >= on]
    if holding:
        ends[kind] = None if None in holding else max(day for day in holding if day is not None)
    elif any(check.result == PENDING for check in own):
        missing.append("record_inquiry_pending" if kind == INQUIRY else f"{kind}_missing")
    elif clear:
        missing.append(f"{kind}_expired")
    else:
        missing.append(f"{kind}_missing")


def _warnings(ends: dict[str, date | None], on: date) -> Iterable[LapseWarning]:
    for kind, last_day in ends.items():
        if last_day is None:
            continue
        left = (last_day - on).days
        step = min((days for days in WARN_DAYS if left <= days), default=None)
        if step is not None:
            yield LapseWarning(kind, last_day, left, step)
