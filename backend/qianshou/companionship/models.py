"""Matching runs, what they propose, and the pairings that people decide on (S12)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from qianshou.accounts.queries import scope_filter
from qianshou.core.codes import PublicCodeField
from qianshou.core.fieldclasses import FieldClass
from qianshou.core.models import BaseModel


class MatchingSettings(BaseModel):
    """How a centre weighs a match; the defaults of `rules.DEFAULT_WEIGHTS` hold where a centre has none."""

    centre = models.OneToOneField("centres.Centre", on_delete=models.CASCADE, related_name="matching_settings")
    weights = models.JSONField(_("weights"), default=dict, help_text=_("soft term -> 0 to 100"))
    session_minutes = models.PositiveSmallIntegerField(
        _("length of a meeting"),
        default=60,
        help_text=_("minutes"),
        validators=[MinValueValidator(30), MaxValueValidator(180)],
    )
    max_travel_minutes = models.PositiveSmallIntegerField(_("longest way for a volunteer"), default=60)
    min_age_gap = models.PositiveSmallIntegerField(_("years between volunteer and child at least"), default=8)
    use_other_centres = models.BooleanField(_("also ask volunteers of other homes"), default=False)

    class Meta:
        verbose_name = _("matching settings")
        verbose_name_plural = _("matching settings")

    def __str__(self) -> str:
        return str(self.centre_id)


class RunState(models.TextChoices):
    """Where a matching run stands."""

    QUEUED = "queued", _("waiting")
    RUNNING = "running", _("running")
    READY = "ready", _("proposals ready")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("stopped")


class MatchingRunQuerySet(models.QuerySet["MatchingRun"]):
    """Named reads of runs."""

    def visible_to(self, user: Any) -> MatchingRunQuerySet:
        """Return the runs of centres where the person may see matching."""
        scope = scope_filter(user, "matching.view") if user.is_authenticated else None
        return self.none() if scope is None else self.filter(**scope)


class MatchingRun(BaseModel):
    """One question to the solver: a snapshot without names, its settings, its answer."""

    FIELD_CLASSES: ClassVar[dict[str, FieldClass]] = {}

    code = PublicCodeField(prefix="M")
    centre = models.ForeignKey("centres.Centre", on_delete=models.PROTECT, related_name="matching_runs")
    state = models.CharField(_("state"), max_length=12, choices=RunState, default=RunState.QUEUED)
    job_code = models.CharField(max_length=24, blank=True)
    after = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="resolved_again")
    as_of = models.DateField(_("eligibility judged on"))
    seed = models.PositiveIntegerField(default=0)
    options = models.JSONField(default=dict)
    problem = models.JSONField(default=dict)
    solution = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = MatchingRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("matching run")
        verbose_name_plural = _("matching runs")
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.code


class ProposalState(models.TextChoices):
    """What a person has made of a proposal."""

    PROPOSED = "proposed", _("proposed")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    SUPERSEDED = "superseded", _("replaced by a newer run")


class ProposalQuerySet(models.QuerySet["Proposal"]):
    """Named reads of proposals."""

    def visible_to(self, user: Any) -> ProposalQuerySet:
        """Return the proposals of centres where the person may see matching."""
        scope = scope_filter(user, "matching.view", "run__centre_id") if user.is_authenticated else None
        return self.none() if scope is None else self.filter(**scope)


class Proposal(BaseModel):
    """A pair that a run proposes, with its weekly time and room and the reasons as codes."""

    code = PublicCodeField(prefix="P")
    run = models.ForeignKey(MatchingRun, on_delete=models.CASCADE, related_name="proposals")
    child = models.ForeignKey("children.Child", on_delete=models.PROTECT, related_name="proposals")
    volunteer = models.ForeignKey("volunteers.Volunteer", on_delete=models.PROTECT, related_name="proposals")
    weekday = models.PositiveSmallIntegerField(_("weekday"))
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("to"))
    room = models.ForeignKey("centres.Room", null=True, on_delete=models.SET_NULL, related_name="+")
    score = models.IntegerField(_("score"), help_text=_("0 to 1000"))
    reasons = models.JSONField(default=list)
    alternatives = models.JSONField(default=list)
    state = models.CharField(_("state"), max_length=12, choices=ProposalState, default=ProposalState.PROPOSED)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["-score", "id"]
        constraints = [models.UniqueConstraint(fields=["run", "child", "volunteer"], name="proposal_once_per_run")]

    def __str__(self) -> str:
        return self.code


class LeftOver(models.Model):
    """A child for whom a run found nobody, why, and what would help."""

    run = models.ForeignKey(MatchingRun, on_delete=models.CASCADE, related_name="left_over")
    child = models.ForeignKey("children.Child", on_delete=models.PROTECT, related_name="+")
    missing = models.PositiveSmallIntegerField(default=1)
    reasons = models.JSONField(default=list)
    helps = models.JSONField(default=list)

    class Meta:
        verbose_name = _("child left over")
        verbose_name_plural = _("children left over")
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.child_id)


class PairRuleKind(models.TextChoices):
    """What a manager decided about a pair before the next run."""

    LOCK = "lock", _("keep together")
    FORBID = "forbid", _("never together")


class PairRule(BaseModel):
    """A pair that a manager locks or forbids; every later run obeys it until it is lifted."""

    code = PublicCodeField(prefix="R")
    centre = models.ForeignKey("centres.Centre", on_delete=models.CASCADE, related_name="pair_rules")
    child = models.ForeignKey("children.Child", on_delete=models.CASCADE, related_name="pair_rules")
    volunteer = models.ForeignKey("volunteers.Volunteer", on_delete=models.CASCADE, related_name="pair_rules")
    kind = models.CharField(_("rule"), max_length=10, choices=PairRuleKind)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("rule for a pair")
        verbose_name_plural = _("rules for pairs")
        constraints = [
            models.UniqueConstraint(
                fields=["child", "volunteer"], condition=Q(lifted_at__isnull=True), name="one_rule_per_pair"
            )
        ]

    def __str__(self) -> str:
        return self.code


class PairingState(models.TextChoices):
    """The life of a pairing as far as this house knows it; consent and trial period build on it."""

    AWAITING_CONSENT = "awaiting_consent", _("accepted, consent to be asked")
    ACTIVE = "active", _("active")
    WITHDRAWN = "withdrawn", _("withdrawn before it began")
    ENDED = "ended", _("ended")


OPEN_STATES = (PairingState.AWAITING_CONSENT, PairingState.ACTIVE)
"""States in which a pairing takes a place of the child and of the volunteer."""


class PairingQuerySet(models.QuerySet["Pairing"]):
    """Named reads of pairings."""

    def visible_to(self, user: Any) -> PairingQuerySet:
        """Return pairings of the person's centres; to a volunteer and a guardian the own active ones."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        own = Q(state=PairingState.ACTIVE) & (
            Q(volunteer__user=user) | Q(child__guardians__user=user, child__guardians__is_current=True)
        )
        scope = scope_filter(user, "matching.view")
        return self.filter(own if scope is None else own | Q(**scope)).distinct()

    def open(self) -> PairingQuerySet:
        """Return pairings that take a place."""
        return self.filter(state__in=OPEN_STATES)


