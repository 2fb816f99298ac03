"""Django's entry to the mechanisms that every app needs and no app owns."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """Core mechanisms."""

    name = "qianshou.core"
    label = "core"
    verbose_name = _("Foundations")
