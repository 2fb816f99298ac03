"""`python -m tests.run.served.owe`: make the tables and owe obligations, some of them long overdue."""

import os
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.run.served.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402

from qianshou.core import clock, obligations  # noqa: E402
from tests.run.served.apps import ONCE, TABLE  # noqa: E402

with connection.cursor() as cursor:
    cursor.execute(TABLE)
    cursor.execute(ONCE)
with transaction.atomic():
    for number in range(30):
        overdue = clock.now() - timedelta(days=number % 3, seconds=1)
        obligations.owe("served.atomic", key=f"atomic:{number}", due_at=overdue)
    for number in range(6):
        obligations.owe("served.long", key=f"long:{number}", due_at=clock.now())
    obligations.owe("served.atomic", key="soon", due_at=clock.now() + timedelta(seconds=4))
    obligations.owe("served.atomic", key="far", due_at=clock.now() + timedelta(days=1))
