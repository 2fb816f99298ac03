"""Tokens are made, used and revoked here."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from qianshou.core import audit, clock
from qianshou.core.errors import Invalid, NotAllowed

from .. import queries, rules
from ..models import ApiToken, TokenScope, User

RECOGNISED_BY = "qst_"  # scanners of leaked secrets find a token by it
NOTE_USE_EVERY = timedelta(minutes=1)


@transaction.atomic
def create_token(
    user: User, *, by: User | None, name: str, scope: TokenScope = TokenScope.READ, lifetime: timedelta
) -> tuple[ApiToken, str]:
    """Make a token of a person and return it with the secret, which is never shown again; `by=None` is a command.

    Raises
    ------
    NotAllowed
        When the actor is another person, the account is closed, or the second factor is missing.
    Invalid
        When the lifetime is not positive or longer than a year.
    """
    if by is not None and by.pk != user.pk:
        raise NotAllowed(_("A token is made by the person whose rights it has."))
    if not user.is_active:
        raise NotAllowed(_("This account is closed."), code="account_closed")
    if queries.lacks_second_factor(user):
        raise NotAllowed(
            _("Set up a second factor first: your role sees children's data."), code="second_factor_needed"
        )
    if not timedelta(0) < lifetime <= rules.LONGEST_TOKEN:
        text = _("A token lives for at least one hour and at most 365 days.")
        raise Invalid(text, fields={"lifetime": text})
    secret = RECOGNISED_BY + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name.strip()[:80],
        digest=queries.token_digest(secret),
        scope=scope,
        expires_at=clock.now() + lifetime,
    )
    audit.record("accounts.create_token", by=by, subject=token, changes={"scope": scope})
    return token, secret


@transaction.atomic
def revoke_token(token: ApiToken, *, by: User) -> None:
    """End a token now.

    Raises
    ------
    NotAllowed
        When the actor is neither its person nor an administrator.
    """
    if by.pk != token.user_id and not queries.may(by, "members.change"):
        raise NotAllowed(_("This is not your token."))
    if ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=clock.now()):
        audit.record("accounts.revoke_token", by=by, subject=token)


def note_token_use(token: ApiToken) -> None:
    """Remember when a token was used, at most once a minute."""
    now = clock.now()
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - NOTE_USE_EVERY)
    if token.last_used_at is None or token.last_used_at < now - NOTE_USE_EVERY:
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
