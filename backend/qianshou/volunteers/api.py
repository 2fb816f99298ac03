"""`/api/v1/volunteers/`: the register for programs, under the same services and classes as the pages."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from qianshou.accounts.queries import field_class_for, may
from qianshou.centres.models import Centre, Village
from qianshou.core import clock, readlog
from qianshou.core.api.purpose import PARAMETER, purpose_of
from qianshou.core.api.serializers import StrictSerializer
from qianshou.core.api.views import VisibleViewSet
from qianshou.core.errors import Invalid
from qianshou.core.fieldclasses import FieldClass
from qianshou.core.identity_texts import text_of
from qianshou.core.wordlists import LONGEST_WORD, MOST_WORDS

from . import queries, rules, services, shapes
from .availability import AvailabilityUnclear, read_availability
from .entries import CheckEntry, SlotEntry, VolunteerEntry, slots_from
from .filters import VolunteerFilter
from .models import CheckKind, CheckResult, Sex, Volunteer, VolunteerStatus, Weeks


def words() -> serializers.ListField:
    """Return a field for a short list of words."""
    return serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_WORD), max_length=MOST_WORDS, required=False
    )


class SlotSerializer(StrictSerializer):
    """A stretch of a weekday, 1 = Monday; `from` and `to` as 16:00."""

    weekday = serializers.IntegerField(min_value=1, max_value=7)
    weeks = serializers.ChoiceField(choices=Weeks.choices, default=Weeks.ALL)

    def get_fields(self) -> dict[str, Any]:
        """Add the fields whose names Python keeps for itself."""
        return super().get_fields() | {
            "from": serializers.TimeField(),
            "to": serializers.TimeField(),
        }

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        """The end lies after the beginning."""
        if values["to"] <= values["from"]:
            raise serializers.ValidationError(
                {"to": [serializers.ErrorDetail(str(text_of("dates_out_of_order")), "dates_out_of_order")]}
            )
        return values

    @staticmethod
    def entry(values: dict[str, Any]) -> SlotEntry:
        """Return the slot as services take it."""
        return SlotEntry(values["weekday"], values["from"], values["to"], values["weeks"])


class CheckShownSerializer(serializers.Serializer[Any]):
    """A dated check; never its document number."""

    code = serializers.CharField()
    kind = serializers.ChoiceField(choices=CheckKind.choices)
    done_on = serializers.DateField()
    result = serializers.ChoiceField(choices=CheckResult.choices)
    last_day = serializers.DateField(allow_null=True, help_text="last day on which it holds; null: no end")
    is_withdrawn = serializers.BooleanField()


class LapseSerializer(serializers.Serializer[Any]):
    """A check that ends within 60 days."""

    kind = serializers.ChoiceField(choices=CheckKind.choices)
    last_day = serializers.DateField()
    days_left = serializers.IntegerField()


class EligibilitySerializer(serializers.Serializer[Any]):
    """Whether the volunteer may be with children on a day: computed, never stored (R-V1)."""

    on = serializers.DateField()
    is_eligible = serializers.BooleanField()
    missing = serializers.ListField(child=serializers.ChoiceField(choices=rules.MISSING_CODES))
    expires_on = serializers.DateField(allow_null=True)
    warnings = LapseSerializer(many=True)


class VolunteerRowSerializer(serializers.Serializer[Any]):
    """A row of the list."""

    code = serializers.CharField()
    name = serializers.CharField(required=False)
    centre = serializers.CharField(help_text="code of the home")
    status = serializers.ChoiceField(choices=VolunteerStatus.choices)
    sex = serializers.ChoiceField(choices=Sex.choices)
    age = serializers.IntegerField()
    skills = serializers.ListField(child=serializers.CharField())
    interests = serializers.ListField(child=serializers.CharField())
    dialects = serializers.ListField(child=serializers.CharField())
    max_children = serializers.IntegerField()
    is_eligible = serializers.BooleanField()
    missing = serializers.ListField(child=serializers.ChoiceField(choices=rules.MISSING_CODES))
    expires_on = serializers.DateField(allow_null=True)
    availability = SlotSerializer(many=True)


class VolunteerWriteSerializer(StrictSerializer):
    """The record as it is written down."""

    name = serializers.CharField(max_length=60)
    sex = serializers.ChoiceField(choices=Sex.choices, required=False)
    birth_date = serializers.DateField(required=False, help_text="read from the identity number when left out")
    id_type = serializers.CharField(max_length=30, required=False, allow_blank=True)
    national_id = serializers.CharField(max_length=40)
    ethnicity = serializers.CharField(max_length=20, required=False, allow_blank=True)
    political_status = serializers.CharField(max_length=30, required=False, allow_blank=True)
    education = serializers.CharField(max_length=30, required=False, allow_blank=True)
    occupation = serializers.CharField(max_length=80, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=30)
    email = serializers.CharField(max_length=120, required=False, allow_blank=True)
    village = serializers.CharField(max_length=12, required=False, allow_blank=True, help_text="code of the village")
    address = serializers.CharField(max_length=300, required=False, allow_blank=True)
    emergency_contact_name = serializers.CharField(max_length=50, required=False, allow_blank=True)
    emergency_contact_phone = serializers.CharField(max_length=30, required=False, allow_blank=True)
    skills = words()
    interests = words()
    dialects = words()
    service_interests = words()
    max_children = serializers.IntegerField(min_value=1, max_value=5, required=False)
    guardian_consent_on = serializers.DateField(required=False, allow_null=True)
    joined_on = serializers.DateField(required=False, allow_null=True)
    remark = serializers.CharField(max_length=2000, required=False, allow_blank=True)

    def validate_village(self, code: str) -> int | None:
        """Find the village by its code."""
        if not code:
            return None
        found = Village.objects.filter(code=code).values_list("pk", flat=True).first()
        if found is None:
            raise serializers.ValidationError(text_of("not_a_choice"), "not_a_choice")
        return found


class VolunteerCreateSerializer(VolunteerWriteSerializer):
    """A new volunteer."""

    centre = serializers.CharField(max_length=12, help_text="code of the home")
    status = serializers.ChoiceField(choices=VolunteerStatus.choices[:3], default=VolunteerStatus.INTERVIEW)


class VolunteerRecordSerializer(VolunteerWriteSerializer):
    """A record as this person may see it; fields above the person's class are absent."""

    code = serializers.CharField()
    centre = serializers.CharField()
    status = serializers.ChoiceField(choices=VolunteerStatus.choices)
    age = serializers.IntegerField()
    availability = SlotSerializer(many=True)
    availability_text = serializers.CharField()
    eligibility = EligibilitySerializer()
    checks = CheckShownSerializer(many=True, required=False)

    def get_fields(self) -> dict[str, Any]:
        """Promise only what everybody who finds the record sees."""
        fields: dict[str, Any] = super().get_fields()
        for name in fields.keys() - {"code", "centre", "status"}:
            fields[name].required = False
        return fields


