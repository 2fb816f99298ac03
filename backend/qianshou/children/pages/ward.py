"""What a guardian sees: the own ward, on a screen that others may look at (ui 10, 12)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from qianshou.core import readlog
from qianshou.core.pages import Page

from .. import queries, shapes


class WardPage(Page):
    """The children the person cares for, by surname, with the home's phone."""

    template_name = "children/ward.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the wards; each reading is written down in the transaction of the answer."""
        with transaction.atomic():
            wards = list(queries.for_list(queries.ward_of(request.user)).select_related("centre", "village"))
            for ward in wards:
                readlog.record_read(
                    by=request.user,  # type: ignore[arg-type]
                    subject=ward,
                    fields=["sex", "age", "school_class", "interests"],
                    purpose=_("the guardian's own page"),
                )
            return self.render(wards=[{"child": ward, "name": shapes.short_name(ward)} for ward in wards])
