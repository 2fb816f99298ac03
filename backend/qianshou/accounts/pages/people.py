"""The people of the house: for administrators."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.generic import FormView, ListView, TemplateView

from qianshou.core.errors import DomainError

from .. import queries, services
from ..filters import PeopleFilter
from ..forms import MembershipForm, PersonChangeForm, PersonForm, ReasonForm
from ..models import Membership, User
from ..rules import Role
from . import answers

LABELS = {
    "accounts.create_person": gettext_lazy("account made"),
    "accounts.change_person": gettext_lazy("account changed"),
    "accounts.disable_person": gettext_lazy("account closed"),
    "accounts.enable_person": gettext_lazy("account opened"),
    "accounts.grant_membership": gettext_lazy("role given"),
    "accounts.end_membership": gettext_lazy("role ended"),
    "accounts.make_password_link": gettext_lazy("link for a password made"),
    "accounts.sign_out_everywhere": gettext_lazy("signed out everywhere"),
    "accounts.sign_in": gettext_lazy("signed in"),
    "accounts.sign_out": gettext_lazy("signed out"),
    "accounts.change_password": gettext_lazy("password changed"),
    "accounts.set_password": gettext_lazy("password set"),
    "accounts.reset_password": gettext_lazy("password set by link"),
    "accounts.add_second_factor": gettext_lazy("second factor added"),
    "accounts.remove_second_factor": gettext_lazy("second factor removed"),
    "accounts.renew_recovery_codes": gettext_lazy("recovery codes renewed"),
}

fresh = method_decorator(never_cache, name="dispatch")


class AdministratorPage(LoginRequiredMixin):
    """For administrators; a step that writes asks once more who it is (G8)."""

    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer 403 to anybody else who is signed in."""
        if request.user.is_authenticated:
            if not queries.may(request.user, "members.change"):
                raise PermissionDenied
            if request.method not in {"GET", "HEAD", "OPTIONS"}:
                raise_if_reauthentication_required(request, app="")
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


class PersonPage(AdministratorPage):
    """A page about one person, found by the code in the address."""

    def person(self) -> User:
        """Return the person or answer 404."""
        return get_object_or_404(User, code=self.kwargs["code"])  # type: ignore[attr-defined]

    def back(self) -> str:
        """Return the address of the person's page."""
        return reverse("accounts:member", args=[self.kwargs["code"]])  # type: ignore[attr-defined]


@fresh
class PeopleList(AdministratorPage, ListView):
    """Everybody with an account, with their roles today."""

    paginate_by = 20
    context_object_name = "people"

    def get_queryset(self) -> Any:
        """Filter and sort."""
        self.filter = PeopleFilter(self.request.GET, queryset=queries.people_with_roles(self.request.GET.get("o", "")))
        return self.filter.qs if self.filter.is_valid() else User.objects.none()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the rows; 422 when a filter was not understood."""
        response = super().get(request, *args, **kwargs)
        if not self.filter.is_valid():
            response.status_code = 422
        return response

    def get_template_names(self) -> list[str]:
        """Answer the rows alone to htmx."""
        return ["accounts/_people.html" if self.request.headers.get("HX-Request") else "accounts/people.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the filter."""
        return super().get_context_data(**kwargs, filter=self.filter)


@fresh
class PersonCreate(AdministratorPage, FormView):
    """Make an account; the next page shows the link by which the person sets a password."""

    template_name = "accounts/person_form.html"
    form_class = PersonForm
    initial = {"language": "zh-hans"}

    def form_valid(self, form: PersonForm) -> HttpResponse:
        """Make the account."""
        try:
            person = services.create_person(by=self.request.user, **form.cleaned_data)
        except DomainError as error:
            return answers.form_with(self, form, error)
        messages.success(self.request, _("The account is made. Now give it a role and hand over the link."))
        return redirect("accounts:member", person.code)

    def form_invalid(self, form: PersonForm) -> HttpResponse:
        """Show the errors."""
        return self.render_to_response(self.get_context_data(form=form), status=422)


@fresh
class PersonDetail(PersonPage, TemplateView):
    """One person: account, roles now and before."""

    template_name = "accounts/person.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add roles, second factor and what happened to the account."""
        person = self.person()
        return super().get_context_data(
            **kwargs,
            person=person,
            current=queries.memberships_with_centres(person),
            past=queries.past_memberships(person),
            second_factor=queries.has_second_factor(person),
            session_count=queries.session_count(person),
            history=[(entry, LABELS.get(entry.action, entry.action)) for entry in queries.history_of(person)],
        )