class CheckWriteSerializer(StrictSerializer):
    """A check that was made."""

    kind = serializers.ChoiceField(choices=CheckKind.choices)
    done_on = serializers.DateField()
    result = serializers.ChoiceField(choices=CheckResult.choices, default=CheckResult.CLEAR)
    valid_to = serializers.DateField(required=False, allow_null=True, default=None)
    document_number = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    channel = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")


class WithdrawSerializer(StrictSerializer):
    """A check that was written down wrongly."""

    check_code = serializers.CharField(max_length=24)
    reason = serializers.CharField(max_length=200)


class WeekSerializer(StrictSerializer):
    """The week in which the volunteer is free: slots, or words that can be read for certain."""

    slots = SlotSerializer(many=True, required=False)
    text = serializers.CharField(max_length=200, required=False, allow_blank=True)


class AwaySerializer(StrictSerializer):
    """Days on which the volunteer cannot come, both included."""

    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    reason = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")


class StatusSerializer(StrictSerializer):
    """Where the volunteer stands from now on."""

    status = serializers.ChoiceField(choices=VolunteerStatus.choices)
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class VolunteerNumberSerializer(StrictSerializer):
    """An identity or phone number."""

    number = serializers.CharField(max_length=40)


class VolunteerFoundSerializer(serializers.Serializer[Any]):
    """Where the record is."""

    code = serializers.CharField()


