"""Signing in as a person does: at the form."""

from __future__ import annotations

from typing import Any

from django.test import Client

from qianshou.accounts.models import User

PASSWORD = "three quiet lanterns"


def sign_in(client: Client, user: User) -> Any:
    """Sign in as a person does: at the form."""
    return client.post("/account/login/", {"login": user.username, "password": PASSWORD})
