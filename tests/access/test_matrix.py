"""G1: every role at every address with every method: own home, other home, expired, anonymous."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import get_resolver

from qianshou.accounts.rules import Role

from .routes import Route, routes
from .scene import Place, Scene
from .table import ADMIN_SITE, ANYONE, SIGNED_IN, TABLE, Row

pytestmark = pytest.mark.django_db

ROUTES = {route.name: route for route in routes()}
READ_OK = frozenset({200, 204})
WRITE_OK = frozenset({200, 201, 202, 204, 302, 303, 400, 409, 410, 413, 415, 422})
DOOR = ("/account/login/", "/account/reauthenticate/")


def row_of(route: Route) -> Row | None:
    if route.pattern.startswith("admin/"):
        return ADMIN_SITE
    return TABLE.get(route.name)


def test_every_route_has_a_row() -> None:
    missing = [name for name, route in ROUTES.items() if row_of(route) is None]
    assert not missing, (
        f"These routes have no row in tests/access/table.py: {', '.join(missing)}. Say there, for each method, who is "
        "let in; then this test checks it for every role."
    )


def test_every_row_has_a_route() -> None:
    gone = [name for name in TABLE if name not in ROUTES]
    assert not gone, f"These rows of tests/access/table.py name no route: {', '.join(gone)}."


@pytest.mark.parametrize("name", [name for name, route in ROUTES.items() if row_of(route) is not None])
def test_every_method_of_a_route_is_declared(name: str) -> None:
    route, row = ROUTES[name], row_of(ROUTES[name])
    assert row is not None
    undeclared = [method for method in sorted(route.methods or ()) if who(row, method) is None]
    assert route.pattern.startswith("admin/") or not undeclared, (
        f"{name} answers {', '.join(undeclared).upper()}, but its row in tests/access/table.py does not say for whom."
    )


def who(row: Row, method: str) -> Any:
    """Return for whom a method is; Django's form views take PUT for POST."""
    declared = getattr(row, method)
    return row.post if method == "put" and declared is None else declared


def expected(route: Route, row: Row, method: str, actor: str, place: Place) -> frozenset[int]:
    """Return the statuses that this cell of the matrix may have."""
    let_in = who(row, method)
    role, _, state = actor.partition(":")
    if (actor, place.name) in row.but:
        return frozenset({row.but[actor, place.name]})
    ok = (READ_OK if method == "get" else WRITE_OK) | row.ok
    if let_in == ANYONE:
        return ok
    if actor == "anonymous":
        return frozenset({row.anonymous or (401 if route.pattern.startswith("api/") else 302)})
    if let_in == SIGNED_IN:
        return ok
    if not state and role in row.writes_at_home and method != "get" and place.name == "other":
        return frozenset({403})
    if not state and role in row.looking and role not in (let_in or ()):
        return frozenset({403, 404})
    if state == "expired" or role not in (let_in or ()):
        return frozenset({row.closed})
    if place.name == "other" and row.args is not None and Role(role) not in row.everywhere:
        return frozenset({row.hidden})
    return ok


def cells(route: Route, row: Row, scene: Scene) -> Iterator[tuple[str, str, Place, str]]:
    methods = route.methods or {method for method in ("get", "post") if getattr(row, method) is not None}
    for method in sorted(methods):
        for place in scene.places if row.args is not None else scene.places[:1]:
            arguments = row.args(scene, place) if row.args is not None else _any_arguments(route)
            for actor in scene.actors:
                yield method, actor, place, route.path(arguments) + row.query


def _any_arguments(route: Route) -> dict[str, Any]:
    return dict.fromkeys(route.parameters, "1")


@pytest.mark.parametrize("name", [name for name, route in ROUTES.items() if row_of(route) is not None])
def test_everybody_gets_what_the_table_says(name: str, scene: Scene, record_property: Any, settings: Any) -> None:
    settings.OBLIGATIONS_IMMEDIATE = False
    route, row = ROUTES[name], row_of(ROUTES[name])
    assert row is not None
    wrong, count = [], 0
    for method, actor, place, path in cells(route, row, scene):
        count += 1
        want = expected(route, row, method, actor, place)
        client = scene.clients[actor]
        cookies = copy.deepcopy(client.cookies)
        cache.clear()  # the limits of a minute are not what is asked here
        with transaction.atomic():
            body = dict(row.body) if method != "get" else None
            kind = {"content_type": "application/json"} if path.startswith("/api/") and method != "get" else {}
            answer = getattr(client, method)(path, body, **kind)
            transaction.set_rollback(True)
        client.cookies = cookies
        location = answer.headers.get("Location", "")
        led_away = answer.status_code in {302, 303} and location.startswith(DOOR) and actor != "anonymous"
        let_in = who(row, method)
        if answer.status_code not in want or (led_away and let_in not in {ANYONE, SIGNED_IN} and 302 not in want):
            wrong.append(f"{method.upper()} {path} as {actor}: {answer.status_code} {location}, not {sorted(want)}")
    record_property("cells", count)
    assert not wrong, f"{len(wrong)} of {count} cells of {name} differ from the table:\n" + "\n".join(wrong)


def test_unknown_addresses_are_not_found(scene: Scene) -> None:
    for actor in scene.actors:
        assert scene.clients[actor].get("/no/such/page/").status_code == 404
    assert get_resolver().url_patterns