EXAMPLE = OpenApiExample(
    "A volunteer",
    request_only=True,
    value={
        "centre": "H01",
        "name": "黎花梅",
        "national_id": "999999199104023485",
        "phone": "10036714926",
        "skills": ["手工", "英语"],
        "dialects": ["普通话", "彝语"],
    },
)
REFUSED = {
    403: OpenApiResponse(description="`not_allowed`, `field_not_own`, `own_check`, `second_person_needed`"),
    409: OpenApiResponse(
        description="`volunteer_exists`, `check_known`, `already_withdrawn`, `record_inquiry_not_clear`, "
        "`has_pairing`, `time_away_overlaps`"
    ),
    422: OpenApiResponse(description="`invalid`: each field says why"),
}
ANSWERS = {200: VolunteerRecordSerializer, **REFUSED}


@extend_schema_view(
    list=extend_schema(summary="Volunteers of the homes of the person", responses=VolunteerRowSerializer(many=True)),
    retrieve=extend_schema(summary="One record", parameters=[PARAMETER], responses=VolunteerRecordSerializer),
    create=extend_schema(
        summary="Register a volunteer",
        request=VolunteerCreateSerializer,
        responses={201: VolunteerRecordSerializer, **REFUSED},
        examples=[EXAMPLE],
    ),
    partial_update=extend_schema(summary="Change a record", request=VolunteerWriteSerializer, responses=ANSWERS),
)
class VolunteerViewSet(VisibleViewSet):
    """Volunteers."""

    model = Volunteer
    queryset = Volunteer.objects.none()
    serializer_class = VolunteerRecordSerializer
    filterset_class = VolunteerFilter
    http_method_names = ["get", "post", "patch", "put", "head", "options"]
    actions_allowed: ClassVar[dict[str, str]] = {
        "list": "volunteers.view",
        "retrieve": "volunteers.view",
        "create": "volunteers.change",
        "partial_update": "volunteers.view",
        "change_status": "volunteers.change",
        "record_check": "volunteers.record_check",
        "withdraw_check": "volunteers.record_check",
        "set_week": "volunteers.view",
        "add_away": "volunteers.view",
        "look_up": "volunteers.reveal",
    }

    def get_queryset(self) -> QuerySet[Volunteer]:
        """Return the visible volunteers with checks and week."""
        return queries.for_list(super().get_queryset())

    def list(self, request: Request) -> Response:
        """Return a page of rows."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        today = clock.today()
        personal = set(
            queries.searchable(request.user).filter(pk__in=[one.pk for one in page]).values_list("pk", flat=True)
        )
        return self.get_paginated_response(
            [shapes.row_of(one, today, personal=one.pk in personal or one.is_own(request.user)) for one in page]
        )

    def _one(self, code: str) -> Volunteer:
        visible = queries.with_checks(super().get_queryset()).select_related("village")
        found = visible.prefetch_related("availability").filter(code=code).first()
        if found is None:
            raise Http404
        return found

    def _theirs(self, code: str) -> Volunteer:
        """Return a record for its owner and those who may change it; asked before what they sent is looked at."""
        volunteer = self._one(code)
        user = self.request.user
        if not (volunteer.is_own(user) or may(user, "volunteers.change", volunteer.centre_id)):
            raise PermissionDenied
        return volunteer

    def _answer(self, code: str, *, status: int = 200) -> Response:
        volunteer = self._one(code)
        return Response(shapes.record_of(self.request.user, volunteer, unmasked=False), status=status)

    def retrieve(self, request: Request, code: str) -> Response:
        """Return one record; numbers in full only with a purpose, which goes into the read log."""
        purpose, given = purpose_of(request)
        with transaction.atomic():
            volunteer = self._one(code)
            told = shapes.record_of(request.user, volunteer, unmasked=given)
            sees_numbers = (field_class_for(request.user, volunteer) or FieldClass.PUBLIC) >= FieldClass.SENSITIVE
            if given and sees_numbers and not volunteer.is_own(request.user):
                readlog.record_read(by=request.user, subject=volunteer, fields=told, purpose=purpose)  # type: ignore[arg-type]
        return Response(told)

    def _valid(self, form: serializers.Serializer[Any]) -> dict[str, Any]:
        form.is_valid(raise_exception=True)
        return dict(form.validated_data)

    def create(self, request: Request) -> Response:
        """Register one volunteer."""
        values = self._valid(VolunteerCreateSerializer(data=request.data))
        centre = Centre.objects.where_may(request.user, "volunteers.change").filter(code=values.pop("centre")).first()
        if centre is None:
            raise Invalid(text_of("not_a_choice"), fields={"centre": text_of("not_a_choice")})
        values["village_id"] = values.pop("village", None)
        entry = VolunteerEntry.from_mapping(values)
        made = services.register_volunteer(entry, centre=centre, by=request.user)  # type: ignore[arg-type]
        return self._answer(made.code, status=201)

    def partial_update(self, request: Request, code: str) -> Response:
        """Change what is given, leave the rest."""
        volunteer = self._one(code)
        values = self._valid(VolunteerWriteSerializer(data=request.data, partial=True))
        if "village" in values:
            values["village_id"] = values.pop("village")
        services.change_volunteer(volunteer, values, by=request.user)  # type: ignore[arg-type]
        return self._answer(code)

    @extend_schema(summary="Move a volunteer on", request=StatusSerializer, responses=ANSWERS)
    @action(detail=True, methods=["post"], url_path="status")
    def change_status(self, request: Request, code: str) -> Response:
        """Change the status."""
        volunteer = self._one(code)
        values = self._valid(StatusSerializer(data=request.data))
        services.change_status(volunteer, values["status"], by=request.user, reason=values["reason"])  # type: ignore[arg-type]
        return self._answer(code)

    @extend_schema(
        summary="Write down a check",
        request=CheckWriteSerializer,
        responses={201: VolunteerRecordSerializer, **REFUSED},
    )
    @action(detail=True, methods=["post"], url_path="checks")
    def record_check(self, request: Request, code: str) -> Response:
        """Record a check."""
        volunteer = self._one(code)
        values = self._valid(CheckWriteSerializer(data=request.data))
        services.record_check(volunteer, CheckEntry(**values), by=request.user)  # type: ignore[arg-type]
        return self._answer(code, status=201)

    @extend_schema(summary="Take back a check", request=WithdrawSerializer, responses=ANSWERS)
    @action(detail=True, methods=["post"], url_path="checks/withdraw")
    def withdraw_check(self, request: Request, code: str) -> Response:
        """Take back a check."""
        volunteer = self._one(code)
        values = self._valid(WithdrawSerializer(data=request.data))
        check = volunteer.checks.filter(code=values["check_code"]).first()
        if check is None:
            raise Invalid(text_of("not_a_choice"), fields={"check_code": text_of("not_a_choice")})
        services.withdraw_check(check, by=request.user, reason=values["reason"])  # type: ignore[arg-type]
        return self._answer(code)

    @extend_schema(summary="Replace the week", request=WeekSerializer, responses=ANSWERS)
    @action(detail=True, methods=["put"], url_path="availability")
    def set_week(self, request: Request, code: str) -> Response:
        """Replace the week by slots, or by words when no slots are given."""
        volunteer = self._theirs(code)
        values = self._valid(WeekSerializer(data=request.data))
        text = values.get("text")
        given = values.get("slots")
        slots = _read(text or "") if given is None else [SlotSerializer.entry(slot) for slot in given]
        services.set_availability(volunteer, slots, by=request.user, text=text)  # type: ignore[arg-type]
        return self._answer(code)

    @extend_schema(summary="Days away", request=AwaySerializer, responses={201: VolunteerRecordSerializer, **REFUSED})
    @action(detail=True, methods=["post"], url_path="away")
    def add_away(self, request: Request, code: str) -> Response:
        """Write down days away."""
        volunteer = self._theirs(code)
        values = self._valid(AwaySerializer(data=request.data))
        services.add_time_away(volunteer, **values, by=request.user)
        return self._answer(code, status=201)

    @extend_schema(
        summary="Find a volunteer by number",
        request=VolunteerNumberSerializer,
        responses=VolunteerFoundSerializer,
        filters=False,
    )
    @action(detail=False, methods=["post"], url_path="look-up", pagination_class=None)
    def look_up(self, request: Request) -> Response:
        """Return the code of the volunteer with a number, 404 when there is none among the person's."""
        values = self._valid(VolunteerNumberSerializer(data=request.data))
        volunteer = queries.find_by_number(request.user, values["number"])
        if volunteer is None:
            raise Http404
        return Response({"code": volunteer.code})


def _read(text: str) -> list[SlotEntry]:
    try:
        return slots_from(read_availability(text)) if text.strip() else []
    except AvailabilityUnclear as unclear:
        words = text_of("availability_unclear")
        raise Invalid(words, code="availability_unclear", fields={"text": words}) from unclear


routes = [("volunteers", VolunteerViewSet)]
