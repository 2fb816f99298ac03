"""One shape for every error of the API: `{"error": {code, message, fields, request_id}}`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as ModelInvalid
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from qianshou.core.errors import DomainError
from qianshou.core.pages.problems import envelope, status_of

#: Codes of the framework's errors, in the words of the house.
CODES = {
    "not_authenticated": "not_signed_in",
    "authentication_failed": "token_refused",
    "permission_denied": "not_allowed",
    "parse_error": "not_understood",
    "throttled": "too_many",
}


def answer_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception of a view into the envelope; None for what is really a fault of ours (500)."""
    if isinstance(error, DomainError):
        answer = Response(_of_domain(error), status=status_of(error))
    elif isinstance(error, Http404):
        answer = Response(envelope("not_found", _("There is nothing here.")), status=404)
    elif isinstance(error, PermissionDenied):
        answer = Response(envelope("not_allowed", _("You may not do this.")), status=403)
    elif isinstance(error, ModelInvalid):
        return answer_error(exceptions.ValidationError(_as_details(error)), context)
    elif isinstance(error, exceptions.ValidationError):
        fields = dict(_collect(error.detail, ""))
        message = _("Some values are not right; each field says why.")
        answer = Response(envelope("invalid", message, fields), status=422)
    elif isinstance(error, exceptions.APIException):
        answer = _of_framework(error)
    else:
        return None
    set_rollback()
    return answer


def _of_domain(error: DomainError) -> dict[str, Any]:
    fields = {
        name: [{"code": error.code, "message": str(text)} for text in texts] for name, texts in error.fields.items()
    }
    body = envelope(error.code, error.message, fields)
    if error.details:
        body["error"]["details"] = error.details
    return body


def _of_framework(error: exceptions.APIException) -> Response:
    code = str(getattr(error.detail, "code", None) or error.default_code)
    headers = {}
    # The view sets the one, the throttle the other.
    auth_header: str | None = getattr(error, "auth_header", None)
    wait: float | None = getattr(error, "wait", None)
    if auth_header:
        headers["WWW-Authenticate"] = auth_header
    if wait:
        headers["Retry-After"] = str(int(wait) + 1)
    return Response(envelope(CODES.get(code, code), error.detail), status=error.status_code, headers=headers)


def _as_details(error: ModelInvalid) -> Any:
    return error.message_dict if hasattr(error, "error_dict") else error.messages


def _collect(detail: Any, path: str) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Flatten nested details to `parent.0.child`; what belongs to no field stands under its parent's path."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            here = path if name == "non_field_errors" and path else f"{path}.{name}" if path else str(name)
            yield from _collect(inner, here)
    elif isinstance(detail, list) and any(isinstance(inner, (dict, list)) for inner in detail):
        for index, inner in enumerate(detail):
            yield from _collect(inner, f"{path}.{index}" if path else str(index))
    else:
        texts = detail if isinstance(detail, list) else [detail]
        yield (
            _sendable(path) or "non_field_errors",
            [{"code": str(getattr(text, "code", None) or "invalid"), "message": _sendable(text)} for text in texts],
        )


def _sendable(text: Any) -> str:
    """Return a text that UTF-8 can hold: an error may repeat half a character that was sent to us."""
    return str(text).encode("utf-8", "replace").decode()
