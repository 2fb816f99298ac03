"""`/imports/`: every import, and a new one."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http.response import HttpResponseBase

from qianshou.core.pages.base import FormPage, ListPage

from .. import queries, services
from ..filters import ImportFilter
from ..forms import ReceiveForm, kinds_for
from ..models import Import


class ImportsPage(ListPage):
    """The imports of the homes a person looks after."""

    template_name = "reports/imports.html"
    partial_template_name = "reports/_imports.html"
    action = "imports.view"
    filterset_class = ImportFilter

    def get_queryset(self) -> QuerySet[Any]:
        """Return the visible imports."""
        return queries.for_list(Import.objects.visible_to(self.request.user))

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Tell whether the person may import something."""
        return super().get_context(may_import=bool(kinds_for(self.request.user)), **extra)


class ReceivePage(FormPage):
    """Send a register; it is read and shown before anything is written."""

    template_name = "reports/receive.html"
    action = "imports.view"
    form_class = ReceiveForm

    def _turned_away(self) -> HttpResponseBase | None:
        turned_away = super()._turned_away()
        if turned_away is None and not kinds_for(self.request.user):
            raise PermissionDenied
        return turned_away

    def get_form_kwargs(self) -> dict[str, Any]:
        """Tell the form who asks."""
        return super().get_form_kwargs() | {"user": self.request.user}

    def get_initial(self) -> dict[str, Any]:
        """Choose the kind that the link asked for."""
        return {name: self.request.GET[name] for name in ("kind", "centre") if name in self.request.GET}

    def save(self, form: ReceiveForm) -> str:
        """Keep the file and begin to read it."""
        told = form.cleaned_data
        found = services.receive_register(
            told["file"],
            kind=told["kind"],
            centre=told.get("centre"),
            as_of=told["as_of"],
            by=self.request.user,  # type: ignore[arg-type]
        )
        return found.get_absolute_url()

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Offer an empty register of each kind."""
        return super().get_context(kinds=kinds_for(self.request.user), **extra)
