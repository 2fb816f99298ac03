"""`/imports/<code>/`: being read, preview, result; columns, people, undo."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from qianshou.core import readlog
from qianshou.core.errors import DomainError
from qianshou.core.idempotency import IdempotentPageMixin
from qianshou.core.pages.base import ActionPage, ConfirmPage, DetailPage, FormPage, OneMixin, Page

from .. import queries, services
from ..forms import ColumnsForm, ConfirmForm
from ..messages import IGNORED, label_of, message_for
from ..models import Import, ImportRow, ImportState
from ..presenting import ShownRow, shown_rows
from ..services.targets import target_of

ROWS_PER_PAGE = 20
STEPS = (gettext_lazy("Upload"), gettext_lazy("Check the rows"), gettext_lazy("Import"))
STEP_OF = {ImportState.READING: 1, ImportState.REFUSED: 1, ImportState.READY: 2, ImportState.WRITING: 3}


class ImportMixin(OneMixin):
    """An import the person may see, and whether the person may decide about it."""

    object: Import

    def get_queryset(self) -> QuerySet[Any]:
        """Return the visible imports."""
        user = self.request.user  # type: ignore[attr-defined]
        return Import.objects.visible_to(user).select_related("centre", "created_by", "written_by", "job", "file")

    @cached_property
    def may_run(self) -> bool:
        """True for those who decide about this import."""
        return queries.may_run(self.request.user, self.object)  # type: ignore[attr-defined]

    @cached_property
    def with_values(self) -> bool:
        """True for those who see what stands in the cells."""
        return queries.sees_values(self.request.user, self.object)  # type: ignore[attr-defined]

    def require_run(self) -> None:
        """Turn away those who may look only."""
        if not self.may_run:
            raise PermissionDenied

    @contextlib.contextmanager
    def reading_values(self) -> Iterator[None]:
        """Write in the read log, in the same transaction, that values of people were opened."""
        if not self.with_values or self.object.kind == "centres":
            yield
            return
        user = self.request.user  # type: ignore[attr-defined]
        with readlog.reading(self.object, by=user, fields=["rows"], purpose=_("Import of a register")):
            yield

    def page_of(self, rows: Any) -> Any:
        """Return the page of rows that the address asks for."""
        number = self.request.GET.get("page", "1")  # type: ignore[attr-defined]
        if not (number.isascii() and number.isdigit() and 0 < len(number) < 8 and int(number)):
            raise Http404
        paginator = Paginator(rows, ROWS_PER_PAGE)
        return paginator.page(min(int(number), paginator.num_pages))


class ImportPage(ImportMixin, DetailPage):
    """One import, at the step where it stands."""

    template_name = "reports/import.html"
    partial_template_name = "reports/_import_job.html"
    action = "imports.view"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the step; the part that waits asks again and reloads the page when the step is over."""
        waiting = self.object.state in {ImportState.READING, ImportState.WRITING}
        if self.is_partial and not waiting:
            return HttpResponse(headers={"HX-Refresh": "true"})
        if waiting or not self.object.rows.exists():
            return self.render()
        with self.reading_values():
            return self.render()

    def get_template_name(self) -> str:
        """The partial is only for the part that waits."""
        return super().get_template_name()

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Add the step, the rows and what may be done."""
        found = self.object
        context = super().get_context(
            found=found,
            steps=STEPS,
            step=STEP_OF.get(ImportState(found.state), 0),
            may_run=self.may_run,
            with_values=self.with_values,
            url=found.get_absolute_url(),
            **extra,
        )
        if found.state == ImportState.REFUSED:
            context["message"] = message_for(found.file_error)
        elif found.state in {ImportState.READY, ImportState.DONE}:
            context |= self._rows_context()
        return context

    def _rows_context(self) -> dict[str, Any]:
        found = self.object
        show = self.request.GET.get("show", "all")
        if show not in queries.ROW_FILTERS:
            raise Http404
        page = self.page_of(queries.rows_shown(found, show))
        counts = queries.row_counts(found)
        return {
            "show": show,
            "tabs": [(name, label, counts[name]) for name, label in ROW_TABS if counts[name] or name == "all"],
            "counts": counts,
            "page_obj": page,
            "rows": shown_rows(found, page.object_list, with_values=self.with_values),
            "notices": [(one["at"], message_for(one["code"]).text) for one in found.report.get("notices", ())],
            "ignored": [(one["at"], IGNORED.get(one["why"], one["why"])) for one in found.report.get("ignored", ())],
            "confirm": ConfirmForm(),
        }


ROW_TABS = (
    ("all", gettext_lazy("All rows")),
    ("rejected", gettext_lazy("Cannot be imported")),
    ("urgent", gettext_lazy("Urgent")),
    ("warnings", gettext_lazy("To look at")),
    ("undecided", gettext_lazy("Perhaps known")),
    ("known", gettext_lazy("Known already")),
    ("changed", gettext_lazy("Differ from what we know")),
    ("new", gettext_lazy("New")),
)


class ColumnsPage(ImportMixin, FormPage):
    """What each column means; a correction reads the file again."""

    template_name = "reports/columns.html"
    action = "imports.view"

    def get_form(self) -> ColumnsForm:
        """Make the form of this import's columns."""
        self.require_run()
        data = self.request.POST if self.request.method == "POST" else None
        return ColumnsForm(data, found=self.object)

    def save(self, form: ColumnsForm) -> str:
        """Correct and read again."""
        user = self.request.user
        return services.correct_columns(self.object, form.corrections(), by=user).get_absolute_url()  # type: ignore[arg-type]

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Add the import."""
        return super().get_context(found=self.object, **extra)


class PeoplePage(ImportMixin, IdempotentPageMixin, Page):
    """People whom the house knows or may know, side by side with the row of the file."""

    template_name = "reports/people.html"
    action = "imports.view"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the open questions."""
        self.require_run()
        with self.reading_values():
            return self.render()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Take every answer on this page."""
        self.require_run()
        rows = {row.position: row for row in self._rows()}
        answered = 0
        for position, row in rows.items():
            decision = request.POST.get(f"decision-{position}", "")
            ticked = request.POST.getlist(f"tick-{position}")
            if f"seen-{position}" not in request.POST or (row.match == "maybe" and not decision):
                continue
            try:
                services.decide_match(row, decision, by=request.user, ticked=ticked)  # type: ignore[arg-type]
            except DomainError as error:
                messages.error(request, f"{row.at}: {error.message}")
                return self.render(status=422)
            answered += 1
        text = ngettext("%(count)d answer was kept.", "%(count)d answers were kept.", answered) % {"count": answered}
        back = self.object.get_absolute_url()
        if queries.undecided(self.object).exists():
            back = reverse("reports:people", args=[self.object.code])
        return self.redirect(back, message=text)

    def _rows(self) -> QuerySet[ImportRow]:
        rows = ImportRow.objects.filter(source=self.object, status="accepted", matched_id__isnull=False)
        asked = rows.filter(match__in=["maybe", "same", "different"]) | rows.filter(has_differences=True)
        return asked.select_related("source").order_by("position")

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Add each question with both sides."""
        if self.object.state != ImportState.READY:
            raise Http404
        page = self.page_of(self._rows())
        target = target_of(self.object)
        questions = [
            {
                "shown": shown,
                "row": shown.row,
                "known": target.describe(shown.row),
                "differences": [
                    (name, label_of_difference(name), ours, theirs) for name, ours, theirs in target.compare(shown.row)
                ],
            }
            for shown in self._shown(page.object_list)
        ]
        return super().get_context(found=self.object, page_obj=page, questions=questions, **extra)

    def _shown(self, rows: Any) -> list[ShownRow]:
        return shown_rows(self.object, rows, with_values=self.with_values)


