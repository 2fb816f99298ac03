"""`/api/v1/`: matching runs, proposals, pairings; the same services, visibility and field classes as the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from qianshou.centres.models import Centre
from qianshou.children.models import Child
from qianshou.core.api.serializers import StrictSerializer
from qianshou.core.api.views import ReadViewSet
from qianshou.volunteers.models import Volunteer

from . import sentences, services, shapes
from .filters import PairingFilter, ProposalFilter, RunFilter
from .models import LeftOver, MatchingRun, Pairing, PairRule, Proposal
from .queries import reads
from .rules import DEFAULT_WEIGHTS, MAX_WEIGHT

if TYPE_CHECKING:
    from qianshou.accounts.models import User


class PersonSerializer(serializers.Serializer[Any]):
    """A person as the one who asks may meet them."""

    code = serializers.CharField()
    name = serializers.CharField()


class _Seeing(serializers.Serializer[Any]):
    """Shows people by the field classes of the one who asks."""

    @property
    def viewer(self) -> shapes.Viewer:
        """The eyes of this request."""
        context: Any = self.context
        if "viewer" not in context:
            context["viewer"] = shapes.Viewer(context["request"].user)
        kept: shapes.Viewer = context["viewer"]
        return kept

    def show(self, record: Child | Volunteer) -> dict[str, str]:
        """Return a person's code and name."""
        shown = self.viewer.child(record) if isinstance(record, Child) else self.viewer.volunteer(record)
        return {"code": shown.code, "name": shown.name}


class ReasonLineSerializer(serializers.Serializer[Any]):
    """A reason as code, points and sentence."""

    code = serializers.CharField()
    points = serializers.IntegerField()
    text = serializers.CharField()


class AlternativeSerializer(serializers.Serializer[Any]):
    """Another volunteer, and what it would cost to take that one."""

    volunteer = PersonSerializer()
    score = serializers.IntegerField()
    at_least = serializers.IntegerField()


class CountLineSerializer(serializers.Serializer[Any]):
    """A reason why not, with how many volunteers it concerns."""

    code = serializers.CharField()
    count = serializers.IntegerField()
    text = serializers.CharField()


class HelpLineSerializer(serializers.Serializer[Any]):
    """What would help a child that was left over."""

    code = serializers.CharField()
    text = serializers.CharField()
    volunteers = PersonSerializer(many=True)


class LeftOverSerializer(_Seeing):
    """A child for whom a run found too few companions."""

    child = serializers.SerializerMethodField()
    missing = serializers.IntegerField()
    reasons = serializers.SerializerMethodField()
    helps = serializers.SerializerMethodField()

    @extend_schema_field(PersonSerializer)
    def get_child(self, left: LeftOver) -> dict[str, str]:
        """Return who it is."""
        return self.show(left.child)

    @extend_schema_field(CountLineSerializer(many=True))
    def get_reasons(self, left: LeftOver) -> list[dict[str, Any]]:
        """Return why."""
        return [{**one, "text": sentences.left_reason(one["code"], one["count"])} for one in left.reasons]

    @extend_schema_field(HelpLineSerializer(many=True))
    def get_helps(self, left: LeftOver) -> list[dict[str, Any]]:
        """Return what would help."""
        (card,) = shapes.left_cards(self.viewer, [left])
        return [
            {
                "code": one["code"],
                "text": text,
                "volunteers": [{"code": someone.code, "name": someone.name} for someone in people],
            }
            for one, (text, people) in zip(left.helps, card.helps, strict=True)
        ]


class RunSerializer(serializers.Serializer[Any]):
    """A matching run."""

    code = serializers.CharField()
    centre = serializers.CharField(source="centre.code")
    state = serializers.CharField(source="shown_state")
    job = serializers.CharField(source="job_code")
    after = serializers.CharField(source="after.code", default=None, allow_null=True)
    as_of = serializers.DateField()
    seed = serializers.IntegerField()
    options = serializers.JSONField()
    counts = serializers.JSONField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class RunDetailSerializer(RunSerializer):
    """A matching run with the children left over."""

    left_over = serializers.SerializerMethodField()

    @extend_schema_field(LeftOverSerializer(many=True))
    def get_left_over(self, run: MatchingRun) -> Any:
        """Return the children left over."""
        return LeftOverSerializer(reads.left_over(run), many=True, context=self.context).data


class WeightsSerializer(StrictSerializer):
    """A weight 0..100 for each soft term that should differ from the home's settings."""

    def get_fields(self) -> dict[str, Any]:
        """Return one field per term."""
        return {
            term: serializers.IntegerField(min_value=0, max_value=MAX_WEIGHT, required=False, help_text=str(text))
            for term, text in sentences.TERM_HINTS.items()
            if term in DEFAULT_WEIGHTS
        }


