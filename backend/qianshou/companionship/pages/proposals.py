"""Decisions about one proposal: accept, keep together, decline, never together; and the rules for pairs."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qianshou.companionship import services, shapes
from qianshou.companionship.forms import ReasonForm
from qianshou.companionship.models import PairRule, PairRuleKind, Proposal
from qianshou.companionship.queries import reads
from qianshou.core.errors import DomainError
from qianshou.core.pages import ActionPage, FormPage, ListPage
from qianshou.core.pages.base import OneMixin
from qianshou.core.pages.problems import status_of


class _ProposalAction(ActionPage):
    """One decision; htmx gets the changed row, a plain form goes back to the run."""

    action = "matching.run"
    template_name = "companionship/_proposal.html"
    done: Any = ""

    def get_queryset(self) -> QuerySet[Proposal]:
        """Return the visible proposals."""
        return reads.proposals(self.request.user)

    def decide(self, proposal: Proposal) -> None:
        """Call the service."""
        raise NotImplementedError

    def perform(self) -> str | HttpResponseBase:
        """Decide, and show what has become of the proposal."""
        proposal: Proposal = self.object
        try:
            self.decide(proposal)
        except DomainError as error:
            if self.is_partial:
                return self._row(str(error.message), status=status_of(error))
            messages.error(self.request, str(error.message))
            return self.back
        if self.is_partial:
            return self._row()
        messages.success(self.request, str(self.done))
        return self.back

    @property
    def back(self) -> str:
        """Where a plain form goes on."""
        return f"{self.object.run.get_absolute_url()}#proposal-{self.object.code}"

    def _row(self, problem: str = "", *, status: int = 200) -> HttpResponseBase:
        fresh = self.get_queryset().get(pk=self.object.pk)
        (card,) = shapes.cards(shapes.Viewer(self.request.user), [fresh], problem=problem)
        response = self.render(card=card, may_run=True, run=fresh.run, status=status)
        if not problem:
            response.headers["HX-Trigger"] = _status_event(self.done)
        return response


def _status_event(text: Any) -> str:
    """Return the event that puts a sentence into the page's status line; headers are ASCII."""
    return json.dumps({"qs:status": str(text)})


class AcceptPage(_ProposalAction):
    """Accept one proposal."""

    done = gettext_lazy("Accepted. Now ask the volunteer, the guardian and the child, in this order.")

    def decide(self, proposal: Proposal) -> None:
        """Accept."""
        services.accept_proposal(proposal, by=self.request.user)  # type: ignore[arg-type]


class KeepTogetherPage(_ProposalAction):
    """Keep a pair together in the runs to come, or stop keeping it."""

    done = gettext_lazy("Noted for the next run.")

    def decide(self, proposal: Proposal) -> None:
        """Turn the rule on or off."""
        user: Any = self.request.user
        pair = (proposal.child_id, proposal.volunteer_id)
        standing = reads.rules_by_pair([pair]).get(pair)
        if standing is not None and standing.kind == PairRuleKind.LOCK:
            services.lift_rule(standing, by=user)
        else:
            services.lock_pair(proposal.child, proposal.volunteer, by=user)


class _ReasonPage(OneMixin, FormPage):
    """A decision that needs a reason."""

    template_name = "companionship/reason.html"
    form_class = ReasonForm
    title: Any = ""
    text: Any = ""
    verb: Any = ""

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Add the words of the page and the people it is about."""
        words = {"title": self.title, "text": self.text, "verb": self.verb}
        return super().get_context(back=self.back, **self.people, **words, **extra)

    @cached_property
    def people(self) -> dict[str, shapes.Shown]:
        """The two whom it is about."""
        viewer = shapes.Viewer(self.request.user)
        return {"child": viewer.child(self.object.child), "volunteer": viewer.volunteer(self.object.volunteer)}

    @property
    def back(self) -> str:
        """Where the page leads."""
        return str(self.object.get_absolute_url())


class _ProposalReasonPage(_ReasonPage):
    action = "matching.run"

    def get_queryset(self) -> QuerySet[Proposal]:
        """Return the visible proposals."""
        return reads.proposals(self.request.user)

    @property
    def back(self) -> str:
        """The run."""
        return str(self.object.run.get_absolute_url())


class DeclinePage(_ProposalReasonPage):
    """Decline a proposal."""

    title = gettext_lazy("Decline this proposal")
    text = gettext_lazy(
        "Solving again will not propose the two again; a new run may. To rule them out for good, use “never together”."
    )
    verb = gettext_lazy("Decline")

    def save(self, form: ReasonForm) -> str:
        """Decline."""
        services.decline_proposal(self.object, by=self.request.user, reason=form.cleaned_data["reason"])  # type: ignore[arg-type]
        messages.success(self.request, _("Declined."))
        return self.back


class NeverTogetherPage(_ProposalReasonPage):
    """Never propose these two again."""

    title = gettext_lazy("Never together")
    text = gettext_lazy("No later run will propose these two, until somebody lifts the rule.")
    verb = gettext_lazy("Never together")

    def save(self, form: ReasonForm) -> str:
        """Forbid the pair, and decline the proposal."""
        services.forbid_proposal(self.object, by=self.request.user, reason=form.cleaned_data["reason"])  # type: ignore[arg-type]
        messages.success(self.request, _("Noted. No run will propose these two again."))
        return self.back


class RulesPage(ListPage):
    """The pairs that are kept together or apart."""

    template_name = "companionship/rules.html"
    action = "matching.view"

    def get_queryset(self) -> QuerySet[PairRule]:
        """Return the visible rules in force."""
        return reads.pair_rules(self.request.user)

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Add the people by name and what may be lifted."""
        context = super().get_context(**extra)
        viewer = shapes.Viewer(self.request.user)
        liftable = set(reads.centres_to_match(self.request.user).values_list("pk", flat=True))
        rows = [
            {
                "rule": rule,
                "child": viewer.child(rule.child),
                "volunteer": viewer.volunteer(rule.volunteer),
                "may_lift": rule.centre_id in liftable,
            }
            for rule in context["object_list"]
        ]
        return {**context, "rows": rows}


class LiftRulePage(ActionPage):
    """End a rule for a pair."""

    action = "matching.run"

    def get_queryset(self) -> QuerySet[PairRule]:
        """Return the visible rules."""
        return PairRule.objects.visible_to(self.request.user)

    def perform(self) -> str:
        """Lift it."""
        services.lift_rule(self.object, by=self.request.user)  # type: ignore[arg-type]
        messages.success(self.request, _("The rule is lifted; the next run is free to propose the two."))
        return reverse("companionship:rules")
