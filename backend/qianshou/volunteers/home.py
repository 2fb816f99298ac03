"""What the volunteers' register puts on the start page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qianshou.core import clock, home

from . import queries, shapes


@home.due(roles={"manager"}, order=10)
def due_checks(request: Any) -> list[home.Due]:
    """Checks that end soon, and people who serve but may not be with children."""
    today, url = clock.today(), reverse("volunteers:list")
    own = queries.searchable(request.user)
    lines = []
    lapsing = queries.lapsing(own, today).count()
    if lapsing:
        words = ngettext(
            "A check of %(n)d volunteer ends within 30 days", "Checks of %(n)d volunteers end within 30 days", lapsing
        )
        lines.append(home.Due(words % {"n": lapsing}, url=f"{url}?eligible=lapsing", icon="hourglass", tone="warning"))
    closed = queries.not_eligible(own.filter(status="active"), today).count()
    if closed:
        words = ngettext(
            "%(n)d serving volunteer may not be with children today",
            "%(n)d serving volunteers may not be with children today",
            closed,
        )
        lines.append(
            home.Due(words % {"n": closed}, url=f"{url}?eligible=no&status=active", icon="shield-check", tone="danger")
        )
    return lines


@home.tiles(roles={"manager", "worker", "counsellor", "supervisor"}, order=20)
def tiles(request: Any) -> list[home.Tile]:
    """How many volunteers may be with children, of all."""
    own = queries.searchable(request.user).exclude(status="left")
    return [
        home.Tile(
            _("Volunteers who may be with children"),
            queries.eligible(own, clock.today()).count(),
            url=reverse("volunteers:list"),
            icon="hand-heart",
            hint=_("of %(n)d") % {"n": own.count()},
        )
    ]


@home.card("volunteers/_home_own.html", roles={"volunteer"}, order=30)
def own_record(request: Any) -> dict[str, Any] | None:
    """The own record: whether the volunteer may be with children, and what is missing."""
    volunteer = queries.own_record(request.user)
    if volunteer is None:
        return None
    return {
        "volunteer": volunteer,
        "answer": shapes.eligibility_words(queries.eligibility_of(volunteer, clock.today())),
    }
