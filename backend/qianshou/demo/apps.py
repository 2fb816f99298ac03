"""Django's entry to the demo home."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DemoConfig(AppConfig):
    """Invented people to try the house with; installed in embedded homes only."""

    name = "qianshou.demo"
    label = "demo"
    verbose_name = _("Demo home")
