"""Reads of runs, proposals and pairings for pages and API; each brings along what it shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import time

from django.db.models import Case, Count, OuterRef, Q, QuerySet, Subquery, When

from qianshou.accounts.queries import AnyUser, scope_filter
from qianshou.centres.models import Centre, Room
from qianshou.children.models import Child
from qianshou.companionship.models import (
    UNDER_WAY,
    LeftOver,
    MatchingRun,
    Pairing,
    PairingState,
    PairRule,
    Proposal,
    ProposalState,
    RunState,
)
from qianshou.companionship.rules.timetable import SLOTS_PER_DAY, slots_in, taken_by, time_of
from qianshou.core.jobs import Job, JobState
from qianshou.core.models import AuditEntry
from qianshou.volunteers.models import Volunteer

from .snapshot import opening_mask, rooms_of


def runs(user: AnyUser) -> QuerySet[MatchingRun]:
    """Return the runs a person may see, newest first, without the solver's files."""
    return (
        with_job(MatchingRun.objects.visible_to(user))
        .select_related("centre", "created_by", "after")
        .defer("problem", "solution", "excluded")
        .annotate(
            proposed=Count("proposals", filter=Q(proposals__state=ProposalState.PROPOSED)),
            accepted=Count("proposals", filter=Q(proposals__state=ProposalState.ACCEPTED)),
        )
        .order_by("-created_at", "-pk")
    )


def with_job(found: QuerySet[MatchingRun]) -> QuerySet[MatchingRun]:
    """Read along the state of the job that solves a run, as `job_state`."""
    job = Job.objects.filter(code=OuterRef("job_code")).values("state")[:1]
    return found.annotate(job_state=Subquery(job))


def job_of(run: MatchingRun) -> Job | None:
    """Return the job that solves a run."""
    return Job.objects.filter(code=run.job_code).first() if run.job_code else None


def proposals(user: AnyUser) -> QuerySet[Proposal]:
    """Return the proposals a person may see, with everybody they name."""
    return Proposal.objects.visible_to(user).select_related(
        "run__centre", "child__centre", "volunteer__centre", "room", "decided_by", "pairing"
    )


def for_decision(found: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """Put the open proposals first, the best fit on top."""
    return found.annotate(rank=Case(When(state=ProposalState.PROPOSED, then=0), default=1)).order_by(
        "rank", "-score", "id"
    )


def rules_by_pair(pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], PairRule]:
    """Return the rule in force for each pair of child and volunteer (primary keys) that has one."""
    wanted = set(pairs)
    children = {child for child, _volunteer in wanted}
    found = PairRule.objects.in_force().filter(child__in=children)
    return {(rule.child_id, rule.volunteer_id): rule for rule in found if (rule.child_id, rule.volunteer_id) in wanted}


def pair_rules(user: AnyUser) -> QuerySet[PairRule]:
    """Return the rules in force that a person may see, newest first."""
    found = PairRule.objects.visible_to(user).in_force()
    return found.select_related("centre", "child__centre", "volunteer__centre", "made_by").order_by("-created_at")


def volunteers_named(codes: Iterable[str]) -> dict[str, Volunteer]:
    """Return volunteers by public code, in one query."""
    return {v.code: v for v in Volunteer.objects.filter(code__in=set(codes)).select_related("centre")}


def children_named(codes: Iterable[str]) -> dict[str, Child]:
    """Return children by public code, in one query."""
    return {child.code: child for child in Child.objects.filter(code__in=set(codes)).select_related("centre")}


def left_over(run: MatchingRun) -> list[LeftOver]:
    """Return the children that a run left over."""
    return list(run.left_over.select_related("child__centre").order_by("child__name_sort", "id"))


def pairings(user: AnyUser) -> QuerySet[Pairing]:
    """Return the pairings a person may see, with everybody they name."""
    return Pairing.objects.visible_to(user).select_related(
        "centre", "child__centre", "volunteer__centre", "room", "accepted_by", "ended_by", "proposal__run"
    )


def in_week_order(found: QuerySet[Pairing]) -> QuerySet[Pairing]:
    """Put open pairings first, through the week; those that are over last."""
    over = [PairingState.WITHDRAWN, PairingState.ENDED]
    return found.annotate(rank=Case(When(state__in=over, then=1), default=0)).order_by(
        "rank", "weekday", "starts", "id"
    )


def history(pairing: Pairing) -> QuerySet[AuditEntry]:
    """Return what happened to a pairing, newest first."""
    found = AuditEntry.objects.filter(subject_type=Pairing._meta.label_lower, subject_id=pairing.pk)
    return found.select_related("actor").order_by("-at", "-id")


def open_proposals(user: AnyUser) -> QuerySet[Proposal]:
    """Return the proposals that wait for a decision of this manager."""
    scope = scope_filter(user, "matching.run", "run__centre_id")
    found = Proposal.objects.filter(state=ProposalState.PROPOSED, run__state=RunState.READY)
    return found.none() if scope is None else found.filter(**scope)


