"""`/matching/`: runs, a new run with its live count, the proposals of a run, what changed since the last one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qianshou.accounts.queries import centres_where, everywhere, may
from qianshou.centres.models import Centre
from qianshou.companionship import sentences, services, shapes
from qianshou.companionship.filters import RunFilter
from qianshou.companionship.forms import WEIGHT, RunForm
from qianshou.companionship.models import MatchingRun, Proposal, ProposalState
from qianshou.companionship.queries import reads
from qianshou.companionship.queries.snapshot import settings_of
from qianshou.companionship.rules import DEFAULT_WEIGHTS
from qianshou.core import nav
from qianshou.core.errors import DomainError
from qianshou.core.pages import ActionPage, DetailPage, FormPage, ListPage, Page

PROPOSALS_PER_PAGE = 50


class RunsPage(ListPage):
    """The runs of the person's homes."""

    template_name = "companionship/runs.html"
    partial_template_name = "companionship/_runs.html"
    action = "matching.view"
    filterset_class = RunFilter

    def get_queryset(self) -> QuerySet[MatchingRun]:
        """Return the visible runs."""
        return reads.runs(self.request.user)

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Add whether the person may begin one."""
        return super().get_context(may_run=may(self.request.user, "matching.run"), **extra)


class _SettingsMixin:
    """The form of a new run, and who would be in it."""

    request: HttpRequest

    @cached_property
    def centres(self) -> QuerySet[Centre]:
        """The homes for which the person may begin a run."""
        return reads.centres_to_match(self.request.user)

    @cached_property
    def centre(self) -> Centre:
        """The home asked for; else the one the person works in now, else the first."""
        wanted = self.request.POST.get("centre") or self.request.GET.get("centre")
        if not wanted:
            home = nav.home_for(self.request)
            wanted = home.code if home else ""
        found = self.centres.filter(code=wanted).first() or self.centres.first()
        if found is None:
            raise Http404
        return found

    def get_form(self) -> RunForm:
        """Make the form, bound when something was sent."""
        user = self.request.user
        return RunForm(
            self.request.POST if self.request.method == "POST" else None,
            centres=self.centres,
            other_homes=everywhere(user, "volunteers.list") or len(centres_where(user, "volunteers.list")) > 1,
            initial=RunForm.initial_of(settings_of(self.centre)),
        )

    def count(self, form: RunForm) -> dict[str, Any]:
        """Return who is in and who is out with these settings; nothing while they are wrong."""
        values: dict[str, Any] = {}
        if form.is_bound:
            if not form.is_valid():
                return {"preview": None}
            values = form.values()
        preview = services.preview(self.centre, by=self.request.user, values=values)  # type: ignore[arg-type]
        viewer = shapes.Viewer(self.request.user)
        weights = {term: form[WEIGHT + term].value() for term in DEFAULT_WEIGHTS}
        return {
            "preview": preview,
            "volunteers_out": shapes.volunteers_out(viewer, preview.volunteers_out),
            "children_out": shapes.children_out(viewer, preview.children_out),
            "lonely": [viewer.child(child) for child in reads.children_named(preview.lonely).values()],
            "by_rule": [(sentences.RULES[name], count) for name, count in preview.by_rule.items()],
            "weighing": [
                (sentences.TERMS[term], sentences.weight_word(int(weight))) for term, weight in weights.items()
            ],
        }


class NewRunPage(_SettingsMixin, FormPage):
    """Begin a run."""

    template_name = "companionship/new_run.html"
    action = "matching.run"

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Add the live count."""
        form = extra["form"]
        try:
            counted = self.count(form)
        except DomainError:
            counted = {"preview": None}
        return super().get_context(centre=self.centre, **counted, **extra)

    def save(self, form: RunForm) -> str:
        """Keep the settings if asked to, and start."""
        user: Any = self.request.user
        if form.cleaned_data["keep"]:
            services.change_weights(self.centre, by=user, **form.values())
        return services.start_run(self.centre, by=user, values=form.values()).get_absolute_url()


