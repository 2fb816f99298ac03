"""The start page: a greeting, what is due, figures, and the cards of the apps."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from qianshou.core import clock, home


def greeting(name: str) -> str:
    """Return the greeting of this hour in Shanghai."""
    hour = clock.now().astimezone(clock.SHANGHAI).hour
    if 5 <= hour < 12:
        return _("Good morning, %(name)s") % {"name": name}
    if 12 <= hour < 18:
        return _("Good afternoon, %(name)s") % {"name": name}
    return _("Good evening, %(name)s") % {"name": name}


@method_decorator(never_cache, name="dispatch")
class HomePage(LoginRequiredMixin, TemplateView):
    """Where everybody starts."""

    template_name = "core/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Greet, and collect what the apps have for this person."""
        return super().get_context_data(
            **kwargs,
            greeting=greeting(str(self.request.user)),
            today=clock.today(),
            home=home.home_for(self.request),
        )