class NewRunSerializer(StrictSerializer):
    """What a run is started with; what is left out comes from the home's settings."""

    centre = serializers.CharField(max_length=12)
    weights = WeightsSerializer(required=False)
    session_minutes = serializers.IntegerField(required=False, min_value=30, max_value=180)
    max_travel_minutes = serializers.IntegerField(required=False, min_value=5, max_value=240)
    min_age_gap = serializers.IntegerField(required=False, min_value=0, max_value=40)
    use_other_centres = serializers.BooleanField(required=False)
    seed = serializers.IntegerField(required=False, min_value=0, max_value=2**31 - 1)


class _MeetingSerializer(_Seeing):
    """A weekly time of a child and a volunteer."""

    code = serializers.CharField()
    child = serializers.SerializerMethodField()
    volunteer = serializers.SerializerMethodField()
    weekday = serializers.IntegerField(help_text="1 = Monday to 7 = Sunday")
    starts = serializers.TimeField(format="%H:%M")
    ends = serializers.TimeField(format="%H:%M")
    room = serializers.CharField(source="room.name", default=None, allow_null=True)
    state = serializers.CharField()

    @extend_schema_field(PersonSerializer)
    def get_child(self, meeting: Proposal | Pairing) -> dict[str, str]:
        """Return the child."""
        return self.show(meeting.child)

    @extend_schema_field(PersonSerializer)
    def get_volunteer(self, meeting: Proposal | Pairing) -> dict[str, str]:
        """Return the volunteer."""
        return self.show(meeting.volunteer)


class ProposalSerializer(_MeetingSerializer):
    """A proposed pair with its reasons."""

    run = serializers.CharField(source="run.code")
    score = serializers.IntegerField()
    reasons = serializers.SerializerMethodField()
    alternatives = serializers.SerializerMethodField()
    pairing = serializers.CharField(source="pairing.code", default=None, allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    decided_reason = serializers.CharField()

    @extend_schema_field(ReasonLineSerializer(many=True))
    def get_reasons(self, proposal: Proposal) -> list[dict[str, Any]]:
        """Return why these two; the points add up to the score."""
        sex = proposal.volunteer.sex
        return [
            {
                "code": one["code"],
                "points": one["points"],
                "text": sentences.reason(one["code"], one["data"], sex=sex),
            }
            for one in proposal.reasons
        ]

    @extend_schema_field(AlternativeSerializer(many=True))
    def get_alternatives(self, proposal: Proposal) -> list[dict[str, Any]]:
        """Return the next best volunteers for this child."""
        named: dict[str, Volunteer] = self.context.get("volunteers") or reads.volunteers_named(
            other["volunteer"] for other in proposal.alternatives
        )
        return [
            {
                "volunteer": self.show(named[other["volunteer"]]),
                "score": other["score"],
                "at_least": other["at_least"],
            }
            for other in proposal.alternatives
            if other["volunteer"] in named
        ]


class PairingSerializer(_MeetingSerializer):
    """A pairing."""

    centre = serializers.CharField(source="centre.code")
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class StaffPairingSerializer(PairingSerializer):
    """A pairing, with what only the staff of the home reads."""

    end_reason = serializers.CharField()


class ReasonSerializer(StrictSerializer):
    """Why."""

    reason = serializers.CharField(max_length=200)


class OptionalReasonSerializer(StrictSerializer):
    """Why, if there is something to say."""

    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)


class RuleSerializer(_Seeing):
    """A pair that is kept together or apart."""

    code = serializers.CharField()
    kind = serializers.CharField()
    child = serializers.SerializerMethodField()
    volunteer = serializers.SerializerMethodField()
    reason = serializers.CharField()

    @extend_schema_field(PersonSerializer)
    def get_child(self, rule: PairRule) -> dict[str, str]:
        """Return the child."""
        return self.show(rule.child)

    @extend_schema_field(PersonSerializer)
    def get_volunteer(self, rule: PairRule) -> dict[str, str]:
        """Return the volunteer."""
        return self.show(rule.volunteer)


def _by(request: Request) -> User:
    """Return who asks; the permission of the view has let nobody else in."""
    return cast("User", request.user)


def _read(kind: type[StrictSerializer], request: Request) -> dict[str, Any]:
    """Return the checked body of a request."""
    body = kind(data=request.data)
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)


