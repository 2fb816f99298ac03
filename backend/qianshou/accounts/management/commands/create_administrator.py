"""Makes the first administrator of a house."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from qianshou.accounts import services
from qianshou.accounts.rules import Role
from qianshou.core.errors import DomainError


class Command(BaseCommand):
    """Make an account with the role of administrator and print the path on which its password is set."""

    help = "Make an administrator and print the path of the page on which the password is set (valid three days)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("username")
        parser.add_argument("name", help="the name that is shown")
        parser.add_argument("--email", default="")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Make it."""
        try:
            user = services.create_person(
                username=options["username"], display_name=options["name"], email=options["email"], by=None
            )
            services.grant_membership(user, Role.ADMINISTRATOR, by=None)
            self.stdout.write(services.password_link(user, by=None))
        except DomainError as error:
            texts = [str(text) for texts in error.fields.values() for text in texts]
            raise CommandError(" ".join([str(error), *texts])) from error
