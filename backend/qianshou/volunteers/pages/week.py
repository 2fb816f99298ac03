"""When a volunteer is free: rows that work without script, own words that are read for certain, days away (S08)."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qianshou.accounts.queries import may
from qianshou.core.errors import DomainError
from qianshou.core.idempotency import IdempotentPageMixin
from qianshou.core.pages import FormPage, Page
from qianshou.core.pages.problems import status_of

from .. import services
from ..availability import AvailabilityUnclear
from ..forms import AvailabilityWordsForm, SlotFormSet, TimeAwayForm, slot_initial
from .record import VolunteerPageMixin


class AvailabilityPage(VolunteerPageMixin, IdempotentPageMixin, Page):
    """The week: type it in words and read it into the rows, or fill the rows; then save."""

    action = "volunteers.view"
    template_name = "volunteers/availability.html"

    def _refuse(self) -> None:
        if not (self.is_own or may(self.request.user, "volunteers.change", self.object.centre_id)):
            raise Http404

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the week as it is."""
        self._refuse()
        rows = SlotFormSet(initial=slot_initial(self.object.availability.all()), prefix="slots")
        return self.render(words=AvailabilityWordsForm(initial={"text": self.object.availability_text}), rows=rows)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Read the words into the rows, or save the rows."""
        self._refuse()
        words = AvailabilityWordsForm(request.POST)
        if "read" in request.POST:
            return self._read(words)
        rows = SlotFormSet(request.POST, prefix="slots")
        if not (words.is_valid() & rows.is_valid()):
            return self.render(words=words, rows=rows, status=422)
        slots = [slot for form in rows if (slot := form.slot()) is not None]
        try:
            services.set_availability(
                self.object,
                slots,
                by=request.user,
                text=words.cleaned_data["text"],  # type: ignore[arg-type]
            )
        except DomainError as error:
            words.add_error(None, str(error.message))
            return self.render(words=words, rows=rows, status=status_of(error))
        return self.redirect(self.back_url, message=_("The week is saved."))

    def _read(self, words: AvailabilityWordsForm) -> HttpResponseBase:
        """Show what the words say, unsaved; what cannot be read for certain keeps the rows as they were typed."""
        if words.is_valid():
            try:
                slots = words.slots()
            except AvailabilityUnclear:
                pass
            else:
                read = ngettext(
                    "%(n)d time was read. Check it and save.", "%(n)d times were read. Check them and save.", len(slots)
                )
                rows = SlotFormSet(initial=slot_initial(slots), prefix="slots")
                return self.render(words=words, rows=rows, read=read % {"n": len(slots)})
        typed = SlotFormSet(self.request.POST, prefix="slots")
        return self.render(words=words, rows=typed, status=422)


class TimeAwayPage(VolunteerPageMixin, FormPage):
    """Days on which the volunteer cannot come."""

    action = "volunteers.view"
    template_name = "volunteers/away.html"
    form_class = TimeAwayForm

    def require(self) -> None:
        """Hide the form from those who may not fill it in."""
        if not (self.is_own or may(self.request.user, "volunteers.change", self.object.centre_id)):
            raise Http404

    def save(self, form: TimeAwayForm) -> HttpResponseBase:
        """Write the days down."""
        data = form.cleaned_data
        services.add_time_away(
            self.object,
            data["starts_on"],
            data["ends_on"],
            by=self.request.user,
            reason=data["reason"],  # type: ignore[arg-type]
        )
        return self.redirect(self.back_url, message=_("Written down. You are not planned for these days."))
