"""Reports: ledgers, statistics, and the import of registers."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    """The app of reports and imports."""

    name = "qianshou.reports"
    verbose_name = _("Reports and imports")

    def ready(self) -> None:
        """Make the long work, the files and the navigation of imports known."""
        from qianshou.core import nav
        from qianshou.reports import files, tasks

        nav.register(
            nav.NavItem(
                "reports:imports",
                _("Imports"),
                "upload",
                roles=frozenset({"manager", "administrator", "supervisor"}),
                order=70,
            )
        )
        del files, tasks
