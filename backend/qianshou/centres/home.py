"""What the homes put on the start page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from qianshou.core import home

from . import queries
from .models import Centre


@home.tiles(roles={"supervisor", "administrator"}, order=30)
def tiles(request: Any) -> list[home.Tile]:
    """How many homes are open."""
    return [
        home.Tile(
            _("Homes"), Centre.objects.filter(is_active=True).count(), url=reverse("centres:list"), icon="house-heart"
        )
    ]


@home.card("centres/_home_homes.html", roles={"donor", "supervisor"}, order=40)
def homes(request: Any) -> dict[str, Any] | None:
    """The homes with what is posted at their doors."""
    centres = list(queries.for_list(Centre.objects.visible_to(request.user).filter(is_active=True))[:6])
    return {"centres": centres} if centres else None
