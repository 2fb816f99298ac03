"""`/pairings/`: who accompanies whom, for the staff; the own pairing for volunteers and guardians."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qianshou.accounts.queries import may
from qianshou.companionship import services, shapes
from qianshou.companionship.filters import PairingFilter
from qianshou.companionship.forms import ReasonForm
from qianshou.companionship.models import Pairing
from qianshou.companionship.queries import reads
from qianshou.companionship.wording import history_lines
from qianshou.core.pages import DetailPage, ListPage

from .proposals import _ReasonPage


class PairingsPage(ListPage):
    """The pairings a person may see."""

    template_name = "companionship/pairings.html"
    partial_template_name = "companionship/_pairings.html"
    action = "pairings.view"
    filterset_class = PairingFilter

    def get_queryset(self) -> QuerySet[Pairing]:
        """Return the visible pairings: open ones first, through the week."""
        return reads.in_week_order(reads.pairings(self.request.user))

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Add the rows in words."""
        context = super().get_context(**extra)
        viewer = shapes.Viewer(self.request.user)
        sees_all = may(self.request.user, "pairings.list")
        return {**context, "rows": shapes.pairing_rows(viewer, list(context["object_list"])), "sees_all": sees_all}


class PairingPage(DetailPage):
    """One pairing."""

    template_name = "companionship/pairing.html"
    action = "pairings.view"
    context_object_name = "pairing"

    def get_queryset(self) -> QuerySet[Pairing]:
        """Return the visible pairings."""
        return reads.pairings(self.request.user)

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Add the people, the reasons for this pair and, for the staff, what happened."""
        pairing: Pairing = self.object
        user = self.request.user
        (row,) = shapes.pairing_rows(shapes.Viewer(user), [pairing])
        context = super().get_context(row=row, own=row.own, **extra)
        context["may_change"] = may(user, "pairings.change", pairing.centre_id)
        if may(user, "matching.view", pairing.centre_id):
            context["history"] = history_lines(reads.history(pairing))
            if pairing.proposal is not None:
                context["card"] = shapes.cards(shapes.Viewer(user), [pairing.proposal])[0]
        return context


class WithdrawPage(_ReasonPage):
    """Withdraw a pairing, or end an active one."""

    action = "pairings.change"
    verb = gettext_lazy("Withdraw the pairing")
    title = gettext_lazy("Withdraw the pairing")
    text = gettext_lazy("The weekly time and the room become free at once. The pairing stays in the history.")

    def get_queryset(self) -> QuerySet[Pairing]:
        """Return the visible pairings."""
        return reads.pairings(self.request.user)

    def save(self, form: ReasonForm) -> str:
        """Withdraw."""
        services.withdraw_pairing(self.object, by=self.request.user, reason=form.cleaned_data["reason"])  # type: ignore[arg-type]
        messages.success(self.request, _("The pairing is withdrawn; its time and room are free again."))
        return self.back
