"""The same POST twice is one write: the stored answer is given again (ui 7, design 3.8).

The key comes as header `Idempotency-Key` or as hidden form field `idempotency_key`. The row of the key is written
first, in the transaction of the write: a second request with the key waits for the first (PostgreSQL: on the unique
index; SQLite: on the write lock) and then finds its answer. Only success is kept: a request that was refused may be
corrected and sent again under its key.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from qianshou.core import clock
from qianshou.core.errors import Invalid
from qianshou.core.models.idempotency import IdempotentAnswer

__all__ = ("ApiIdempotencyMixin", "IdempotentPageMixin", "forget_old", "once")

HEADER = "Idempotency-Key"
FIELD = "idempotency_key"
#: An item in a phone's outbox lives 7 days; the answer outlives it.
KEEP = timedelta(days=8)
LONGEST_BODY = 1_000_000
_KEPT_HEADERS = ("Content-Type", "Location", "HX-Redirect", "HX-Trigger", "ETag")
_KEY = re.compile(r"^[\x21-\x7e]{8,100}$")
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
#: Fields that change between two sendings of the same form.
_IGNORED = frozenset({"csrfmiddlewaretoken", FIELD})


class KeyReused(Invalid):
    """The key stands for another request."""

    default_code = "idempotency_key_reused"


class KeyUnusable(Invalid):
    """The key is no key."""

    default_code = "idempotency_key_unusable"


class _Refused(Exception):
    """Carries an answer that is not kept out of the transaction, which is rolled back."""

    def __init__(self, response: HttpResponseBase) -> None:
        self.response = response


def once(request: HttpRequest, user: Any, answer: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Call `answer` once per key of this person; without a key (or a person) every time.

    Raises :class:`KeyReused` when the key came with another request before.
    """
    key = _key_of(request)
    if key is None or request.method not in _WRITES or not user.is_authenticated:
        return answer()
    fingerprint = _fingerprint(request)
    try:
        with transaction.atomic():
            stored = _reserve(user, key, fingerprint)
            if stored is not None:
                return _replay(stored, fingerprint)
            response = answer()
            if not 200 <= response.status_code < 400 or response.streaming:
                raise _Refused(response)
            _keep(user, key, response)
            return response
    except _Refused as refused:
        return refused.response


def _key_of(request: HttpRequest) -> str | None:
    key = request.headers.get(HEADER)
    if key is None and request.method == "POST" and request.content_type != "application/json":
        key = request.POST.get(FIELD)
    if not key:
        return None
    if not _KEY.match(key):
        raise KeyUnusable(_("The key of this request must be 8 to 100 plain characters."))
    return key


def _fingerprint(request: HttpRequest) -> str:
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type in ("multipart/form-data", "application/x-www-form-urlencoded"):
        fields = {name: values for name, values in request.POST.lists() if name not in _IGNORED}
        digest.update(json.dumps(fields, sort_keys=True).encode())
        for name, files in sorted(request.FILES.lists()):
            for file in files:
                digest.update(f"\n{name}:{_hash_of(file)}".encode())
    else:
        digest.update(request.body)
    return digest.hexdigest()


def _hash_of(file: UploadedFile[Any]) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def _reserve(user: Any, key: str, fingerprint: str) -> IdempotentAnswer | None:
    """Write the row of the key; the row of somebody who was first is returned instead."""
    try:
        with transaction.atomic():
            IdempotentAnswer.objects.create(user=user, key=key, fingerprint=fingerprint)
    except IntegrityError:
        return IdempotentAnswer.objects.get(user=user, key=key)
    return None


def _replay(stored: IdempotentAnswer, fingerprint: str) -> HttpResponse:
    if stored.fingerprint != fingerprint:
        raise KeyReused(_("This key was used for another request already. Load the page again and send it once more."))
    response = HttpResponse(base64.b64decode(stored.body), status=stored.status, headers=stored.headers)
    response.headers["Idempotent-Replay"] = "true"
    return response


def _keep(user: Any, key: str, response: HttpResponseBase) -> None:
    if hasattr(response, "render") and callable(response.render):
        response.render()
    content: bytes = getattr(response, "content", b"")
    if len(content) > LONGEST_BODY:
        raise ValueError("an answer this long cannot be kept; answer with a redirect")
    row = IdempotentAnswer.objects.get(user=user, key=key)
    row.status = response.status_code
    row.headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    row.body = base64.b64encode(content).decode()
    row.save()


class IdempotentPageMixin:
    """A page whose POST is done once per key; put it left of the page."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer a repeat with the stored answer."""
        parent = super().dispatch  # type: ignore[misc]
        if request.method not in _WRITES:
            return parent(request, *args, **kwargs)  # type: ignore[no-any-return]
        try:
            return once(request, request.user, lambda: parent(request, *args, **kwargs))
        except Invalid as error:
            return self.answer_problem(error)  # type: ignore[attr-defined, no-any-return]


class ApiIdempotencyMixin:
    """A DRF view whose writes are done once per key; put it left of the view."""

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Wrap the handler once it is known who asks."""
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        name = request.method.lower()
        handler = getattr(self, name, None)
        if request.method not in _WRITES or handler is None or HEADER not in request.headers:
            return

        def handle(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            def answer() -> HttpResponseBase:
                response = handler(request, *args, **kwargs)
                return self.finalize_response(request, response, *args, **kwargs)  # type: ignore[attr-defined, no-any-return]

            return once(request._request, request.user, answer)

        setattr(self, name, handle)


def forget_old(*, limit: int = 5000) -> int:
    """Remove answers that no phone will ask for any more; returns how many."""
    old = IdempotentAnswer.objects.filter(created_at__lt=clock.now() - KEEP).values_list("pk", flat=True)[:limit]
    removed, _by_model = IdempotentAnswer.objects.filter(pk__in=list(old)).delete()
    return removed
