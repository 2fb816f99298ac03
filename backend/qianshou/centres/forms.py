"""Forms of a home: what is posted, its rooms, its hours (S18)."""

from __future__ import annotations

import re
from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .models import Centre, DayType, Village, Zone
from .rules import Stretch, faults_of_hours
from .services import HOURS_TEXTS

WEEKDAYS = [
    (1, _("Monday")),
    (2, _("Tuesday")),
    (3, _("Wednesday")),
    (4, _("Thursday")),
    (5, _("Friday")),
    (6, _("Saturday")),
    (7, _("Sunday")),
]
_STRETCH = re.compile(r"(\d{1,2})[:：.](\d{2})\s*[-—–~～到至]+\s*(\d{1,2})[:：.](\d{2})")
_BETWEEN = re.compile(r"[;；,，、\s]*")


class HoursField(forms.CharField):
    """Opening hours of a kind of day in one line: 08:30-11:30; 14:00-17:00. Empty: closed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=80, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Show stretches as a line."""
        if isinstance(value, (list, tuple)):
            return "; ".join(f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in value)
        return value

    def clean(self, value: Any) -> list[Stretch]:
        """Read the line; what is not read whole is asked about."""
        text = super().clean(value) or ""
        stretches: list[Stretch] = []
        try:
            for match in _STRETCH.finditer(text):
                numbers = [int(part) for part in match.groups()]
                stretches.append((time(numbers[0], numbers[1]), time(numbers[2], numbers[3])))
        except ValueError as error:
            raise forms.ValidationError(_("There is no such time of day.")) from error
        if _BETWEEN.sub("", _STRETCH.sub("", text)):
            raise forms.ValidationError(_("Write it like 08:30-11:30; 14:00-17:00, or leave it empty when closed."))
        found = faults_of_hours(stretches)
        if found:
            raise forms.ValidationError([HOURS_TEXTS[code] for code in found])
        return stretches


class CentreForm(forms.Form):
    """What is posted about a home."""

    name = forms.CharField(label=pgettext_lazy("of a place", "Name"), max_length=80)
    township = forms.CharField(label=_("Township"), max_length=50, required=False)
    village = forms.ModelChoiceField(
        label=_("Village"), queryset=Village.objects.all(), to_field_name="code", required=False
    )
    capacity = forms.IntegerField(label=_("Places for children"), min_value=0, max_value=2000)
    manager_name = forms.CharField(label=_("Manager, as posted at the door"), max_length=50, required=False)
    phone = forms.CharField(
        label=_("Phone, as posted at the door"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    latitude = forms.FloatField(label=_("Latitude"), min_value=-90, max_value=90, required=False)
    longitude = forms.FloatField(label=_("Longitude"), min_value=-180, max_value=180, required=False)
    is_active = forms.BooleanField(label=_("The home is open"), required=False, initial=True)

    @staticmethod
    def initial_of(centre: Centre) -> dict[str, Any]:
        """Return what stands in the form for a home."""
        names = ("name", "township", "capacity", "manager_name", "phone", "latitude", "longitude", "is_active")
        return {name: getattr(centre, name) for name in names} | {
            "village": centre.village.code if centre.village else ""
        }


class NewCentreForm(CentreForm):
    """A new home with its code."""

    code = forms.CharField(label=_("Code"), max_length=12, help_text=_("Letters and digits, for example H13."))
    field_order = ("code", "name")


class HoursForm(forms.Form):
    """Opening hours by kind of day, and the weekdays on which the home is closed."""

    term_weekday = HoursField(label=DayType.TERM_WEEKDAY.label, help_text=_("For example 16:00-18:30."))
    term_weekend = HoursField(label=DayType.TERM_WEEKEND.label)
    holiday = HoursField(label=DayType.HOLIDAY.label)
    closed_weekdays = forms.TypedMultipleChoiceField(
        label=_("Closed on"), choices=WEEKDAYS, coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )


class RoomForm(forms.Form):
    """A room."""

    name = forms.CharField(label=pgettext_lazy("of a place", "Name"), max_length=50)
    zone = forms.ChoiceField(label=_("Used as"), choices=Zone.choices)
    seats = forms.IntegerField(label=_("Pairs at a time"), min_value=1, max_value=50, initial=1)
    for_sessions = forms.BooleanField(label=_("Pairs may meet here"), required=False, initial=True)
