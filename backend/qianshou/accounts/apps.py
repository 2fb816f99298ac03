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
        from qianshou.core import access, nav

        from . import authentication, queries, signals
        from .rules import Role

        access.provide(access.Provider(queries.scope_filter, queries.may, queries.field_class_for, queries.roles_of))
        nav.use_roles(queries.roles_of)
        nav.register(
            nav.NavItem("home", _("Start"), icon="house", order=0, on_phone=True),
            nav.NavItem(
                "accounts:members",
                _("People and roles"),
                icon="key-round",
                roles=frozenset({Role.ADMINISTRATOR}),
                order=80,
                on_phone=True,
            ),
        )
        signals.connect()
        authentication.TokenScheme  # noqa: B018 -- importing it registers it with the schema
