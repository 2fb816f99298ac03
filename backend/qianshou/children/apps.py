"""Django's entry to the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChildrenConfig(AppConfig):
    """Children."""

    name = "qianshou.children"
    label = "children"
    verbose_name = _("Children")
