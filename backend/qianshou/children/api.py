"""`/api/v1/children/`: the register for programs, under the same services, classes and read log as the pages."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from qianshou.centres.models import Centre, Village
from qianshou.core import clock, readlog
from qianshou.core.api.purpose import PARAMETER, purpose_of
from qianshou.core.api.serializers import StrictSerializer
from qianshou.core.api.views import VisibleViewSet
from qianshou.core.errors import Invalid
from qianshou.core.identity_texts import text_of
from qianshou.core.wordlists import LONGEST_WORD, MOST_WORDS

from . import queries, services, shapes
from .entries import ChildEntry, GuardianEntry, RelativeEntry
from .filters import ChildFilter
from .models import (
    Assessment,
    Child,
    ChildStatus,
    CompanionWish,
    GuardianshipType,
    HealthStatus,
    Kin,
    Relation,
    Schooling,
    Sex,
    Situation,
)


def words() -> serializers.ListField:
    """Return a field for a short list of words."""
    return serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_WORD), max_length=MOST_WORDS, required=False
    )


class ChildRowSerializer(serializers.Serializer[Any]):
    """A row of the list. `name` and what follows it only for those who see personal data; else `short_name`."""

    code = serializers.CharField()
    centre = serializers.CharField(help_text="code of the home")
    status = serializers.ChoiceField(choices=ChildStatus.choices)
    sex = serializers.ChoiceField(choices=Sex.choices)
    age = serializers.IntegerField(help_text="completed years, today")
    companions = serializers.IntegerField(help_text="open pairings")
    short_name = serializers.CharField(required=False)
    name = serializers.CharField(required=False)
    birth_date = serializers.DateField(required=False)
    school = serializers.CharField(required=False, allow_blank=True)
    school_class = serializers.CharField(required=False, allow_blank=True)
    situation = serializers.ChoiceField(choices=Situation.choices, required=False, allow_blank=True)
    is_left_behind = serializers.BooleanField(required=False, help_text="computed for today (R-L1)")
    village = serializers.CharField(required=False, allow_blank=True, help_text="code of the village")


class RelativeSerializer(StrictSerializer):
    """A parent or grandparent."""

    kin = serializers.ChoiceField(choices=Kin.choices)
    name = serializers.CharField(max_length=60, required=False, allow_blank=True)
    birth_date = serializers.DateField(required=False, allow_null=True)
    national_id = serializers.CharField(max_length=40, required=False, allow_blank=True)
    work_place = serializers.CharField(max_length=80, required=False, allow_blank=True)
    phones = serializers.ListField(child=serializers.CharField(max_length=30), max_length=6, required=False)


class ChildWriteSerializer(StrictSerializer):
    """The file as it is written down; every field but the name may be left out when registering."""

    name = serializers.CharField(max_length=60)
    sex = serializers.ChoiceField(choices=Sex.choices, required=False)
    birth_date = serializers.DateField(required=False, help_text="read from the identity number when left out")
    national_id = serializers.CharField(max_length=40, required=False, allow_blank=True)
    ethnicity = serializers.CharField(max_length=20, required=False, allow_blank=True)
    hukou_registered = serializers.BooleanField(required=False, allow_null=True)
    hukou_address = serializers.CharField(max_length=300, required=False, allow_blank=True)
    current_address = serializers.CharField(max_length=300, required=False, allow_blank=True)
    village = serializers.CharField(max_length=12, required=False, allow_blank=True, help_text="code of the village")
    school = serializers.CharField(max_length=80, required=False, allow_blank=True)
    school_class = serializers.CharField(max_length=40, required=False, allow_blank=True)
    schooling = serializers.ChoiceField(choices=Schooling.choices, required=False, allow_blank=True)
    is_boarding = serializers.BooleanField(required=False, allow_null=True)
    health_status = serializers.ChoiceField(choices=HealthStatus.choices, required=False, allow_blank=True)
    disability_category = serializers.CharField(max_length=60, required=False, allow_blank=True)
    disability_grade = serializers.CharField(max_length=20, required=False, allow_blank=True)
    illness_type = serializers.CharField(max_length=100, required=False, allow_blank=True)
    situation = serializers.ChoiceField(choices=Situation.choices, required=False, allow_blank=True)
    has_entrusted_carer = serializers.BooleanField(required=False, allow_null=True)
    guardianship_type = serializers.ChoiceField(choices=GuardianshipType.choices, required=False, allow_blank=True)
    guardianship_assessment = serializers.ChoiceField(choices=Assessment.choices, required=False, allow_blank=True)
    income_sources = words()
    aid_received = words()
    confirmed_by = serializers.CharField(max_length=50, required=False, allow_blank=True)
    visited_on = serializers.DateField(required=False, allow_null=True)
    filed_on = serializers.DateField(required=False, allow_null=True)
    interests = words()
    needs = words()
    dialects = words()
    companion_wish = serializers.ChoiceField(choices=CompanionWish.choices, required=False)
    companion_places = serializers.IntegerField(min_value=0, max_value=3, required=False)
    remark = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    guardian_name = serializers.CharField(max_length=60, required=False, allow_blank=True)
    guardian_relation = serializers.ChoiceField(choices=Relation.choices, required=False, allow_blank=True)
    guardian_relation_word = serializers.CharField(max_length=20, required=False, allow_blank=True)
    guardian_national_id = serializers.CharField(max_length=40, required=False, allow_blank=True)
    guardian_phones = serializers.ListField(child=serializers.CharField(max_length=30), max_length=6, required=False)
    guardian_address = serializers.CharField(max_length=300, required=False, allow_blank=True)
    relatives = RelativeSerializer(many=True, required=False, help_text="replaces all that are written down")

    def validate_village(self, code: str) -> int | None:
        """Find the village by its code."""
        if not code:
            return None
        found = Village.objects.filter(code=code).values_list("pk", flat=True).first()
        if found is None:
            raise serializers.ValidationError(text_of("not_a_choice"), "not_a_choice")
        return found

    def validate_relatives(self, rows: list[dict[str, Any]]) -> list[RelativeEntry]:
        """Build the entries; nobody stands in twice."""
        if len({row["kin"] for row in rows}) < len(rows):
            raise serializers.ValidationError(text_of("not_a_choice"), "not_a_choice")
        return [RelativeEntry(**{**row, "phones": tuple(row.get("phones", ()))}) for row in rows]


class ChildCreateSerializer(ChildWriteSerializer):
    """A new child."""

    centre = serializers.CharField(max_length=12, help_text="code of the home")
    confirmed = serializers.BooleanField(
        default=False, help_text="yes: a namesake with this birth date is another child"
    )


class ChildFileSerializer(ChildWriteSerializer):
    """A file as this person may see it; fields above the person's class are absent."""

    code = serializers.CharField()
    centre = serializers.CharField()
    status = serializers.ChoiceField(choices=ChildStatus.choices)
    short_name = serializers.CharField(required=False, help_text="for those who may not see the name")
    age = serializers.IntegerField()
    is_left_behind = serializers.BooleanField()
    left_on = serializers.DateField(allow_null=True)
    left_reason = serializers.CharField(allow_blank=True)

    def get_fields(self) -> dict[str, Any]:
        """Promise only what everybody who finds the file sees."""
        fields: dict[str, Any] = super().get_fields()
        for name in fields.keys() - {"code", "centre", "status"}:
            fields[name].required = False
        return fields