class Pairing(BaseModel):
    """A volunteer who accompanies a child, with the weekly time and room they were given."""

    FIELD_CLASSES: ClassVar[dict[str, FieldClass]] = {}

    code = PublicCodeField(prefix="H")
    centre = models.ForeignKey("centres.Centre", on_delete=models.PROTECT, related_name="pairings")
    child = models.ForeignKey("children.Child", on_delete=models.PROTECT, related_name="pairings")
    volunteer = models.ForeignKey("volunteers.Volunteer", on_delete=models.PROTECT, related_name="pairings")
    proposal = models.OneToOneField(Proposal, null=True, on_delete=models.SET_NULL, related_name="pairing")
    state = models.CharField(
        _("state"), max_length=20, choices=PairingState, default=PairingState.AWAITING_CONSENT, db_index=True
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"))
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("to"))
    room = models.ForeignKey("centres.Room", null=True, blank=True, on_delete=models.SET_NULL, related_name="pairings")
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = PairingQuerySet.as_manager()

    class Meta:
        verbose_name = _("pairing")
        verbose_name_plural = _("pairings")
        ordering = ["weekday", "starts", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["child", "volunteer"],
                condition=Q(state__in=["awaiting_consent", "active"]),
                name="pair_open_once",
            )
        ]

    def __str__(self) -> str:
        return self.code
