"""Jobs: progress, cancel, result, and survival of a killed worker."""

from __future__ import annotations

from datetime import timedelta

import pytest

from qianshou.accounts.models import Membership, Role, User
from qianshou.centres.models import Centre
from qianshou.core import clock, jobs, obligations
from qianshou.core.errors import Conflict, Invalid
from qianshou.core.models import AuditEntry, Job, JobState, Obligation


@pytest.fixture
def starter(db):
    return User.objects.create(username="starter", display_name="Starter")


@pytest.fixture
def run_as(monkeypatch):
    """Register the runner of kind `test.job` for one test."""
    monkeypatch.setattr(jobs, "_runners", {})
    return jobs.kind("test.job")


def start(starter, **values):
    return jobs.start("test.job", by=starter, title="Count", **values)


def finish(job):
    obligations.run_due(kinds={jobs.OBLIGATION})
    job.refresh_from_db()
    return job


def test_a_job_runs_reports_and_keeps_its_result(starter, run_as):
    seen = []

    @run_as
    def run(job, progress):
        progress.report("Counting", 1, 4)
        seen.append(Job.objects.values_list("state", "stage", "done", "total").get(pk=job.pk))
        return {"url": "/there/", "sum": job.payload["n"]}

    job = start(starter, payload={"n": 7})
    assert job.state == JobState.QUEUED
    finish(job)
    assert seen == [("running", "Counting", 1, 4)]
    assert (job.state, job.result, job.result_url) == (JobState.DONE, {"url": "/there/", "sum": 7}, "/there/")
    assert job.started_at <= job.ended_at
    assert AuditEntry.objects.get(action="core.start_job").subject_code == job.code


def test_reports_are_written_at_most_twice_a_second(starter, run_as, django_assert_max_num_queries):
    @run_as
    def run(job, progress):
        progress.report("Counting", 0, 1000)
        with django_assert_max_num_queries(4):
            for number in range(1000):
                progress.report("Counting", number, 1000)

    assert finish(start(starter)).state == JobState.DONE


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [(Invalid("Row 3 is wrong", code="bad_row"), "bad_row", "Row 3 is wrong"), (ValueError("secret"), "internal", "")],
)
def test_a_runner_that_fails_is_not_tried_again(starter, run_as, error, code, message):
    calls = []

    @run_as
    def run(job, progress):
        calls.append(job)
        raise error

    job = finish(start(starter))
    assert (job.state, job.error_code, job.error_message) == (JobState.FAILED, code, message)
    finish(job)
    assert len(calls) == 1


def test_a_job_that_has_not_begun_stops_at_once(starter, run_as):
    run_as(lambda job, progress: pytest.fail("ran"))
    job = jobs.request_cancel(start(starter), by=starter)
    assert job.state == JobState.CANCELLED
    assert finish(job).state == JobState.CANCELLED
    with pytest.raises(Conflict):
        jobs.request_cancel(job, by=starter)


def test_a_running_job_stops_at_its_next_report(starter, run_as):
    after = []

    @run_as
    def run(job, progress):
        progress.report("One")
        jobs.request_cancel(job, by=starter)
        jobs.request_cancel(job, by=starter)
        progress.report("Two")
        after.append(job)

    job = finish(start(starter))
    assert (job.state, after) == (JobState.CANCELLED, [])
    assert AuditEntry.objects.filter(action="core.cancel_job").count() == 1


def _kill(job):
    """Leave behind what a worker leaves that is killed in mid-run."""
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, stage="Counting", done=3)
    Obligation.objects.filter(key=f"job:{job.code}").update(
        claimed_by="dead",
        lease_until=clock.now() - timedelta(seconds=1),
        attempts=Obligation.objects.get().attempts + 1,
    )


def test_a_job_whose_worker_was_killed_begins_again(starter, run_as):
    run_as(lambda job, progress: {"again": job.done})
    job = start(starter)
    _kill(job)
    assert (finish(job).state, job.result) == (JobState.DONE, {"again": 0})


def test_a_job_that_kills_its_workers_is_given_up(starter, run_as):
    run_as(lambda job, progress: pytest.fail("ran"))
    job = start(starter)
    for _ in range(jobs.CRASHES):
        _kill(job)
    assert (finish(job).state, job.error_code) == (JobState.FAILED, "crashed")


def test_a_runner_that_lost_its_job_writes_nothing_more(starter, run_as):
    @run_as
    def run(job, progress):
        Obligation.objects.update(claimed_by="another")
        progress.report("Two")

    assert finish(start(starter)).state == JobState.RUNNING


def test_an_unknown_kind_is_refused(starter, run_as):
    with pytest.raises(LookupError):
        start(starter)


def test_starter_and_managers_of_the_centre_see_a_job(starter, run_as):
    run_as(lambda job, progress: None)
    home, other = (Centre.objects.create(code=code, name=code) for code in ("H01", "H02"))
    people = {}
    for name, role, centre in (
        ("manager", Role.MANAGER, home), ("neighbour", Role.MANAGER, other), ("worker", Role.WORKER, home),
        ("administrator", Role.ADMINISTRATOR, None),
    ):  # fmt: skip
        people[name] = User.objects.create(username=name, display_name=name)
        Membership.objects.create(user=people[name], role=role, centre=centre)
    job = start(starter, centre=home)
    sees = {name: Job.objects.visible_to(user).filter(pk=job.pk).exists() for name, user in people.items()}
    assert sees == {"manager": True, "neighbour": False, "worker": False, "administrator": True}
    assert Job.objects.visible_to(starter).get() == job
