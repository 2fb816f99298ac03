"""Everything that must happen later is a row with a due time; a sweep hands it out, nothing is lost (S13, S32).

Truth lives in the database, never in the broker. A row goes through three hands:

1. ``owe()`` writes it, in the transaction of the thing that makes it due.
2. ``sweep()`` (beat, every few seconds) leases rows that are due and hands their ids to the queue.
3. ``run()`` (a worker) claims the row, runs the handler of its kind, and settles it.

A worker that dies leaves a lease that runs out; the next sweep hands the row out again. Handlers are therefore
called at least once, and settled once: an *atomic* handler (the default) commits its writes together with
``done_at``, so its effect in the database happens exactly once; a long handler (``atomic=False``) must be safe to
run again from the start.
"""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from celery import current_app
from django.conf import settings
from django.db import IntegrityError, connection, models, transaction

from qianshou.core import audit, clock
from qianshou.core.models.obligation import ATTEMPTS_UNTIL_FAILING, Obligation

__all__ = (
    "ATTEMPTS_UNTIL_FAILING",
    "Again",
    "LeaseLost",
    "cancel",
    "enqueue_after_commit",
    "forget_settled",
    "handler",
    "owe",
    "owe_standing",
    "postpone",
    "release_leases",
    "renew_lease",
    "run",
    "run_due",
    "sweep",
    "sweep_lag",
    "try_again",
)

if TYPE_CHECKING:
    from qianshou.accounts.models import User

log = logging.getLogger(__name__)

TASK_NAME = "core.run_obligation"
SWEEP_TASK_NAME = "core.sweep_obligations"
#: How long a handler may be silent before another worker may take its row.
DEFAULT_LEASE = timedelta(seconds=60)
BATCH = 200
FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(hours=1)
#: The memory of a settled obligation keeps its key from being owed again.
KEEP_SETTLED = timedelta(days=400)


class LeaseLost(Exception):
    """Another worker may have taken the row: the handler must stop at once and write nothing more."""


@dataclass(frozen=True, slots=True)
class Again:
    """Returned by a handler whose obligation is not over: it is due again at ``due_at`` (attempts start anew)."""

    due_at: datetime


Handle = Callable[[Obligation], "Again | None"]


@dataclass(frozen=True, slots=True)
class _Handler:
    handle: Handle
    atomic: bool
    lease: timedelta
    first_due: Callable[[datetime], datetime] | None = None


_handlers: dict[str, _Handler] = {}


def handler(
    kind: str,
    *,
    atomic: bool = True,
    lease: timedelta = DEFAULT_LEASE,
    standing: Callable[[datetime], datetime] | None = None,
) -> Callable[[Handle], Handle]:
    """Register the function that fulfils obligations of one kind (``app.what``).

    With ``atomic`` the handler and the settling share one transaction. ``lease`` bounds how long it may be silent;
    a longer handler calls :func:`renew_lease`. ``standing`` makes it a duty of the house itself, owed once for ever:
    it gets the present moment and returns when the duty is due first; the handler returns :class:`Again`.
    """

    def register(handle: Handle) -> Handle:
        if kind in _handlers and _handlers[kind].handle is not handle:
            raise RuntimeError(f"two handlers for obligations of kind {kind!r}")
        _handlers[kind] = _Handler(handle, atomic, lease, standing)
        return handle

    return register


def owe(
    kind: str,
    *,
    key: str,
    due_at: datetime,
    subject: models.Model | None = None,
    payload: dict[str, Any] | None = None,
) -> Obligation:
    """Write down that something is due; the same key is owed once.

    An open or done obligation of that key is returned as it is (use :func:`postpone` to move it). A cancelled one
    is revived with the new time and payload. Call it inside the transaction that makes it due. ``payload`` carries
    ids only.
    """
    label, subject_id = ("", "") if subject is None else (subject._meta.label_lower, str(subject.pk))
    values: dict[str, Any] = {
        "kind": kind,
        "subject_type": label,
        "subject_id": subject_id,
        "payload": payload or {},
        "due_at": due_at,
    }
    try:
        with transaction.atomic():
            obligation = Obligation.objects.create(key=key, **values)
    except IntegrityError:
        fresh = {"cancelled_at": None, "cancel_reason": "", "attempts": 0, "last_error": "", "claimed_by": ""}
        revived = Obligation.objects.filter(key=key, cancelled_at__isnull=False, done_at__isnull=True).update(
            **values, **fresh, lease_until=None
        )
        obligation = Obligation.objects.get(key=key)
        if not revived:
            return obligation
    if due_at <= clock.now() and settings.OBLIGATIONS_IMMEDIATE:
        transaction.on_commit(lambda: _hand_over(obligation.pk))
    return obligation


