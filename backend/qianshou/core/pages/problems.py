"""Answers to what went wrong: pages for people, the envelope for programs (ui 4, design 3.8)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext as _

from qianshou.core import audit
from qianshou.core.errors import Conflict, DomainError, Gone, Invalid, NotAllowed, TooLarge

#: Status of each kind of domain error.
STATUS: dict[type[DomainError], int] = {
    DomainError: 409,
    Invalid: 422,
    NotAllowed: 403,
    Conflict: 409,
    Gone: 410,
    TooLarge: 413,
}


def status_of(error: DomainError) -> int:
    """Return the HTTP status of a domain error, also of a subclass that an app made."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def envelope(code: str, message: Any, fields: dict[str, list[dict[str, str]]] | None = None) -> dict[str, Any]:
    """Return the one shape in which programs get errors."""
    return {
        "error": {
            "code": code,
            "message": str(message),
            "fields": fields or {},
            "request_id": audit.request_id.get(),
        }
    }


def is_api(request: HttpRequest) -> bool:
    """True for addresses of the API."""
    return request.path.startswith("/api/")


def problem(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Answer a domain error that no form took up: a sentence, what it is called, and a way on."""
    status = status_of(error)
    context = {"error": error, "message": error.message, "status": status}
    return render(request, "core/problem.html", context, status=status)


def _answer(request: HttpRequest, status: int, code: str, message: str, template: str) -> HttpResponse:
    if is_api(request):
        return JsonResponse(envelope(code, message), status=status)
    return render(request, template, {"request_id": audit.request_id.get()}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400: the request itself is broken."""
    return _answer(request, 400, "bad_request", _("The request could not be understood."), "400.html")


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403: this person may not do this."""
    return _answer(request, 403, "not_allowed", _("You may not do this."), "403.html")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404: it does not exist, or it is not this person's to see; both look the same."""
    return _answer(request, 404, "not_found", _("There is nothing here."), "404.html")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403: the form was not recognised; the page script re-reads the token and tries once more."""
    message = _("The form was not recognised. Load the page again and send it once more.")
    response = _answer(request, 403, "csrf", message, "403_csrf.html")
    response.headers["X-Problem"] = "csrf"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 without trusting anything that may be broken: database, session, templates."""
    message = _("Something went wrong on our side. It has been written down.")
    if is_api(request):
        return JsonResponse(envelope("internal", message), status=500)
    try:
        body = loader.get_template("500.html").render({"request_id": audit.request_id.get()}, request)
    except Exception:
        # The page itself cannot be made: say so in the plainest way there is.
        body = f"<!doctype html><title>500</title><p>{message}</p>"
    return HttpResponse(body, status=500)
