"""Django's entry to the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

WORKING_IN = frozenset(
    {"administrator", "supervisor", "manager", "worker", "counsellor", "volunteer", "guardian", "donor"}
)
#: What the audit page says of this app's actions.
ACTIONS = {
    "centres.open_centre": _("opened a home"),
    "centres.change_centre": _("changed a home"),
    "centres.set_opening_hours": _("set the opening hours"),
    "centres.add_room": _("added a room"),
    "centres.change_room": _("changed a room"),
    "centres.close_room": _("closed a room"),
    "centres.reopen_room": _("opened a room again"),
    "centres.record_villages": _("recorded villages"),
    "centres.record_travel_times": _("recorded travel times"),
}


class CentresConfig(AppConfig):
    """Children's homes."""

    name = "qianshou.centres"
    label = "centres"
    verbose_name = _("Children's homes")

    def ready(self) -> None:
        """Take a place in the navigation; say in words what the audit records."""
        from qianshou.core import audit, nav

        from . import frame

        nav.register(nav.NavItem("centres:list", _("Homes"), icon="house-heart", roles=WORKING_IN, order=40))
        nav.use_home(frame.home_name)
        audit.describe(ACTIONS)
