"""Bad input at every address of the house: a 4xx (or an honest answer), never a fault of ours, typed values kept.

The addresses come from the URL conf, the fields from the forms that the pages themselves show, the filters from the
filter sets: a page that is added later is tried without a line here.
"""

from __future__ import annotations

import copy
import io
import itertools
import json
import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import resolve

from qianshou.accounts.rules import Role

from .routes import Route, routes
from .scene import Scene, _browser
from .table import TABLE

pytestmark = pytest.mark.django_db

HUGE = "长" * 350_000  # about 1 MB in UTF-8
QUICK = (
    "",
    "\0",
    "a\0b",
    "\u202e\ufeff\u0001",
    "-1",
    "1" * 400,
    "1e999",
    "NaN",
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    "nosuchchoice",
    "<img src=x onerror=alert(1)>",
    "' OR 1=1--",
    "{{7*7}}{%raise%}%s%(x)s",
    "=1+1|cmd",
)
QUERY_BYTES = ("%00", "%ED%A0%80", "%FF%FE", "%", "%zz", "%2500", "%E5%B0")
PAGES = ("0", "-1", "abc", "1" + "0" * 30, "1.5", "٣", "", "1e3")
ODD_CODES = ("-", "x" * 300, "0", "1" + "0" * 30, "H01%00", "%ED%A0%80", "..%2f..%2fetc", "%27", "é", "a b")
STAFF = (Role.MANAGER, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.VOLUNTEER)
API_FILTERS = (
    *("q", "o", "centre", "state", "status", "village", "age_from", "child", "run", "weekday", "eligible", "page_size"),
    "per",
)
SKIP = ("admin/", "api/v1/.*$")


class Forms(HTMLParser):
    """Reads the forms of a page: where they go, how, and what stands in their fields."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, str, dict[str, list[str]], set[str]]] = []
        self._open = False
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = True
            self.forms.append((values.get("method", "get").lower(), values.get("action", ""), {}, set()))
        elif self._open and tag in {"input", "textarea", "select"} and values.get("name"):
            fields, files = self.forms[-1][2:]
            name, kind = values["name"], values.get("type", "")
            if kind == "file":
                files.add(name)
            elif kind in {"checkbox", "radio"} and "checked" not in values:
                fields.setdefault(name, [])
            else:
                fields.setdefault(name, []).append(values.get("value", ""))
            self._select = name if tag == "select" else ""
        elif self._open and tag == "option" and self._select and "selected" in values:
            self.forms[-1][2][self._select] = [values.get("value", "")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False


class House:
    """Sends requests, each in a savepoint that is rolled back, and keeps what went wrong."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.clients = {name: _browser(scene.actors[name]) for name in (*STAFF, "anonymous")}
        self.wrong: list[str] = []
        self.count = 0

    def send(self, client: Client, method: str, path: str, *args: Any, **kwargs: Any) -> Any:
        """Send one request; a 5xx is kept with its cause."""
        self.count += 1
        cookies = copy.deepcopy(client.cookies)
        cache.clear()  # the limits of a minute are not what is asked here
        with transaction.atomic():
            try:
                if args and isinstance(args[0], bytes):
                    answer = client.generic(method.upper(), path, *args, **kwargs)
                else:
                    answer = getattr(client, method)(path, *args, **kwargs)
            except Exception as error:  # the test client itself could not send it
                answer = None
                self.wrong.append(f"{method.upper()} {path[:120]}: {error!r:.300}")
            transaction.set_rollback(True)
        client.cookies = cookies
        if answer is not None and answer.status_code >= 500 and path != "/readyz":
            cause = repr(answer.exc_info[1]) if getattr(answer, "exc_info", None) else ""
            said = repr(args[0])[:300] if args else ""
            self.wrong.append(f"{method.upper()} {path[:200]} {said}: {answer.status_code} {cause[:300]}")
        return answer

    def path(self, route: Route) -> str:
        """Return the address of what belongs to the own home, as the access table gives it."""
        row = TABLE[route.name]
        arguments = row.args(self.scene, self.scene.own) if row.args else dict.fromkeys(route.parameters, "1")
        return route.path(arguments)

    def odd_paths(self, route: Route) -> Iterator[str]:
        """Yield the address with each parameter replaced by something odd."""
        row = TABLE[route.name]
        arguments = row.args(self.scene, self.scene.own) if row.args else dict.fromkeys(route.parameters, "1")
        for parameter, odd in itertools.product(route.parameters, ODD_CODES):
            yield route.path({**arguments, parameter: "ODDODD"}).replace("ODDODD", odd)


ROUTES = [route for route in routes() if not route.pattern.startswith(SKIP) and route.name in TABLE]
PAGE_ROUTES = [route for route in ROUTES if not route.pattern.startswith("api/")]
API_ROUTES = [route for route in ROUTES if route.pattern.startswith("api/")]
_houses: dict[int, House] = {}


