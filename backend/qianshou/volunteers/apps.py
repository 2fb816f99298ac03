"""Django's entry to the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

READERS = frozenset({"supervisor", "manager", "worker", "counsellor"})
#: What the audit page says of this app's actions.
ACTIONS = {
    "volunteers.register_volunteer": _("registered the volunteer"),
    "volunteers.change_volunteer": _("changed the record"),
    "volunteers.change_status": _("changed the status"),
    "volunteers.link_account": _("linked the account"),
    "volunteers.record_check": _("wrote down a check"),
    "volunteers.withdraw_check": _("took back a check"),
    "volunteers.set_availability": _("set the free times"),
    "volunteers.add_time_away": _("wrote down days away"),
    "volunteers.remove_time_away": _("took back days away"),
}


class VolunteersConfig(AppConfig):
    """Volunteers."""

    name = "qianshou.volunteers"
    label = "volunteers"
    verbose_name = _("Volunteers")

    def ready(self) -> None:
        """Take a place in the navigation; say in words what the audit records."""
        from qianshou.core import audit, nav

        nav.register(
            nav.NavItem("volunteers:list", _("Volunteers"), icon="hand-heart", roles=READERS, order=20, on_phone=True),
            nav.NavItem(
                "volunteers:own", _("My record"), icon="user", roles=frozenset({"volunteer"}), order=20, on_phone=True
            ),
        )
        audit.describe(ACTIONS)
