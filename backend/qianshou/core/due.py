"""What core puts on the start page of administrators."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qianshou.core import clock, home
from qianshou.core.calendar import published_years
from qianshou.core.models import Obligation

#: The notice for the next year usually appears in November.
NOTICE_MONTH = 11


@home.due(roles={"administrator"}, order=10)
def failing_obligations(request: HttpRequest) -> list[home.Due]:
    """Say that something that must happen keeps failing."""
    count = Obligation.objects.failing().count()
    if not count:
        return []
    text = ngettext("%(n)d thing that must happen keeps failing", "%(n)d things that must happen keep failing", count)
    return [home.Due(text % {"n": count}, url=reverse("core:obligations"), icon="triangle-alert", tone="danger")]


@home.due(roles={"administrator"}, order=60)
def missing_holidays(request: HttpRequest) -> list[home.Due]:
    """Say in November and December that the holidays of next year have not been entered."""
    today = clock.today()
    if today.month < NOTICE_MONTH or published_years(today.year + 1, today.year + 1):
        return []
    text = _("The holidays of %(year)s have not been entered yet") % {"year": today.year + 1}
    return [home.Due(text, url=reverse("core:calendar_notice"), icon="calendar-days", tone="warning")]
