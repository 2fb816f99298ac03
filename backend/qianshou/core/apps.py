"""Django's entry to the mechanisms that every app needs and no app owns."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """Core mechanisms."""

    name = "qianshou.core"
    label = "core"
    verbose_name = _("Foundations")

    def ready(self) -> None:
        """Load what registers itself: handlers and runners (`tasks`), lines and cards of the start page (`home`)."""
        autodiscover_modules("tasks", "home")