@pytest.fixture
def house(scene: Scene, settings: Any) -> House:
    settings.OBLIGATIONS_IMMEDIATE = False
    if id(scene) not in _houses:
        _houses.clear()
        _houses[id(scene)] = House(scene)
    found = _houses[id(scene)]
    found.wrong, found.count = [], 0
    return found


def reader(house: House, path: str) -> tuple[Client, Any]:
    """Return the first person who is shown the page, with the answer."""
    for role in (*STAFF, "anonymous"):
        answer = house.send(house.clients[role], "get", path)
        if answer is not None and answer.status_code == 200:
            return house.clients[role], answer
    return house.clients[Role.MANAGER], None


def ids(given: list[Route]) -> list[str]:
    return [route.name for route in given]


@pytest.mark.parametrize("route", ROUTES, ids=ids(ROUTES))
def test_odd_codes_and_queries(route: Route, house: House, record_property: Any) -> None:
    """No code, page number, filter or byte in an address brings the house down."""
    path = house.path(route)
    client, answer = reader(house, path)
    if "get" in (route.methods or {"get"}):
        shown = answer.context if answer is not None else None
        is_list = route.name.endswith("-list") or (shown is not None and "page_obj" in shown)
        for number in PAGES if is_list else PAGES[:2]:
            got = house.send(client, "get", f"{path}?page={quote(number)}")
            if is_list and number and got is not None and got.status_code == 200:
                house.wrong.append(f"GET {path}?page={number}: 200 for nonsense")
        for raw in QUERY_BYTES:
            house.send(client, "get", f"{path}?q={raw}&o={raw}&{raw}={raw}&centre={raw}&next={raw}")
        names = API_FILTERS if route.name.endswith("-list") else ("q",)
        if shown is not None and "filter" in shown:
            names = tuple(shown["filter"].filters)
        for value in (*QUICK[1:], "x" * 20_000):  # every filter at once
            house.send(client, "get", path, dict.fromkeys(names, value))
        for name, value in itertools.product(names if is_list else (), ("a\x01b", "nosuchchoice", "9" * 400)):
            house.send(client, "get", path, {name: value})
        house.send(client, "get", path, {name: ["1", "2", "\ufffd"] for name in names})
    for odd in house.odd_paths(route):
        house.send(client, "post" if odd.endswith("-/") else "get", odd)
    record_property("requests", house.count)
    assert not house.wrong, f"{len(house.wrong)} of {house.count}:\n" + "\n".join(house.wrong[:20])


@pytest.mark.parametrize("route", PAGE_ROUTES, ids=ids(PAGE_ROUTES))
def test_every_form_with_every_kind_of_nonsense(route: Route, house: House, record_property: Any) -> None:
    """Each form is sent with each field spoilt in turn; what was typed stands in the answer."""
    path = house.path(route) + TABLE[route.name].query
    client, answer = reader(house, path)
    parser = Forms()
    if answer is not None and "html" in answer.headers.get("Content-Type", ""):
        parser.feed(answer.content.decode())
    forms = [form for form in parser.forms if form[0] == "post" and form[1] in {"", path}]
    if "post" in (route.methods or {"post"}) and not forms:
        forms = [("post", path, {"reason": [""], "code": [""], "next": [""]}, set())]
    for _method, _action, fields, files in forms:
        fields.pop("csrfmiddlewaretoken", None)
        fields.pop("idempotency_key", None)
        for value in (*QUICK, HUGE):
            house.send(client, "post", path, dict.fromkeys(fields, value))
        for name, value in itertools.product(list(fields)[:60], ("a\0b", "nosuchchoice", "9" * 400)):
            got = house.send(client, "post", path, {**fields, name: value})
            if got is not None and got.status_code == 200 and got.context is not None and "form" in got.context:
                form = got.context["form"]
                if getattr(form, "is_bound", False) and form.errors:
                    house.wrong.append(f"POST {path} {name}={value[:20]!r}: errors with status 200")
        house.send(client, "post", path, {**fields, **{name: ["1", "2"] for name in fields}})
        for upload, name in itertools.product(uploads(), files):
            house.send(client, "post", path, {**{k: v[0] if v else "" for k, v in fields.items()}, name: upload})
    if "post" in (route.methods or {"post"}):
        for body, kind in (
            (b"", "multipart/form-data"),
            (b"--x\r\nContent-Disposition: form-data", "multipart/form-data; boundary=x"),
            (b"\xff\xfe=\xed\xa0\x80&a=%ED%A0%80&=&&;", "application/x-www-form-urlencoded"),
            (b"&".join(b"a=1" for _ in range(1500)), "application/x-www-form-urlencoded"),
            (b"{", "application/json"),
            (b"x", "text/plain"),
            (b"x", "application/x-www-form-urlencoded; charset=utf-7"),
            (b"a=1", "application/x-www-form-urlencoded; charset=nosuch"),
        ):
            house.send(client, "post", path, body, content_type=kind)
        for key in ("short", "x" * 500, "钥匙" * 8, "\x01" * 9):
            house.send(client, "post", path, {"idempotency_key": key})
    assert not house.wrong, f"{len(house.wrong)} of {house.count}:\n" + "\n".join(house.wrong[:20])
    record_property("requests", house.count)


