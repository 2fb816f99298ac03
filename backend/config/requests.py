"""Each request gets an id and, when it is answered, one line in the log."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from qianshou.core.audit import request_id

QUIET = ("/static/", "/healthz", "/readyz", "/favicon.ico")
"""Calls that are not worth a line when they succeed."""

log = structlog.get_logger("qianshou.request")


class RequestLogMiddleware:
    """Give each request an id (kept in audit entries and error answers) and write one line when it is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Time the request."""
        started = time.perf_counter()
        token = request_id.set(uuid.uuid4().hex)
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request_id.get()
            self._write(request, response, started)
        finally:
            request_id.reset(token)
        return response

    @staticmethod
    def _write(request: HttpRequest, response: HttpResponseBase, started: float) -> None:
        status = response.status_code
        if status < 400 and request.path.startswith(QUIET):
            return
        match = request.resolver_match
        fields = {
            "method": request.method,
            "route": f"/{match.route}" if match else "(none)",
            "status": status,
            "ms": round((time.perf_counter() - started) * 1000),
            "request_id": request_id.get(),
        }
        (log.error if status >= 500 else log.info)("answered", **fields)
