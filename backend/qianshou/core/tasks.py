"""Celery's way in: ids only, one call each."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from celery import shared_task

from qianshou.core import clock, idempotency, jobs, obligations, realtime
from qianshou.core.calendar import services as calendar_services
from qianshou.core.models import Obligation


@shared_task(name=obligations.TASK_NAME, acks_late=True, ignore_result=True)
def run_obligation(pk: int) -> None:
    """Fulfil one obligation; a second call for the same row does nothing."""
    obligations.run(pk)


@shared_task(name=obligations.SWEEP_TASK_NAME, ignore_result=True)
def sweep_obligations() -> None:
    """Hand out what is due; beat calls it every few seconds."""
    if not _standing_owed:
        obligations.owe_standing()
        _standing_owed.add(True)
    obligations.sweep()


#: Holds something once this process has looked after the standing duties.
_standing_owed: set[bool] = set()


def _tonight(at: datetime) -> datetime:
    return clock.next_midnight(at.astimezone(clock.SHANGHAI).date()) + timedelta(hours=3)


@obligations.handler("core.clean_up", standing=_tonight)
def clean_up(obligation: Obligation) -> obligations.Again:
    """Every night: forget stored answers that no phone will ask for, and settled obligations of long ago."""
    idempotency.forget_old()
    obligations.forget_settled()
    return obligations.Again(_tonight(clock.now()))


def _first_of_december(at: datetime) -> datetime:
    today = at.astimezone(clock.SHANGHAI).date()
    return datetime(today.year + (today.month == 12), 12, 1, 8, tzinfo=clock.SHANGHAI)


@obligations.handler("core.ask_for_holidays", standing=_first_of_december)
def ask_for_holidays(obligation: Obligation) -> obligations.Again:
    """In December, every week: write it down when the holidays of next year have not been entered."""
    today = clock.today()
    if today.month == 12 and calendar_services.note_missing_year(today.year + 1):
        return obligations.Again(clock.now() + timedelta(days=7))
    return obligations.Again(_first_of_december(clock.now() + timedelta(days=31)))


@realtime.room("job")
def may_hear_job(user: Any, code: str) -> bool:
    """Tell whether a person may follow a job: those who may see its page."""
    return jobs.Job.objects.visible_to(user).filter(code=code).exists()