class CountPage(_SettingsMixin, Page):
    """Count again with what stands in the form, and keep what was typed; nothing is written."""

    template_name = "companionship/new_run.html"
    partial_template_name = "companionship/_count.html"
    action = "matching.run"
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer the count alone to htmx, the whole page to a plain form."""
        form = self.get_form()
        try:
            counted = self.count(form)
        except DomainError as error:
            for name, texts in error.fields.items():
                form.add_error(name if name in form.fields else None, [str(text) for text in texts])
            counted = {"preview": None}
        status = 422 if counted["preview"] is None else 200
        return self.render(form=form, centre=self.centre, status=status, **counted)


class RunPage(DetailPage):
    """One run: its progress, then its proposals, who was left over, and the week of the rooms."""

    template_name = "companionship/run.html"
    action = "matching.view"
    context_object_name = "run"

    def get_queryset(self) -> QuerySet[MatchingRun]:
        """Return the visible runs."""
        runs = reads.with_job(MatchingRun.objects.visible_to(self.request.user))
        return runs.select_related("centre", "created_by", "after").defer("problem", "solution")

    @cached_property
    def viewer(self) -> shapes.Viewer:
        """The eyes of this request."""
        return shapes.Viewer(self.request.user)

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Add progress while the run is under way, else its answer."""
        run: MatchingRun = self.object
        may_run = may(self.request.user, "matching.run", run.centre_id)
        context = super().get_context(may_run=may_run, **extra)
        if run.is_under_way or run.state != "ready":
            job = reads.job_of(run)
            cancel = reverse("core:job_cancel", args=[job.code]) if job and job.is_open and may_run else ""
            return {
                **context,
                "job": job,
                "poll_url": reverse("companionship:run_progress", args=[run.code]),
                "cancel_url": cancel,
            }
        return {**context, **self._proposals(run)}

    def _proposals(self, run: MatchingRun) -> dict[str, Any]:
        found = reads.for_decision(reads.proposals(self.request.user).filter(run=run))
        page = self._page(found)
        open_ones = [one for one in page.object_list if one.is_open]
        open_count = sum(1 for state in found.values_list("state", flat=True) if state == ProposalState.PROPOSED)
        week = reads.room_week(run.centre, found.filter(state=ProposalState.PROPOSED))
        return {
            "cards": shapes.cards(self.viewer, list(page.object_list)),
            "page_obj": page,
            "has_open": bool(open_ones),
            "open_count": open_count,
            "left_over": shapes.left_cards(self.viewer, reads.left_over(run)),
            "volunteers_out": shapes.volunteers_out(self.viewer, run.excluded.get("volunteers", {})),
            "children_out": shapes.children_out(self.viewer, run.excluded.get("children", {})),
            "broken_locks": shapes.broken_locks(self.viewer, run.excluded.get("locks", [])),
            "week": week,
            "weekdays": [(number, sentences.WEEKDAYS[number]) for number in range(1, 8)],
            "by_weekday": [(str(sentences.WEEKDAYS[number]), week.by_weekday.get(number, 0)) for number in range(1, 8)],
            "weighing": [
                (sentences.TERMS[term], sentences.weight_word(weight))
                for term, weight in run.options.get("weights", {}).items()
                if term in sentences.TERMS
            ],
            "previous": reads.previous_run(run),
        }

    def _page(self, found: QuerySet[Proposal]) -> Any:
        number = self.request.GET.get("page", "1")
        if not (number.isascii() and number.isdigit() and 0 < len(number) < 8 and int(number)):
            raise Http404
        paginator = Paginator(found, PROPOSALS_PER_PAGE)
        return paginator.page(min(int(number), paginator.num_pages))


class RunProgressPage(DetailPage):
    """The moving part of a run; when the run is over it sends the page on to the answer."""

    template_name = "_partials/progress.html"
    action = "matching.view"

    def get_queryset(self) -> QuerySet[MatchingRun]:
        """Return the visible runs."""
        return MatchingRun.objects.visible_to(self.request.user).defer("problem", "solution", "excluded")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show how far it is."""
        run: MatchingRun = self.object
        job = reads.job_of(run)
        if job is None or not job.is_open or not self.is_partial:
            return self.redirect(run.get_absolute_url())
        cancel = reverse("core:job_cancel", args=[job.code]) if may(request.user, "matching.run", run.centre_id) else ""
        return self.render(job=job, url=request.path, cancel_url=cancel)


class SolveAgainPage(ActionPage):
    """Run once more with what was decided."""

    action = "matching.run"

    def get_queryset(self) -> QuerySet[MatchingRun]:
        """Return the visible runs."""
        return MatchingRun.objects.visible_to(self.request.user).select_related("centre")

    def perform(self) -> str:
        """Start, and go to the new run."""
        return services.solve_again(self.object, by=self.request.user).get_absolute_url()  # type: ignore[arg-type]


class ComparePage(DetailPage):
    """What is different from the run before."""

    template_name = "companionship/compare.html"
    action = "matching.view"
    context_object_name = "run"

    def get_queryset(self) -> QuerySet[MatchingRun]:
        """Return the visible runs."""
        runs = MatchingRun.objects.visible_to(self.request.user).select_related("centre", "after")
        return runs.defer("problem", "solution", "excluded")

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Add the changes in words."""
        earlier = reads.previous_run(self.object)
        if earlier is None:
            raise Http404
        viewer = shapes.Viewer(self.request.user)
        changes = reads.compare(self.request.user, self.object, earlier)
        lines = [
            {
                "kind": change.kind,
                "child": viewer.child(change.shown.child),
                "volunteer": viewer.volunteer(change.shown.volunteer),
                "was": sentences.when(shapes.time_data(change.was)) if change.was else "",
                "now": sentences.when(shapes.time_data(change.now)) if change.now else "",
            }
            for change in changes
        ]
        counts = {kind: sum(1 for line in lines if line["kind"] == kind) for kind in ("new", "moved", "gone", "same")}
        return super().get_context(earlier=earlier, lines=lines, counts=counts, **extra)


class AcceptSelectedPage(ActionPage):
    """Accept the proposals that were ticked; each stands or falls alone."""

    action = "matching.run"

    def get_queryset(self) -> QuerySet[MatchingRun]:
        """Return the visible runs."""
        return MatchingRun.objects.visible_to(self.request.user).defer("problem", "solution", "excluded")

    def perform(self) -> str:
        """Accept, and say of each that failed why."""
        run: MatchingRun = self.object
        codes = self.request.POST.getlist("proposal")
        chosen = list(reads.proposals(self.request.user).filter(run=run, code__in=codes).order_by("-score", "id"))
        if not chosen:
            messages.warning(self.request, _("Tick the proposals that you want to accept first."))
            return run.get_absolute_url()
        viewer = shapes.Viewer(self.request.user)
        outcomes = services.accept_many(chosen, by=self.request.user)  # type: ignore[arg-type]
        done = sum(outcome.pairing is not None for outcome in outcomes)
        if done:
            text = ngettext("%(n)d proposal accepted.", "%(n)d proposals accepted.", done) % {"n": done}
            messages.success(self.request, text)
        for outcome in outcomes:
            if outcome.error is not None:
                name = viewer.child(outcome.proposal.child).name
                messages.error(self.request, f"{name}: {outcome.error.message}")
        return run.get_absolute_url()