class LeaveSerializer(StrictSerializer):
    """A child leaves."""

    reason = serializers.CharField(max_length=200)
    left_on = serializers.DateField(required=False)


class ChildNumberSerializer(StrictSerializer):
    """An identity number."""

    national_id = serializers.CharField(max_length=40)


class ChildFoundSerializer(serializers.Serializer[Any]):
    """Where the record is."""

    code = serializers.CharField()


EXAMPLE = OpenApiExample(
    "A child",
    request_only=True,
    value={
        "centre": "H01",
        "name": "王小花",
        "national_id": "99999920150307002X",
        "school_class": "四年级",
        "situation": "both_away",
        "guardian_name": "李桂英",
        "guardian_relation": "maternal_grandmother",
        "guardian_phones": ["10055556666"],
        "relatives": [{"kin": "father", "name": "王大强", "work_place": "广东东莞", "phones": ["10011112222"]}],
    },
)
REFUSED = {
    403: OpenApiResponse(description="`not_allowed`, `field_not_seen`"),
    409: OpenApiResponse(description="`child_exists`, `child_was_here`, `same_name_and_birth_date`, `has_companion`"),
    422: OpenApiResponse(description="`invalid`: each field says why"),
}


@extend_schema_view(
    list=extend_schema(summary="Children of the homes of the person", responses=ChildRowSerializer(many=True)),
    retrieve=extend_schema(
        summary="One file; the read is logged", parameters=[PARAMETER], responses=ChildFileSerializer
    ),
    create=extend_schema(
        summary="Register a child",
        request=ChildCreateSerializer,
        responses={201: ChildFileSerializer, **REFUSED},
        examples=[EXAMPLE],
    ),
    partial_update=extend_schema(
        summary="Change a file", request=ChildWriteSerializer, responses={200: ChildFileSerializer, **REFUSED}
    ),
)
class ChildViewSet(VisibleViewSet):
    """Children."""

    model = Child
    queryset = Child.objects.none()
    serializer_class = ChildFileSerializer
    filterset_class = ChildFilter
    http_method_names = ["get", "post", "patch", "head", "options"]
    actions_allowed: ClassVar[dict[str, str]] = {
        "list": "children.view",
        "retrieve": "children.view",
        "create": "children.change",
        "partial_update": "children.change",
        "leave": "children.change",
        "bring_back": "children.change",
        "look_up": "children.reveal",
    }

    def get_queryset(self) -> QuerySet[Child]:
        """Return the visible children with what is shown of them."""
        return queries.for_list(super().get_queryset())

    def list(self, request: Request) -> Response:
        """Return a page of rows."""
        rows = self.filter_queryset(self.get_queryset().select_related(None)).values(*shapes.ROW_COLUMNS)
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(shapes.rows_for(request.user, page, clock.today()))

    def retrieve(self, request: Request, code: str) -> Response:
        """Return one file and write the read down in the same transaction."""
        purpose, given = purpose_of(request)
        with transaction.atomic():
            child = self._one(code)
            told = shapes.file_of(request.user, child, unmasked=given)
            readlog.record_read(by=request.user, subject=child, fields=told, purpose=purpose)  # type: ignore[arg-type]
        return Response(told)

    def _one(self, code: str) -> Child:
        found = queries.with_guardian(self.get_queryset()).prefetch_related("relatives").filter(code=code).first()
        if found is None:
            raise Http404
        return found

    def _answer(self, code: str, *, status: int = 200) -> Response:
        child = self._one(code)
        return Response(shapes.file_of(self.request.user, child, unmasked=False), status=status)

    def create(self, request: Request) -> Response:
        """Register one child."""
        form = ChildCreateSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        values = dict(form.validated_data)
        centre = Centre.objects.where_may(request.user, "children.change").filter(code=values.pop("centre")).first()
        if centre is None:
            raise Invalid(text_of("not_a_choice"), fields={"centre": text_of("not_a_choice")})
        confirmed = values.pop("confirmed")
        values["village_id"] = values.pop("village", None)
        child = services.register_child(
            ChildEntry.from_mapping(values),
            centre=centre,
            by=request.user,
            confirmed=confirmed,  # type: ignore[arg-type]
        )
        return self._answer(child.code, status=201)

    def partial_update(self, request: Request, code: str) -> Response:
        """Change what is given, leave the rest."""
        child = self._one(code)
        form = ChildWriteSerializer(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        values = dict(form.validated_data)
        relatives = values.pop("relatives", None)
        guardian = {name: values.pop(name) for name in list(values) if name.startswith("guardian_")}
        if "village" in values:
            values["village_id"] = values.pop("village")
        services.change_file(
            child,
            values,
            by=request.user,  # type: ignore[arg-type]
            guardian=_guardian(child, guardian) if guardian else None,
            relatives=relatives,
        )
        return self._answer(code)

    @extend_schema(
        summary="The child leaves the home", request=LeaveSerializer, responses={200: ChildFileSerializer, **REFUSED}
    )
    @action(detail=True, methods=["post"])
    def leave(self, request: Request, code: str) -> Response:
        """Mark as left."""
        child = self._one(code)
        form = LeaveSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data = form.validated_data
        services.mark_left(child, by=request.user, reason=data["reason"], on=data.get("left_on"))  # type: ignore[arg-type]
        return self._answer(code)

    @extend_schema(
        summary="A child who left is here again", request=None, responses={200: ChildFileSerializer, **REFUSED}
    )
    @action(detail=True, methods=["post"], url_path="return")
    def bring_back(self, request: Request, code: str) -> Response:
        """Bring back."""
        services.bring_back(self._one(code), by=request.user)  # type: ignore[arg-type]
        return self._answer(code)

    @extend_schema(
        summary="Find a child by identity number",
        request=ChildNumberSerializer,
        responses=ChildFoundSerializer,
        filters=False,
    )
    @action(detail=False, methods=["post"], url_path="look-up", pagination_class=None)
    def look_up(self, request: Request) -> Response:
        """Return the code of the child with a number, 404 when there is none among the person's."""
        form = ChildNumberSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        child = queries.find_by_number(request.user, form.validated_data["national_id"])
        if child is None:
            raise Http404
        return Response({"code": child.code})


def _guardian(child: Child, given: dict[str, Any]) -> GuardianEntry:
    """Return the carer with what is given on top of what is written down of the same person."""
    names = ("name", "relation", "relation_word", "national_id", "phones", "address")
    held = queries.present_guardian(child)
    same = held is not None and given.get("guardian_name", held.name) == held.name
    values = {name: getattr(held, name) for name in names} if held is not None and same else {}
    values |= {name.removeprefix("guardian_"): value for name, value in given.items()}
    return GuardianEntry(**{**values, "phones": tuple(values.get("phones") or ())})


routes = [("children", ChildViewSet)]
