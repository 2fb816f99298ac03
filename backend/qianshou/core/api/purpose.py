"""Why a program opens a file: the header `X-Purpose`, for the read log and for values that are masked without it."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter

HEADER = "X-Purpose"
SHORTEST = 2

PARAMETER = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="Why the file is opened (percent-encoded UTF-8). It goes into the read log; without it numbers and "
    "addresses come masked.",
)


def purpose_of(request: Any) -> tuple[str, bool]:
    """Return the purpose for the read log, and whether one was given."""
    written = unquote(request.headers.get(HEADER, ""))
    given = " ".join("".join(ch if ch.isprintable() else " " for ch in written).split())
    if len(given) < SHORTEST:
        return _("read by a program"), False
    return given[:300], True
