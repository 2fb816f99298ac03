"""A volunteer's record: may this person be with children, checks, week, history (S08)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qianshou.accounts.queries import field_class_for, may
from qianshou.centres.models import Centre
from qianshou.core import clock
from qianshou.core.audit import words_for
from qianshou.core.fieldclasses import FieldClass
from qianshou.core.pages import ConfirmPage, DetailPage, FormPage, ListPage
from qianshou.core.pages.base import OneMixin
from qianshou.core.reasons import RevealForm

from .. import queries, services, shapes
from ..forms import CheckForm, ReasonForm, StatusForm, VolunteerForm, masked_value
from ..models import Check, Volunteer

PARTS = {
    "national_id": gettext_lazy("Identity number"),
    "phone": gettext_lazy("Mobile phone"),
    "address": gettext_lazy("Home address"),
    "emergency_contact": gettext_lazy("Emergency contact"),
}


ICONS = {
    "volunteers.register_volunteer": "user-plus",
    "volunteers.record_check": "shield-check",
    "volunteers.withdraw_check": "undo-2",
    "volunteers.change_status": "user-check",
    "volunteers.set_availability": "calendar-days",
    "volunteers.add_time_away": "calendar-days",
    "volunteers.remove_time_away": "calendar-days",
    "volunteers.link_account": "link-2",
}
"""Signs of the timeline; everything else is a change."""


class VolunteerPageMixin(OneMixin):
    """A page about one volunteer: the header and the tabs that the person may see."""

    context_object_name = "volunteer"
    request: HttpRequest

    def get_queryset(self) -> QuerySet[Volunteer]:
        """Return the volunteers the person may see, with home, village and checks."""
        seen = Volunteer.objects.visible_to(self.request.user).select_related("village", "user")
        return queries.with_checks(seen).prefetch_related("availability", "exceptions")

    @cached_property
    def highest(self) -> FieldClass | None:
        """The class of field that the person sees of this volunteer."""
        return field_class_for(self.request.user, self.object)

    @property
    def is_own(self) -> bool:
        """True on the person's own record."""
        return bool(self.object.is_own(self.request.user))

    @property
    def back_url(self) -> str:
        """The record as this person reaches it."""
        if self.is_own and not may(self.request.user, "volunteers.list"):
            return reverse("volunteers:own")
        return str(self.object.get_absolute_url())

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Add what header and tabs need."""
        user, volunteer = self.request.user, self.object
        may_change = may(user, "volunteers.change", volunteer.centre_id)
        answer = queries.eligibility_of(volunteer, clock.today())
        return super().get_context(  # type: ignore[misc]
            volunteer=volunteer,
            sees=dict.fromkeys(shapes.seen_fields(self.highest), True),
            answer=shapes.eligibility_words(answer),
            is_own=self.is_own,
            is_staff=may(user, "volunteers.list", volunteer.centre_id),
            may_change=may_change,
            may_check=may(user, "volunteers.record_check", volunteer.centre_id) and not self.is_own,
            may_set_week=may_change or self.is_own,
            may_see_history=may(user, "audit.view", volunteer.centre_id),
            back_url=self.back_url,
            **extra,
        )


class VolunteerDetailPage(VolunteerPageMixin, DetailPage):
    """The record."""

    action = "volunteers.view"
    template_name = "volunteers/detail.html"

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Add checks with their state today, the week and the masked numbers."""
        volunteer, today = self.object, clock.today()
        masked = {}
        if self.highest is not None and self.highest >= FieldClass.SENSITIVE:
            names = ("national_id", "phone", "address", "emergency_contact_phone")
            masked = {name: masked_value(volunteer, name) for name in names}
        return super().get_context(
            checks=shapes.checks_shown(volunteer.checks.all(), today),
            week=shapes.week_of(volunteer),
            slots=volunteer.availability.all(),
            away=[one for one in volunteer.exceptions.all() if one.ends_on >= today],
            masked=masked,
            **extra,
        )


class OwnRecordPage(VolunteerDetailPage):
    """A volunteer's own record: numbers in full, nothing to ask for."""

    action = "volunteers.change_own"
    template_name = "volunteers/own.html"

    @cached_property
    def object(self) -> Volunteer:
        """The own record; 404 page says whom to ask when there is none."""
        found = self.get_queryset().filter(user=self.request.user).first()
        if found is None:
            raise Http404
        return found


