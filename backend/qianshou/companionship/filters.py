"""Filters of runs, proposals and pairings; pages and API share them."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from qianshou.centres.models import Centre
from qianshou.children import queries as children
from qianshou.volunteers import queries as volunteers

from .models import MatchingRun, Pairing, PairingState, Proposal, ProposalState, RunState
from .sentences import WEEKDAYS


def _own_centres(request: Any) -> QuerySet[Centre]:
    """Return the homes whose pairings the person may look through."""
    return Centre.objects.none() if request is None else Centre.objects.where_may(request.user, "pairings.list")


def _centre_filter(field_name: str) -> filters.ModelChoiceFilter:
    return filters.ModelChoiceFilter(
        field_name=field_name,
        label=_("Home"),
        queryset=_own_centres,
        to_field_name="code",
        empty_label=_("All homes"),
    )


class RunFilter(filters.FilterSet):
    """Filters of matching runs."""

    centre = _centre_filter("centre")
    state = filters.ChoiceFilter(choices=RunState, label=_("State"), empty_label=_("All"))

    class Meta:
        model = MatchingRun
        fields = ("centre", "state")


class ProposalFilter(filters.FilterSet):
    """Filters of proposals."""

    run = filters.CharFilter(field_name="run__code", label=_("Run"))
    state = filters.ChoiceFilter(choices=ProposalState, label=_("State"), empty_label=_("All"))

    class Meta:
        model = Proposal
        fields = ("run", "state")


class PairingFilter(filters.FilterSet):
    """Filters of pairings."""

    q = filters.CharFilter(label=_("Name or code of the child or the volunteer"), method="search", max_length=60)
    state = filters.ChoiceFilter(choices=PairingState, label=_("State"), empty_label=_("All"))
    weekday = filters.ChoiceFilter(choices=tuple(WEEKDAYS.items()), label=_("Weekday"), empty_label=_("All"))
    centre = _centre_filter("centre")
    child = filters.CharFilter(field_name="child__code", lookup_expr="iexact", label=_("Code of the child"))
    volunteer = filters.CharFilter(field_name="volunteer__code", lookup_expr="iexact", label=_("Code of the volunteer"))

    class Meta:
        model = Pairing
        fields = ("q", "state", "weekday", "centre", "child", "volunteer")

    def search(self, rows: QuerySet[Pairing], name: str, value: str) -> QuerySet[Pairing]:
        """Keep pairings whose child or volunteer is found among the people that this person may look through."""
        user = self.request.user
        found_children = children.search(children.searchable(user), value).values("pk")
        found_volunteers = volunteers.search(volunteers.searchable(user), value).values("pk")
        return rows.filter(child__in=found_children) | rows.filter(volunteer__in=found_volunteers)
