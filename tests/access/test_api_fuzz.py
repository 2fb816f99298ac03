"""The API against its own description: generated requests, valid and spoilt, as manager and as volunteer (G3).

`schemathesis` reads the OpenAPI document and invents requests; the house must never fault, and must answer in the
shape that the document promises. Deterministic: the same requests every time.
"""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.db import transaction
from django.test.client import ClientHandler
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from qianshou.accounts import rules, services
from qianshou.accounts.models import TokenScope
from qianshou.accounts.rules import Role

from .scene import Scene

pytestmark = pytest.mark.django_db
EXAMPLES = 3
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]


_handler = ClientHandler(enforce_csrf_checks=False)


def _answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Answer in this process and this transaction, as Django's own test client does."""
    answer = _handler(environ)
    start_response(f"{answer.status_code} {answer.reason_phrase}", list(answer.items()))
    return [answer.content]


def described() -> Any:
    """Return the API as its document describes it, answered in this process."""
    document = SchemaGenerator().get_schema(request=None, public=True)
    schema = schemathesis.openapi.from_dict(document)
    schema.app = _answer
    return schema


def codes(scene: Scene, path: str) -> list[str]:
    """Return codes of the own and of the other home that fit an address."""
    kinds = {
        "centres": "centre",
        "children": "child",
        "volunteers": "volunteer",
        "matching-runs": "run",
        "proposals": "proposal",
        "pairings": "pairing",
    }
    first = path.removeprefix("/api/v1/").split("/")[0]
    name = kinds.get(first)
    if name is not None:
        return [getattr(place, name).code for place in scene.places]
    return [place.more["import"].code for place in scene.places if "import" in place.more]


@pytest.mark.parametrize("role", [Role.MANAGER, Role.VOLUNTEER])
def test_invented_requests(role: Role, scene: Scene, record_property: Any) -> None:
    user = scene.actors[role]
    assert user is not None
    _token, secret = services.create_token(
        user, by=user, name="fuzz", scope=TokenScope.WRITE, lifetime=rules.LONGEST_TOKEN
    )
    wrong: list[str] = []
    count = 0
    for operation in (found.ok() for found in described().get_all_operations()):
        known = codes(scene, operation.path)
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @seed(20261121)
            @settings(
                max_examples=EXAMPLES,
                database=None,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode), code=st.sampled_from([*known, ""]))
            def ask(case: Any, code: str) -> None:
                nonlocal count
                count += 1
                if code and "code" in case.path_parameters:
                    case.path_parameters["code"] = code
                cache.clear()
                with transaction.atomic():
                    try:
                        answer = case.call(headers={"Authorization": f"Token {secret}", "Accept-Encoding": "identity"})
                        case.validate_response(answer, checks=CHECKS)
                    except (Failure, FailureGroup) as failure:
                        for reason in getattr(failure, "exceptions", [failure]):
                            said = f"{reason.title}: {reason.message:.300}".replace("\n", " ")
                            wrong.append(f"{case.method} {case.formatted_path} {case.body!r:.200}: {said}")
                    transaction.set_rollback(True)

            with contextlib.suppress(Unsatisfiable):  # nothing of this request can be spoilt
                ask()
    record_property("requests", count)
    assert not wrong, f"{len(wrong)} of {count}:\n" + "\n".join(wrong[:30])
