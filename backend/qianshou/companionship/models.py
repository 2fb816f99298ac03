"""Matching runs, what they propose, and the pairings that people decide on (S12)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

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

    FIELD_CLASSES: ClassVar[dict[str, FieldClass]] = {}

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


UNDER_WAY = (RunState.QUEUED, RunState.RUNNING)
"""States of a run whose answer is still to come."""


class MatchingRunQuerySet(models.QuerySet["MatchingRun"]):
    """Named reads of runs."""

    def visible_to(self, user: Any) -> MatchingRunQuerySet:
        """Return the runs of centres where the person may see matching."""
        scope = scope_filter(user, "matching.view") if user.is_authenticated else None
        return self.none() if scope is None else self.filter(**scope)


class MatchingRun(BaseModel):
    """One question to the solver: a snapshot without names, its settings, its answer.

    `problem` and `solution` have the form of the solver's contract, with public codes as ids; `counts` holds what
    the pages show of the run, `excluded` who was left out of it and why.
    """

    FIELD_CLASSES: ClassVar[dict[str, FieldClass]] = {
        "code": FieldClass.INTERNAL,
        "centre": FieldClass.PUBLIC,
        "state": FieldClass.INTERNAL,
        "as_of": FieldClass.INTERNAL,
        "options": FieldClass.INTERNAL,
        "counts": FieldClass.INTERNAL,
    }

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
    excluded = models.JSONField(default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = MatchingRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("matching run")
        verbose_name_plural = _("matching runs")
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["centre", "-created_at"])]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        """Return the page of the run."""
        return reverse("companionship:run", args=[self.code])

    @property
    def is_under_way(self) -> bool:
        """Tell whether the answer is still to come."""
        return self.state in UNDER_WAY

    @property
    def shown_state(self) -> str:
        """Return the state; of a run whose job has ended without an answer (read along as `job_state`), the job's."""
        ended = getattr(self, "job_state", None)
        return str(ended) if self.is_under_way and ended in {RunState.FAILED, RunState.CANCELLED} else str(self.state)

    @property
    def shown_state_word(self) -> Any:
        """Return the words of `shown_state`."""
        return RunState(self.shown_state).label


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
    """A pair that a run proposes, with its weekly time and room and the reasons as codes.

    `reasons` is a list of `{"code", "points", "data"}` whose points add up to the score; `alternatives` of
    `{"volunteer", "slot", "score", "at_least"}`, the volunteer as a public code.
    """

    FIELD_CLASSES: ClassVar[dict[str, FieldClass]] = {
        "code": FieldClass.INTERNAL,
        "weekday": FieldClass.INTERNAL,
        "starts": FieldClass.INTERNAL,
        "ends": FieldClass.INTERNAL,
        "room": FieldClass.INTERNAL,
        "score": FieldClass.INTERNAL,
        "state": FieldClass.INTERNAL,
        "reasons": FieldClass.PERSONAL,
        "alternatives": FieldClass.PERSONAL,
        "decided_reason": FieldClass.PERSONAL,
    }

    code = PublicCodeField(prefix="P")
    run = models.ForeignKey(MatchingRun, on_delete=models.CASCADE, related_name="proposals")
    child = models.ForeignKey("children.Child", on_delete=models.PROTECT, related_name="proposals")
    volunteer = models.ForeignKey("volunteers.Volunteer", on_delete=models.PROTECT, related_name="proposals")
    weekday = models.PositiveSmallIntegerField(_("weekday"), help_text=_("1 = Monday to 7 = Sunday"))
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
        constraints = [
            models.UniqueConstraint(fields=["run", "child", "volunteer"], name="proposal_once_per_run"),
            models.CheckConstraint(condition=Q(weekday__gte=1, weekday__lte=7), name="proposal_weekday"),
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="proposal_times_in_order"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_open(self) -> bool:
        """Tell whether nobody has decided yet."""
        return self.state == ProposalState.PROPOSED


class LeftOver(models.Model):
    """A child for whom a run found nobody (or too few), why, and what would help.

    `reasons` is a list of `{"code", "count"}`, `helps` of `{"code", "data"}`.
    """

    run = models.ForeignKey(MatchingRun, on_delete=models.CASCADE, related_name="left_over")
    child = models.ForeignKey("children.Child", on_delete=models.PROTECT, related_name="+")
    missing = models.PositiveSmallIntegerField(default=1)
    reasons = models.JSONField(default=list)
    helps = models.JSONField(default=list)

    class Meta:
        verbose_name = _("child left over")
        verbose_name_plural = _("children left over")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["run", "child"], name="left_over_once_per_run")]

    def __str__(self) -> str:
        return str(self.child_id)


class PairRuleKind(models.TextChoices):
    """What a manager decided about a pair before the next run."""

    LOCK = "lock", _("keep together")
    FORBID = "forbid", _("never together")


