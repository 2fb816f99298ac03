"""Long work with a page of its own: progress, cancel, a result that stays; survives ``kill -9`` (ui 11).

A job is a row for people and an obligation for the machine. When a worker dies the obligation's lease runs out and
the runner starts again from the beginning, so a runner must be safe to run twice. A runner that fails with an
error is not tried again: a person sees the failed job and decides.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from qianshou.core import audit, clock, obligations, realtime
from qianshou.core.errors import Conflict, DomainError
from qianshou.core.models.job import OPEN_STATES, Job, JobState
from qianshou.core.models.obligation import Obligation

if TYPE_CHECKING:
    from qianshou.accounts.models import User

__all__ = ("Cancelled", "Job", "JobState", "Progress", "kind", "request_cancel", "start")

log = logging.getLogger(__name__)

OBLIGATION = "core.run_job"
#: A runner may be silent that long (one large transaction) before another worker takes its job.
LEASE = timedelta(minutes=3)
#: So many workers may die over one job before it counts as failed.
CRASHES = 3
#: Progress is written at most so often, in seconds.
THROTTLE = 0.5


class Cancelled(Exception):
    """A person asked the job to stop: leave the runner, undo nothing that is committed."""


class Progress:
    """What a runner reports through. Outside a transaction each report is seen at once by the page."""

    def __init__(self, job: Job, obligation: Obligation) -> None:
        self._job = job
        self._obligation = obligation
        self._stage = job.stage
        self._written = 0.0

    def report(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Say where the work stands; call it often, it writes at most twice a second.

        Raises :class:`Cancelled` when a person asked to stop, :class:`obligations.LeaseLost` when another worker has
        the job.
        """
        elapsed = time.monotonic() - self._written
        if stage == self._stage and elapsed < THROTTLE and done < max(total, 1):
            return
        self._stage, self._written = stage, time.monotonic()
        obligations.renew_lease(self._obligation)
        mine = Job.objects.filter(pk=self._job.pk, state=JobState.RUNNING)
        mine.update(stage=stage[:100], done=done, total=total, updated_at=clock.now())
        if mine.filter(cancel_requested_at__isnull=False).exists():
            raise Cancelled
        _publish(self._job)


Runner = Callable[[Job, Progress], "dict[str, Any] | None"]
_runners: dict[str, Runner] = {}


def kind(name: str) -> Callable[[Runner], Runner]:
    """Register the runner of one kind of job (``app.what``).

    It gets the job (``payload``, ``by``, ``centre``) and a :class:`Progress`, and returns what is kept as ``result``;
    ``{"url": "/…"}`` in it becomes the link of the finished page.
    """

    def register(runner: Runner) -> Runner:
        if name in _runners and _runners[name] is not runner:
            raise RuntimeError(f"two runners for jobs of kind {name!r}")
        _runners[name] = runner
        return runner

    return register


def start(
    kind: str, *, by: User, title: str, centre: models.Model | None = None, payload: dict[str, Any] | None = None
) -> Job:
    """Queue a job; it begins after the transaction has committed. ``payload`` carries ids and settings only.

    Raises ``LookupError`` when no runner is registered for the kind.
    """
    if kind not in _runners:
        raise LookupError(f"no runner for jobs of kind {kind!r}")
    with transaction.atomic():
        job = Job.objects.create(
            kind=kind, by=by, centre_id=centre.pk if centre else None, title=title[:200], payload=payload or {}
        )
        obligations.owe(OBLIGATION, key=_key(job), due_at=clock.now(), subject=job)
        audit.record("core.start_job", by=by, subject=job, changes={"kind": kind})
    return job


def request_cancel(job: Job, *, by: User) -> Job:
    """Ask a job to stop: at once when it has not begun, else at its next report.

    Raises :class:`Conflict` when it is over.
    """
    with transaction.atomic():
        at = clock.now()
        unbegun = Job.objects.filter(pk=job.pk, state=JobState.QUEUED)
        asked = unbegun.update(state=JobState.CANCELLED, cancel_requested_at=at, ended_at=at, updated_at=at)
        if asked:
            obligations.cancel(_key(job), "stopped before it began")
        else:
            running = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, cancel_requested_at__isnull=True)
            asked = running.update(cancel_requested_at=at, updated_at=at)
        job.refresh_from_db()
        if not asked and not job.is_open:
            raise Conflict(_("This job is over already; there is nothing left to stop."), code="job_is_over")
        if asked:
            audit.record("core.cancel_job", by=by, subject=job)
            _publish(job)
    return job


def _key(job: Job) -> str:
    return f"job:{job.code}"


def _publish(job: Job) -> None:
    realtime.publish(f"job:{job.code}", {"type": "job_changed", "job": job.code})


@obligations.handler(OBLIGATION, atomic=False, lease=LEASE)
def _run(obligation: Obligation) -> None:
    job = Job.objects.select_related("by", "centre").get(pk=obligation.subject_id)
    if not _begin(job, obligation):
        return
    _publish(job)
    try:
        with override(getattr(job.by, "language", None)):
            result = _runners[job.kind](job, Progress(job, obligation)) or {}
    except obligations.LeaseLost:
        raise
    except Cancelled:
        _end(job, state=JobState.CANCELLED)
    except DomainError as error:
        _end(job, state=JobState.FAILED, error_code=error.code, error_message=str(error.message)[:500])
    except Exception:
        log.exception("a job failed", extra={"kind": job.kind, "job": job.code})
        _end(job, state=JobState.FAILED, error_code="internal")
    else:
        _end(job, state=JobState.DONE, result=result)


def _begin(job: Job, obligation: Obligation) -> bool:
    if not job.is_open:
        return False  # the worker died between the end of the job and its settling
    if job.cancel_requested_at is not None:
        _end(job, state=JobState.CANCELLED)
        return False
    if obligation.attempts > CRASHES:
        _end(job, state=JobState.FAILED, error_code="crashed")
        return False
    at = clock.now()
    begun = Job.objects.filter(pk=job.pk, state__in=OPEN_STATES).update(
        state=JobState.RUNNING, started_at=at, updated_at=at, done=0, total=0, stage=""
    )
    job.refresh_from_db(fields=["state", "started_at", "stage", "done", "total"])
    return bool(begun)


def _end(job: Job, **values: Any) -> None:
    at = clock.now()
    Job.objects.filter(pk=job.pk, state__in=OPEN_STATES).update(**values, ended_at=at, updated_at=at)
    _publish(job)
