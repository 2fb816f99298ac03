"""Django's entry to the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CompanionshipConfig(AppConfig):
    """Companionship."""

    name = "qianshou.companionship"
    label = "companionship"
    verbose_name = _("Companionship")

    def ready(self) -> None:
        """Take a place in the navigation, and say in words what the audit writes down."""
        from qianshou.core import audit, nav

        from .wording import ACTIONS

        staff = frozenset({"manager", "worker", "supervisor"})
        nav.register(
            nav.NavItem("companionship:runs", _("Matching"), icon="sparkles", roles=staff, order=30, on_phone=True),
            nav.NavItem(
                "companionship:pairings",
                _("Pairings"),
                icon="heart-handshake",
                roles=staff | {"counsellor", "volunteer", "guardian"},
                order=40,
                on_phone=True,
            ),
        )
        audit.describe(ACTIONS)
