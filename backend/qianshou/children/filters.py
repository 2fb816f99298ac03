"""Filters of the list of children, in the address: the same for pages and API."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from qianshou.centres.models import Centre, Village
from qianshou.core import clock

from . import queries
from .models import Child, ChildStatus, Sex, Situation

OLDEST = 25


def _homes(request: Any) -> QuerySet[Centre]:
    if request is None:
        return Centre.objects.none()
    return Centre.objects.where_may(request.user, "children.list")


def _villages(request: Any) -> QuerySet[Village]:
    if request is None:
        return Village.objects.none()
    return Village.objects.filter(pk__in=queries.searchable(request.user).values("village_id"))


class ChildFilter(django_filters.FilterSet):
    """Who of the children; looks only among those whose files the person may look through."""

    q = django_filters.CharFilter(
        method="filter_q", label=_("Name, pinyin or initials"), widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    companion = django_filters.ChoiceFilter(
        method="filter_companion",
        label=_("Companion"),
        choices=[("has", _("has one")), ("none", _("waits for one"))],
        empty_label=_("any"),
    )
    left_behind = django_filters.ChoiceFilter(
        method="filter_left_behind",
        label=_("Left-behind"),
        choices=[("yes", _("left-behind")), ("no", _("not left-behind"))],
        empty_label=_("any"),
    )
    school_class = django_filters.CharFilter(label=_("Class"), lookup_expr="iexact")
    sex = django_filters.ChoiceFilter(label=_("Sex"), choices=Sex.choices, empty_label=_("any"))
    age_from = django_filters.NumberFilter(
        method="filter_age_from", label=_("Age from"), min_value=0, max_value=OLDEST, decimal_places=0
    )
    age_to = django_filters.NumberFilter(
        method="filter_age_to", label=_("Age to"), min_value=0, max_value=OLDEST, decimal_places=0
    )
    situation = django_filters.ChoiceFilter(label=_("Parents"), choices=Situation.choices, empty_label=_("any"))
    village = django_filters.ModelChoiceFilter(
        label=_("Village"), queryset=_villages, to_field_name="code", empty_label=_("any")
    )
    status = django_filters.ChoiceFilter(
        label=_("Status"),
        choices=[*ChildStatus.choices, ("all", _("all"))],
        method="filter_status",
        empty_label=None,
        initial=ChildStatus.ACTIVE,
    )
    centre = django_filters.ModelChoiceFilter(
        label=_("Home"), queryset=_homes, to_field_name="code", empty_label=_("any")
    )
    o = django_filters.OrderingFilter(
        label=_("Order"),
        fields=[("name_sort", "name"), ("birth_date", "born"), ("school_class", "class"), ("created_at", "new")],
        widget=forms.HiddenInput,
    )

    class Meta:
        model = Child
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Child]) -> QuerySet[Child]:
        """Filter; without a status asked for, children who left are not shown."""
        asked = {name for name, value in self.form.cleaned_data.items() if value not in (None, "", [])}
        user = getattr(self.request, "user", None)
        if asked and user is not None:
            # A filter answers questions about hidden values: it sees only files that may be looked through.
            queryset = queryset.filter(pk__in=queries.searchable(user).values("pk"))
        if "status" not in asked:
            queryset = queryset.filter(status=ChildStatus.ACTIVE)
        return super().filter_queryset(queryset)

    def filter_q(self, queryset: QuerySet[Child], name: str, value: str) -> QuerySet[Child]:
        """Find by name, pinyin, initials or code."""
        return queries.search(queryset, value)

    def filter_companion(self, queryset: QuerySet[Child], name: str, value: str) -> QuerySet[Child]:
        """Keep children with, or without and waiting for, a companion."""
        return queries.with_companion(queryset) if value == "has" else queries.without_companion(queryset)

    def filter_left_behind(self, queryset: QuerySet[Child], name: str, value: str) -> QuerySet[Child]:
        """Keep children who count as left-behind today, or who do not."""
        today = clock.today()
        if value == "yes":
            return queries.left_behind(queryset, today)
        return queries.not_left_behind(queryset, today)

    def filter_age_from(self, queryset: QuerySet[Child], name: str, value: Any) -> QuerySet[Child]:
        """Keep children of at least an age."""
        return queries.aged(queryset, clock.today(), youngest=int(value), oldest=None)

    def filter_age_to(self, queryset: QuerySet[Child], name: str, value: Any) -> QuerySet[Child]:
        """Keep children of at most an age."""
        return queries.aged(queryset, clock.today(), youngest=None, oldest=int(value))

    def filter_status(self, queryset: QuerySet[Child], name: str, value: str) -> QuerySet[Child]:
        """Keep children of a status, or all."""
        return queryset if value == "all" else queryset.filter(status=value)
