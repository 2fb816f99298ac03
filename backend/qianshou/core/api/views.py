"""Bases of the API's views: visible rows only, actions asked of one table, writes through services."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from rest_framework import mixins, viewsets
from rest_framework.permissions import BasePermission

from qianshou.core import access
from qianshou.core.api.pagination import NumberedPages
from qianshou.core.idempotency import ApiIdempotencyMixin


class MayDo(BasePermission):
    """Signed in, and allowed somewhere what the view's `actions` says for this request; no entry: allowed to nobody."""

    def has_permission(self, request: Any, view: Any) -> bool:
        """Ask the table of actions."""
        if not request.user.is_authenticated:
            return False
        if view.action is None or view.action == "metadata":
            return True  # a method that the view does not have: 405 follows
        action = view.actions_allowed.get(view.action)
        return action is not None and access.may(request.user, action)


class VisibleViewSet(ApiIdempotencyMixin, viewsets.GenericViewSet):  # type: ignore[type-arg]
    """Rows by public code among those that `visible_to` shows; what may not be seen is 404."""

    model: ClassVar[type[models.Model]]
    #: View action (`list`, `retrieve`, `create`, …) -> key of `accounts.rules.ACTIONS`.
    actions_allowed: ClassVar[dict[str, str]] = {}
    lookup_field = "code"
    lookup_value_regex = "[A-Za-z0-9-]{1,40}"
    pagination_class = NumberedPages
    permission_classes = (MayDo,)

    def get_queryset(self) -> models.QuerySet[Any]:
        """Return the visible rows; extend it with what the serializer needs."""
        if getattr(self, "swagger_fake_view", False):
            return self.model._default_manager.none()
        return self.model._default_manager.visible_to(self.request.user)  # type: ignore[attr-defined, no-any-return]


class ReadViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, VisibleViewSet):
    """List and one."""
