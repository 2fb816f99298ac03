"""Who signs in: users, their roles at centres, and tokens for programs."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from qianshou.core import clock
from qianshou.core.codes import PublicCodeField
from qianshou.core.models import BaseModel

from .rules import Role


class TextSize(models.TextChoices):
    """How large a person wants the text."""

    NORMAL = "normal", _("Normal")
    ELDER = "elder", _("Large (elder mode)")


class Theme(models.TextChoices):
    """Light or dark."""

    AUTO = "auto", _("As the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class User(AbstractUser):
    """A person with an account. Names are one field; what a person may do follows from memberships."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]

    code = PublicCodeField(prefix="U")
    display_name = models.CharField(_("name"), max_length=50)
    language = models.CharField(
        _("language"), max_length=10, choices=[("zh-hans", "简体中文"), ("en", "English")], default="zh-hans"
    )
    text_size = models.CharField(_("text size"), max_length=10, choices=TextSize, default=TextSize.NORMAL)
    theme = models.CharField(_("colours"), max_length=10, choices=Theme, default=Theme.AUTO)
    session_epoch = models.PositiveIntegerField(default=0, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    REQUIRED_FIELDS = ["display_name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_full_name(self) -> str:
        """Return the person's name."""
        return str(self)

    def get_short_name(self) -> str:
        """Return the person's name."""
        return str(self)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Bind every session to the password and to the epoch: counting it up ends them all at once."""
        value = f"{self.password}:{self.session_epoch}"
        return salted_hmac("qianshou.accounts.User.session", value, secret=secret, algorithm="sha256").hexdigest()


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Named reads of memberships."""

    def current(self, on: date | None = None) -> MembershipQuerySet:
        """Return memberships that hold on a day (default today)."""
        today = clock.today()
        on = on or today
        cut = clock.now() if on >= today else clock.next_midnight(on)
        return self.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=on),
            Q(ended_at__isnull=True) | Q(ended_at__gt=cut),
            valid_from__lte=on,
        )


class Membership(BaseModel):
    """A role that a person holds at a centre (or, without centre, in the whole house) for a time."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=20, choices=Role)
    centre = models.ForeignKey(
        "centres.Centre",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="memberships",
        verbose_name=_("centre"),
    )
    valid_from = models.DateField(_("from"), default=clock.today)
    valid_to = models.DateField(_("to (last day)"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended early"), null=True, blank=True, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="membership_dates_in_order"
            ),
            models.UniqueConstraint(
                fields=["user", "role", "centre", "valid_from"],
                condition=Q(ended_at__isnull=True),
                name="membership_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class TokenScope(models.TextChoices):
    """What a token may do."""

    READ = "read", _("Read only")
    WRITE = "write", _("Read and write")


class ApiToken(BaseModel):
    """A key for a program that acts for a person; only its digest is kept."""

    code = PublicCodeField(prefix="T")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("what it is for"), max_length=80)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scope = models.CharField(_("scope"), max_length=10, choices=TokenScope, default=TokenScope.READ)
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name
