"""Tokens of programs: `Authorization: Token …`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from . import queries, services
from .models import ApiToken, TokenScope, User


class TokenAuthentication(BaseAuthentication):
    """Accepts a token that is neither expired nor revoked, of a person who may sign in."""

    keyword = "Token"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return the person and the token; None when the header names no token."""
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != self.keyword.lower().encode():
            return None
        if len(parts) != 2:
            raise AuthenticationFailed(_("Write the header as: Authorization: Token <token>"), code="token_malformed")
        token = queries.valid_token(parts[1].decode("ascii", "replace"))
        if token is None:
            raise AuthenticationFailed(_("This token is unknown, expired or revoked."), code="token_invalid")
        if queries.lacks_second_factor(token.user):
            raise PermissionDenied(
                _("Set up a second factor first: your role sees children's data."), code="second_factor_needed"
            )
        if token.scope == TokenScope.READ and request.method not in SAFE_METHODS:
            raise PermissionDenied(_("This token may only read."), code="token_read_only")
        services.note_token_use(token)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, so that a missing sign-in is 401."""
        return self.keyword


class TokenScheme(OpenApiAuthenticationExtension):
    """Describes the token in the OpenAPI schema."""

    target_class = "qianshou.accounts.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the security scheme."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Authorization: Token <token>`; make one under “My account” or with `create_token`.",
        }
