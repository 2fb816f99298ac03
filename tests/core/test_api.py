"""Bases of the API: visible rows, field classes, one shape of errors."""

from __future__ import annotations

import pytest
from django.test import override_settings
from rest_framework import serializers
from rest_framework.test import APIRequestFactory, force_authenticate

from qianshou.core import access
from qianshou.core.api.errors import answer_error
from qianshou.core.api.serializers import FieldClassSerializerMixin, StrictSerializer
from qianshou.core.api.views import ReadViewSet
from qianshou.core.errors import Conflict, Invalid
from qianshou.core.fieldclasses import FieldClass
from qianshou.core.filters import AuditFilter
from qianshou.core.models import AuditEntry


class Record:
    """A record of three classes; reading what may not be seen fails the test."""

    FIELD_CLASSES = {"code": FieldClass.PUBLIC, "name": FieldClass.PERSONAL, "illness": FieldClass.SENSITIVE}

    def __init__(self, ceiling):
        self.ceiling = ceiling
        self.code, self.name, self.note = "C1", "Ann", "unclassified"

    @property
    def illness(self):
        if self.ceiling < FieldClass.SENSITIVE:
            pytest.fail("read")
        return "asthma"


class RecordSerializer(FieldClassSerializerMixin, StrictSerializer):
    code = serializers.CharField(read_only=True)
    name = serializers.CharField(max_length=5)
    illness = serializers.CharField(required=False)
    note = serializers.CharField(required=False)
    age = serializers.SerializerMethodField()
    field_classes = {"age": FieldClass.INTERNAL}

    class Meta:
        model = Record

    def get_age(self, record):
        return 9


@pytest.mark.parametrize(
    ("ceiling", "fields"),
    [
        (None, {"code"}),
        (FieldClass.PUBLIC, {"code"}),
        (FieldClass.INTERNAL, {"code", "age"}),
        (FieldClass.PERSONAL, {"code", "age", "name"}),
        (FieldClass.SEALED, {"code", "age", "name", "illness"}),
    ],
)
def test_a_serializer_shows_what_the_class_allows(monkeypatch, rf, ceiling, fields):
    monkeypatch.setattr(access, "field_class_for", lambda user, record: ceiling)
    request = rf.get("/")
    request.user = None
    shown = RecordSerializer(Record(ceiling or FieldClass.PUBLIC), context={"request": request}).data
    assert set(shown) == fields


def test_a_list_decides_record_by_record(monkeypatch, rf):
    monkeypatch.setattr(access, "field_class_for", lambda user, record: record.ceiling)
    request = rf.get("/")
    request.user = None
    records = [Record(FieldClass.SEALED), Record(FieldClass.PUBLIC), Record(FieldClass.PERSONAL)]
    shown = RecordSerializer(records, many=True, context={"request": request}).data
    assert [len(row) for row in shown] == [4, 1, 3]


def test_unknown_fields_are_named():
    serializer = RecordSerializer(data={"name": "Ann", "nmae": "x"})
    assert not serializer.is_valid()
    assert serializer.errors["nmae"][0].code == "unknown_field"


def envelope(error):
    answer = answer_error(error, {})
    return answer.status_code, answer.data["error"]


def test_validation_errors_are_flattened_to_paths():
    detail = {
        "name": ["Too long"],
        "relatives": [{}, {"phone": [serializers.ErrorDetail("Wrong", "phone")]}],
        "non_field_errors": ["Both are missing"],
        "skills": {"0": ["Empty"]},
    }
    status, error = envelope(serializers.ValidationError(detail))
    assert (status, error["code"]) == (422, "invalid")
    assert error["fields"] == {
        "name": [{"code": "invalid", "message": "Too long"}],
        "relatives.1.phone": [{"code": "phone", "message": "Wrong"}],
        "non_field_errors": [{"code": "invalid", "message": "Both are missing"}],
        "skills.0": [{"code": "invalid", "message": "Empty"}],
    }


def test_domain_errors_keep_code_fields_and_details():
    status, error = envelope(Invalid("No", code="bad_row", fields={"name": "Not this"}))
    assert (status, error["code"], error["message"]) == (422, "bad_row", "No")
    assert error["fields"] == {"name": [{"code": "bad_row", "message": "Not this"}]}
    assert envelope(Conflict("Late", details={"state": "accepted"}))[1]["details"] == {"state": "accepted"}


def test_a_fault_of_ours_is_no_answer():
    assert answer_error(ZeroDivisionError(), {}) is None


class EntrySerializer(serializers.ModelSerializer):
    class Meta:
        model = AuditEntry
        fields = ("code", "action")


class EntryViewSet(ReadViewSet):
    model = AuditEntry
    serializer_class = EntrySerializer
    filterset_class = AuditFilter
    actions_allowed = {"list": "audit.view", "retrieve": "audit.view"}


def call(user, path="/", **kwargs):
    request = APIRequestFactory().get(path)
    if user is not None:
        force_authenticate(request, user)
    view = EntryViewSet.as_view({"get": "retrieve" if kwargs else "list"})
    answer = view(request, **kwargs)
    answer.render()
    return answer


def test_a_view_shows_visible_rows_by_code(person, home, other_home):
    own = AuditEntry.objects.create(action="core.start_job", centre=home)
    foreign = AuditEntry.objects.create(action="core.start_job", centre=other_home)
    manager = person("manager", home)
    assert [row["code"] for row in call(manager).data["results"]] == [own.code]
    assert call(manager, code=own.code).status_code == 200
    assert call(manager, code=foreign.code).data["error"]["code"] == "not_found"
    assert call(manager, "/?q=nobody").data["count"] == 0


@pytest.mark.parametrize(("role", "status"), [("", 403), ("volunteer", 403), ("manager", 200)])
def test_a_view_asks_the_table_of_actions(person, home, role, status):
    assert call(person(role, home)).status_code == status


def test_a_wrong_filter_names_its_field(person, home):
    answer = call(person("manager", home), "/?first=30-February")
    assert (answer.status_code, list(answer.data["error"]["fields"])) == (422, ["first"])


@pytest.mark.django_db
def test_the_schema_is_there(client, person):
    client.force_login(person("administrator"))
    with override_settings(DEBUG=False):
        assert client.get("/api/v1/schema/").status_code == 200
        page = client.get("/api/v1/docs/")
    assert page.status_code == 200
    assert "unsafe" not in page["Content-Security-Policy"]
