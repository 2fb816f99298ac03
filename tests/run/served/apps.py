"""Two kinds of obligation: one writes in the transaction that settles it, one outside."""

import time
from datetime import timedelta

from django.apps import AppConfig
from django.conf import settings
from django.db import connection

TABLE = "CREATE TABLE IF NOT EXISTS served_effect (key TEXT NOT NULL)"
ONCE = "CREATE TABLE IF NOT EXISTS served_once (key TEXT PRIMARY KEY)"


class ServedConfig(AppConfig):
    name = "tests.run.served"

    def ready(self):
        from qianshou.core import obligations

        @obligations.handler("served.atomic")
        def write(obligation):
            """No unique key in the table: a second run would be seen."""
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO served_effect VALUES (%s)", [obligation.key])
            time.sleep(0.05)

        @obligations.handler("served.long", atomic=False, lease=timedelta(seconds=5))
        def work(obligation):
            with open(settings.QIANSHOU_HOME / "started.log", "a") as log:
                log.write(f"{obligation.key}\n")
            time.sleep(1.0)
            with connection.cursor() as cursor:
                cursor.execute("INSERT OR IGNORE INTO served_once VALUES (%s)", [obligation.key])
