"""What matching and pairings put on the start page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qianshou.core import home

from . import shapes
from .queries import reads


@home.due(roles={"manager"}, order=15)
def proposals_to_decide(request: HttpRequest) -> list[home.Due]:
    """Name the proposals that wait for a decision, with the run they stand in."""
    waiting = reads.open_proposals(request.user).order_by("-run__created_at")
    codes = list(waiting.values_list("run__code", flat=True))
    if not codes:
        return []
    one_run = len(set(codes)) == 1
    url = reverse("companionship:run", args=[codes[0]]) if one_run else reverse("companionship:runs")
    text = ngettext("%(n)d proposal waits for your decision", "%(n)d proposals wait for your decision", len(codes))
    return [home.Due(text % {"n": len(codes)}, url=url, icon="heart-handshake", tone="info")]


@home.due(roles={"manager"}, order=16)
def runs_under_way(request: HttpRequest) -> list[home.Due]:
    """Name the runs that are still being solved."""
    return [
        home.Due(
            _("Companions are being found for %(home)s") % {"home": run.centre.name},
            url=run.get_absolute_url(),
            icon="hourglass",
            tone="neutral",
        )
        for run in reads.under_way(request.user)
    ]


@home.tiles(roles={"manager", "worker", "supervisor"}, order=30)
def pairs(request: HttpRequest) -> list[home.Tile]:
    """Count the pairs, and those that await consent."""
    active, awaiting = reads.counts_of_open(request.user)
    hint = ngettext("%(n)d awaits consent", "%(n)d await consent", awaiting) % {"n": awaiting} if awaiting else ""
    url = reverse("companionship:pairings") + "?state=active"
    return [home.Tile(_("Pairs"), active, url=url, icon="heart-handshake", hint=hint)]


@home.card("companionship/_home_own.html", roles={"volunteer", "guardian"}, order=20)
def own_companionship(request: HttpRequest) -> dict[str, Any] | None:
    """Show volunteers whom they accompany, and guardians who accompanies their child."""
    rows = shapes.pairing_rows(shapes.Viewer(request.user), list(reads.own_pairings(request.user)))
    return {"rows": rows} if rows else None


@home.link(roles={"manager"}, order=20)
def find_companions(request: HttpRequest) -> list[home.Link]:
    """Offer to begin a run."""
    return [home.Link(_("Find companions"), url=reverse("companionship:run_create"), icon="sparkles")]
