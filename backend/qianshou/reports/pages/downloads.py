"""Workbooks to take home: empty registers, and rows with their reasons."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from qianshou.core.pages.base import Page

from .. import spreadsheets
from ..models import ImportKind, RowStatus
from .one import ImportMixin


def _workbook(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=spreadsheets.CONTENT_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


class TemplateFilePage(Page):
    """An empty register of a kind."""

    action = "imports.view"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Send it."""
        if kwargs["kind"] not in ImportKind.values:
            raise Http404
        return _workbook(spreadsheets.template(kwargs["kind"]), f"{kwargs['kind']}.xlsx")


class RejectedFilePage(ImportMixin, Page):
    """The rows that could not be imported; 404 for those who may not see values."""

    action = "imports.view"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Send them."""
        if not self.with_values:
            raise Http404
        rows = self.object.rows.filter(status=RowStatus.REJECTED).order_by("position")
        if not rows.exists():
            raise Http404
        with self.reading_values():
            return _workbook(spreadsheets.rejected_rows(self.object, rows), f"{self.object.code}-rejected.xlsx")
