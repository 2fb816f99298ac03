"""Lists ask the database as often for 50 rows as for one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from qianshou.accounts.models import Membership, User
from qianshou.accounts.rules import Role
from qianshou.centres.models import Centre
from qianshou.companionship.models import MatchingRun, Pairing, PairRule, Proposal
from qianshou.core import audit, clock, readlog
from qianshou.core.models import Job
from qianshou.reports.models import Import

from .scene import Scene
from .test_matrix import ROUTES

pytestmark = pytest.mark.django_db


def _children(scene: Scene) -> None:
    scene.child(scene.own, scene.own.centre.village)


def _volunteers(scene: Scene) -> None:
    scene.volunteer(scene.own, scene.own.centre.village)


def _people(scene: Scene) -> None:
    user = User.objects.create(username=f"extra{User.objects.count()}", display_name="extra")
    Membership.objects.create(user=user, role=Role.WORKER, centre=scene.own.centre)


def _homes(scene: Scene) -> None:
    Centre.objects.create(code=f"X{Centre.objects.count()}", name="home", village=scene.own.centre.village)


def _jobs(scene: Scene) -> None:
    Job.objects.create(kind="test.nothing", title="job", by=scene.own.user, centre=scene.own.centre)


def _audit(scene: Scene) -> None:
    audit.record("children.change_child", by=scene.own.user, subject=scene.own.child, changes={"fields": ["school"]})


def _reads(scene: Scene) -> None:
    readlog.record_read(by=scene.own.user, subject=scene.own.child, fields=["name"], purpose="test")


def _imports(scene: Scene) -> None:
    Import.objects.create(
        kind="children", centre=scene.own.centre, state="ready", as_of=clock.today(), created_by=scene.own.user
    )


def _runs(scene: Scene) -> None:
    MatchingRun.objects.create(centre=scene.own.centre, state="ready", as_of=clock.today())


def _pairs(scene: Scene) -> None:
    place = scene.own
    child, _guardian = scene.child(place, place.centre.village)
    volunteer, _check = scene.volunteer(place, place.centre.village)
    weekly = {"weekday": 2, "starts": dt.time(16), "ends": dt.time(17), "room": place.room}
    Proposal.objects.create(run=place.run, child=child, volunteer=volunteer, score=500, **weekly)
    Pairing.objects.create(centre=place.centre, child=child, volunteer=volunteer, state="active", **weekly)
    other, _check = scene.volunteer(place, place.centre.village)
    PairRule.objects.create(centre=place.centre, child=child, volunteer=other, kind="forbid")


LISTS: dict[str, tuple[str, Callable[[Scene], None]]] = {
    "accounts:members": ("administrator", _people),
    "centres:list": ("administrator", _homes),
    "children:list": ("manager", _children),
    "volunteers:list": ("manager", _volunteers),
    "reports:imports": ("manager", _imports),
    "companionship:runs": ("manager", _runs),
    "companionship:run": ("manager", _pairs),
    "companionship:rules": ("manager", _pairs),
    "companionship:pairings": ("manager", _pairs),
    "core:jobs": ("manager", _jobs),
    "core:audit": ("manager", _audit),
    "core:reads": ("manager", _reads),
    "home": ("manager", _pairs),
    "api:centres-list": ("administrator", _homes),
    "api:children-list": ("manager", _children),
    "api:volunteers-list": ("manager", _volunteers),
    "api:imports-list": ("manager", _imports),
    "api:matching-runs-list": ("manager", _runs),
    "api:proposals-list": ("manager", _pairs),
    "api:pairings-list": ("manager", _pairs),
}
"""Route of a list -> who looks at it, and what makes one row more."""


def asked(scene: Scene, name: str, actor: str) -> list[str]:
    route = ROUTES[name]
    path = route.path({"code": scene.own.run.code}) + "?per=50&page_size=50"
    with CaptureQueriesContext(connection) as queries:
        answer = scene.clients[actor].get(path)
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return [query["sql"] for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]


@pytest.mark.parametrize("name", [name for name in LISTS if name in ROUTES])
def test_fifty_rows_cost_as_many_queries_as_a_few(name: str, scene: Scene) -> None:
    actor, one_more = LISTS[name]
    with transaction.atomic():
        one_more(scene)
        asked(scene, name, actor)  # what is kept for the process is kept now
        few = asked(scene, name, actor)
        for _ in range(50):
            one_more(scene)
        many = asked(scene, name, actor)
        transaction.set_rollback(True)
    more = "\n".join(sorted(set(many) - set(few)))[:1500]
    assert len(many) == len(few), f"{name}: {len(few)} queries for a few rows, {len(many)} for 50 more:\n{more}"
    assert len(many) <= 30, f"{name}: {len(many)} queries"
