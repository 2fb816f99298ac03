"""Bases of the pages of type list, detail, form, confirmation and action (ui 3, 4).

Every page works as a plain request; with `HX-Request` it answers its partial. Answers for signed-in people are never
stored by a browser or a proxy. What a person may not see is 404; what a person may see but not do is 403.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page as Rows
from django.core.paginator import Paginator
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.cache import patch_vary_headers
from django.utils.functional import cached_property
from django.views.generic import View

from qianshou.core import access, readlog
from qianshou.core.errors import DomainError
from qianshou.core.idempotency import IdempotentPageMixin
from qianshou.core.pages.problems import problem, status_of

PAGE_SIZES = (20, 50)


class Page(View):
    """A page of the house: signed in unless `public`, permitted by `action`, full or partial."""

    template_name: ClassVar[str] = ""
    #: Answered instead of the page when htmx asks for a part of it.
    partial_template_name: ClassVar[str] = ""
    #: A key of `accounts.rules.ACTIONS` that the person must be allowed somewhere; empty: everybody signed in.
    action: ClassVar[str] = ""
    public: ClassVar[bool] = False

    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Let in, answer, turn errors of the domain into their page."""
        response = self._turned_away() or self._answer(request, *args, **kwargs)
        patch_vary_headers(response, ["HX-Request"])
        return response

    def _turned_away(self) -> HttpResponseBase | None:
        if self.public:
            return None
        if not self.request.user.is_authenticated:
            if self.is_partial:
                return HttpResponse(status=401)
            return redirect_to_login(self.request.get_full_path())
        if self.action and not access.may(self.request.user, self.action):
            raise PermissionDenied
        return None

    def require(self) -> None:
        """Raise `PermissionDenied` or `Http404` where the right depends on the object; asked before anything else."""

    def _answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.require()
        try:
            return super().dispatch(request, *args, **kwargs)
        except DomainError as error:
            return self.answer_problem(error)

    def answer_problem(self, error: DomainError) -> HttpResponseBase:
        """Answer an error of the domain that the page did not deal with."""
        return problem(self.request, error)

    @property
    def is_partial(self) -> bool:
        """True when htmx asks for a part, not for the page after a lost history entry."""
        headers = self.request.headers
        return headers.get("HX-Request") == "true" and headers.get("HX-History-Restore-Request") != "true"

    def get_template_name(self) -> str:
        """Return the template of this answer."""
        return self.partial_template_name if self.is_partial and self.partial_template_name else self.template_name

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Return what the template reads; extend it with `super().get_context(…)`."""
        return {"page": self, **extra}

    def render(self, *, status: int = 200, **extra: Any) -> HttpResponseBase:
        """Render at once, so that what is read belongs to the running transaction."""
        context = self.get_context(**extra)
        return TemplateResponse(self.request, self.get_template_name(), context, status=status).render()

    def redirect(self, to: str, *, message: Any = "") -> HttpResponse:
        """Send the browser on after a write, with a sentence that the next page shows."""
        if message:
            messages.success(self.request, message)
        if self.is_partial:
            return HttpResponse(status=204, headers={"HX-Redirect": to})
        return HttpResponseRedirect(to, status=303)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the page."""
        return self.render()


class ListPage(Page):
    """Rows with filters in the address; the `FilterSet` is the one of the API."""

    #: A django-filter `FilterSet`, or None.
    filterset_class: ClassVar[Any] = None
    page_size: ClassVar[int] = PAGE_SIZES[0]

    def get_queryset(self) -> models.QuerySet[Any]:
        """Return the rows this person may see: begin with `visible_to(self.request.user)`."""
        raise NotImplementedError

    @cached_property
    def filterset(self) -> Any:
        """The bound filters, None without a filter set."""
        if self.filterset_class is None:
            return None
        return self.filterset_class(data=self.request.GET, queryset=self.get_queryset(), request=self.request)

    @cached_property
    def filters_are_understood(self) -> bool:
        """False when a value in the address is no value of its filter; the form then says which."""
        return self.filterset is None or self.filterset.is_valid()

    def get_rows(self) -> models.QuerySet[Any]:
        """Return the filtered rows, none when a filter was not understood."""
        if self.filterset is None:
            return self.get_queryset()
        return self.filterset.qs if self.filters_are_understood else self.get_queryset().none()

    def get_page(self) -> Rows[Any]:
        """Return the page asked for; beyond the end the last one, nonsense is 404."""
        size = self.request.GET.get("per", "")
        paginator = Paginator(self.get_rows(), int(size) if size in map(str, PAGE_SIZES) else self.page_size)
        number = self.request.GET.get("page", "1")
        if not (number.isascii() and number.isdigit() and 0 < len(number) < 8 and int(number)):
            raise Http404
        return paginator.page(min(int(number), paginator.num_pages))

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Add the filters and the page of rows."""
        page = self.get_page()
        return super().get_context(filter=self.filterset, page_obj=page, object_list=page.object_list, **extra)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the rows; 422 when a filter was not understood."""
        return self.render(status=200 if self.filters_are_understood else 422)


