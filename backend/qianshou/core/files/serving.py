"""The one door to private files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from qianshou.core import readlog
from qianshou.core.errors import Gone
from qianshou.core.files.storing import open_file
from qianshou.core.models.files import PrivateFile
from qianshou.core.pages.base import Page

MayOpen = Callable[[Any, PrivateFile], bool]
_permissions: dict[str, MayOpen] = {}


def permission(kind: str) -> Callable[[MayOpen], MayOpen]:
    """Register who may open files of a kind: a function of (user, file). Without one only the owner may."""

    def register(may: MayOpen) -> MayOpen:
        if kind in _permissions and _permissions[kind] is not may:
            raise RuntimeError(f"two answers for files of kind {kind!r}")
        _permissions[kind] = may
        return may

    return register


def may_open(user: Any, file: PrivateFile) -> bool:
    """Tell whether a person may open a file."""
    if not user.is_authenticated or not user.is_active:
        return False
    may = _permissions.get(file.kind)
    return may(user, file) if may else file.owner_id == user.pk


def _bytes_of(file: PrivateFile) -> bytes:
    with open_file(file) as stream:
        return stream.read()


class FilePage(Page):
    """Answers the bytes to those who may have them; to others there is nothing here."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Send the file under its code: its own name may hold a child's."""
        file = PrivateFile.objects.filter(code=kwargs["code"], deleted_at__isnull=True).first()
        if file is None or not may_open(request.user, file):
            raise Http404
        try:
            with readlog.reading(file, by=request.user, fields=["content"], purpose=_("a private file")):  # type: ignore[arg-type]
                content = _bytes_of(file)
        except (Gone, FileNotFoundError) as error:
            raise Http404 from error
        response = HttpResponse(content, content_type=file.content_type)
        response.headers["Content-Disposition"] = f'attachment; filename="{file}"'
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-store"
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response
