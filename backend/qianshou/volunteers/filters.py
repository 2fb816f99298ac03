"""Filters of the list of volunteers, in the address: the same for pages and API."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from qianshou.centres.models import Centre
from qianshou.core import clock
from qianshou.core.fields import WordListField

from . import queries
from .models import Volunteer, VolunteerStatus

WEEKDAYS = [
    (1, _("Monday")),
    (2, _("Tuesday")),
    (3, _("Wednesday")),
    (4, _("Thursday")),
    (5, _("Friday")),
    (6, _("Saturday")),
    (7, _("Sunday")),
]
LACKING_WORDS = {
    "record_inquiry": _("record inquiry missing or too old"),
    "pledge": _("code of conduct not signed"),
    "training": _("training missing or run out"),
    "age": _("under 18"),
    "status": _("not serving"),
}


def _homes(request: Any) -> QuerySet[Centre]:
    if request is None:
        return Centre.objects.none()
    return Centre.objects.where_may(request.user, "volunteers.list")


class VolunteerFilter(django_filters.FilterSet):
    """Who of the volunteers; looks only among those whose records the person may look through."""

    q = django_filters.CharFilter(
        method="filter_q", label=_("Name, pinyin or initials"), widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    eligible = django_filters.ChoiceFilter(
        method="filter_eligible",
        label=_("With children today"),
        choices=[("yes", _("may")), ("lapsing", _("a check ends within 30 days")), ("no", _("may not"))],
        empty_label=_("any"),
    )
    weekday = django_filters.ChoiceFilter(
        method="filter_weekday", label=_("Free on"), choices=WEEKDAYS, empty_label=_("any day")
    )
    lacks = django_filters.ChoiceFilter(
        method="filter_lacks", label=_("Why not"), choices=list(LACKING_WORDS.items()), empty_label=_("any")
    )
    skill = django_filters.CharFilter(method="filter_word", field_name="skills", label=_("Skill"))
    dialect = django_filters.CharFilter(method="filter_word", field_name="dialects", label=_("Language or dialect"))
    status = django_filters.ChoiceFilter(
        method="filter_status",
        label=_("Status"),
        choices=[*VolunteerStatus.choices, ("all", _("all"))],
        empty_label=_("all who have not left"),
    )
    centre = django_filters.ModelChoiceFilter(
        label=_("Home"), queryset=_homes, to_field_name="code", empty_label=_("any")
    )
    o = django_filters.OrderingFilter(
        label=_("Order"),
        fields=[("name_sort", "name"), ("status", "status"), ("created_at", "new")],
        widget=forms.HiddenInput,
    )

    class Meta:
        model = Volunteer
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Volunteer]) -> QuerySet[Volunteer]:
        """Filter; without a status asked for, those who left are not shown."""
        asked = {name for name, value in self.form.cleaned_data.items() if value not in (None, "", [])}
        user = getattr(self.request, "user", None)
        if asked and user is not None:
            # A filter answers questions about hidden values: it sees only records that may be looked through.
            queryset = queryset.filter(pk__in=queries.searchable(user).values("pk"))
        if "status" not in asked:
            queryset = queryset.exclude(status=VolunteerStatus.LEFT)
        return super().filter_queryset(queryset)

    def filter_q(self, queryset: QuerySet[Volunteer], name: str, value: str) -> QuerySet[Volunteer]:
        """Find by name, pinyin, initials or code."""
        return queries.search(queryset, value)

    def filter_eligible(self, queryset: QuerySet[Volunteer], name: str, value: str) -> QuerySet[Volunteer]:
        """Keep those who may be with children today, soon no longer, or not."""
        today = clock.today()
        choose = {"yes": queries.eligible, "lapsing": queries.lapsing, "no": queries.not_eligible}[value]
        return choose(queryset, today)

    def filter_lacks(self, queryset: QuerySet[Volunteer], name: str, value: str) -> QuerySet[Volunteer]:
        """Keep those who do not meet one condition today."""
        return queries.lacking(queryset, value, clock.today())

    def filter_weekday(self, queryset: QuerySet[Volunteer], name: str, value: str) -> QuerySet[Volunteer]:
        """Keep those with free time on a weekday."""
        return queries.free_on(queryset, int(value))

    def filter_word(self, queryset: QuerySet[Volunteer], name: str, value: str) -> QuerySet[Volunteer]:
        """Keep those who have a word in a list."""
        return queryset.filter(**{f"{name}__contains": WordListField.lookup(value)})

    def filter_status(self, queryset: QuerySet[Volunteer], name: str, value: str) -> QuerySet[Volunteer]:
        """Keep volunteers of a status, or all."""
        return queryset if value == "all" else queryset.filter(status=value)
