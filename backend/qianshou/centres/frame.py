"""What the frame of every page says about homes."""

from __future__ import annotations

from django.http import HttpRequest

from qianshou.accounts import queries as people
from qianshou.core.nav import HomeName

from .models import Centre


def home_name(request: HttpRequest) -> HomeName | None:
    """Name the one home that a person works in; whoever has several chooses in the filters of each list."""
    if not hasattr(request, "_home_named"):
        ids = people.centres_of(request.user)
        one = Centre.objects.filter(pk__in=ids).values_list("code", "name").first() if len(ids) == 1 else None
        request._home_named = HomeName(*one) if one else None  # type: ignore[attr-defined]
    return request._home_named  # type: ignore[attr-defined]
