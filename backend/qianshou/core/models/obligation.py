"""The table of everything that is due."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from qianshou.core import clock
from qianshou.core.codes import PublicCodeField
from qianshou.core.models.base import BaseModel

#: After so many attempts an obligation is shown as failing; it is still tried, at most once an hour.
ATTEMPTS_UNTIL_FAILING = 6


class ObligationState(models.TextChoices):
    """Where an obligation stands, seen from now."""

    WAITING = "waiting", _("not due yet")
    DUE = "due", _("due")
    RUNNING = "running", _("being worked on")
    FAILING = "failing", _("keeps failing")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("cancelled")


class ObligationQuerySet(models.QuerySet["Obligation"]):
    """Groups of states that callers ask for by name."""

    def open(self) -> ObligationQuerySet:
        """Neither done nor cancelled."""
        return self.filter(done_at__isnull=True, cancelled_at__isnull=True)

    def due(self, at: datetime) -> ObligationQuerySet:
        """Open, and the due time has come."""
        return self.open().filter(due_at__lte=at)

    def free(self, at: datetime) -> ObligationQuerySet:
        """Nobody holds a lease that is still running."""
        return self.filter(models.Q(lease_until__isnull=True) | models.Q(lease_until__lte=at))

    def failing(self) -> ObligationQuerySet:
        """Open although it was tried often; somebody must look at it."""
        return self.open().filter(attempts__gte=ATTEMPTS_UNTIL_FAILING).exclude(last_error="")


class Obligation(BaseModel):
    """One thing that must happen at or after a moment, exactly once, whatever dies in between."""

    code = PublicCodeField(prefix="O")
    kind = models.CharField(max_length=80)
    key = models.CharField(max_length=200, unique=True)
    subject_type = models.CharField(max_length=100, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    payload: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    #: Token of the worker that runs it now; empty while it is only handed to the queue.
    claimed_by = models.CharField(max_length=32, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=200, blank=True)
    #: Class and place of the last error; never its text, which may hold personal data.
    last_error = models.CharField(max_length=300, blank=True)

    objects = ObligationQuerySet.as_manager()

    class Meta:
        verbose_name = _("obligation")
        verbose_name_plural = _("obligations")
        ordering = ("due_at", "pk")
        indexes = (
            models.Index(
                fields=["due_at"],
                name="obligation_open_due",
                condition=models.Q(done_at__isnull=True, cancelled_at__isnull=True),
            ),
            models.Index(fields=["subject_type", "subject_id"], name="obligation_subject"),
        )

    def __str__(self) -> str:
        return f"{self.kind} ({self.key})"

    @property
    def state(self) -> ObligationState:
        """The state in words, seen from now."""
        at = clock.now()
        if self.done_at is not None:
            return ObligationState.DONE
        if self.cancelled_at is not None:
            return ObligationState.CANCELLED
        if self.claimed_by and self.lease_until is not None and self.lease_until > at:
            return ObligationState.RUNNING
        if self.attempts >= ATTEMPTS_UNTIL_FAILING and self.last_error:
            return ObligationState.FAILING
        return ObligationState.DUE if self.due_at <= at else ObligationState.WAITING
