"""`/api/v1/imports/`: send a register, correct its columns, confirm, undo; values only for those who may see them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from qianshou.centres.models import Centre
from qianshou.core import readlog
from qianshou.core.api.parsing import BoundedJSONParser
from qianshou.core.api.purpose import purpose_of
from qianshou.core.api.serializers import StrictSerializer
from qianshou.core.api.views import ReadViewSet
from qianshou.core.errors import Invalid

from . import queries, services
from .filters import ImportFilter
from .messages import message_for
from .models import Import, ImportKind, ImportRow, RowMatch, RowStatus
from .presenting import shown_rows

LOOK = "imports.view"


class ImportSerializer(serializers.ModelSerializer[Import]):
    """An import in the list: places and counts, never a value."""

    centre = serializers.CharField(source="centre.code", allow_null=True, default=None)
    job = serializers.CharField(source="job.code", allow_null=True, default=None)
    created_by = serializers.CharField(source="created_by.code", allow_null=True, default=None)

    class Meta:
        model = Import
        fields = (
            *("code", "kind", "centre", "state", "as_of", "file_error", "counts", "job"),
            *("created_at", "created_by", "written_at", "undone_at"),
        )


class ReportSerializer(serializers.Serializer[Any]):
    """The report of a reading; `records` and `file` are filled only for those who may see values."""

    file = serializers.CharField()
    kind = serializers.ChoiceField(choices=ImportKind.choices)
    as_of = serializers.DateField()
    file_error = serializers.CharField(allow_null=True)
    rows_total = serializers.IntegerField()
    rows_accepted = serializers.IntegerField()
    rows_rejected_count = serializers.IntegerField()
    rows_merged = serializers.IntegerField()
    rejected = serializers.ListField(child=serializers.DictField())
    warnings = serializers.ListField(child=serializers.DictField())
    duplicates = serializers.ListField(child=serializers.DictField())
    ignored = serializers.ListField(child=serializers.DictField())
    notices = serializers.ListField(child=serializers.DictField())
    records = serializers.ListField(child=serializers.DictField())


class ImportDetailSerializer(ImportSerializer):
    """An import with its columns and report."""

    report = serializers.SerializerMethodField()

    class Meta(ImportSerializer.Meta):
        fields = (*ImportSerializer.Meta.fields, "columns", "report")

    @extend_schema(responses=ReportSerializer)
    def get_report(self, found: Import) -> dict[str, Any]:
        """Return the report as this person may see it."""
        if not found.report:
            return {}
        return queries.report_of(found, with_records=queries.sees_values(self.context["request"].user, found))


class ReceiveSerializer(StrictSerializer):
    """A register to read."""

    file = serializers.FileField()
    kind = serializers.ChoiceField(choices=ImportKind.choices)
    centre = serializers.CharField(required=False, max_length=12, help_text="code of the home")
    as_of = serializers.DateField(required=False)


class ColumnsSerializer(StrictSerializer):
    """Sheet -> column letters -> identifier, or null to leave the column out."""

    columns = serializers.DictField(
        child=serializers.DictField(child=serializers.CharField(allow_null=True, max_length=80))
    )


class ConfirmSerializer(StrictSerializer):
    """Everything, or the good rows only."""

    leave_out_rejected = serializers.BooleanField(default=False)


class UndoSerializer(StrictSerializer):
    """Why."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")


class DecisionSerializer(StrictSerializer):
    """Whether a row is about the known person, and which differences to take over."""

    position = serializers.IntegerField(min_value=0)
    decision = serializers.ChoiceField(
        choices=[RowMatch.SAME, RowMatch.DIFFERENT], required=False, allow_blank=True, default=""
    )
    ticked = serializers.ListField(child=serializers.CharField(max_length=80), required=False, default=list)


class RowSerializer(serializers.Serializer[Any]):
    """A row with what was found in it."""

    position = serializers.IntegerField()
    at = serializers.CharField()
    status = serializers.ChoiceField(choices=RowStatus.choices)
    match = serializers.ChoiceField(choices=RowMatch.choices, allow_blank=True)
    outcome = serializers.CharField(allow_blank=True)
    differences = serializers.ListField(child=serializers.CharField())
    issues = serializers.ListField(child=serializers.DictField())
    record = serializers.DictField(allow_null=True)


