"""Django's entry to the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

READERS = frozenset({"supervisor", "manager", "worker", "counsellor"})
#: What the audit page says of this app's actions.
ACTIONS = {
    "children.register_child": _("registered the child"),
    "children.change_child": _("changed the file"),
    "children.set_guardian": _("wrote down a new carer"),
    "children.change_guardian": _("corrected the carer"),
    "children.link_guardian_account": _("linked the carer's account"),
    "children.mark_left": _("marked the child as left"),
    "children.bring_back": _("brought the child back"),
}


class ChildrenConfig(AppConfig):
    """Children."""

    name = "qianshou.children"
    label = "children"
    verbose_name = _("Children")

    def ready(self) -> None:
        """Take a place in the navigation; say in words what the audit records."""
        from qianshou.core import audit, nav

        nav.register(
            nav.NavItem("children:list", _("Children"), icon="users", roles=READERS, order=10, on_phone=True),
            nav.NavItem(
                "children:ward", _("My child"), icon="baby", roles=frozenset({"guardian"}), order=10, on_phone=True
            ),
        )
        audit.describe(ACTIONS)
