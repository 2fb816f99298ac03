"""Django's entry to the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Accounts."""

    name = "qianshou.accounts"
    label = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        """Answer core's questions about roles; core stands below and may not import this app."""
        from qianshou.core import access

        from . import queries

        access.provide(access.Provider(queries.scope_filter, queries.may, queries.field_class_for))
