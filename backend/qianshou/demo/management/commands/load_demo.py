"""`manage.py load_demo`: the demo county, once; the sign-ins, every time."""

from __future__ import annotations

import json
import secrets
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.environment import DEMO_MARK
from config.keyfiles import keep_secret
from qianshou.accounts.models import User
from qianshou.core import clock
from qianshou.core.codes import ALPHABET
from qianshou.demo import loading

SEED = 20261121
STALE_AFTER_DAYS = 60


class Command(BaseCommand):
    """Load the demo home and print how to sign in."""

    help = "Fill an empty demo home with an invented county and print its sign-ins; does not touch a filled one."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Allow another county, and another day."""
        parser.add_argument("--seed", type=int, default=SEED)
        parser.add_argument("--as-of", type=date.fromisoformat, default=None, metavar="YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load unless loaded; refuse homes of real people."""
        if not settings.DEMO_MODE:
            raise CommandError("The demo home is loaded in demo mode only: QIANSHOU_DEMO=1.")
        mark = Path(settings.QIANSHOU_HOME) / DEMO_MARK
        if User.objects.exists() and not mark.exists():
            raise CommandError(
                f"The home in {settings.QIANSHOU_HOME} has people of its own; invented ones do not belong there. "
                "Choose an empty folder with QIANSHOU_HOME, or set QIANSHOU_DEMO=0."
            )
        as_of = options["as_of"] or clock.today()
        kept = json.loads(keep_secret(mark, lambda: _mark(as_of, options["seed"])))
        if not User.objects.exists():
            counts = loading.load(
                fixtures=Path(settings.BASE_DIR) / "fixtures",
                seed=options["seed"],
                as_of=as_of,
                password=kept["password"],
            )
            self.stdout.write(
                f"Demo county loaded: {counts.homes} homes, {counts.children} children, "
                f"{counts.volunteers} volunteers, {counts.pairings} companionships. Every person in it is invented."
            )
        self._print_sign_ins(kept)

    def _print_sign_ins(self, kept: dict[str, str]) -> None:
        people = User.objects.filter(is_active=True, email__endswith="@demo.invalid").order_by("pk")
        self.stdout.write(f"Sign in as {', '.join(people.values_list('username', flat=True))}")
        self.stdout.write(f"with the password {kept['password']}")
        if (clock.today() - date.fromisoformat(kept["as_of"])).days > STALE_AFTER_DAYS:
            self.stdout.write(
                f"This demo home was made on {kept['as_of']}, so checks in it have run out meanwhile. For a fresh one "
                f"remove {settings.QIANSHOU_HOME} or choose another folder with QIANSHOU_HOME."
            )


def _mark(as_of: date, seed: int) -> str:
    groups = ("".join(secrets.choice(ALPHABET) for _one in range(4)) for _two in range(3))
    return json.dumps({"password": "-".join(groups).lower(), "as_of": as_of.isoformat(), "seed": seed})
