"""Filters of core's lists."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from qianshou.core import audit
from qianshou.core.models import AuditEntry, Job, JobState, Obligation, ReadEntry


class _DayInput(forms.DateInput):
    input_type = "date"


class LogFilter(filters.FilterSet):
    """Who, which object, from and to which day: what the audit and the read log have in common."""

    q = filters.CharFilter(label=_("Code of the object, or name of the person"), method="search", max_length=60)
    first = filters.DateFilter(field_name="at", lookup_expr="date__gte", label=_("From"), widget=_DayInput)
    last = filters.DateFilter(field_name="at", lookup_expr="date__lte", label=_("To"), widget=_DayInput)

    #: Name of the field that points at the person.
    person = ""

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep rows about an object of this code, or by a person whose name holds the words."""
        words = value.strip()
        by_name = Q(**{f"{self.person}__display_name__icontains": words})
        return rows.filter(by_name | Q(subject_code__iexact=words) | Q(**{f"{self.person}__username__iexact": words}))


class AuditFilter(LogFilter):
    """Filters of the audit."""

    action = filters.ChoiceFilter(label=_("What"), empty_label=_("Everything"))
    person = "actor"

    class Meta:
        model = AuditEntry
        fields = ("q", "action", "first", "last")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["action"].extra["choices"] = audit.described()


class ReadFilter(LogFilter):
    """Filters of the read log."""

    person = "reader"

    class Meta:
        model = ReadEntry
        fields = ("q", "first", "last")


class JobFilter(filters.FilterSet):
    """Filters of jobs."""

    state = filters.ChoiceFilter(choices=JobState, label=_("State"), empty_label=_("All"))

    class Meta:
        model = Job
        fields = ("state",)


class ObligationFilter(filters.FilterSet):
    """Filters of what the house still owes."""

    failing = filters.BooleanFilter(
        label=_("Only what keeps failing"), method="keep_failing", widget=forms.CheckboxInput
    )

    class Meta:
        model = Obligation
        fields = ("failing",)

    def keep_failing(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Keep what was tried often."""
        return rows & Obligation.objects.failing() if value else rows
