"""A matching run: asked for by a manager, solved in a job, its answer written as proposals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qianshou.accounts.queries import centres_where, everywhere
from qianshou.centres.models import Centre, Room
from qianshou.companionship.engine import Answer, Matching, Preview, Watch
from qianshou.companionship.models import (
    UNDER_WAY,
    LeftOver,
    MatchingRun,
    Proposal,
    ProposalState,
    RunState,
)
from qianshou.companionship.queries.reads import previous_run
from qianshou.companionship.queries.snapshot import Pair, Snapshot, options_from, settings_of, snapshot
from qianshou.companionship.rules.timetable import end_of, time_of, weekday_of
from qianshou.core import audit, clock, jobs
from qianshou.core.errors import Conflict

from .permission import require
from .weights import validated

if TYPE_CHECKING:
    from qianshou.accounts.models import User

JOB_KIND = "companionship.match"
TIME_LIMIT = 120.0
"""Seconds after which a run takes the best answer found so far."""


def preview(centre: Centre, *, by: User, values: Mapping[str, Any]) -> Preview:
    """Tell who would be in a run with these settings and who would not, and why; nothing is written.

    Raises
    ------
    NotAllowed, Invalid
    """
    require(by, "matching.run", centre)
    options = validated(values, settings_of(centre))
    return Matching(_snapshot(centre, options, by=by)).preview()


def start_run(centre: Centre, *, by: User, values: Mapping[str, Any] | None = None, seed: int = 0) -> MatchingRun:
    """Begin a run with the centre's settings, changed by `values` for this once.

    Raises
    ------
    NotAllowed, Invalid
    Conflict
        While another run of the centre is under way.
    """
    require(by, "matching.run", centre)
    options = validated(values or {}, settings_of(centre))
    return _begin(centre, options, by=by, seed=seed, after=None)


def solve_again(run: MatchingRun, *, by: User) -> MatchingRun:
    """Run once more with the same settings: what was accepted stays, locks and forbidden pairs are obeyed.

    Pairs that were declined in this run, or in the runs it came from, are not proposed again.

    Raises
    ------
    NotAllowed
    Conflict
        While this or another run of the centre is under way.
    """
    require(by, "matching.run", run.centre_id)
    return _begin(run.centre, dict(run.options), by=by, seed=run.seed, after=run)


def _begin(centre: Centre, options: dict[str, Any], *, by: User, seed: int, after: MatchingRun | None) -> MatchingRun:
    with transaction.atomic():
        Centre.objects.select_for_update().get(pk=centre.pk)
        for other in MatchingRun.objects.filter(centre=centre, state__in=UNDER_WAY):
            if follow_job(other).is_under_way:
                raise Conflict(
                    gettext_lazy("A run for this home is under way. Wait for it, or stop it first."),
                    code="run_under_way",
                    details={"run": other.code},
                )
        run = MatchingRun.objects.create(
            centre=centre, after=after, as_of=clock.today(), seed=seed, options=options, created_by=by
        )
        title = _("Finding companions: %(centre)s") % {"centre": centre.name}
        job = jobs.start(JOB_KIND, by=by, centre=centre, title=title, payload={"run": run.code})
        run.job_code = job.code
        run.save(update_fields=["job_code"])
        audit.record(
            "companionship.start_run",
            by=by,
            subject=run,
            changes={"options": options, **({"after": after.code} if after else {})},
        )
    return run


def follow_job(run: MatchingRun) -> MatchingRun:
    """Bring a run up to its job: a job that failed or was stopped takes its run along (its worker may be dead)."""
    if not run.is_under_way:
        return run
    job = jobs.Job.objects.filter(code=run.job_code).first()
    ended = {jobs.JobState.FAILED: RunState.FAILED, jobs.JobState.CANCELLED: RunState.CANCELLED}
    if job is not None and job.state in ended:
        return end_run(run, ended[jobs.JobState(job.state)])
    return run


def end_run(run: MatchingRun, state: RunState) -> MatchingRun:
    """Close a run that brings no answer."""
    at = clock.now()
    MatchingRun.objects.filter(pk=run.pk, state__in=UNDER_WAY).update(state=state, finished_at=at, updated_at=at)
    run.refresh_from_db(fields=["state", "finished_at"])
    return run


def solve_run(run: MatchingRun, *, watch: Watch) -> MatchingRun:
    """Solve a run and write its answer; safe to call again when a worker died half-way.

    `watch` is told the stages; an exception that it raises (a person stopped the job) leaves nothing written.
    """
    if run.state == RunState.READY:
        return run
    MatchingRun.objects.filter(pk=run.pk, state__in=UNDER_WAY).update(state=RunState.RUNNING, updated_at=clock.now())
    watch("reading", None, None)
    asked = _snapshot(
        run.centre,
        run.options,
        by=run.created_by,
        on=run.as_of,
        never=_declined_before(run),
        before=previous_run(run),
    )
    watch("candidates", None, None)
    matching = Matching(asked)
    answer = matching.solve(seed=run.seed, time_limit=TIME_LIMIT, watch=watch)
    watch("writing", None, None)
    return _write(run, asked, answer)


def _snapshot(centre: Centre, options: Mapping[str, Any], *, by: User | None, **more: Any) -> Snapshot:
    others = _other_centres(centre, by) if options.get("use_other_centres") and by is not None else set()
    return snapshot(centre, options_from(options), **{"on": clock.today(), **more}, other_centres=others)


def _other_centres(centre: Centre, by: User) -> set[int]:
    """Return the other homes whose volunteers the person may see: a run shows nobody else's people."""
    if everywhere(by, "volunteers.list"):
        return set(Centre.objects.exclude(pk=centre.pk).values_list("pk", flat=True))
    return centres_where(by, "volunteers.list") - {centre.pk}


