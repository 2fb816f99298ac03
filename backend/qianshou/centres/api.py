"""`/api/v1/centres/`: the homes for programs."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from qianshou.accounts.queries import AnyUser, may
from qianshou.core.api.serializers import StrictSerializer
from qianshou.core.api.views import VisibleViewSet
from qianshou.core.errors import Invalid
from qianshou.core.identity_texts import text_of

from . import queries, services
from .filters import CentreFilter
from .models import Centre, DayType, Room, Village, Zone


class StretchSerializer(StrictSerializer):
    """A stretch of time in which the home is open."""

    opens = serializers.TimeField()
    closes = serializers.TimeField()


class HoursSerializer(StrictSerializer):
    """Opening hours by kind of day; the weekdays (1 = Monday) on which the home is closed."""

    term_weekday = StretchSerializer(many=True, required=False)
    term_weekend = StretchSerializer(many=True, required=False)
    holiday = StretchSerializer(many=True, required=False)
    closed_weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=7), max_length=7, required=False
    )


class RoomSerializer(StrictSerializer):
    """A room."""

    name = serializers.CharField(max_length=50)
    zone = serializers.ChoiceField(choices=Zone.choices)
    seats = serializers.IntegerField(min_value=1, max_value=50, default=1, help_text="pairs at a time")
    for_sessions = serializers.BooleanField(default=True)


class RoomShownSerializer(RoomSerializer):
    """A room with its state."""

    is_active = serializers.BooleanField()


class CentreWriteSerializer(StrictSerializer):
    """What is posted about a home."""

    name = serializers.CharField(max_length=80)
    township = serializers.CharField(max_length=50, required=False, allow_blank=True)
    village = serializers.CharField(max_length=12, required=False, allow_blank=True, help_text="code of the village")
    capacity = serializers.IntegerField(min_value=0, max_value=2000, required=False)
    manager_name = serializers.CharField(max_length=50, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=30, required=False, allow_blank=True)
    latitude = serializers.FloatField(min_value=-90, max_value=90, required=False, allow_null=True)
    longitude = serializers.FloatField(min_value=-180, max_value=180, required=False, allow_null=True)
    is_active = serializers.BooleanField(required=False)

    def validate_village(self, code: str) -> Village | None:
        """Find the village by its code."""
        if not code:
            return None
        found = Village.objects.filter(code=code).first()
        if found is None:
            raise serializers.ValidationError(text_of("not_a_choice"), "not_a_choice")
        return found


class CentreCreateSerializer(CentreWriteSerializer):
    """A new home."""

    code = serializers.CharField(max_length=12)


class CentreSerializer(CentreCreateSerializer):
    """A home as everybody who is signed in sees it; figures only for those who work there."""

    opening_hours = HoursSerializer()
    closed_weekdays = serializers.ListField(child=serializers.IntegerField())
    rooms = RoomShownSerializer(many=True, required=False)
    children_now = serializers.IntegerField(required=False)
    volunteers_now = serializers.IntegerField(required=False)


EXAMPLE = OpenApiExample(
    "A home",
    request_only=True,
    value={"code": "H13", "name": "桥头村留守儿童之家", "township": "石桥乡", "capacity": 30},
)
REFUSED = {
    403: OpenApiResponse(description="`not_allowed`"),
    409: OpenApiResponse(description="`code_taken`, `room_in_use`"),
    422: OpenApiResponse(description="`invalid`: each field says why"),
}
ANSWERS = {200: CentreSerializer, **REFUSED}


def shape(centre: Centre, own: set[int] | None, *, rooms: list[Room] | None = None) -> dict[str, Any]:
    """Return a home as programs get it; `own` are the homes whose figures the person sees, None for all."""
    told: dict[str, Any] = {
        "code": centre.code,
        "name": centre.name,
        "township": centre.township,
        "village": centre.village.code if centre.village else "",
        "capacity": centre.capacity,
        "manager_name": centre.manager_name,
        "phone": centre.phone,
        "latitude": centre.latitude,
        "longitude": centre.longitude,
        "is_active": centre.is_active,
        "closed_weekdays": centre.closed_weekdays,
        "opening_hours": {
            kind: [{"opens": opens, "closes": closes} for opens, closes in rows]
            for kind, rows in queries.hours_by_day(centre).items()
        },
    }
    if own is None or centre.pk in own:
        told |= {"children_now": centre.children_now, "volunteers_now": centre.volunteers_now}  # type: ignore[attr-defined]
    if rooms is not None:
        names = ("name", "zone", "seats", "for_sessions", "is_active")
        told["rooms"] = [{name: getattr(room, name) for name in names} for room in rooms]
    return told


def _own(user: AnyUser) -> set[int]:
    return set(Centre.objects.where_may(user, "children.list").values_list("pk", flat=True))


@extend_schema_view(
    list=extend_schema(summary="Homes of the county", responses=CentreSerializer(many=True)),
    retrieve=extend_schema(summary="One home with its rooms", responses=CentreSerializer),
    create=extend_schema(
        summary="Open a home",
        request=CentreCreateSerializer,
        responses={201: CentreSerializer, **REFUSED},
        examples=[EXAMPLE],
    ),
    partial_update=extend_schema(summary="Change a home", request=CentreWriteSerializer, responses=ANSWERS),
)
class CentreViewSet(VisibleViewSet):
    """Homes."""

    model = Centre
    queryset = Centre.objects.none()
    serializer_class = CentreSerializer
    filterset_class = CentreFilter
    http_method_names = ["get", "post", "patch", "put", "head", "options"]
    actions_allowed: ClassVar[dict[str, str]] = {
        "list": "centres.view",
        "retrieve": "centres.view",
        "create": "centres.add",
        "partial_update": "centres.change",
        "set_hours": "centres.change",
        "add_room": "centres.change",
    }

    def get_queryset(self) -> QuerySet[Centre]:
        """Return the homes with hours and figures."""
        return queries.for_list(super().get_queryset())

    def list(self, request: Request) -> Response:
        """Return a page of homes."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        own = _own(request.user)
        return self.get_paginated_response([shape(centre, own) for centre in page])

    def _one(self, code: str) -> Centre:
        found = self.get_queryset().filter(code=code).first()
        if found is None:
            raise Http404
        return found

    def _theirs(self, code: str) -> Centre:
        """Return a home for those who may change it; asked before what they sent is looked at."""
        centre = self._one(code)
        if not may(self.request.user, "centres.change", centre):
            raise PermissionDenied
        return centre

    def _answer(self, code: str, *, status: int = 200) -> Response:
        centre = self._one(code)
        return Response(shape(centre, _own(self.request.user), rooms=list(centre.rooms.all())), status=status)

    def retrieve(self, request: Request, code: str) -> Response:
        """Return one home."""
        return self._answer(code)

    def create(self, request: Request) -> Response:
        """Open a home."""
        form = CentreCreateSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        centre = services.open_centre(**form.validated_data, by=request.user)
        return self._answer(centre.code, status=201)

    def partial_update(self, request: Request, code: str) -> Response:
        """Change what is given."""
        centre = self._theirs(code)
        form = CentreWriteSerializer(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        services.change_centre(centre, form.validated_data, by=request.user)  # type: ignore[arg-type]
        return self._answer(code)

    @extend_schema(summary="Set the opening hours", request=HoursSerializer, responses=ANSWERS)
    @action(detail=True, methods=["put"], url_path="opening-hours")
    def set_hours(self, request: Request, code: str) -> Response:
        """Replace the hours of every kind of day."""
        centre = self._theirs(code)
        form = HoursSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data = form.validated_data
        hours = {kind: [(row["opens"], row["closes"]) for row in data.get(kind, ())] for kind in DayType.values}
        try:
            services.set_opening_hours(
                centre,
                hours,
                closed_weekdays=data.get("closed_weekdays", ()),
                by=request.user,  # type: ignore[arg-type]
            )
        except Invalid as error:
            error.code = "hours_invalid"
            raise
        return self._answer(code)

    @extend_schema(summary="Add a room", request=RoomSerializer, responses={201: CentreSerializer, **REFUSED})
    @action(detail=True, methods=["post"], url_path="rooms")
    def add_room(self, request: Request, code: str) -> Response:
        """Add a room."""
        centre = self._theirs(code)
        form = RoomSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        services.add_room(centre, **form.validated_data, by=request.user)
        return self._answer(code, status=201)


routes = [("centres", CentreViewSet)]
