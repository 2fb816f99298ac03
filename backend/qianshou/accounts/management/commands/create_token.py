"""Prints a token for a program (design 3.14)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from qianshou.accounts import rules, services
from qianshou.accounts.models import TokenScope, User
from qianshou.core.errors import DomainError


class Command(BaseCommand):
    """Make a token of a person and print it, alone, on standard output."""

    help = "Print an API token of a person. Use it as: Authorization: Token <token>"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("username")
        parser.add_argument("--hours", type=float, default=rules.TOKEN_HOURS, help="how long it works (default 24)")
        parser.add_argument("--scope", choices=TokenScope.values, default=TokenScope.WRITE)
        parser.add_argument("--name", default="create_token", help="what it is for")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it."""
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"There is no person with the user name {options['username']!r}.")
        try:
            _token, secret = services.create_token(
                user,
                by=None,
                name=options["name"],
                scope=TokenScope(options["scope"]),
                lifetime=timedelta(hours=options["hours"]),
            )
        except (DomainError, OverflowError, ValueError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(secret)
