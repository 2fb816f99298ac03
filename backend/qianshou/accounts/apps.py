"""Django's entry to the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Accounts."""

    name = "qianshou.accounts"
    label = "accounts"
    verbose_name = _("Accounts")
