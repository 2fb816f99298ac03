"""Pages of the homes: list, one home, and what its manager sets (S18)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qianshou.accounts.queries import may
from qianshou.accounts.rules import Role
from qianshou.core import clock
from qianshou.core.pages import ConfirmPage, DetailPage, FormPage, ListPage
from qianshou.core.pages.base import OneMixin

from . import queries, services
from .filters import CentreFilter
from .forms import CentreForm, HoursForm, NewCentreForm, RoomForm
from .models import Centre, DayType, Room


class CentreListPage(ListPage):
    """The homes of the county."""

    action = "centres.view"
    template_name = "centres/list.html"
    partial_template_name = "centres/_rows.html"
    filterset_class = CentreFilter

    def get_queryset(self) -> QuerySet[Centre]:
        """Return the homes with what a row shows."""
        return queries.for_list(Centre.objects.visible_to(self.request.user))

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Tell whether homes may be added, and which homes are the person's own."""
        user = self.request.user
        own = set(Centre.objects.where_may(user, "children.list").values_list("pk", flat=True))
        return super().get_context(may_add=may(user, "centres.add"), own=own, **extra)


class CentrePageMixin(OneMixin):
    """A page about one home."""

    context_object_name = "centre"

    def get_queryset(self) -> QuerySet[Centre]:
        """Return the homes the person may see."""
        return queries.for_list(Centre.objects.visible_to(self.request.user)).prefetch_related("rooms")  # type: ignore[attr-defined]

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Tell what the person may do here."""
        user = self.request.user  # type: ignore[attr-defined]
        return super().get_context(  # type: ignore[misc]
            centre=self.object,
            may_change=may(user, "centres.change", self.object),
            may_see_people=may(user, "children.list", self.object),
            back_url=self.object.get_absolute_url(),
            **extra,
        )


class CentreChangeMixin(CentrePageMixin):
    """A page on which a home is changed."""

    def require(self) -> None:
        """Turn away those who may see but not change."""
        if not may(self.request.user, "centres.change", self.object):  # type: ignore[attr-defined]
            raise PermissionDenied


class CentreDetailPage(CentrePageMixin, DetailPage):
    """One home: where, when open, which rooms, who works there."""

    action = "centres.view"
    template_name = "centres/detail.html"

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Add hours by kind of day, rooms and people."""
        centre = self.object
        hours = queries.hours_by_day(centre)
        closed = set(centre.closed_weekdays)
        return super().get_context(
            hours=[(kind.label, hours.get(kind.value, [])) for kind in DayType],
            closed=[day - 1 for day in sorted(closed)],
            rooms=list(centre.rooms.all()),
            staff=[(person, [Role(role).label for role in roles]) for person, roles in queries.staff_of(centre)],
            today=clock.today(),
            **extra,
        )


class _ChangePage(CentreChangeMixin, FormPage):
    """A form about a home that its manager or the administrator fills in."""

    action = "centres.change"
    template_name = "centres/form.html"
    title: Any = ""
    verb: Any = gettext_lazy("Save")

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Add the words of the page."""
        return super().get_context(title=self.title, verb=self.verb, **extra)


class CentreEditPage(_ChangePage):
    """Change what is posted about a home."""

    form_class = CentreForm
    title = gettext_lazy("Change the home")

    def get_initial(self) -> dict[str, Any]:
        """Start with what is posted now."""
        return CentreForm.initial_of(self.object)

    def save(self, form: CentreForm) -> HttpResponseBase:
        """Change."""
        services.change_centre(self.object, form.cleaned_data, by=self.request.user)  # type: ignore[arg-type]
        return self.redirect(self.object.get_absolute_url(), message=_("Saved."))


class HoursPage(_ChangePage):
    """Set the opening hours."""

    form_class = HoursForm
    title = gettext_lazy("Opening hours")
    verb = gettext_lazy("Save the hours")

    def get_initial(self) -> dict[str, Any]:
        """Start with the hours as they are."""
        return {**queries.hours_by_day(self.object), "closed_weekdays": self.object.closed_weekdays}

    def save(self, form: HoursForm) -> HttpResponseBase:
        """Set."""
        hours = {kind.value: form.cleaned_data[kind.value] for kind in DayType}
        services.set_opening_hours(
            self.object,
            hours,
            closed_weekdays=form.cleaned_data["closed_weekdays"],
            by=self.request.user,  # type: ignore[arg-type]
        )
        return self.redirect(self.object.get_absolute_url(), message=_("The hours are set."))


class RoomCreatePage(_ChangePage):
    """Add a room."""

    form_class = RoomForm
    title = gettext_lazy("Add a room")
    verb = gettext_lazy("Add the room")

    def save(self, form: RoomForm) -> HttpResponseBase:
        """Add."""
        services.add_room(self.object, **form.cleaned_data, by=self.request.user)
        return self.redirect(self.object.get_absolute_url(), message=_("The room is added."))


class _RoomMixin(CentreChangeMixin):
    @cached_property
    def room(self) -> Room:
        """The room; 404 when it is not one of this home."""
        found = next((one for one in self.object.rooms.all() if one.pk == self.kwargs["pk"]), None)  # type: ignore[attr-defined]
        if found is None:
            raise Http404
        return found


class RoomEditPage(_RoomMixin, _ChangePage):
    """Change a room."""

    form_class = RoomForm
    title = gettext_lazy("Change the room")

    def get_initial(self) -> dict[str, Any]:
        """Start with the room as it is."""
        return {name: getattr(self.room, name) for name in ("name", "zone", "seats", "for_sessions")}

    def save(self, form: RoomForm) -> HttpResponseBase:
        """Change."""
        services.change_room(self.room, form.cleaned_data, by=self.request.user)  # type: ignore[arg-type]
        return self.redirect(self.object.get_absolute_url(), message=_("Saved."))


class RoomClosePage(_RoomMixin, ConfirmPage):
    """Take a room out of use."""

    action = "centres.change"
    title = gettext_lazy("Close the room")
    text = gettext_lazy("No pair can be given this room any more. It can be opened again.")
    verb = gettext_lazy("Close the room")

    def perform(self) -> HttpResponseBase:
        """Close."""
        services.close_room(self.room, by=self.request.user)  # type: ignore[arg-type]
        return self.redirect(self.object.get_absolute_url(), message=_("The room is closed."))


class RoomOpenPage(_RoomMixin, ConfirmPage):
    """Take a closed room into use again."""

    action = "centres.change"
    title = gettext_lazy("Open the room again")
    text = gettext_lazy("Pairs can be given this room again.")
    verb = gettext_lazy("Open the room")
    kind = "primary"

    def perform(self) -> HttpResponseBase:
        """Open."""
        services.reopen_room(self.room, by=self.request.user)  # type: ignore[arg-type]
        return self.redirect(self.object.get_absolute_url(), message=_("The room is open again."))


class CentreCreatePage(FormPage):
    """Open a home."""

    action = "centres.add"
    template_name = "centres/form.html"
    form_class = NewCentreForm

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Add the words of the page."""
        words = {"title": _("Open a home"), "verb": _("Open the home"), "back_url": reverse("centres:list")}
        return super().get_context(**words, **extra)

    def save(self, form: NewCentreForm) -> HttpResponseBase:
        """Open."""
        centre = services.open_centre(**form.cleaned_data, by=self.request.user)
        return self.redirect(centre.get_absolute_url(), message=_("The home is open. Now set its hours and rooms."))