def cancel(key: str, reason: str = "") -> bool:
    """Call an open obligation off; false when there was none (unknown, done or called off before)."""
    changed = (
        Obligation.objects.open()
        .filter(key=key)
        .update(cancelled_at=clock.now(), cancel_reason=reason[:200], lease_until=None, claimed_by="")
    )
    return bool(changed)


def postpone(key: str, *, due_at: datetime) -> bool:
    """Move an open obligation to another time; false when there is none, or a worker has it in hand."""
    return bool(Obligation.objects.open().free(clock.now()).filter(key=key).update(due_at=due_at, attempts=0))


def owe_standing() -> None:
    """Owe the duties of the house itself that are not owed yet (the key is the kind)."""
    at = clock.now()
    known = set(Obligation.objects.filter(key__in=_handlers).values_list("key", flat=True))
    for kind, registered in _handlers.items():
        if registered.first_due is not None and kind not in known:
            owe(kind, key=kind, due_at=registered.first_due(at))


def try_again(obligation: Obligation, *, by: User) -> bool:
    """Make an open obligation due now, for a person who looked into it; false when it is settled or in hand."""
    with transaction.atomic():
        at = clock.now()
        moved = Obligation.objects.open().free(at).filter(pk=obligation.pk).update(due_at=at, attempts=0)
        if moved:
            audit.record("core.retry_obligation", by=by, subject=obligation, changes={"kind": obligation.kind})
            if settings.OBLIGATIONS_IMMEDIATE:
                transaction.on_commit(lambda: _hand_over(obligation.pk))
    return bool(moved)


def sweep(*, limit: int = BATCH) -> int:
    """Lease what is due and hand the ids to the queue; returns how many. Two sweeps at once do no harm."""
    handed = 0
    for pk in _due_ids(limit):
        handed += _hand_over(pk)
    return handed


def _due_ids(limit: int) -> list[int]:
    at = clock.now()
    due = Obligation.objects.due(at).free(at).order_by("due_at")
    if connection.features.has_select_for_update_skip_locked:
        # A row that a long transaction holds must not make the sweep wait: other clocks are running.
        with transaction.atomic():
            return list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit])
    return list(due.values_list("pk", flat=True)[:limit])


def _hand_over(pk: int) -> int:
    """Take the lease by conditional UPDATE and send the id; 1 when this caller won."""
    at = clock.now()
    taken = Obligation.objects.due(at).free(at).filter(pk=pk).update(lease_until=at + DEFAULT_LEASE, claimed_by="")
    if taken:
        _send(TASK_NAME, pk)
    return taken


def enqueue_after_commit(task_name: str, pk: int) -> None:
    """Hand one id to a Celery task once the transaction has committed; the only way to start a task."""
    transaction.on_commit(lambda: _send(task_name, pk))


def _send(task_name: str, pk: int) -> None:
    try:
        current_app.send_task(task_name, args=(pk,), retry=False)
    except Exception:
        # The broker may be away. What matters is an obligation, and the sweep hands that out again.
        log.warning("the queue took no task", extra={"task": task_name, "pk": pk}, exc_info=True)


def run(pk: int) -> bool:
    """Claim one obligation, run its handler, settle it; false when there was nothing to do or it failed."""
    token = secrets.token_hex(16)
    at = clock.now()
    claimable = models.Q(claimed_by="") | models.Q(lease_until__lte=at) | models.Q(lease_until__isnull=True)
    claimed = (
        Obligation.objects.due(at)
        .filter(claimable, pk=pk)
        .update(claimed_by=token, lease_until=at + DEFAULT_LEASE, attempts=models.F("attempts") + 1)
    )
    if not claimed:
        return False
    obligation = Obligation.objects.get(pk=pk)
    try:
        return _fulfil(obligation, token)
    except LeaseLost:
        log.warning("lease of an obligation was lost", extra={"kind": obligation.kind, "pk": pk})
        return False
    except Exception as error:
        log.exception("an obligation failed", extra={"kind": obligation.kind, "pk": pk})
        _note_failure(obligation, token, error)
        return False


