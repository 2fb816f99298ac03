"""Kinds and options by name: those that there are not are refused at once."""

from collections.abc import Callable

import pytest

from scheduling import isolated, kinds
from tests.scheduling.problems import small

NO_KIND = "^'foo' is no kind of problem; expected 'pairing' or 'roster' or 'routes'$"
NO_OPTION = "^'foo' is no option of pairing; expected 'fair' or 'siblings'$"


@pytest.mark.parametrize(
    "ask",
    [
        kinds.load,
        kinds.refuse,
        kinds.solve,
        kinds.explanation,
        kinds.pair,
        kinds.check,
        kinds.instance,
        lambda kind: kinds.converter(kind, "problem_from_gap"),
        lambda kind: kinds.nothing_found(kind, "time_limit"),
    ],
)
def test_a_kind_that_there_is_not_is_refused(ask: Callable[[str], object]) -> None:
    with pytest.raises(ValueError, match=NO_KIND):
        ask("foo")


def test_an_option_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match=NO_OPTION):
        kinds.solve_option("foo")


@pytest.mark.parametrize(
    ("kind", "option", "told"),
    [
        ("foo", None, NO_KIND),
        ("foo", "fair", NO_KIND),
        ("pairing", "foo", NO_OPTION),
        ("roster", "foo", NO_OPTION),
        ("roster", "fair", "^'fair' is an option of pairing, not of roster$"),
    ],
)
def test_no_worker_is_started_for_what_there_is_not(
    kind: str, option: str | None, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(*arguments: object, **more: object) -> None:
        pytest.fail("a worker was started")

    monkeypatch.setattr(isolated.Crew, "start", start)
    with pytest.raises(ValueError, match=told):
        isolated.solve(kind, small(), option=option)


@pytest.mark.parametrize("kind", list(kinds.QUESTIONS))
def test_every_kind_has_all_its_parts(kind: str) -> None:
    for part in (kinds.load, kinds.refuse, kinds.solve, kinds.explanation, kinds.check, kinds.instance):
        assert callable(part(kind))
    assert kinds.nothing_found(kind, "time_limit")["kind"] == kind
