"""The list of children, and the look-up by identity number."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qianshou.accounts.queries import may
from qianshou.centres.models import Centre
from qianshou.core.errors import Invalid
from qianshou.core.pages import FormPage, ListPage

from .. import queries
from ..filters import ChildFilter
from ..forms import LookupForm
from ..models import Child


class ChildListPage(ListPage):
    """The children of the person's homes."""

    action = "children.view"
    template_name = "children/list.html"
    partial_template_name = "children/_rows.html"
    filterset_class = ChildFilter

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the list; who sees only a ward goes there at once."""
        if not may(request.user, "children.list"):
            return redirect("children:ward")
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Child]:
        """Return the children of the person's homes with what a row shows."""
        return queries.for_list(queries.searchable(self.request.user))

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Tell what the person may do, and whether several homes are in the list."""
        user = self.request.user
        homes = Centre.objects.where_may(user, "children.list").count()
        return super().get_context(
            may_add=may(user, "children.change"),
            may_look_up=may(user, "children.reveal"),
            several_homes=homes > 1,
            **extra,
        )


class ChildLookupPage(FormPage):
    """Find a child by identity number: sent as a form, so that the number stands in no address and no log."""

    action = "children.reveal"
    template_name = "children/lookup.html"
    form_class = LookupForm

    def save(self, form: LookupForm) -> str:
        """Go to the file that was found."""
        child = queries.find_by_number(self.request.user, form.cleaned_data["number"])
        if child is None:
            message = _("No child of your homes has this number. Check it, or look for the name.")
            raise Invalid(message, fields={"number": message})
        return reverse("children:detail", args=[child.code])