JSON_BODIES = (
    b"",
    b"{",
    b"[]",
    b"null",
    b"1",
    b'"x"',
    b'{"a": NaN}',
    b"[" * 5000,
    b'{"a":' * 3000 + b"1" + b"}" * 3000,
    b"\xff\xfe{}",
    b'{"code": "\\ud800", "name": "\\u0000", "centre": "\\udfff", "reason": "\\ud800", "number": "\\ud83d"}',
    b'{"centre": 1e400, "name": 123456789012345678901234567890, "reason": -0.0}',
)
JSON_VALUES: tuple[Any, ...] = (None, 10**30, "\ud800", "a\0b", [], {}, [{"kin": {}}], "9999-12-31", "长" * 5000)


def test_every_write_of_the_api_with_every_kind_of_nonsense(house: House, record_property: Any) -> None:
    """Bodies that are no JSON, no object, or hold the wrong type in each field that the schema names."""
    schema = house.clients[Role.MANAGER].get("/api/v1/schema/?format=json").json()
    sent = 0
    for pattern, item in schema["paths"].items():
        for method, operation in item.items():
            if method not in {"post", "put", "patch"}:
                continue
            name = resolve(re.sub(r"\{\w+\}", "X1", pattern)).view_name
            route = next(one for one in API_ROUTES if one.name == name)
            path = house.path(route)
            client = house.clients[Role.MANAGER]
            if house.send(client, method, path, {}, content_type="application/json").status_code == 403:
                client = house.clients[Role.ADMINISTRATOR]
            for body in JSON_BODIES:
                answer = house.send(client, method, path, body, content_type="application/json")
                _has_the_shape(house, method, path, body[:80], answer)
            for field, value in itertools.product(_fields(schema, operation), JSON_VALUES):
                body = json.dumps({**_example(operation), field: value}).encode()
                answer = house.send(client, method, path, body, content_type="application/json")
                _has_the_shape(house, method, path, body[-80:], answer)
            for kind in ("text/plain", "application/xml", "multipart/form-data", "application/json; charset=nosuch"):
                answer = house.send(client, method, path, b"{}", content_type=kind)
                _has_the_shape(house, method, path, kind, answer)
            for key in ("short", "x" * 500, "\x7f" * 9):
                answer = house.send(
                    client, method, path, b"{}", content_type="application/json", headers={"Idempotency-Key": key}
                )
                _has_the_shape(house, method, path, key, answer)
            sent += 1
    record_property("requests", house.count)
    assert sent >= 15
    assert not house.wrong, f"{len(house.wrong)} of {house.count}:\n" + "\n".join(house.wrong[:40])


def _has_the_shape(house: House, method: str, path: str, said: Any, answer: Any) -> None:
    if answer is None or answer.status_code < 400 or answer.status_code >= 500:
        return
    try:
        error = answer.json()["error"]
        assert set(error) >= {"code", "message", "fields", "request_id"}
    except Exception:
        house.wrong.append(
            f"{method} {path} {said!r}: {answer.status_code} without the envelope {answer.content[:100]!r}"
        )


def _resolve(schema: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in part:
        part = schema["components"]["schemas"][part["$ref"].rsplit("/", 1)[1]]
    return part


def _fields(schema: dict[str, Any], operation: dict[str, Any]) -> list[str]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return list(_resolve(schema, content.get("schema", {})).get("properties", {}))


def _example(operation: dict[str, Any]) -> dict[str, Any]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return next((dict(one["value"]) for one in content.get("examples", {}).values()), {})


def uploads() -> list[SimpleUploadedFile]:
    """Return files that nobody should take."""
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 20_000_000)
    named = io.BytesIO()
    with zipfile.ZipFile(named, "w") as archive:
        archive.writestr("xl/workbook.xml", "<a>&lol;</a>")
        archive.writestr("../../x", "1")
    return [
        SimpleUploadedFile("empty.csv", b""),
        SimpleUploadedFile("page.xls", b"<html><table><tr><td>1</td></tr></table></html>"),
        SimpleUploadedFile("bomb.xlsx", bomb.getvalue()),
        SimpleUploadedFile("odd.xlsx", named.getvalue()),
        SimpleUploadedFile("cut.xlsx", b"PK\x03\x04" + b"\0" * 100),
        SimpleUploadedFile("ole.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le")),
        SimpleUploadedFile("a.exe", b"MZ\x90\0\x03"),
        SimpleUploadedFile('中文 \u202e;"name\r\n.csv', "姓名\n=1+1\n".encode()),
        SimpleUploadedFile("x" * 300 + ".csv", '姓名,身份证号\n"\n'.encode("gb18030")),
        SimpleUploadedFile("wide.csv", b"," * 100_000),
        SimpleUploadedFile("long.csv", b"a" * 2_000_000),
        SimpleUploadedFile("bom.csv", b"\xff\xfe\x00\xd8\x00\xd8"),
        SimpleUploadedFile("big.csv", b"x,y\n" * 7_500_000),
    ]
