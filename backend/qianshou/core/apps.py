"""Django's entry to the mechanisms that every app needs and no app owns."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

LEADERS = frozenset({"administrator", "manager"})
#: What the audit page says of core's own actions.
ACTIONS = {
    "core.start_job": _("started long work"),
    "core.cancel_job": _("stopped long work"),
    "core.store_file": _("stored a file"),
    "core.delete_file": _("deleted a file"),
    "core.save_holiday": _("changed a day of the calendar"),
    "core.delete_holiday": _("took a day out of the calendar"),
    "core.save_notice": _("entered the notice of a year"),
    "core.miss_holidays": _("noticed that next year's holidays are missing"),
    "core.retry_obligation": _("had something tried again"),
    "core.save_term": _("changed a term"),
    "core.delete_term": _("took out a term"),
}


class CoreConfig(AppConfig):
    """Core mechanisms."""

    name = "qianshou.core"
    label = "core"
    verbose_name = _("Foundations")

    def ready(self) -> None:
        """Load what registers itself: handlers and runners (`tasks`), lines and cards of the start page (`home`)."""
        from qianshou.core import audit, nav

        autodiscover_modules("tasks", "home")
        import_module("qianshou.core.due")  # core's `home` is the registry itself
        audit.describe(ACTIONS)
        nav.register(
            nav.NavItem("core:calendar", _("Calendar"), icon="calendar-days", order=70),
            nav.NavItem("core:jobs", _("Long work"), icon="hourglass", roles=LEADERS, order=80),
            nav.NavItem("core:audit", _("What was done"), icon="history", roles=LEADERS | {"supervisor"}, order=85),
            nav.NavItem(
                "core:reads", _("Opened files"), icon="eye", roles=frozenset({"manager", "supervisor"}), order=86
            ),
        )
