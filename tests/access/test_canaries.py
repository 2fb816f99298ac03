"""G2: no value above a person's class reaches that person: pages, API, headers, search, errors.

Every guarded field of the scene holds a value that is found nowhere else. Each role opens every address with every
method, and searches every list for every value it may not know; then no answer may hold such a value, and no search
for it may find its owner.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.http.response import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext

from qianshou.accounts import queries
from qianshou.core.fieldclasses import FieldClass

from .scene import Canary, Place, Scene
from .test_matrix import ROUTES, row_of

pytestmark = pytest.mark.django_db

CURRENT = [
    "anonymous",
    "administrator",
    "supervisor",
    "manager",
    "worker",
    "counsellor",
    "volunteer",
    "donor",
    "guardian",
]
EXPIRED = ["manager:expired", "volunteer:expired", "guardian:expired"]
THE_DOOR = ("account_", "mfa_", "admin")
"""Routes on which nobody stands but the person who asks (and, for administrators, other accounts)."""
SEES_AT_LEAST = {"manager": 30, "worker": 10, "counsellor": 10, "supervisor": 10, "volunteer": 5, "guardian": 1}
"""How many of the values that a person may know must turn up: proof that the visits look where values stand."""
MOST_QUERIES = 30
NOT_COUNTED = {"SAVEPOINT", "RELEASE", "ROLLBACK", "PRAGMA"}
GARBAGE = {
    "q": "x" * 5000,
    "name": "\u202e<script>",
    "code": "'",
    "reason": "",
    "purpose": "",
    "child": "?",
    "state": "?",
}


def forbidden(scene: Scene, actor: str) -> list[Canary]:
    """Return the canaries whose field lies above what this person may see of that record."""
    user = scene.actors[actor]
    seen: dict[Any, FieldClass | None] = {}
    for canary in scene.canaries:
        record = canary.record
        if record not in seen:
            visible = user is not None and type(record).objects.visible_to(user).filter(pk=record.pk).exists()
            seen[record] = queries.field_class_for(user, record) if user is not None and visible else None
    return [canary for canary in scene.canaries if (top := seen[canary.record]) is None or canary.level > top]


def text_of(answer: HttpResponseBase) -> str:
    """Return everything that reaches the other side: headers, and the body with its escapes undone."""
    body = b"".join(answer) if answer.streaming else answer.content  # type: ignore[attr-defined]
    text = body.decode("utf-8", "replace")
    if "json" in answer.headers.get("Content-Type", "") and body:
        text += json.dumps(json.loads(text), ensure_ascii=False)
    return str(answer.headers) + text


def requests(scene: Scene, places: tuple[Place, ...]) -> Iterator[tuple[str, str, dict[str, Any] | None]]:
    """List method, address and body of one visit to everything."""
    for name, route in ROUTES.items():
        row = row_of(route)
        if row is None or name in {"healthz", "readyz"} or name.startswith(THE_DOOR):
            continue
        for place in places if row.args is not None else places[:1]:
            path = route.path(row.args(scene, place) if row.args else dict.fromkeys(route.parameters, "1")) + row.query
            for method in sorted(route.methods or {"get", "post"}):
                if method == "get":
                    yield "get", path, None
                    yield "get", path + ("&" if row.query else "?") + "q=nobody-has-this&page=1&o=name&state=?", None
                elif getattr(row, method) is not None:
                    yield method, path, dict(row.body)
                    yield method, path, GARBAGE


def visit(client: Client, method: str, path: str, body: dict[str, Any] | None) -> HttpResponseBase:
    """Ask once and undo what it did."""
    cookies = copy.deepcopy(client.cookies)
    cache.clear()
    with transaction.atomic():
        kind = {"content_type": "application/json"} if path.startswith("/api/") and method != "get" else {}
        with CaptureQueriesContext(connection) as asked:
            answer = getattr(client, method)(path, body, **kind)
            text = text_of(answer)
        transaction.set_rollback(True)
    client.cookies = cookies
    answer.text_of_it = text  # type: ignore[attr-defined]
    answer.queries = sum(query["sql"].split(" ", 1)[0] not in NOT_COUNTED for query in asked)  # type: ignore[attr-defined]
    return answer


def told(answer: HttpResponseBase, names: set[str]) -> list[str]:
    """Return titles and addresses that hold a child's name: they stay in histories and on shared screens."""
    text = answer.text_of_it  # type: ignore[attr-defined]
    title = re.search(r"<title>.*?</title>", text, re.S)
    links = re.findall(r'(?:href|action|src|hx-[a-z]+)="([^"]*)"', text)
    places = [title[0] if title else "", answer.headers.get("Location", ""), *links]
    return [place for place in places if any(name in place for name in names)]


