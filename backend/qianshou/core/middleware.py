"""What every answer carries: content security policy, permissions policy, no storing of personal data (ui 6)."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.http.response import HttpResponseBase

PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), publickey-credentials-get=(self)"


class SecurityHeadersMiddleware:
    """Set the headers, and give templates `request.csp_nonce` for their own inline style and script."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, then set what the view did not set itself."""
        nonce = secrets.token_urlsafe(16)
        request.csp_nonce = nonce  # type: ignore[attr-defined]
        response = self.get_response(request)
        headers = response.headers
        headers.setdefault("Content-Security-Policy", content_security_policy(request, nonce))
        headers.setdefault("Permissions-Policy", PERMISSIONS)
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if "Cache-Control" not in headers and _is_personal(request, response):
            headers["Cache-Control"] = "no-store"
        return response


def content_security_policy(request: HttpRequest, nonce: str) -> str:
    """Return the policy of one answer."""
    try:
        sockets = f" {'wss' if request.is_secure() else 'ws'}://{request.get_host()}"
    except SuspiciousOperation:
        sockets = ""
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
        f"img-src 'self' blob: data:; connect-src 'self'{sockets}; font-src 'self'; worker-src 'self'; "
        "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def _is_personal(request: HttpRequest, response: HttpResponseBase) -> bool:
    """True when the request came with a credential, or the answer gives one."""
    cookies = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME)
    return (
        "Authorization" in request.headers
        or any(name in request.COOKIES for name in cookies)
        or any(name in response.cookies for name in cookies)
    )


class CleanAddressMiddleware:
    """Refuse characters in an address that no database takes, before anything looks at it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer 400 to a NUL in path or query."""
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise SuspiciousOperation("NUL in an address")
        return self.get_response(request)
