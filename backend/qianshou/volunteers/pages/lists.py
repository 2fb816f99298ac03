"""The list of volunteers, and the look-up by number."""

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
from qianshou.core import clock
from qianshou.core.errors import Invalid
from qianshou.core.pages import FormPage, ListPage

from .. import queries, shapes
from ..filters import VolunteerFilter
from ..forms import LookupForm
from ..models import Volunteer


class VolunteerListPage(ListPage):
    """The volunteers of the person's homes, with who may be with children today."""

    action = "volunteers.view"
    template_name = "volunteers/list.html"
    partial_template_name = "volunteers/_rows.html"
    filterset_class = VolunteerFilter

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the list; who sees only the own record goes there at once."""
        if not may(request.user, "volunteers.list"):
            return redirect("volunteers:own")
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Volunteer]:
        """Return the volunteers of the person's homes with what a row shows."""
        return queries.for_list(queries.searchable(self.request.user))

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Judge the volunteers of this page, and tell what the person may do."""
        user, today = self.request.user, clock.today()
        context = super().get_context(
            may_add=may(user, "volunteers.change"),
            may_look_up=may(user, "volunteers.reveal"),
            several_homes=Centre.objects.where_may(user, "volunteers.list").count() > 1,
            **extra,
        )
        context["rows"] = [
            {"volunteer": one, "answer": shapes.eligibility_words(queries.eligibility_of(one, today))}
            for one in context["page_obj"]
        ]
        return context


class VolunteerLookupPage(FormPage):
    """Find a volunteer by number: sent as a form, so that the number stands in no address and no log."""

    action = "volunteers.reveal"
    template_name = "volunteers/lookup.html"
    form_class = LookupForm

    def save(self, form: LookupForm) -> str:
        """Go to the record that was found."""
        volunteer = queries.find_by_number(self.request.user, form.cleaned_data["number"])
        if volunteer is None:
            message = _("No volunteer of your homes has this number. Check it, or look for the name.")
            raise Invalid(message, fields={"number": message})
        return reverse("volunteers:detail", args=[volunteer.code])