class ImportViewSet(ReadViewSet):
    """Registers on their way into the house."""

    model = Import
    serializer_class = ImportSerializer
    filterset_class = ImportFilter
    parser_classes = (MultiPartParser, FormParser, BoundedJSONParser)
    actions_allowed: ClassVar[dict[str, str]] = {
        "list": LOOK,
        "retrieve": LOOK,
        "create": LOOK,
        "columns": LOOK,
        "rows": LOOK,
        "decide": LOOK,
        "confirm": LOOK,
        "undo": LOOK,
    }

    def get_queryset(self) -> Any:
        """Return the visible imports with what is shown of them."""
        return super().get_queryset().select_related("centre", "created_by", "job")

    def get_serializer_class(self) -> Any:
        """The list is short, one import has its report."""
        return ImportSerializer if self.action == "list" else ImportDetailSerializer

    @contextlib.contextmanager
    def _reading(self, found: Import) -> Iterator[bool]:
        """Tell whether values are shown; if so the answer and its entry in the read log are one transaction."""
        user = self.request.user
        with_values = queries.sees_values(user, found)
        if not with_values or not found.report or found.kind == ImportKind.CENTRES:
            yield with_values
            return
        with readlog.reading(found, by=user, fields=["rows"], purpose=purpose_of(self.request)[0]):  # type: ignore[arg-type]
            yield with_values

    def _answer(self, found: Import, status: int = 200) -> Response:
        fresh = self.get_queryset().get(pk=found.pk)
        with self._reading(fresh):
            told = ImportDetailSerializer(fresh, context=self.get_serializer_context()).data
        return Response(told, status=status)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return one import with its report."""
        return self._answer(self.get_object())

    def _theirs(self) -> Import:
        """Return the import for those who decide about it; asked before what they sent is looked at."""
        found: Import = self.get_object()
        if not queries.may_run(self.request.user, found):
            raise PermissionDenied
        return found

    def _told(self, form: StrictSerializer) -> dict[str, Any]:
        form.is_valid(raise_exception=True)
        told: dict[str, Any] = form.validated_data
        return told

    @extend_schema(request={"multipart/form-data": ReceiveSerializer}, responses={201: ImportDetailSerializer})
    def create(self, request: Request) -> Response:
        """Send a register; it is read as a job, nothing is written yet."""
        told = self._told(ReceiveSerializer(data=request.data))
        centre = None
        if told.get("centre"):
            centre = Centre.objects.where_may(request.user, "imports.run").filter(code__iexact=told["centre"]).first()
            if centre is None:
                message = _("There is no such home, or you may not import into it.")
                raise Invalid(message, fields={"centre": message})
        found = services.receive_register(
            told["file"], kind=told["kind"], centre=centre, as_of=told.get("as_of"), by=request.user
        )
        return self._answer(found, 201)

    @extend_schema(request=ColumnsSerializer, responses=ImportDetailSerializer)
    @action(detail=True, methods=["put"], url_path="columns")
    def columns(self, request: Request, code: str) -> Response:
        """Correct what columns mean; the file is read again."""
        found = self._theirs()
        told = self._told(ColumnsSerializer(data=request.data))
        return self._answer(services.correct_columns(found, told["columns"], by=request.user))

    @extend_schema(
        parameters=[OpenApiParameter("show", str, enum=list(queries.ROW_FILTERS))], responses=RowSerializer(many=True)
    )
    @action(detail=True, methods=["get"], filterset_class=None)
    def rows(self, request: Request, code: str) -> Response:
        """List the rows of an import; `record` and values found only for those who may see them."""
        found = self.get_object()
        show = request.query_params.get("show", "all")
        if show not in queries.ROW_FILTERS:
            raise Invalid(_("Choose one of the list."), fields={"show": _("Choose one of the list.")})
        page = self.paginate_queryset(queries.rows_shown(found, show))
        with self._reading(found) as with_values:
            rows = shown_rows(found, page or [], with_values=with_values)
            return self.get_paginated_response([_row(shown.row, with_values) for shown in rows])

    @extend_schema(request=DecisionSerializer, responses=RowSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, code: str) -> Response:
        """Say of a row who it is about."""
        found = self._theirs()
        told = self._told(DecisionSerializer(data=request.data))
        row = found.rows.select_related("source").filter(position=told["position"]).first()
        if row is None:
            message = _("There is no such row.")
            raise Invalid(message, fields={"position": message})
        row = services.decide_match(row, told["decision"], by=request.user, ticked=told["ticked"])
        with self._reading(found) as with_values:
            return Response(_row(row, with_values))

    @extend_schema(request=ConfirmSerializer, responses=ImportDetailSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, code: str) -> Response:
        """Write the import as a job; 409 while rows are rejected (and not left out) or undecided."""
        found = self._theirs()
        leave_out = self._told(ConfirmSerializer(data=request.data))["leave_out_rejected"]
        return self._answer(services.confirm_import(found, leave_out_rejected=leave_out, by=request.user))

    @extend_schema(request=UndoSerializer, responses=ImportDetailSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, code: str) -> Response:
        """Take the import back; 409 when something was built on it."""
        found = self._theirs()
        told = self._told(UndoSerializer(data=request.data))
        return self._answer(services.undo_import(found, by=request.user, reason=told["reason"]))


def _row(row: ImportRow, with_values: bool) -> dict[str, Any]:
    payload = row.payload
    issues = []
    for issue in payload["issues"]:
        message = message_for(issue["code"], rejected=issue["level"] == "rejected")
        told = {"at": issue["at"], "code": issue["code"], "level": issue["level"], "message": str(message.text)}
        if message.expected:
            told["expected"] = str(message.expected)
        if with_values:
            told["found"] = issue["found"]
        issues.append(told)
    return {
        "position": row.position,
        "at": row.at,
        "status": row.status,
        "match": row.match,
        "outcome": row.outcome,
        "differences": row.differences,
        "issues": issues,
        "record": payload["record"] if with_values else None,
    }


routes = [("imports", ImportViewSet)]
