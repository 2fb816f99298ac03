"""Core's own pages, and what all pages have from their bases."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.db import transaction
from django.urls import reverse

from qianshou.core import audit, clock, jobs, readlog
from qianshou.core.errors import Conflict, Gone, Invalid, NotAllowed, TooLarge
from qianshou.core.models import AuditEntry, Job, JobState
from qianshou.core.pages import problems

HX = {"HX-Request": "true"}


@pytest.fixture
def job_of(monkeypatch):
    monkeypatch.setattr(jobs, "_runners", {})
    jobs.kind("test.job")(lambda job, progress: None)

    def make(by, centre=None, **values):
        job = jobs.start("test.job", by=by, centre=centre, title="Import of a register")
        Job.objects.filter(pk=job.pk).update(**values)
        job.refresh_from_db()
        return job

    return make


def test_a_job_page_moves_by_its_part(client, person, job_of):
    user = person()
    client.force_login(user)
    job = job_of(user, state=JobState.RUNNING, stage="Reading rows", done=3, total=10)
    page = client.get(job.get_absolute_url())
    part = client.get(job.get_absolute_url(), headers=HX).content.decode()
    assert page.status_code == 200
    assert "Reading rows" in part
    assert "every 1500ms" in part
    assert "<html" not in part
    assert re.sub(r'value="[^"]{36}"|value="\w{64}"', "", part.strip()) in re.sub(
        r'value="[^"]{36}"|value="\w{64}"', "", page.content.decode()
    )
    Job.objects.update(state=JobState.DONE, result={"url": "/there/"})
    done = client.get(job.get_absolute_url(), headers=HX).content.decode()
    assert "/there/" in done
    assert "every 1500ms" not in done


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"error_code": "bad_row", "error_message": "Row 3"}, "Row 3"),
        ({"error_code": "internal"}, ""),
        ({"error_code": "crashed"}, ""),
    ],
)
def test_a_failed_job_says_so(client, person, job_of, values, words):
    user = person()
    client.force_login(user)
    page = client.get(job_of(user, state=JobState.FAILED, **values).get_absolute_url())
    assert words in page.content.decode()


def test_a_job_is_stopped_from_its_page(client, person, job_of):
    user = person()
    client.force_login(user)
    job = job_of(user)
    assert client.post(reverse("core:job_cancel", args=[job.code]))["Location"] == job.get_absolute_url()
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    again = client.post(reverse("core:job_cancel", args=[job.code]))
    assert again.status_code == 409
    assert client.get(reverse("core:job_cancel", args=[job.code])).status_code == 405


def test_another_ones_job_is_not_there(client, person, job_of):
    job = job_of(person())
    client.force_login(person())
    assert client.get(job.get_absolute_url()).status_code == 404
    assert client.post(reverse("core:job_cancel", args=[job.code])).status_code == 404
    assert job.title not in client.get(reverse("core:jobs")).content.decode()


@pytest.mark.parametrize("name", ["jobs", "audit", "reads"])
def test_lists_ask_the_same_number_of_queries_for_one_row_and_for_many(
    client, person, home, job_of, name, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    manager = person("manager", home)
    client.force_login(manager)

    def rows(count):
        for _ in range(count):
            job_of(person(), home)
            with readlog.reading(home, by=person(), fields=["name"], purpose="visit"):
                pass

    rows(1)
    client.get(reverse(f"core:{name}"))
    counts = []
    for more in (0, 12):
        rows(more)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(reverse(f"core:{name}")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


def test_managers_see_the_audit_of_their_homes_and_administrators_all(client, person, home, other_home):
    actor = person()
    with transaction.atomic():
        for centre in (home, other_home, None):
            audit.record("core.start_job", by=actor, centre=centre, changes={"kind": "x"})
    seen = {}
    for role, centre in (("manager", home), ("supervisor", other_home), ("administrator", None)):
        client.force_login(person(role, centre))
        seen[role] = client.get(reverse("core:audit")).context["page_obj"].paginator.count
    assert seen == {"manager": 1, "supervisor": 1, "administrator": 3}
    for role in ("worker", "volunteer", "counsellor"):
        client.force_login(person(role, home))
        assert client.get(reverse("core:audit")).status_code == 403
        assert client.get(reverse("core:reads")).status_code == 403


def test_the_audit_is_filtered_in_the_address(client, person, home):
    ann, ben = person(username="ann"), person(username="ben")
    for who, at in ((ann, date(2026, 11, 1)), (ben, date(2026, 11, 20))):
        with clock.frozen(at), transaction.atomic():
            audit.record("core.start_job", by=who, centre=home)
    client.force_login(person("manager", home))

    def count(**query):
        return client.get(reverse("core:audit"), query).context["page_obj"].paginator.count

    assert count(q="ann") == count(first="2026-11-20") == count(last="2026-11-01") == 1
    assert (count(q="nobody"), count(action="core.start_job"), count()) == (0, 2, 2)
    wrong = client.get(reverse("core:audit"), {"first": "30 February"})
    assert (wrong.status_code, list(wrong.context["filter"].form.errors)) == (422, ["first"])
    part = client.get(reverse("core:audit"), {"q": "ann"}, headers=HX)
    assert "<html" not in part.content.decode()
    assert "HX-Request" in part["Vary"]


@pytest.mark.parametrize(
    ("page", "status"), [("1", 200), ("999999", 200), ("0", 404), ("-1", 404), ("x", 404), ("9" * 40, 404), ("²", 404)]
)
def test_page_numbers(client, person, home, page, status):
    client.force_login(person("manager", home))
    assert client.get(reverse("core:audit"), {"page": page}).status_code == status


def test_people_who_are_not_signed_in(client):
    page = client.get(reverse("core:jobs"))
    assert page.status_code == 302
    assert page["Location"].endswith("?next=/jobs/")
    assert client.get(reverse("core:jobs"), headers=HX).status_code == 401


def test_headers_of_a_page(client, person):
    client.force_login(person())
    page = client.get(reverse("core:jobs"))
    nonce = re.search(r"'nonce-([^']+)'", page["Content-Security-Policy"])[1]
    assert f'nonce="{nonce}"' in page.content.decode()
    assert "unsafe" not in page["Content-Security-Policy"]
    assert "connect-src 'self' ws://testserver" in page["Content-Security-Policy"]
    assert page["Cache-Control"] == "no-store"
    assert (page["X-Content-Type-Options"], page["X-Frame-Options"]) == ("nosniff", "DENY")
    assert "camera=()" in page["Permissions-Policy"]
    other = client.get(reverse("core:jobs"))["Content-Security-Policy"]
    assert nonce not in other


def test_a_nul_in_an_address_is_refused(client, person):
    client.force_login(person())
    assert client.get("/jobs/%00/").status_code == 400
    assert client.get("/jobs/?state=%00").status_code == 400


@pytest.mark.parametrize(
    ("error", "status"), [(Invalid, 422), (NotAllowed, 403), (Conflict, 409), (Gone, 410), (TooLarge, 413)]
)
def test_problems_have_a_status_and_a_sentence(rf, error, status):
    class Special(error):
        pass

    from django.contrib.auth.models import AnonymousUser

    request = rf.get("/")
    request.user = AnonymousUser()
    answer = problems.problem(request, Special("Say it"))
    assert (answer.status_code, b"Say it" in answer.content) == (status, True)


def test_errors_of_the_api_come_in_the_envelope_and_those_of_pages_as_pages(client):
    api = client.get("/api/v1/nothing/")
    assert (api.status_code, api.json()["error"]["code"]) == (404, "not_found")
    page = client.get("/nothing/")
    assert (page.status_code, page["Content-Type"]) == (404, "text/html; charset=utf-8")


def test_what_breaks_is_answered_without_details(client, person, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("secret")

    client.force_login(person())
    client.raise_request_exception = False
    monkeypatch.setattr(Job.objects.__class__, "visible_to", broken, raising=False)
    page = client.get(reverse("core:jobs"))
    assert page.status_code == 500
    assert b"secret" not in page.content
    assert not AuditEntry.objects.filter(action="x").exists()


def test_a_form_without_its_token_is_refused(person):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(person("administrator"))
    answer = client.post(reverse("core:term_create"), {"name": "x"})
    assert (answer.status_code, answer["X-Problem"]) == (403, "csrf")


def test_an_administrator_sees_what_keeps_failing_and_has_it_tried_again(client, person, home):
    from qianshou.core import obligations
    from qianshou.core.models import Obligation

    fine = obligations.owe("test.fine", key="fine", due_at=clock.now())
    bad = obligations.owe("test.bad", key="bad", due_at=clock.now())
    Obligation.objects.filter(pk=bad.pk).update(attempts=9, last_error="ValueError at x.py:1")
    client.force_login(person("administrator"))
    assert client.get(reverse("core:obligations")).context["page_obj"].paginator.count == 2
    only = client.get(reverse("core:obligations"), {"failing": "on"})
    assert [row.key for row in only.context["object_list"]] == ["bad"]
    assert "一直没有成功" in client.get("/").content.decode()
    assert client.post(reverse("core:obligation_retry", args=[bad.code])).status_code == 303
    bad.refresh_from_db()
    assert bad.attempts == 0
    assert AuditEntry.objects.filter(action="core.retry_obligation").count() == 1
    client.force_login(person("manager", home))
    assert client.get(reverse("core:obligations")).status_code == 403
    assert client.post(reverse("core:obligation_retry", args=[fine.code])).status_code == 403
