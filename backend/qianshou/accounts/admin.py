"""Django's admin: a look at accounts for administrators; what changes them stands on the pages, with its audit."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from . import queries
from .models import Membership, User


class HouseAdmin(admin.AdminSite):
    """The admin site, entered through the house's own sign-in."""

    site_header = _("Qianshou – administration")
    site_title = _("Qianshou")
    index_title = _("Accounts")

    def has_permission(self, request: HttpRequest) -> bool:
        """Let administrators in."""
        return queries.may(request.user, "members.change")

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Lead to our own sign-in, with its second factor; a person without the role stays outside."""
        if request.user.is_authenticated:
            return redirect("home")
        return redirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Lead to our own sign-out."""
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Lead to our own page."""
        return redirect("account_change_password")


class LookOnly(admin.ModelAdmin):
    """Shows rows and changes none."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Let administrators look."""
        return queries.may(request.user, "members.change")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let administrators look."""
        return queries.may(request.user, "members.change")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Add nothing here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Change nothing here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Delete nothing here."""
        return False


class UserAdmin(LookOnly):
    """Accounts."""

    list_display = ("username", "display_name", "email", "is_active", "last_login")
    list_filter = ("is_active", "language")
    search_fields = ("username", "display_name")
    fields = ("code", "username", "display_name", "email", "language", "is_active", "last_login", "date_joined")
    ordering = ("username",)


class MembershipAdmin(LookOnly):
    """Roles."""

    list_display = ("user", "role", "centre", "valid_from", "valid_to", "ended_at")
    list_filter = ("role",)
    list_select_related = ("user", "centre")
    search_fields = ("user__username", "user__display_name")
    fields = ("user", "role", "centre", "valid_from", "valid_to", "ended_at")
    ordering = ("user__username",)


house_admin = HouseAdmin(name="admin")
house_admin.register(User, UserAdmin)
house_admin.register(Membership, MembershipAdmin)