class VolunteerHistoryPage(VolunteerPageMixin, ListPage):
    """What was done to a record: by whom, which fields, when."""

    action = "audit.view"
    template_name = "volunteers/history.html"
    partial_template_name = "volunteers/_history.html"

    def get_rows(self) -> Any:
        """Return the entries of this record."""
        if not may(self.request.user, "audit.view", self.object.centre_id):
            raise Http404
        return queries.history(self.object)

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Say each entry in words."""
        context = super().get_context(**extra)
        context["entries"] = [
            {
                "at": entry.at,
                "icon": ICONS.get(entry.action, "pencil"),
                "title": words_for(entry.action),
                "by": entry.actor or _("the house itself"),
                "text": _said(entry.changes, entry.reason),
            }
            for entry in context["page_obj"]
        ]
        return context


def _said(changes: dict[str, Any], reason: str) -> str:
    words = [_change_words(name, value) for name, value in changes.items()]
    text = "；".join(word for word in words if word)
    return f"{text} · {reason}" if reason and text else text or reason


def _change_words(name: str, value: Any) -> str:
    extra = {
        "availability": _("free times"),
        "time_away": _("time away"),
        "checks": _("checks"),
        "check": _("code"),
        "account": _("account"),
        "village_id": _("village"),
    }
    fields = {field.name: field for field in Volunteer._meta.get_fields()}
    label = str(extra.get(name) or getattr(fields.get(name), "verbose_name", name))
    if isinstance(value, list) and len(value) == 2:
        before, after = (_value_words(fields.get(name), one) for one in value)
        return f"{label}: {before or '—'} → {after or '—'}"
    return f"{label} {value}" if isinstance(value, str) else label


def _value_words(field: Any, value: Any) -> str:
    if value in (None, "", []):
        return ""
    if isinstance(value, list):
        return "、".join(map(str, value))
    return str(dict(getattr(field, "flatchoices", None) or []).get(value, value))


class VolunteerCreatePage(FormPage):
    """Register one volunteer at one of the person's homes."""

    action = "volunteers.change"
    template_name = "volunteers/form.html"
    form_class = VolunteerForm

    def _homes(self) -> list[Centre]:
        return list(Centre.objects.where_may(self.request.user, "volunteers.change").filter(is_active=True))

    def _home(self) -> Centre:
        code = self.request.POST.get("centre") or self.request.GET.get("centre", "")
        homes = self._homes()
        chosen = next((home for home in homes if home.code == code), None)
        if chosen is None and (code or not homes):
            raise Http404
        return chosen or homes[0]

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Offer the homes."""
        return super().get_context(homes=self._homes(), home=self._home(), back_url=reverse("volunteers:list"), **extra)

    def save(self, form: VolunteerForm) -> HttpResponseBase:
        """Register."""
        volunteer = services.register_volunteer(form.entry(), centre=self._home(), by=self.request.user)  # type: ignore[arg-type]
        return self.redirect(
            volunteer.get_absolute_url(), message=_("%(name)s is registered.") % {"name": volunteer.name}
        )


class VolunteerEditPage(VolunteerPageMixin, FormPage):
    """Change a record; volunteers change only what they keep up to date themselves."""

    action = "volunteers.view"
    template_name = "volunteers/form.html"
    form_class = VolunteerForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """Leave out what the person may not see or write."""
        as_manager = may(self.request.user, "volunteers.change", self.object.centre_id)
        if not as_manager and not self.is_own:
            raise Http404
        return {
            **super().get_form_kwargs(),
            "volunteer": self.object,
            "highest": self.highest,
            "own": not as_manager,
        }

    def save(self, form: VolunteerForm) -> HttpResponseBase:
        """Change."""
        services.change_volunteer(self.object, form.values(), by=self.request.user)  # type: ignore[arg-type]
        return self.redirect(self.back_url, message=_("Saved."))


class StatusPage(VolunteerPageMixin, FormPage):
    """Move a volunteer on."""

    action = "volunteers.change"
    template_name = "volunteers/status.html"
    form_class = StatusForm

    def get_initial(self) -> dict[str, Any]:
        """Start with where the volunteer stands."""
        return {"status": self.object.status}

    def save(self, form: StatusForm) -> HttpResponseBase:
        """Move on."""
        data = form.cleaned_data
        services.change_status(self.object, data["status"], by=self.request.user, reason=data["reason"])  # type: ignore[arg-type]
        return self.redirect(self.object.get_absolute_url(), message=_("Saved."))


class CheckCreatePage(VolunteerPageMixin, FormPage):
    """Write down a check that was made."""

    action = "volunteers.record_check"
    template_name = "volunteers/check_form.html"
    form_class = CheckForm

    def get_initial(self) -> dict[str, Any]:
        """Start with the check that is missing."""
        wanted = self.request.GET.get("kind", "")
        return {"kind": wanted or "record_inquiry", "done_on": clock.today()}

    def save(self, form: CheckForm) -> HttpResponseBase:
        """Record it."""
        services.record_check(self.object, form.entry(), by=self.request.user)  # type: ignore[arg-type]
        return self.redirect(self.object.get_absolute_url(), message=_("The check is written down."))


class CheckWithdrawPage(VolunteerPageMixin, FormPage):
    """Take back a check that was written down wrongly."""

    action = "volunteers.record_check"
    template_name = "volunteers/check_withdraw.html"
    form_class = ReasonForm

    @cached_property
    def check_row(self) -> Check:
        """The check; 404 when it is not one of this volunteer's."""
        found = next((one for one in self.object.checks.all() if one.code == self.kwargs["check"]), None)  # type: ignore[attr-defined]
        if found is None:
            raise Http404
        return found

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Show which check."""
        return super().get_context(check=self.check_row, **extra)

    def save(self, form: ReasonForm) -> HttpResponseBase:
        """Take it back."""
        services.withdraw_check(self.check_row, by=self.request.user, reason=form.cleaned_data["reason"])  # type: ignore[arg-type]
        return self.redirect(self.object.get_absolute_url(), message=_("The check is taken back."))


class VolunteerRevealPage(VolunteerPageMixin, FormPage):
    """Show one masked part in full, after a reason that goes into the read log."""

    action = "volunteers.reveal"
    template_name = "volunteers/reveal.html"
    form_class = RevealForm

    @property
    def part(self) -> str:
        """The part asked for."""
        part = self.request.POST.get("part") or self.request.GET.get("part", "")
        if part not in PARTS:
            raise Http404
        return part

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Name the part."""
        if self.highest is None or self.highest < FieldClass.SENSITIVE:
            raise Http404
        return super().get_context(part=self.part, part_words=PARTS[self.part], **extra)

    def save(self, form: RevealForm) -> HttpResponseBase:
        """Write the read, then show the value."""
        services.reveal_fields(self.object, self.part, by=self.request.user, reason=form.purpose())  # type: ignore[arg-type]
        return self.render(form=form, rows=list(self._rows()))

    def _rows(self) -> Iterable[tuple[str, str]]:
        volunteer = self.object
        if self.part == "emergency_contact":
            yield _("Name"), volunteer.emergency_contact_name
            yield _("Phone"), volunteer.emergency_contact_phone
            return
        yield str(PARTS[self.part]), getattr(volunteer, self.part)


class TimeAwayRemovePage(VolunteerPageMixin, ConfirmPage):
    """Take back days on which the volunteer could not come."""

    action = "volunteers.view"
    title = gettext_lazy("Come after all")
    verb = gettext_lazy("Take back")
    kind = "primary"

    @cached_property
    def away(self) -> Any:
        """The days; 404 when they are not of this volunteer, or not the person's to take back."""
        if not (self.is_own or may(self.request.user, "volunteers.change", self.object.centre_id)):
            raise Http404
        found = self.object.exceptions.filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def get_text(self) -> str:
        """Say which days."""
        return _("From %(start)s to %(end)s the week holds again.") % {
            "start": self.away.starts_on.isoformat(),
            "end": self.away.ends_on.isoformat(),
        }

    def get_cancel_url(self) -> str:
        """Go back to the record."""
        return self.back_url

    def perform(self) -> HttpResponseBase:
        """Take back."""
        services.remove_time_away(self.away, by=self.request.user)  # type: ignore[arg-type]
        return self.redirect(self.back_url, message=_("Taken back."))
