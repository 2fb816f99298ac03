"""Django's entry to the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CentresConfig(AppConfig):
    """Children's homes."""

    name = "qianshou.centres"
    label = "centres"
    verbose_name = _("Children's homes")