def _declined_before(run: MatchingRun) -> list[Pair]:
    """Return the pairs that people declined in the runs this one goes back to."""
    earlier: list[int] = []
    step = run.after
    while step is not None and step.pk not in earlier:
        earlier.append(step.pk)
        step = step.after
    declined = Proposal.objects.filter(run__in=earlier, state=ProposalState.DECLINED)
    return list(declined.values_list("child__code", "volunteer__code"))


def _write(run: MatchingRun, asked: Snapshot, answer: Answer) -> MatchingRun:
    """Write the answer and put the open proposals of older runs of the centre out of force."""
    at = clock.now()
    with transaction.atomic():
        run = MatchingRun.objects.select_for_update().get(pk=run.pk)
        if not run.is_under_way:
            return run
        run.proposals.all().delete()
        run.left_over.all().delete()
        Proposal.objects.filter(run__centre_id=run.centre_id, state=ProposalState.PROPOSED).update(
            state=ProposalState.SUPERSEDED, updated_at=at
        )
        rooms = set(Room.objects.filter(centre_id=run.centre_id).values_list("pk", flat=True))
        Proposal.objects.bulk_create(_proposals(run, asked, answer, rooms))
        LeftOver.objects.bulk_create(
            LeftOver(
                run=run,
                child_id=asked.child_pks[left.child],
                missing=left.missing,
                reasons=list(left.reasons),
                helps=list(left.helps),
            )
            for left in answer.left_over
        )
        run.state, run.finished_at = RunState.READY, at
        run.problem, run.solution = answer.problem, answer.solution
        run.counts, run.excluded = _counts(answer), _excluded(answer)
        run.save()
        audit.record(
            "companionship.finish_run",
            by=run.created_by,
            subject=run,
            changes={"proposals": len(answer.proposals), "left_over": len(answer.left_over)},
        )
    return run


def _proposals(run: MatchingRun, asked: Snapshot, answer: Answer, rooms: set[int]) -> list[Proposal]:
    return [
        Proposal(
            run=run,
            child_id=asked.child_pks[one.child],
            volunteer_id=asked.volunteer_pks[one.volunteer],
            weekday=weekday_of(one.start),
            starts=time_of(one.start),
            ends=end_of(one.start, one.length),
            room_id=one.room if one.room in rooms else None,
            score=one.score,
            reasons=[reason.as_json() for reason in one.reasons],
            alternatives=[dict(other) for other in one.alternatives],
        )
        for one in answer.proposals
    ]


def _counts(answer: Answer) -> dict[str, Any]:
    return {
        "children": len(answer.preview.children_in),
        "places": answer.preview.places,
        "volunteers": len(answer.preview.volunteers_in),
        "candidates": answer.preview.candidates,
        "proposals": len(answer.proposals),
        "left_over": len(answer.left_over),
        "status": answer.solution["status"],
        "value": answer.solution["value"],
        "bound": answer.solution["bound"],
        "score": answer.solution["score"],
        "by_rule": answer.preview.by_rule,
    }


def _excluded(answer: Answer) -> dict[str, Any]:
    return {
        "children": answer.preview.children_out,
        "volunteers": answer.preview.volunteers_out,
        "locks": list(answer.broken_locks),
    }
