"""`/audit/`, `/reads/`, `/obligations/`: who did what, who opened which file, what the house still owes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _

from qianshou.core import obligations
from qianshou.core.filters import AuditFilter, ObligationFilter, ReadFilter
from qianshou.core.models import AuditEntry, Obligation, ReadEntry
from qianshou.core.pages.base import ActionPage, ListPage


class AuditPage(ListPage):
    """What happened, newest first, in the centres whose audit the person may see."""

    action = "audit.view"
    template_name = "core/audit.html"
    partial_template_name = "core/_audit.html"
    filterset_class = AuditFilter

    def get_queryset(self) -> models.QuerySet[Any]:
        """Return the visible entries with their people and centres."""
        return AuditEntry.objects.visible_to(self.request.user).select_related("actor", "centre")


class ReadsPage(ListPage):
    """Who opened which file and what for, newest first."""

    action = "reads.view"
    template_name = "core/reads.html"
    partial_template_name = "core/_reads.html"
    filterset_class = ReadFilter

    def get_queryset(self) -> models.QuerySet[Any]:
        """Return the visible entries with their people and centres."""
        return ReadEntry.objects.visible_to(self.request.user).select_related("reader", "centre")


class ObligationsPage(ListPage):
    """What must still happen, and what keeps failing; for administrators."""

    action = "obligations.view"
    template_name = "core/obligations.html"
    partial_template_name = "core/_obligations.html"
    filterset_class = ObligationFilter
    page_size = 50

    def get_queryset(self) -> models.QuerySet[Any]:
        """Return what is neither done nor cancelled, the soonest first."""
        return Obligation.objects.open().order_by("due_at", "pk")


class RetryPage(ActionPage):
    """Have an obligation tried again now."""

    action = "obligations.view"

    def get_queryset(self) -> models.QuerySet[Any]:
        """Return what is neither done nor cancelled."""
        return Obligation.objects.open()

    def perform(self) -> str:
        """Make it due."""
        if obligations.try_again(self.object, by=self.request.user):  # type: ignore[arg-type]
            messages.success(self.request, _("It is tried again now."))
        else:
            messages.info(self.request, _("It is being worked on already."))
        return reverse("core:obligations")