def label_of_difference(name: str) -> Any:
    """Return the name of a field or group of fields in which file and house differ."""
    groups = {"guardian": gettext_lazy("guardian"), "relatives": gettext_lazy("parents and grandparents")}
    return groups.get(name) or label_of(name)


class ConfirmImportPage(ImportMixin, ActionPage):
    """Write the import."""

    action = "imports.view"

    def perform(self) -> str | HttpResponseBase:
        """Begin to write; go back to the preview with the reason when something stands in the way."""
        self.require_run()
        form = ConfirmForm(self.request.POST)
        leave_out = form.is_valid() and form.cleaned_data["leave_out_rejected"]
        try:
            found = services.confirm_import(self.object, leave_out_rejected=leave_out, by=self.request.user)  # type: ignore[arg-type]
        except DomainError as error:
            messages.error(self.request, str(error.message))
            return self.redirect(self.object.get_absolute_url())
        return found.get_absolute_url()


class ReadAgainPage(ImportMixin, ActionPage):
    """Read the file once more."""

    action = "imports.view"

    def perform(self) -> str:
        """Begin to read."""
        self.require_run()
        return services.read_again(self.object, by=self.request.user).get_absolute_url()  # type: ignore[arg-type]


class GiveUpPage(ImportMixin, ConfirmPage):
    """Put an import away before anything is written."""

    action = "imports.view"
    title = gettext_lazy("Put this register away?")
    text = gettext_lazy("Nothing was written yet, and nothing will be. What was read from the file is deleted.")
    verb = gettext_lazy("Put it away")

    def require(self) -> None:
        """Ask before the question is shown, too."""
        self.require_run()

    def perform(self) -> str:
        """Give up."""
        self.require_run()
        services.give_up(self.object, by=self.request.user)  # type: ignore[arg-type]
        messages.success(self.request, _("The register was put away; nothing was written."))
        return reverse("reports:imports")


class UndoPage(ImportMixin, ConfirmPage):
    """Take a whole import back."""

    action = "imports.view"
    title = gettext_lazy("Undo this import?")
    verb = gettext_lazy("Undo the import")

    def require(self) -> None:
        """Ask before the question is shown, too."""
        self.require_run()

    def get_text(self) -> str:
        """Say who will be taken out and what given back."""
        counts = self.object.counts
        taken = ngettext(
            "%(count)d entry will be taken out again",
            "%(count)d entries will be taken out again",
            counts.get("created", 0),
        )
        given = ngettext(
            "%(count)d will be given back what was there before",
            "%(count)d will be given back what was there before",
            counts.get("updated", 0),
        )
        parts = [taken % {"count": counts.get("created", 0)}, given % {"count": counts.get("updated", 0)}]
        return _("%(taken)s; %(given)s. It works as long as nothing was built on them.") % {
            "taken": parts[0],
            "given": parts[1],
        }

    def perform(self) -> str:
        """Undo; the page shows the reason when it cannot be."""
        self.require_run()
        services.undo_import(self.object, by=self.request.user)  # type: ignore[arg-type]
        messages.success(self.request, _("The import was undone."))
        return self.object.get_absolute_url()