class PairRuleQuerySet(models.QuerySet["PairRule"]):
    """Named reads of rules for pairs."""

    def visible_to(self, user: Any) -> PairRuleQuerySet:
        """Return the rules of centres where the person may see matching."""
        scope = scope_filter(user, "matching.view") if user.is_authenticated else None
        return self.none() if scope is None else self.filter(**scope)

    def in_force(self) -> PairRuleQuerySet:
        """Return the rules that nobody has lifted."""
        return self.filter(lifted_at__isnull=True)


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
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects = PairRuleQuerySet.as_manager()

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
    ACTIVE = "active", pgettext_lazy("pairing", "active")
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
        scope = scope_filter(user, "pairings.list")
        return self.filter(own if scope is None else own | Q(**scope)).distinct()

    def open(self) -> PairingQuerySet:
        """Return pairings that take a place."""
        return self.filter(state__in=OPEN_STATES)


class Pairing(BaseModel):
    """A volunteer who accompanies a child, with the weekly time and room they were given.

    While it is open a pairing holds one numbered place of the volunteer and one of the child, and its half-hours
    (`HeldHour`): the database itself refuses a place or an hour that is given twice.
    """

    FIELD_CLASSES: ClassVar[dict[str, FieldClass]] = {
        "code": FieldClass.INTERNAL,
        "state": FieldClass.INTERNAL,
        "weekday": FieldClass.INTERNAL,
        "starts": FieldClass.INTERNAL,
        "ends": FieldClass.INTERNAL,
        "room": FieldClass.INTERNAL,
        "accepted_by": FieldClass.PERSONAL,
        "ended_at": FieldClass.INTERNAL,
        "end_reason": FieldClass.PERSONAL,
    }

    code = PublicCodeField(prefix="H")
    centre = models.ForeignKey("centres.Centre", on_delete=models.PROTECT, related_name="pairings")
    child = models.ForeignKey("children.Child", on_delete=models.PROTECT, related_name="pairings")
    volunteer = models.ForeignKey("volunteers.Volunteer", on_delete=models.PROTECT, related_name="pairings")
    proposal = models.OneToOneField(Proposal, null=True, on_delete=models.SET_NULL, related_name="pairing")
    state = models.CharField(
        _("state"), max_length=20, choices=PairingState, default=PairingState.AWAITING_CONSENT, db_index=True
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), help_text=_("1 = Monday to 7 = Sunday"))
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("to"))
    room = models.ForeignKey("centres.Room", null=True, blank=True, on_delete=models.SET_NULL, related_name="pairings")
    volunteer_place = models.PositiveSmallIntegerField(null=True, editable=False)
    child_place = models.PositiveSmallIntegerField(null=True, editable=False)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
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
            ),
            models.UniqueConstraint(fields=["volunteer", "volunteer_place"], name="volunteer_place_once"),
            models.UniqueConstraint(fields=["child", "child_place"], name="child_place_once"),
            models.CheckConstraint(
                condition=Q(
                    state__in=["awaiting_consent", "active"],
                    volunteer_place__isnull=False,
                    child_place__isnull=False,
                )
                | Q(state__in=["withdrawn", "ended"], volunteer_place__isnull=True, child_place__isnull=True),
                name="pairing_holds_places_while_open",
            ),
            models.CheckConstraint(condition=Q(weekday__gte=1, weekday__lte=7), name="pairing_weekday"),
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="pairing_times_in_order"),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        """Return the page of the pairing."""
        return reverse("companionship:pairing", args=[self.code])

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Take the lowest free place of both while open, give both places back when closed."""
        if not self.is_open:
            self.volunteer_place = self.child_place = None
        elif self.volunteer_place is None or self.child_place is None:
            for side in ("volunteer", "child"):
                held = Pairing.objects.filter(**{f"{side}_id": getattr(self, f"{side}_id")})
                numbers = set(held.exclude(pk=self.pk).values_list(f"{side}_place", flat=True))
                setattr(self, f"{side}_place", next(n for n in range(1, len(numbers) + 2) if n not in numbers))
        super().save(*args, **kwargs)

    @property
    def is_open(self) -> bool:
        """Tell whether the pairing takes a place."""
        return self.state in OPEN_STATES


class HeldHour(models.Model):
    """A half-hour of the week that an open pairing holds: of the child, the volunteer and a seat of the room.

    Rows exist only while the pairing is open; the unique constraints make a double booking impossible, whatever
    happens at the same moment.
    """

    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="hours")
    slot = models.PositiveSmallIntegerField(help_text=_("half-hour of the week, see rules.timetable"))
    child = models.ForeignKey("children.Child", on_delete=models.CASCADE, related_name="+")
    volunteer = models.ForeignKey("volunteers.Volunteer", on_delete=models.CASCADE, related_name="+")
    room = models.ForeignKey("centres.Room", null=True, on_delete=models.PROTECT, related_name="held_hours")
    seat = models.PositiveSmallIntegerField(null=True, help_text=_("1 to the room's number of pairs at a time"))

    class Meta:
        verbose_name = _("hour of a pairing")
        verbose_name_plural = _("hours of pairings")
        constraints = [
            models.UniqueConstraint(fields=["child", "slot"], name="child_hour_once"),
            models.UniqueConstraint(fields=["volunteer", "slot"], name="volunteer_hour_once"),
            models.UniqueConstraint(fields=["room", "slot", "seat"], name="room_seat_once"),
            models.CheckConstraint(
                condition=Q(room__isnull=True, seat__isnull=True) | Q(room__isnull=False, seat__isnull=False),
                name="held_room_has_seat",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pairing_id}:{self.slot}"