def _fulfil(obligation: Obligation, token: str) -> bool:
    registered = _handlers.get(obligation.kind)
    if registered is None:
        raise LookupError(f"no handler for obligations of kind {obligation.kind!r}")
    if registered.lease != DEFAULT_LEASE:
        renew_lease(obligation, token=token, lease=registered.lease)
    if not registered.atomic:
        return _settle(obligation, token, registered.handle(obligation))
    with transaction.atomic():
        # Settling first locks the row, so that nobody else can run it; an error rolls both back.
        if not _settle(obligation, token, None):
            raise LeaseLost
        again = registered.handle(obligation)
        if again is not None:
            Obligation.objects.filter(pk=obligation.pk).update(done_at=None, **_rest(again.due_at))
    return True


def _rest(due_at: datetime) -> dict[str, Any]:
    return {"due_at": due_at, "lease_until": None, "claimed_by": "", "attempts": 0, "last_error": ""}


def _settle(obligation: Obligation, token: str, again: Again | None) -> bool:
    mine = Obligation.objects.open().filter(pk=obligation.pk, claimed_by=token)
    if again is not None:
        return bool(mine.update(**_rest(again.due_at)))
    return bool(mine.update(done_at=clock.now(), lease_until=None, claimed_by="", last_error=""))


def renew_lease(obligation: Obligation, *, token: str = "", lease: timedelta | None = None) -> None:
    """Say that the handler is alive; raises :class:`LeaseLost` when the row was cancelled or taken over."""
    registered = _handlers.get(obligation.kind)
    length = lease or (registered.lease if registered else DEFAULT_LEASE)
    mine = Obligation.objects.open().filter(pk=obligation.pk, claimed_by=token or obligation.claimed_by)
    if not mine.update(lease_until=clock.now() + length):
        raise LeaseLost


def _note_failure(obligation: Obligation, token: str, error: Exception) -> None:
    doublings = min(obligation.attempts - 1, 20)
    wait = min(FIRST_RETRY * 2**doublings, LONGEST_RETRY)
    Obligation.objects.open().filter(pk=obligation.pk, claimed_by=token).update(
        due_at=clock.now() + wait, lease_until=None, claimed_by="", last_error=_where(error)
    )


def _where(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    code = getattr(error, "code", "")
    return f"{type(error).__name__}{f' [{code}]' if isinstance(code, str) and code else ''}{place}"[:300]


def run_due(*, kinds: set[str] | None = None, limit: int = 1000) -> int:
    """Run everything that is due here and now, without a queue (tests, commands); returns how many were settled."""
    done = 0
    for _round in range(limit):
        at = clock.now()
        due = Obligation.objects.due(at).exclude(claimed_by__gt="", lease_until__gt=at)
        if kinds is not None:
            due = due.filter(kind__in=kinds)
        pk = due.order_by("due_at").values_list("pk", flat=True).first()
        if pk is None:
            return done
        done += run(pk)
    return done


def forget_settled() -> int:
    """Remove what was settled so long ago that its key cannot come again; returns how many."""
    old = clock.now() - KEEP_SETTLED
    settled = models.Q(done_at__lt=old) | models.Q(cancelled_at__lt=old)
    removed, _by_model = Obligation.objects.filter(settled).delete()
    return removed


def release_leases() -> int:
    """Free every lease at once, without waiting for it to run out; returns how many.

    Only for the start of an embedded server, which is the only process on its home: whoever held a lease is dead.
    """
    return Obligation.objects.open().filter(lease_until__isnull=False).update(lease_until=None, claimed_by="")


def sweep_lag() -> timedelta:
    """How long the oldest due obligation has waited for a hand: near zero while the sweep lives."""
    at = clock.now()
    oldest = Obligation.objects.due(at).free(at).aggregate(oldest=models.Min("due_at"))["oldest"]
    return max(at - oldest, timedelta()) if oldest else timedelta()
