"""Registering a child, changing the file, leaving and coming back."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qianshou.accounts.queries import may
from qianshou.centres.models import Centre
from qianshou.core import readlog
from qianshou.core.errors import Conflict, NotAllowed
from qianshou.core.fieldclasses import FieldClass
from qianshou.core.pages import ConfirmPage, FormPage

from .. import queries, services, shapes
from ..forms import ChildForm, LeaveForm
from .file import ChildPageMixin


class ChildCreatePage(FormPage):
    """Register one child at one of the person's homes."""

    action = "children.change"
    template_name = "children/form.html"
    form_class = ChildForm

    def homes(self) -> list[Centre]:
        """Return the homes at which the person may register children."""
        return list(Centre.objects.where_may(self.request.user, "children.change").filter(is_active=True))

    def home(self) -> Centre:
        """Return the home that was chosen, the only one when there is one."""
        code = self.request.POST.get("centre") or self.request.GET.get("centre", "")
        homes = self.homes()
        for home in homes:
            if home.code == code or (not code and len(homes) == 1):
                return home
        if code or not homes:
            raise Http404
        return homes[0]

    def get_form_kwargs(self) -> dict[str, Any]:
        """Everything may be written down when a file begins."""
        return {**super().get_form_kwargs(), "highest": FieldClass.SENSITIVE}

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Offer the homes."""
        return super().get_context(homes=self.homes(), home=self.home(), back_url=reverse("children:list"), **extra)

    def save(self, form: ChildForm) -> str | HttpResponseBase:
        """Register; a namesake is shown and asked about."""
        user = self.request.user
        try:
            child = services.register_child(
                form.entry(), centre=self.home(), by=user, confirmed=form.cleaned_data.get("confirmed", False)
            )
        except Conflict as conflict:
            if conflict.code != "same_name_and_birth_date":
                raise
            again = ChildForm(**{**self.get_form_kwargs(), "ask_namesake": True})
            again.is_valid()
            again.add_error("name", str(conflict.message))
            alike = queries.searchable(user).filter(code__in=conflict.details["children"])
            return self.render(form=again, namesakes=alike.select_related("centre"), status=409)
        return self.redirect(child.get_absolute_url(), message=_("%(name)s is registered.") % {"name": child.name})


class ChildEditPage(ChildPageMixin, FormPage):
    """Change a file; opening the form is reading the file."""

    action = "children.change"
    template_name = "children/form.html"
    form_class = ChildForm

    def _refuse(self) -> None:
        if not may(self.request.user, "children.change", self.object.centre_id):
            raise NotAllowed(_("Your role does not allow this at this home. Ask its manager."))

    def get_form_kwargs(self) -> dict[str, Any]:
        """Leave out what the person may not see."""
        return {**super().get_form_kwargs(), "highest": self.highest or FieldClass.PUBLIC, "child": self.object}

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Tell where "cancel" leads."""
        return super().get_context(back_url=self.object.get_absolute_url(), **extra)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the form and write the read down."""
        self._refuse()
        fields = shapes.seen_fields(self.highest) & {*shapes.OVERVIEW_FIELDS, *shapes.FAMILY_FIELDS}
        with readlog.reading(self.object, by=request.user, fields=fields, purpose=_("opened the file to change it")):  # type: ignore[arg-type]
            return super().get(request, *args, **kwargs)

    def save(self, form: ChildForm) -> HttpResponseBase:
        """Change file and carer at once."""
        services.change_file(
            self.object,
            form.values(),
            by=self.request.user,  # type: ignore[arg-type]
            guardian=form.guardian(),
            relatives=form.relatives(),
        )
        return self.redirect(self.object.get_absolute_url(), message=_("Saved."))


class ChildLeavePage(ChildPageMixin, FormPage):
    """A child leaves the home."""

    action = "children.change"
    template_name = "children/leave.html"
    form_class = LeaveForm

    def save(self, form: LeaveForm) -> HttpResponseBase:
        """Mark as left."""
        data = form.cleaned_data
        services.mark_left(self.object, by=self.request.user, reason=data["reason"], on=data["left_on"])  # type: ignore[arg-type]
        return self.redirect(self.object.get_absolute_url(), message=_("The child is marked as left. The file stays."))


class ChildReturnPage(ChildPageMixin, ConfirmPage):
    """A child who left is here again."""

    action = "children.change"
    title = gettext_lazy("Bring the child back")
    text = gettext_lazy("The child is listed among the children of the home again, with the whole file.")
    verb = gettext_lazy("Bring back")
    kind = "primary"

    def perform(self) -> HttpResponseBase:
        """Bring back."""
        services.bring_back(self.object, by=self.request.user)  # type: ignore[arg-type]
        return self.redirect(self.object.get_absolute_url(), message=_("The child is in the home again."))
