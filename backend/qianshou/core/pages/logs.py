"""`/audit/` and `/reads/`: who did what, and who opened which file."""

from __future__ import annotations

from typing import Any

from django.db import models

from qianshou.core.filters import AuditFilter, ReadFilter
from qianshou.core.models import AuditEntry, ReadEntry
from qianshou.core.pages.base import ListPage


class AuditPage(ListPage):
    """What happened, newest first, in the centres whose audit the person may see."""

    action = "audit.view"
    template_name = "core/audit.html"
    partial_template_name = "core/_audit.html"
    filterset_class = AuditFilter
    page_size = 50

    def get_queryset(self) -> models.QuerySet[Any]:
        """Return the visible entries with their people and centres."""
        return AuditEntry.objects.visible_to(self.request.user).select_related("actor", "centre")


class ReadsPage(ListPage):
    """Who opened which file and what for, newest first."""

    action = "reads.view"
    template_name = "core/reads.html"
    partial_template_name = "core/_reads.html"
    filterset_class = ReadFilter
    page_size = 50

    def get_queryset(self) -> models.QuerySet[Any]:
        """Return the visible entries with their people and centres."""
        return ReadEntry.objects.visible_to(self.request.user).select_related("reader", "centre")
