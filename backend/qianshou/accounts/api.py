"""The signed-in person, for programs."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from . import queries
from .models import Membership, User
from .rules import Role


class RoleSerializer(serializers.ModelSerializer[Membership]):
    """One role of the person."""

    centre = serializers.CharField(source="centre.code", allow_null=True, default=None)
    role = serializers.ChoiceField(choices=Role.choices)

    class Meta:
        model = Membership
        fields = ["role", "centre", "valid_from", "valid_to"]


class MeSerializer(serializers.ModelSerializer[User]):
    """The person who asks."""

    roles = RoleSerializer(many=True)
    second_factor = serializers.BooleanField()

    class Meta:
        model = User
        fields = ["code", "username", "display_name", "language", "text_size", "theme", "roles", "second_factor"]


class MeView(APIView):
    """Who am I, and what may I be asked to do where."""

    @extend_schema(responses=MeSerializer, summary="The signed-in person", tags=["me"])
    def get(self, request: Request) -> Response:
        """Return the person with the roles of today."""
        user = request.user
        user.roles = queries.memberships_with_centres(user)
        user.second_factor = queries.has_second_factor(user)
        return Response(MeSerializer(user).data)
