"""Django's entry to the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CompanionshipConfig(AppConfig):
    """Companionship."""

    name = "qianshou.companionship"
    label = "companionship"
    verbose_name = _("Companionship")
