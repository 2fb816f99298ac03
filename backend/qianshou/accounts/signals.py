"""What django-allauth announces and the house writes down (the only signals it listens to)."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account_signals
from allauth.mfa import signals as mfa_signals
from django.contrib.auth import signals as auth_signals
from django.db import transaction
from django.http import HttpRequest

from qianshou.core import audit

from . import services
from .models import User

CHOSEN_AT_THE_DOOR = "qs_chosen"
"""Session key: language, text size and colours that somebody chose before signing in."""


def connect() -> None:
    """Listen."""
    account_signals.user_logged_in.connect(signed_in, dispatch_uid="accounts.signed_in")
    auth_signals.user_logged_out.connect(signed_out, dispatch_uid="accounts.signed_out")
    for name, signal in {
        "accounts.change_password": account_signals.password_changed,
        "accounts.set_password": account_signals.password_set,
        "accounts.reset_password": account_signals.password_reset,
        "accounts.add_second_factor": mfa_signals.authenticator_added,
        "accounts.remove_second_factor": mfa_signals.authenticator_removed,
        "accounts.renew_recovery_codes": mfa_signals.authenticator_reset,
    }.items():
        signal.connect(_recorder(name), weak=False, dispatch_uid=name)


def signed_in(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Note the sign-in, and keep what the person chose at the door."""
    chosen = request.session.pop(CHOSEN_AT_THE_DOOR, None)
    if chosen:
        services.save_preferences(user, by=user, **chosen)
    _record("accounts.sign_in", user)


def signed_out(sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    """Note the end of a session."""
    if user is not None:
        _record("accounts.sign_out", user)


def _recorder(action: str) -> Any:
    def receive(sender: Any, user: User, **kwargs: Any) -> None:
        _record(action, user)

    return receive


@transaction.atomic
def _record(action: str, user: User) -> None:
    audit.record(action, by=user, subject=user)
