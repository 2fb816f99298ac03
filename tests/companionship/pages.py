"""What tests of pages share."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

CANARIES = ("金丝雀遗传病", "10088887777", "999999201605041234", "金丝雀住址")


def body(response):
    return response.content.decode()


def count_queries(client, address):
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(address).status_code == 200
    return len(caught)