class OneMixin:
    """A page about one object, found by its public code among those the person may see."""

    context_object_name: ClassVar[str] = "object"
    code_field: ClassVar[str] = "code"

    def get_queryset(self) -> models.QuerySet[Any]:
        """Return the objects this person may see: begin with `visible_to(self.request.user)`."""
        raise NotImplementedError

    @cached_property
    def object(self) -> Any:
        """The object; 404 when it does not exist or is not this person's to see."""
        found = self.get_queryset().filter(**{self.code_field: self.kwargs["code"]}).first()  # type: ignore[attr-defined]
        if found is None:
            raise Http404
        return found


class DetailPage(OneMixin, Page):
    """One object. With `read_purpose` the whole answer and its entry in the read log are one transaction."""

    #: Why the object is opened, for the read log; empty: opening it is not logged.
    read_purpose: ClassVar[str] = ""

    def get_read_fields(self) -> Iterable[str]:
        """Return the names of the fields that the page shows, for the read log."""
        return ()

    def get_read_subject(self) -> models.Model:
        """Return the object whose file is opened."""
        return self.object  # type: ignore[no-any-return]

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Add the object under `object` and its own name."""
        return super().get_context(**{"object": self.object, self.context_object_name: self.object, **extra})

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        if not self.read_purpose:
            yield
            return
        with readlog.reading(
            self.get_read_subject(),
            by=self.request.user,  # type: ignore[arg-type]
            fields=self.get_read_fields(),
            purpose=self.read_purpose,
        ):
            yield

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the object."""
        with self._reading():
            return self.render()


class FormPage(IdempotentPageMixin, Page):
    """A form that calls one service. Wrong fields answer 422 with everything typed still there."""

    form_class: ClassVar[type[forms.BaseForm] | None] = None

    def get_form_class(self) -> type[forms.BaseForm]:
        """Return the class of the form."""
        if self.form_class is None:
            raise NotImplementedError
        return self.form_class

    def get_form_kwargs(self) -> dict[str, Any]:
        """Return what the form is made with."""
        kwargs: dict[str, Any] = {"initial": self.get_initial()}
        if self.request.method == "POST":
            kwargs.update(data=self.request.POST, files=self.request.FILES)
        return kwargs

    def get_initial(self) -> dict[str, Any]:
        """Return what stands in the form at first."""
        return {}

    def get_form(self) -> Any:
        """Make the form."""
        return self.get_form_class()(**self.get_form_kwargs())

    def save(self, form: Any) -> str | HttpResponseBase:
        """Call the service with `form.cleaned_data`; return the address to go to, or a whole answer."""
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the empty form."""
        return self.render(form=self.get_form())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Check the form, call the service, go on."""
        form = self.get_form()
        if not form.is_valid():
            return self.form_invalid(form)
        try:
            answer = self.save(form)
        except DomainError as error:
            add_problem(form, error)
            return self.form_invalid(form, status=status_of(error))
        return self.redirect(answer) if isinstance(answer, str) else answer

    def answer_problem(self, error: DomainError) -> HttpResponseBase:
        """Keep what was typed also when the form came under a used key (sent, gone back, changed, sent again)."""
        if self.request.method != "POST":
            return super().answer_problem(error)
        form = self.get_form()
        form.is_valid()
        add_problem(form, error)
        return self.form_invalid(form, status=status_of(error))

    def form_invalid(self, form: Any, *, status: int = 422) -> HttpResponseBase:
        """Show the form again with its errors."""
        return self.render(form=form, status=status)


def add_problem(form: forms.BaseForm, error: DomainError) -> None:
    """Write an error of the domain to the fields it names; what fits no field stands above the form."""
    unplaced = []
    for name, texts in error.fields.items():
        if name in form.fields:
            form.add_error(name, [str(text) for text in texts])
        else:
            unplaced += [str(text) for text in texts]
    if unplaced or not error.fields:
        form.add_error(None, unplaced or str(error.message))


class ActionPage(IdempotentPageMixin, OneMixin, Page):
    """One POST that does one thing to one object and goes on."""

    http_method_names = ["post", "options"]

    def perform(self) -> str | HttpResponseBase:
        """Call the service; return the address to go to, or a whole answer."""
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Do it."""
        answer = self.perform()
        return self.redirect(answer) if isinstance(answer, str) else answer


class ConfirmPage(ActionPage):
    """Says what will happen and to whom, then does it on POST; the page behind a dialog without script."""

    http_method_names = ["get", "head", "post", "options"]
    template_name = "confirm.html"
    title: ClassVar[Any] = ""
    text: ClassVar[Any] = ""
    #: The verb on the button.
    verb: ClassVar[Any] = ""
    #: "danger" or "primary".
    kind: ClassVar[str] = "danger"

    def get_text(self) -> Any:
        """Return the sentence that says what will happen."""
        return self.text

    def get_cancel_url(self) -> str:
        """Return where "cancel" leads."""
        return str(self.object.get_absolute_url())

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Add the words of the page."""
        words = {"title": self.title, "text": self.get_text(), "verb": self.verb, "kind": self.kind}
        return super().get_context(object=self.object, cancel_url=self.get_cancel_url(), **words, **extra)

    def answer_problem(self, error: DomainError) -> HttpResponseBase:
        """Show the page again with the reason above it."""
        messages.error(self.request, str(error.message))
        return self.render(status=status_of(error))
