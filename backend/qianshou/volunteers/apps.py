"""Django's entry to the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VolunteersConfig(AppConfig):
    """Volunteers."""

    name = "qianshou.volunteers"
    label = "volunteers"
    verbose_name = _("Volunteers")