def under_way(user: AnyUser) -> QuerySet[MatchingRun]:
    """Return the runs of this manager's homes whose answer is still to come."""
    scope = scope_filter(user, "matching.run")
    at_work = Job.objects.filter(state__in=[JobState.QUEUED, JobState.RUNNING]).values("code")
    found = MatchingRun.objects.filter(state__in=UNDER_WAY, job_code__in=at_work).select_related("centre")
    return found.none() if scope is None else found.filter(**scope).defer("problem", "solution")


def counts_of_open(user: AnyUser) -> tuple[int, int]:
    """Return how many visible pairings are active, and how many await consent."""
    counted = Counter(Pairing.objects.visible_to(user).open().values_list("state", flat=True))
    return counted[PairingState.ACTIVE], counted[PairingState.AWAITING_CONSENT]


def own_pairings(user: AnyUser) -> QuerySet[Pairing]:
    """Return the person's own active pairings: as volunteer, or as guardian of the child."""
    own = Q(volunteer__user=user) | Q(child__guardians__user=user, child__guardians__is_current=True)
    return pairings(user).filter(own, state=PairingState.ACTIVE).distinct()


def previous_run(run: MatchingRun) -> MatchingRun | None:
    """Return the run to compare with: the one it came from, else the finished one before it at the same home."""
    if run.after is not None and run.after.state == RunState.READY:
        return run.after
    earlier = MatchingRun.objects.filter(centre_id=run.centre_id, state=RunState.READY, pk__lt=run.pk)
    return earlier.defer("problem", "solution").order_by("-pk").first()


@dataclass(frozen=True, slots=True)
class Change:
    """A pair in two runs: `was` and `now` are its proposals, one of them None when it came or went."""

    kind: str
    was: Proposal | None
    now: Proposal | None

    @property
    def shown(self) -> Proposal:
        """Return the newer of the two."""
        found = self.now or self.was
        if found is None:
            raise ValueError("a change without a proposal")
        return found


def compare(user: AnyUser, run: MatchingRun, earlier: MatchingRun) -> list[Change]:
    """Tell what differs between two runs: pairs that are new, gone, moved to another time, or the same."""
    before = {(p.child_id, p.volunteer_id): p for p in proposals(user).filter(run=earlier)}
    after = {(p.child_id, p.volunteer_id): p for p in proposals(user).filter(run=run)}
    changes = []
    for key in sorted({*before, *after}):
        was, now = before.get(key), after.get(key)
        if was is None or now is None:
            kind = "new" if was is None else _fate(was)
        else:
            kind = "same" if (was.weekday, was.starts) == (now.weekday, now.starts) else "moved"
        changes.append(Change(kind, was, now))
    order = ("new", "moved", "gone", "accepted", "declined", "same")
    return sorted(changes, key=lambda change: order.index(change.kind))


def _fate(was: Proposal) -> str:
    """Say why a pair of the earlier run is not in the later one."""
    return was.state if was.state in {ProposalState.ACCEPTED, ProposalState.DECLINED} else "gone"


@dataclass(frozen=True, slots=True)
class Cell:
    """A half-hour of a weekday: meetings held and proposed, and places in rooms; closed homes have no cell."""

    held: int
    proposed: int
    seats: int

    @property
    def used(self) -> int:
        """Return all meetings."""
        return self.held + self.proposed

    @property
    def is_full(self) -> bool:
        """Tell whether no room is left."""
        return self.used >= self.seats


@dataclass(frozen=True, slots=True)
class RoomWeek:
    """The rooms of a home through the week: rows of half-hours, seven cells each."""

    rows: Sequence[tuple[time, Sequence[Cell | None]]]
    by_weekday: dict[int, int]
    rooms: Sequence[Room]


def room_week(centre: Centre, proposed: Iterable[Proposal]) -> RoomWeek:
    """Return how full the rooms are with the pairings that exist and the proposals that are open."""
    facts = rooms_of(centre)
    rooms = list(Room.objects.filter(pk__in=[room.pk for room in facts]).order_by("zone", "name"))
    seats = sum(room.seats for room in facts)
    meetings: Counter[int] = Counter()
    by_weekday: Counter[int] = Counter()
    for proposal in proposed:
        by_weekday[proposal.weekday] += 1
        meetings.update(slots_in(taken_by([(proposal.weekday, proposal.starts, proposal.ends)])))
    opened = opening_mask(centre)
    rows = []
    for index in range(SLOTS_PER_DAY):
        slots = [day * SLOTS_PER_DAY + index for day in range(7)]
        cells = [
            Cell(seats - sum(room.left[slot] for room in facts), meetings[slot], seats) if opened >> slot & 1 else None
            for slot in slots
        ]
        if any(cell is not None for cell in cells):
            rows.append((time_of(index), cells))
    return RoomWeek(rows, dict(by_weekday), rooms)


def centres_to_match(user: AnyUser) -> QuerySet[Centre]:
    """Return the homes for which a person may run a matching."""
    return Centre.objects.where_may(user, "matching.run").filter(is_active=True)