@pytest.mark.parametrize("actor", CURRENT + EXPIRED)
def test_no_answer_holds_what_the_person_may_not_see(scene: Scene, actor: str, record_property: Any) -> None:
    canaries = forbidden(scene, actor)
    assert canaries
    needle = re.compile("|".join(re.escape(canary.text) for canary in canaries))
    permitted = re.compile("|".join(canary.text for canary in scene.canaries if canary not in canaries) or "$.")
    seen: set[str] = set()
    heavy: list[str] = []
    named = {canary.text: canary for canary in canaries}
    names = {
        canary.text for canary in scene.canaries if canary.field == "name" and canary.record.RECORD_KIND == "child"
    }
    client, leaks, count = scene.clients[actor], [], 0
    for method, path, body in requests(scene, scene.places):
        answer = visit(client, method, path, body)
        count += 1
        assert answer.status_code < 500, f"{method.upper()} {path} as {actor}: {answer.status_code}"
        if method == "get" and answer.queries > MOST_QUERIES:  # type: ignore[attr-defined]
            heavy.append(f"{path} as {actor}: {answer.queries} queries")  # type: ignore[attr-defined]
        seen.update(permitted.findall(answer.text_of_it))  # type: ignore[attr-defined]
        for found in sorted(set(needle.findall(answer.text_of_it))):  # type: ignore[attr-defined]
            canary = named[found]
            leaks.append(f"{method.upper()} {path} as {actor}: {canary.record._meta.label}.{canary.field} ({found})")
        leaks += [f"{method.upper()} {path} as {actor}: a child's name in {where}" for where in told(answer, names)]
    record_property("answers", count)
    assert len(seen) >= SEES_AT_LEAST.get(actor, 0), (
        "the canaries do not sing: the visits show too little to prove anything"
    )
    assert not heavy, f"pages over {MOST_QUERIES} queries: {heavy}"
    assert not leaks, f"{len(leaks)} leaks in {count} answers:\n" + "\n".join(leaks[:60])


@pytest.mark.parametrize("actor", CURRENT[1:])
def test_searching_for_what_one_may_not_know_finds_nothing(scene: Scene, actor: str, record_property: Any) -> None:
    user, client = scene.actors[actor], scene.clients[actor]
    secret = [canary for canary in forbidden(scene, actor) if canary.level > FieldClass.INTERNAL]
    found, count = [], 0
    for path in searchable(client, scene):
        for canary in secret:
            if not type(canary.record).objects.visible_to(user).filter(pk=canary.record.pk).exists():
                continue  # never on the list at all: the other test looks for that
            count += 1
            text = visit(client, "get", f"{path}?q={canary.text}", None).text_of_it  # type: ignore[attr-defined]
            if canary.record.code in text:
                found.append(f"{path}?q=<{canary.field}> as {actor} finds {canary.record.code}")
    record_property("searches", count)
    assert not found, "\n".join(found)


def searchable(client: Client, scene: Scene) -> list[str]:
    """Return the lists whose rows depend on `q` for this person."""
    found = []
    codes = [getattr(place, kind).code for place in scene.places for kind in ("child", "volunteer")]
    for route in ROUTES.values():
        row = row_of(route)
        if row is None or route.parameters or "get" not in (route.methods or ()):
            continue
        path = route.path({})
        everything = visit(client, "get", path, None).text_of_it  # type: ignore[attr-defined]
        nothing = visit(client, "get", path + ("&" if row.query else "?") + "q=nobody-has-this", None).text_of_it  # type: ignore[attr-defined]
        if any(code in everything and code not in nothing for code in codes):
            found.append(path)
    return found
