"""What the children's register puts on the start page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qianshou.core import home

from . import queries, shapes


@home.due(roles={"manager", "worker"}, order=20)
def due_children(request: Any) -> list[home.Due]:
    """Children who wait for a companion."""
    waiting = queries.children_without_companion(request.user).count()
    if not waiting:
        return []
    words = ngettext("%(n)d child waits for a companion", "%(n)d children wait for a companion", waiting)
    return [
        home.Due(words % {"n": waiting}, url=reverse("children:list") + "?companion=none", icon="users", tone="info")
    ]


@home.tiles(roles={"manager", "worker", "counsellor", "supervisor"}, order=10)
def tiles(request: Any) -> list[home.Tile]:
    """How many children there are."""
    return [
        home.Tile(
            _("Children"),
            queries.searchable(request.user).in_home().count(),
            url=reverse("children:list"),
            icon="users",
        )
    ]


@home.card("children/_home_ward.html", roles={"guardian"}, order=10)
def ward(request: Any) -> dict[str, Any] | None:
    """The ward of a guardian, by surname."""
    wards = [
        {"child": child, "name": shapes.short_name(child)}
        for child in queries.ward_of(request.user).select_related("centre")
    ]
    return {"wards": wards} if wards else None
