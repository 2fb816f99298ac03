"""Forms of core's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qianshou.core.calendar import rules
from qianshou.core.models.calendar import FIRST_YEAR, LAST_YEAR, HolidayRule, RuleKind, Term

LONGEST_NOTICE = 5000


class _DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class HolidayForm(forms.Form):
    """One day of the table."""

    date = forms.DateField(label=_("Day"), widget=_DayInput)
    kind = forms.ChoiceField(label=_("What it is"), choices=RuleKind.choices, widget=forms.RadioSelect)
    name = forms.CharField(label=_("Name of the holiday"), max_length=40)
    name_en = forms.CharField(label=_("Name in English"), max_length=60, required=False)
    year = forms.IntegerField(
        label=_("Year of the notice"),
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        required=False,
        help_text=_("Only where a day belongs to the notice of another year, as a make-up workday in December may."),
    )
    source = forms.CharField(label=_("Source"), max_length=200, required=False)

    @staticmethod
    def initial_of(rule: HolidayRule) -> dict[str, Any]:
        """Return what stands in the form for a day of the table."""
        return {name: getattr(rule, name) for name in ("date", "kind", "name", "name_en", "year", "source")}


class NoticeForm(forms.Form):
    """The text of a year's notice; its days are read out of it and shown before anything is saved."""

    year = forms.IntegerField(label=_("Year"), min_value=FIRST_YEAR, max_value=LAST_YEAR)
    text = forms.CharField(
        label=_("Text of the notice"),
        max_length=LONGEST_NOTICE,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("Copy the numbered lines from the website of the State Council."),
    )
    source = forms.CharField(label=_("Source"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        """Read the days."""
        cleaned = super().clean() or {}
        if "year" in cleaned and "text" in cleaned:
            try:
                cleaned["days"] = rules.parse_notice(cleaned["text"], cleaned["year"])
            except ValueError:
                self.add_error("text", _("A date in this text does not exist."))
            else:
                if not cleaned["days"]:
                    self.add_error(
                        "text",
                        _("No day was found. The lines look like: 一、元旦：1月1日（周四）至3日（周六）放假调休。"),
                    )
        return cleaned


class TermForm(forms.Form):
    """A term of the whole house."""

    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("For example: autumn term 2026"))
    starts_on = forms.DateField(label=_("First day"), widget=_DayInput)
    ends_on = forms.DateField(label=_("Last day"), widget=_DayInput)

    @staticmethod
    def initial_of(term: Term) -> dict[str, Any]:
        """Return what stands in the form for a term."""
        return {name: getattr(term, name) for name in ("name", "starts_on", "ends_on")}
