"""What every request goes through between the door and the page: session clock, language, second factor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from qianshou.core import audit, clock

from . import queries, rules

GetResponse = Callable[[HttpRequest], HttpResponse]

STARTED = "qs_started"
SEEN = "qs_seen"
SEEN_EVERY = 60  # seconds: not every request writes


def is_api(request: HttpRequest) -> bool:
    """Tell whether a program asks: it gets JSON, never a page."""
    return request.path_info.startswith("/api/")


class SessionClockMiddleware:
    """Ends a session after a time without activity, and after the longest time at all (G8)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at the clock before anything else."""
        if auth.SESSION_KEY in request.session:
            self._tick(request)
        return self.get_response(request)

    def _tick(self, request: HttpRequest) -> None:
        session, now = request.session, clock.now()
        stamp = now.timestamp()
        if STARTED not in session:
            session[STARTED] = session[SEEN] = stamp
            return
        why = rules.session_ended(
            stamp,
            started=session[STARTED],
            seen=session.get(SEEN, session[STARTED]),
            idle=settings.SESSION_IDLE_SECONDS,
            longest=settings.SESSION_LONGEST_SECONDS,
        )
        if why:
            auth.logout(request)
            if not is_api(request):
                messages.info(request, _("You were away for a while, so we signed you out. Please sign in again."))
        elif stamp - session.get(SEEN, 0) >= SEEN_EVERY:
            session[SEEN] = stamp
            UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=now)


class LanguageMiddleware:
    """Speaks the person's language: own choice, else the device's, else what the browser asks for, else Chinese."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in that language."""
        language = self._language(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
            response = self.get_response(request)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        response.headers.setdefault("Content-Language", language)
        return response

    def _language(self, request: HttpRequest) -> str:
        known = dict(settings.LANGUAGES)
        if request.user.is_authenticated and request.user.language in known:
            return request.user.language
        return translation.get_language_from_request(request)


class SecondFactorMiddleware:
    """Where `MFA_REQUIRED` is set: lets nobody who meets children's data past the set-up of a second factor."""

    OPEN = frozenset(
        {
            "account_logout",
            "account_reauthenticate",
            "accounts:preferences",
            "mfa_index",
            "mfa_activate_totp",
            "mfa_add_webauthn",
            "mfa_list_webauthn",
            "mfa_reauthenticate",
            "mfa_reauthenticate_webauthn",
            "mfa_view_recovery_codes",
            "mfa_generate_recovery_codes",
        }
    )

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on: the view decides (`process_view`)."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Lead to the set-up page; a program with a session gets 403."""
        if not queries.lacks_second_factor(request.user):
            return None
        if request.resolver_match is not None and request.resolver_match.view_name in self.OPEN:
            return None
        if is_api(request):
            message = _("Set up a second factor first: your role sees children's data.")
            return JsonResponse(
                {
                    "error": {
                        "code": "second_factor_needed",
                        "message": message,
                        "fields": {},
                        "request_id": audit.request_id.get(),
                    }
                },
                status=403,
            )
        return HttpResponseRedirect(reverse("mfa_index"))


class FormStatusMiddleware:
    """Answers 422 for a form of the sign-in pages that came back with errors, as all our own pages do."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on: the answer decides (`process_template_response`)."""
        return self.get_response(request)

    def process_template_response(self, request: HttpRequest, response: TemplateResponse) -> TemplateResponse:
        """Look at the form in the page's context."""
        match = request.resolver_match
        theirs = match is not None and match.func.__module__.startswith("allauth.")
        if theirs and request.method == "POST" and response.status_code == 200:
            context = response.context_data or {}
            forms = (context.get(name) for name in ("form", "webauthn_form"))
            if any(form is not None and form.is_bound and form.errors for form in forms):
                response.status_code = 422
        return response
