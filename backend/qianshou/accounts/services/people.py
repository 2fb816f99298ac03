"""Accounts are made, changed, closed and opened here, and sessions end here."""

from __future__ import annotations

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.usersessions.models import UserSession
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qianshou.core import audit, clock
from qianshou.core.errors import Conflict, Invalid

from ..models import ApiToken, Membership, User
from ..rules import Role
from .memberships import require_administrator


@transaction.atomic
def create_person(
    *, username: str, display_name: str, by: User | None, email: str = "", language: str = "zh-hans"
) -> User:
    """Make an account without a password: the person sets it through `password_link`; `by=None` is a command.

    Raises
    ------
    NotAllowed
        When the actor may not make accounts.
    Invalid
        When a value does not fit or the user name is taken.
    """
    require_administrator(by)
    username = username.strip()
    if User.objects.filter(username__iexact=username).exists():
        raise Invalid(
            _("This user name is taken."), fields={"username": _("This user name is taken. Choose another one.")}
        )
    user = User(username=username, display_name=display_name.strip(), email=email.strip(), language=language)
    user.set_unusable_password()
    _check(user)
    user.save()
    audit.record("accounts.create_person", by=by, subject=user, changes={"username": username})
    return user


@transaction.atomic
def change_person(user: User, *, by: User | None, display_name: str, email: str) -> User:
    """Change the name that is shown and the address for letters.

    Raises
    ------
    NotAllowed
        When the actor is neither the person nor an administrator.
    Invalid
        When a value does not fit.
    """
    if by is None or by.pk != user.pk:
        require_administrator(by)
    row: User = User.objects.select_for_update().get(pk=user.pk)
    wanted = {"display_name": display_name.strip(), "email": email.strip()}
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, wanted[name])
    if changed:
        _check(row)
        row.save(update_fields=changed)
        if "email" in changed:  # the old address must not reset the password any more
            EmailAddress.objects.filter(user=row).delete()
        audit.record("accounts.change_person", by=by, subject=row, changes={"fields": changed})
    return row


def _check(user: User) -> None:
    try:
        user.full_clean(exclude=["password"])
    except ValidationError as error:
        fields = {name: [str(text) for text in texts] for name, texts in error.message_dict.items()}
        raise Invalid(_("Some entries need another look."), fields=fields) from error


@transaction.atomic
def disable_person(user: User, *, by: User, reason: str = "") -> None:
    """Close an account now: no sign-in, no session, no token.

    Raises
    ------
    NotAllowed
        When the actor may not close accounts.
    Conflict
        When it is the actor's own account, or nobody would be left to administer the house.
    """
    require_administrator(by)
    if by.pk == user.pk:
        raise Conflict(_("You cannot close your own account."), code="own_account")
    row = User.objects.select_for_update().get(pk=user.pk)
    current = Membership.objects.current().filter(role=Role.ADMINISTRATOR, user__is_active=True)
    if current.filter(user=row).exists() and not current.exclude(user=row).exists():
        raise Conflict(_("Somebody must stay to administer the house."), code="last_administrator")
    row.is_active = False
    row.save(update_fields=["is_active"])
    _end_sessions(row)
    _revoke_tokens(row)
    audit.record("accounts.disable_person", by=by, subject=row, reason=reason)


@transaction.atomic
def enable_person(user: User, *, by: User, reason: str = "") -> None:
    """Open a closed account again; its tokens stay revoked.

    Raises
    ------
    NotAllowed
        When the actor may not open accounts.
    """
    require_administrator(by)
    User.objects.filter(pk=user.pk).update(is_active=True)
    audit.record("accounts.enable_person", by=by, subject=user, reason=reason)


@transaction.atomic
def sign_out_everywhere(user: User, *, by: User, tokens: bool = False) -> None:
    """End all sessions of a person at once, and revoke the tokens when asked.

    Raises
    ------
    NotAllowed
        When the actor is neither the person nor an administrator.
    """
    if by.pk != user.pk:
        require_administrator(by)
    _end_sessions(user)
    if tokens:
        _revoke_tokens(user)
    audit.record("accounts.sign_out_everywhere", by=by, subject=user, changes={"tokens": tokens})


def _end_sessions(user: User) -> None:
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])
    for session in UserSession.objects.filter(user=user):
        session.end()


def _revoke_tokens(user: User) -> None:
    ApiToken.objects.filter(user=user, revoked_at__isnull=True).update(revoked_at=clock.now())


@transaction.atomic
def password_link(user: User, *, by: User | None) -> str:
    """Return the path of a page on which the person sets a password once; it ends after three days.

    Raises
    ------
    NotAllowed
        When the actor may not hand out such a link.
    Conflict
        When the account is closed.
    """
    require_administrator(by)
    if not user.is_active:
        raise Conflict(_("This account is closed."), code="account_closed")
    audit.record("accounts.make_password_link", by=by, subject=user)
    key = default_token_generator.make_token(user)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})


def save_preferences(user: User, *, by: User, **chosen: str) -> None:
    """Remember how a person wants the pages: `language`, `text_size`, `theme` (their own affair: not audited).

    Raises
    ------
    Invalid
        When a value is not among the choices.
    """
    for name, value in chosen.items():
        choices = dict(User._meta.get_field(name).flatchoices)  # type: ignore[union-attr]  # columns with choices
        if value not in choices:
            raise Invalid(_("This choice does not exist."), fields={name: _("Choose one of the listed values.")})
        setattr(user, name, value)
    if chosen:
        user.save(update_fields=list(chosen))
