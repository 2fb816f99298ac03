"""Where django-allauth asks the house: who may sign up, how second factors are kept, which language a letter has."""

from __future__ import annotations

import io
from typing import Any

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _
from qrcode.image.svg import SvgPathFillImage

from qianshou.core import clock, crypto

from . import queries, rules


class AccountAdapter(DefaultAccountAdapter):
    """Accounts come from the administrator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an account for themselves."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Leave the counting of wrong passwords to django-axes (`lockout`)."""

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Ask again for delicate steps, unless the person has signed in just now."""
        records = get_authentication_records(allauth_context.request, allauth_context.request.user)
        latest = max((record["at"] for record in records), default=0)
        return bool(clock.now().timestamp() - latest > rules.SIGNED_IN_LATELY.total_seconds())

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write in the language of the person who gets the letter."""
        language = getattr(context.get("user"), "language", None) or translation.get_language()
        with translation.override(language):
            super().send_mail(template_prefix, email, context)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keeps the secrets of second factors encrypted (G6)."""

    def encrypt(self, text: str) -> str:
        """Encrypt a secret before it is stored."""
        return crypto.encrypt(text, "mfa.Authenticator")

    def decrypt(self, encrypted_text: str) -> str:
        """Read a stored secret."""
        return crypto.decrypt(encrypted_text, "mfa.Authenticator")

    def build_totp_svg(self, url: str) -> str:
        """Draw the QR code on white, so that it can be scanned from a dark page too."""
        drawn = io.BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage, border=2).save(drawn)
        return drawn.getvalue().decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Keep the last second factor of a person who needs one."""
        others = Authenticator.objects.filter(user=authenticator.user).exclude(pk=authenticator.pk)
        if others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists():
            return True
        return not queries.must_have_second_factor(authenticator.user)

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """Name a new passkey."""
        count = Authenticator.objects.filter(user=user, type=type).count()
        return _("Passkey %(number)d") % {"number": count + 1}
