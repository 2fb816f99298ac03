"""`/calendar/`: the year at a glance, and its editing by administrators."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import models
from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from qianshou.core import access, clock
from qianshou.core.calendar import services
from qianshou.core.calendar.queries import published_years
from qianshou.core.calendar.year import months_of
from qianshou.core.forms import HolidayForm, NoticeForm, TermForm
from qianshou.core.models.calendar import FIRST_YEAR, LAST_YEAR, HolidayRule, Term
from qianshou.core.pages.base import ConfirmPage, FormPage, OneMixin, Page


def _home(year: int | None = None) -> str:
    return reverse("core:calendar") + (f"?year={year}" if year else "")


class CalendarPage(Page):
    """One year: holidays, make-up workdays, festivals and terms by month."""

    action = "calendar.view"
    template_name = "core/calendar.html"

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Read the year named in the address, this year without one."""
        text = self.request.GET.get("year", "")
        if text and not (text.isascii() and text.isdigit() and FIRST_YEAR <= int(text[:9]) <= LAST_YEAR):
            raise Http404
        today = clock.today()
        year = int(text) if text else today.year
        terms = list(Term.objects.filter(starts_on__year__lte=year, ends_on__year__gte=year, centre=None))
        return super().get_context(
            year=year,
            years=[other for other in (year - 1, year, year + 1) if FIRST_YEAR <= other <= LAST_YEAR],
            today=today,
            months=months_of(year, list(HolidayRule.objects.filter(date__year=year)), terms),
            terms=terms,
            published=year in published_years(year, year),
            next_missing=today.month >= 11 and not published_years(today.year + 1, today.year + 1),
            may_change=access.may(self.request.user, "calendar.change"),
            **extra,
        )


class _CalendarForm(FormPage):
    action = "calendar.change"
    template_name = "core/calendar_form.html"
    title: Any = ""

    def get_context(self, **extra: Any) -> dict[str, Any]:
        return super().get_context(title=self.title, back_url=_home(), **extra)


class HolidayCreatePage(_CalendarForm):
    """Add a day to the table."""

    form_class = HolidayForm
    title = gettext_lazy("Add a holiday or make-up workday")
    rule: HolidayRule | None = None

    def save(self, form: Any) -> str:
        """Write the day."""
        values = dict(form.cleaned_data)
        rule = services.save_rule(self.rule, by=self.request.user, on=values.pop("date"), **values)  # type: ignore[arg-type]
        messages.success(self.request, _("Saved."))
        return _home(rule.date.year)


class HolidayEditPage(OneMixin, HolidayCreatePage):
    """Change a day of the table."""

    title = gettext_lazy("Change a holiday or make-up workday")

    def get_queryset(self) -> models.QuerySet[Any]:
        """Return the table."""
        return HolidayRule.objects.all()

    def get_initial(self) -> dict[str, Any]:
        """Start from the day as it is."""
        return HolidayForm.initial_of(self.object)

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Add the way to take it out."""
        return super().get_context(delete_url=reverse("core:holiday_delete", args=[self.object.code]), **extra)

    def save(self, form: Any) -> str:
        """Write the changed day."""
        self.rule = self.object
        return super().save(form)


class HolidayDeletePage(ConfirmPage):
    """Take a day out of the table."""

    action = "calendar.change"
    title = gettext_lazy("Take this day out of the calendar")
    verb = gettext_lazy("Take it out")

    def get_queryset(self) -> models.QuerySet[Any]:
        """Return the table."""
        return HolidayRule.objects.all()

    def get_text(self) -> str:
        """Say which day."""
        return _("%(day)s (%(name)s) will count as a plain day of the week again.") % {
            "day": self.object.date.isoformat(),
            "name": self.object.shown_name,
        }

    def get_cancel_url(self) -> str:
        """Go back to the year."""
        return _home(self.object.date.year)

    def perform(self) -> str:
        """Delete it."""
        services.delete_rule(self.object, by=self.request.user)  # type: ignore[arg-type]
        return _home(self.object.date.year)


class NoticePage(_CalendarForm):
    """Paste the notice of a year, look at the days that were read, save them."""

    form_class = NoticeForm
    template_name = "core/calendar_notice.html"
    title = gettext_lazy("Enter the notice of a year")

    def get_initial(self) -> dict[str, Any]:
        """Suggest the next year that is missing."""
        year = clock.today().year
        return {"year": year if not published_years(year, year) else year + 1}

    def save(self, form: Any) -> str | HttpResponseBase:
        """Show the days first; save them once they were looked at."""
        values = form.cleaned_data
        if "confirm" not in self.request.POST:
            return self.render(form=form, days=values["days"])
        saved = services.save_notice(values["year"], values["days"], by=self.request.user, source=values["source"])  # type: ignore[arg-type]
        text = ngettext("%(n)s day was added.", "%(n)s days were added.", saved.added)
        messages.success(self.request, text % {"n": saved.added})
        return _home(values["year"])


class TermCreatePage(_CalendarForm):
    """Add a term."""

    form_class = TermForm
    title = gettext_lazy("Add a term")
    term: Term | None = None

    def save(self, form: Any) -> str:
        """Write the term."""
        term = services.save_term(self.term, by=self.request.user, **form.cleaned_data)  # type: ignore[arg-type]
        messages.success(self.request, _("Saved."))
        return _home(term.starts_on.year)


class TermEditPage(OneMixin, TermCreatePage):
    """Change a term."""

    title = gettext_lazy("Change a term")

    def get_queryset(self) -> models.QuerySet[Any]:
        """Return the terms of the whole house."""
        return Term.objects.filter(centre=None)

    def get_initial(self) -> dict[str, Any]:
        """Start from the term as it is."""
        return TermForm.initial_of(self.object)

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Add the way to take it out."""
        return super().get_context(delete_url=reverse("core:term_delete", args=[self.object.code]), **extra)

    def save(self, form: Any) -> str:
        """Write the changed term."""
        self.term = self.object
        return super().save(form)


class TermDeletePage(ConfirmPage):
    """Take a term out."""

    action = "calendar.change"
    title = gettext_lazy("Take this term out of the calendar")
    verb = gettext_lazy("Take it out")

    def get_queryset(self) -> models.QuerySet[Any]:
        """Return the terms of the whole house."""
        return Term.objects.filter(centre=None)

    def get_text(self) -> str:
        """Say which term."""
        return _("The term %(name)s will be gone; its days count as school holidays.") % {"name": self.object.name}

    def get_cancel_url(self) -> str:
        """Go back to the year."""
        return _home(self.object.starts_on.year)

    def perform(self) -> str:
        """Delete it."""
        services.delete_term(self.object, by=self.request.user)  # type: ignore[arg-type]
        return _home(self.object.starts_on.year)
