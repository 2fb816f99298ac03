"""One's own account: settings, tokens, signing out everywhere."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django.views.generic import FormView, TemplateView

from qianshou.core.errors import DomainError, Invalid

from .. import queries, services
from ..forms import TokenForm
from ..models import ApiToken, TextSize, Theme, TokenScope
from ..signals import CHOSEN_AT_THE_DOOR
from . import answers

YEAR = 365 * 24 * 3600
PREFERENCES = {
    "language": (dict(settings.LANGUAGES), settings.LANGUAGE_COOKIE_NAME),
    "text_size": (dict(TextSize.choices), "qs_text_size"),
    "theme": (dict(Theme.choices), "qs_theme"),
}


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Remember language, text size and colours: for the person, and in a cookie for this device."""
    chosen = {}
    for name, (choices, _cookie) in PREFERENCES.items():
        value = request.POST.get(name)
        if value is not None and value not in choices:
            return answers.refuse(request, Invalid(_("This choice does not exist.")))
        if value is not None:
            chosen[name] = value
    if request.user.is_authenticated:
        services.save_preferences(request.user, by=request.user, **chosen)
    elif chosen:
        request.session[CHOSEN_AT_THE_DOOR] = {**request.session.get(CHOSEN_AT_THE_DOOR, {}), **chosen}
    response = HttpResponseRedirect(_next(request))
    for name, value in chosen.items():
        response.set_cookie(
            PREFERENCES[name][1], value, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
    return response


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None, require_https=request.is_secure())
    return wanted if wanted.startswith("/") and safe else "/"


@method_decorator(never_cache, name="dispatch")
class MePage(LoginRequiredMixin, TemplateView):
    """Who I am in the house, and how I sign in."""

    template_name = "accounts/me.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add roles, second factor, sessions and tokens."""
        user = self.request.user
        return super().get_context_data(
            **kwargs,
            memberships=queries.memberships_with_centres(user),
            second_factor=queries.has_second_factor(user),
            second_factor_needed=queries.must_have_second_factor(user),
            token_count=queries.valid_tokens_of(user).count(),
        )


@login_required
@require_POST
@reauthentication_required
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End every session, this one too."""
    services.sign_out_everywhere(request.user, by=request.user, tokens="tokens" in request.POST)
    auth.logout(request)
    messages.success(request, _("You are signed out on every device."))
    return redirect("account_login")


@method_decorator([never_cache, reauthentication_required(allow_get=True)], name="dispatch")
class TokensPage(LoginRequiredMixin, FormView):
    """Tokens for programs: list, make; a new one is shown once."""

    template_name = "accounts/tokens.html"
    form_class = TokenForm
    initial = {"scope": TokenScope.READ, "days": "30"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the person's tokens."""
        return super().get_context_data(**kwargs, tokens=queries.tokens_of(self.request.user))

    def form_valid(self, form: TokenForm) -> HttpResponse:
        """Make the token and show it, this once."""
        try:
            token, secret = services.create_token(
                self.request.user,
                by=self.request.user,
                name=form.cleaned_data["name"],
                scope=TokenScope(form.cleaned_data["scope"]),
                lifetime=form.lifetime(),
            )
        except DomainError as error:
            return answers.form_with(self, form, error)
        return render(self.request, "accounts/token_made.html", {"token": token, "secret": secret})

    def form_invalid(self, form: TokenForm) -> HttpResponse:
        """Show the errors."""
        return self.render_to_response(self.get_context_data(form=form), status=422)


@login_required
@require_POST
def revoke_token(request: HttpRequest, code: str) -> HttpResponse:
    """End a token of one's own."""
    token = get_object_or_404(ApiToken, code=code, user=request.user)
    services.revoke_token(token, by=request.user)
    messages.success(request, _("The token “%(name)s” is revoked.") % {"name": token.name})
    return redirect(reverse("accounts:tokens"))
