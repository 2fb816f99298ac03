"""Celery's way in: ids only, one call each."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from qianshou.core import jobs, obligations, realtime


@shared_task(name=obligations.TASK_NAME, acks_late=True, ignore_result=True)
def run_obligation(pk: int) -> None:
    """Fulfil one obligation; a second call for the same row does nothing."""
    obligations.run(pk)


@shared_task(name=obligations.SWEEP_TASK_NAME, ignore_result=True)
def sweep_obligations() -> None:
    """Hand out what is due; beat calls it every few seconds."""
    obligations.sweep()


@realtime.room("job")
def may_hear_job(user: Any, code: str) -> bool:
    """Tell whether a person may follow a job: those who may see its page."""
    return jobs.Job.objects.visible_to(user).filter(code=code).exists()