@fresh
class PersonChange(PersonPage, FormView):
    """Change name and address."""

    template_name = "accounts/person_form.html"
    form_class = PersonChangeForm

    def get_initial(self) -> dict[str, Any]:
        """Start from what is there."""
        person = self.person()
        return {"display_name": person.display_name, "email": person.email}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the person."""
        return super().get_context_data(**kwargs, person=self.person())

    def form_valid(self, form: PersonChangeForm) -> HttpResponse:
        """Save."""
        try:
            services.change_person(self.person(), by=self.request.user, **form.cleaned_data)
        except DomainError as error:
            return answers.form_with(self, form, error)
        messages.success(self.request, _("Saved."))
        return redirect(self.back())

    def form_invalid(self, form: PersonChangeForm) -> HttpResponse:
        """Show the errors."""
        return self.render_to_response(self.get_context_data(form=form), status=422)


@fresh
class MembershipGrant(PersonPage, FormView):
    """Give a role."""

    template_name = "accounts/membership_form.html"
    form_class = MembershipForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the person."""
        return super().get_context_data(**kwargs, person=self.person())

    def form_valid(self, form: MembershipForm) -> HttpResponse:
        """Grant."""
        data = dict(form.cleaned_data)
        try:
            services.grant_membership(self.person(), Role(data.pop("role")), by=self.request.user, **data)
        except DomainError as error:
            return answers.form_with(self, form, error)
        messages.success(self.request, _("The role is given."))
        return redirect(self.back())

    def form_invalid(self, form: MembershipForm) -> HttpResponse:
        """Show the errors."""
        return self.render_to_response(self.get_context_data(form=form), status=422)


class Confirmed(PersonPage, FormView):
    """A step that is asked twice, with a reason."""

    template_name = "accounts/confirm.html"
    form_class = ReasonForm
    title = question = button = ""
    done = ""

    def act(self, reason: str) -> None:
        """Do it."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the words of this step."""
        return super().get_context_data(
            **kwargs,
            person=self.person(),
            title=self.title,
            question=self.question,
            button=self.button,
            back=self.back(),
        )

    def form_valid(self, form: ReasonForm) -> HttpResponse:
        """Do it and say so."""
        try:
            self.act(form.cleaned_data["reason"])
        except DomainError as error:
            return answers.form_with(self, form, error)
        messages.success(self.request, str(self.done))
        return redirect(self.back())

    def form_invalid(self, form: ReasonForm) -> HttpResponse:
        """Show the errors."""
        return self.render_to_response(self.get_context_data(form=form), status=422)


@fresh
class MembershipEnd(Confirmed):
    """End a role now."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Choose the words in the language of the request."""
        super().setup(request, *args, **kwargs)
        self.title = _("End this role?")
        self.question = _("What it opened is closed at once. The record of the past stays.")
        self.button = _("End the role")
        self.done = _("The role has ended.")

    def membership(self) -> Membership:
        """Return the role in the address, of the person in the address."""
        return get_object_or_404(Membership, pk=self.kwargs["pk"], user__code=self.kwargs["code"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the role."""
        return super().get_context_data(**kwargs, membership=self.membership())

    def act(self, reason: str) -> None:
        """End it."""
        services.end_membership(self.membership(), by=self.request.user, reason=reason)


@fresh
class PersonDisable(Confirmed):
    """Close an account."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Choose the words in the language of the request."""
        super().setup(request, *args, **kwargs)
        self.title = _("Close this account?")
        self.question = _("The person is signed out everywhere at once and cannot sign in. The record stays.")
        self.button = _("Close the account")
        self.done = _("The account is closed.")

    def act(self, reason: str) -> None:
        """Close it."""
        services.disable_person(self.person(), by=self.request.user, reason=reason)


@fresh
class PersonEnable(Confirmed):
    """Open a closed account."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Choose the words in the language of the request."""
        super().setup(request, *args, **kwargs)
        self.title = _("Open this account again?")
        self.question = _("The person can sign in again with the roles that are still running.")
        self.button = _("Open the account")
        self.done = _("The account is open.")

    def act(self, reason: str) -> None:
        """Open it."""
        services.enable_person(self.person(), by=self.request.user, reason=reason)


@fresh
class PersonSignOut(Confirmed):
    """End all sessions of a person."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Choose the words in the language of the request."""
        super().setup(request, *args, **kwargs)
        self.title = _("Sign this person out everywhere?")
        self.question = _("All sessions end at once and all tokens are revoked. The person can sign in again.")
        self.button = _("Sign out everywhere")
        self.done = _("Signed out everywhere.")

    def act(self, reason: str) -> None:
        """End the sessions."""
        services.sign_out_everywhere(self.person(), by=self.request.user, tokens=True)


@fresh
class PasswordLink(PersonPage, View):
    """Make a link by which the person sets a password once; shown once."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        """Ask first."""
        return render(request, "accounts/password_link.html", {"person": self.person()})

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """Show the link."""
        try:
            path = services.password_link(self.person(), by=request.user)
        except DomainError as error:
            return answers.back_with(request, error, self.back())
        link = request.build_absolute_uri(path)
        return render(request, "accounts/password_link.html", {"person": self.person(), "link": link})
