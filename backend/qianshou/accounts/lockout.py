"""Slows down the guessing of passwords: the wait grows with each failure, and nobody is locked out for good (G8).

Failures are counted for a user name at one address, so that a stranger elsewhere cannot lock a person out;
an address from which very many names are tried waits as a whole.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from axes.handlers.base import AxesHandler
from axes.models import AccessFailureLog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from qianshou.core import clock

from . import rules


def username_of(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Return the name that was tried, as the house compares names."""
    for source in (credentials or {}, request.POST):
        for key in ("username", "login"):
            if source.get(key):
                return str(source[key]).strip().casefold()[:150]
    return ""


def locked_until(username: str, address: str | None, *, at: datetime) -> datetime | None:
    """Return until when no further try is accepted, or None."""
    log = AccessFailureLog.objects.filter(ip_address=address)
    ends = []
    tries = log.filter(username=username, attempt_time__gt=at - rules.FAILURE_MEMORY)
    times = list(tries.order_by("-attempt_time").values_list("attempt_time", flat=True)[:100])
    if times:
        ends.append(times[0] + rules.wait_after_failures(len(times)))
    recent = log.filter(attempt_time__gt=at - rules.ADDRESS_WINDOW).order_by("-attempt_time")
    at_address = list(recent.values_list("attempt_time", flat=True)[: rules.ADDRESS_FAILURES])
    if len(at_address) == rules.ADDRESS_FAILURES:
        ends.append(at_address[-1] + rules.ADDRESS_WINDOW)
    latest = max(ends, default=at)
    return latest if latest > at else None


class LockOut(AxesHandler):
    """Tells django-axes who has to wait."""

    def is_locked(self, request: Any, credentials: dict[str, Any] | None = None) -> bool:
        """Tell whether this name at this address has to wait."""
        return locked_until(username_of(request, credentials), request.axes_ip_address, at=clock.now()) is not None

    def user_login_failed(self, sender: Any, credentials: dict[str, Any], request: Any = None, **kwargs: Any) -> None:
        """Remember the failure; a try during the wait does not make it longer."""
        if request is None or request.axes_locked_out:
            return
        made = AccessFailureLog.objects.create(
            username=username_of(request, credentials),
            ip_address=request.axes_ip_address,
            user_agent=request.axes_user_agent,
            http_accept=request.axes_http_accept,
            path_info=request.axes_path_info,
        )
        AccessFailureLog.objects.filter(pk=made.pk).update(attempt_time=clock.now())  # by the house's clock
        request.axes_locked_out = self.is_locked(request, credentials)

    def user_logged_in(self, sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
        """Forget the failures of a person who has signed in."""
        AccessFailureLog.objects.filter(
            username=user.get_username().casefold(), ip_address=request.axes_ip_address
        ).delete()

    def reset_attempts(self, **kwargs: Any) -> int:
        """Forget failures (for the `axes_reset` commands)."""
        wanted = {key: value for key, value in kwargs.items() if key in {"ip_address", "username"} and value}
        return AccessFailureLog.objects.filter(**wanted).delete()[0]


def answer(
    request: HttpRequest, original: HttpResponse | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """Return the page that says how long to wait."""
    now = clock.now()
    until = locked_until(username_of(request, credentials), request.META.get("REMOTE_ADDR"), at=now)
    seconds = max(1, round((until - now).total_seconds())) if until else 60
    response = render(request, "account/locked_out.html", {"minutes": -(-seconds // 60)}, status=429)
    response["Retry-After"] = str(seconds)
    return response