class RunViewSet(ReadViewSet):
    """Matching runs: start one, follow it, solve again."""

    model = MatchingRun
    serializer_class = RunSerializer
    filterset_class = RunFilter
    actions_allowed = {
        "list": "matching.view",
        "retrieve": "matching.view",
        "create": "matching.run",
        "solve_again": "matching.run",
    }

    def get_queryset(self) -> QuerySet[MatchingRun]:
        """Return the visible runs."""
        if getattr(self, "swagger_fake_view", False):
            return MatchingRun.objects.none()
        return reads.runs(self.request.user)

    def get_serializer_class(self) -> type[Any]:
        """Show the children left over with one run, not in the list."""
        return RunDetailSerializer if self.action == "retrieve" else RunSerializer

    @extend_schema(request=NewRunSerializer, responses={201: RunSerializer})
    def create(self, request: Request) -> Response:
        """Start a run; follow it at `job` and here until `state` is `ready`."""
        values = _read(NewRunSerializer, request)
        code, seed = values.pop("centre"), values.pop("seed", 0)
        centre = Centre.objects.where_may(request.user, "matching.view").filter(code=code).first()
        if centre is None:
            unknown = serializers.ErrorDetail(str(sentences.NO_SUCH_HOME), "unknown")
            raise serializers.ValidationError({"centre": [unknown]})
        run = services.start_run(centre, by=_by(request), values=values, seed=seed)
        return Response(RunSerializer(run).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={201: RunSerializer})
    @action(detail=True, methods=["post"], url_path="solve-again")
    def solve_again(self, request: Request, code: str) -> Response:
        """Run once more: what was accepted stays, locks and forbidden pairs are obeyed."""
        run = services.solve_again(self.get_object(), by=_by(request))
        return Response(RunSerializer(run).data, status=status.HTTP_201_CREATED)


class ProposalViewSet(ReadViewSet):
    """Proposals: read why, then decide."""

    model = Proposal
    serializer_class = ProposalSerializer
    filterset_class = ProposalFilter
    actions_allowed = {
        "list": "matching.view",
        "retrieve": "matching.view",
        **dict.fromkeys(("accept", "decline", "lock", "forbid"), "matching.run"),
    }

    def get_queryset(self) -> QuerySet[Proposal]:
        """Return the visible proposals, those to decide first."""
        if getattr(self, "swagger_fake_view", False):
            return Proposal.objects.none()
        return reads.for_decision(reads.proposals(self.request.user))

    def paginate_queryset(self, queryset: Any) -> Any:
        """Read the other volunteers of a whole page at once."""
        page = super().paginate_queryset(queryset)
        self.named = reads.volunteers_named(other["volunteer"] for one in page or () for other in one.alternatives)
        return page

    def get_serializer_context(self) -> dict[str, Any]:
        """Hand the volunteers on."""
        return {**super().get_serializer_context(), "volunteers": getattr(self, "named", None)}

    @extend_schema(request=None, responses={201: PairingSerializer})
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, code: str) -> Response:
        """Accept after a live check; 409 names what has changed since the run."""
        pairing = services.accept_proposal(self.get_object(), by=_by(request))
        shown = StaffPairingSerializer(pairing, context=self.get_serializer_context())
        return Response(shown.data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ReasonSerializer, responses={200: ProposalSerializer})
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, code: str) -> Response:
        """Decline, with a reason."""
        services.decline_proposal(self.get_object(), by=_by(request), **_read(ReasonSerializer, request))
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=OptionalReasonSerializer, responses={200: RuleSerializer})
    @action(detail=True, methods=["post"])
    def lock(self, request: Request, code: str) -> Response:
        """Keep the two together in the runs to come."""
        proposal = self.get_object()
        reason = _read(OptionalReasonSerializer, request).get("reason", "")
        rule = services.lock_pair(proposal.child, proposal.volunteer, by=_by(request), reason=reason)
        return Response(RuleSerializer(rule, context=self.get_serializer_context()).data)

    @extend_schema(request=ReasonSerializer, responses={200: ProposalSerializer})
    @action(detail=True, methods=["post"])
    def forbid(self, request: Request, code: str) -> Response:
        """Never propose the two again, and decline the proposal."""
        services.forbid_proposal(self.get_object(), by=_by(request), **_read(ReasonSerializer, request))
        return Response(self.get_serializer(self.get_object()).data)


class PairingViewSet(ReadViewSet):
    """Pairings: staff see those of their homes, volunteers and guardians their own."""

    model = Pairing
    serializer_class = PairingSerializer
    filterset_class = PairingFilter
    actions_allowed = {"list": "pairings.view", "retrieve": "pairings.view", "withdraw": "pairings.change"}

    def get_queryset(self) -> QuerySet[Pairing]:
        """Return the visible pairings."""
        if getattr(self, "swagger_fake_view", False):
            return Pairing.objects.none()
        return reads.in_week_order(reads.pairings(self.request.user))

    @extend_schema(request=ReasonSerializer, responses={200: StaffPairingSerializer})
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, code: str) -> Response:
        """Withdraw, or end an active pairing; its time is free again."""
        pairing = services.withdraw_pairing(self.get_object(), by=_by(request), **_read(ReasonSerializer, request))
        return Response(StaffPairingSerializer(pairing, context=self.get_serializer_context()).data)


routes = [("matching-runs", RunViewSet), ("proposals", ProposalViewSet), ("pairings", PairingViewSet)]
