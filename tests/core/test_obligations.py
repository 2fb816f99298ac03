"""Obligations: owed once, handed out by lease, settled once, never lost."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction

from qianshou.core import clock, obligations
from qianshou.core.errors import Invalid
from qianshou.core.models import AuditEntry, Obligation, ObligationState

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def handed(monkeypatch):
    """Record which ids went to the queue."""
    sent = []
    monkeypatch.setattr(obligations.current_app, "send_task", lambda name, args, **kw: sent.append((name, args[0])))
    return sent


@pytest.fixture
def kind(monkeypatch):
    """Register a handler for one test; gives a function (handle, **options) -> kind."""
    monkeypatch.setattr(obligations, "_handlers", {})

    def register(handle, **options):
        obligations.handler("test.kind", **options)(handle)
        return "test.kind"

    return register


@pytest.mark.django_db
def test_the_same_key_is_owed_once():
    first = obligations.owe("test.kind", key="k", due_at=NOON)
    again = obligations.owe("test.kind", key="k", due_at=NOON + HOUR)
    assert (first.pk, again.due_at) == (again.pk, NOON)


@pytest.mark.django_db
def test_a_cancelled_obligation_is_revived():
    obligations.owe("test.kind", key="k", due_at=NOON)
    assert obligations.cancel("k", "not needed")
    assert not obligations.cancel("k")
    revived = obligations.owe("test.kind", key="k", due_at=NOON + HOUR, payload={"n": 1})
    assert (revived.cancelled_at, revived.due_at, revived.payload) == (None, NOON + HOUR, {"n": 1})


@pytest.mark.django_db
def test_what_is_done_stays_done(kind):
    calls = []
    obligations.owe(kind(calls.append), key="k", due_at=NOON)
    with clock.frozen(NOON):
        assert obligations.run_due() == 1
        obligations.owe("test.kind", key="k", due_at=NOON)
        assert obligations.run_due() == 0
    assert len(calls) == 1


@pytest.mark.django_db(transaction=True)
def test_sweep_hands_out_what_is_due_and_only_once_per_lease(handed):
    due = obligations.owe("test.kind", key="due", due_at=NOON)
    obligations.owe("test.kind", key="later", due_at=NOON + HOUR)
    with clock.frozen(NOON):
        assert (obligations.sweep(), obligations.sweep()) == (1, 0)
    with clock.frozen(NOON + obligations.DEFAULT_LEASE):
        assert obligations.sweep() == 1
    assert handed == [(obligations.TASK_NAME, due.pk)] * 2


@pytest.mark.django_db(transaction=True)
def test_due_at_once_leaves_after_commit(handed, settings):
    settings.OBLIGATIONS_IMMEDIATE = True
    with transaction.atomic():
        owed = obligations.owe("test.kind", key="k", due_at=clock.now())
        assert handed == []
    assert handed == [(obligations.TASK_NAME, owed.pk)]


@pytest.mark.django_db(transaction=True)
def test_a_queue_that_is_away_loses_nothing(monkeypatch, settings, kind):
    def refuse(*args, **kwargs):
        raise OSError("no broker")

    settings.OBLIGATIONS_IMMEDIATE = True
    monkeypatch.setattr(obligations.current_app, "send_task", refuse)
    obligations.owe(kind(lambda obligation: None), key="k", due_at=NOON)
    with clock.frozen(clock.now() + obligations.DEFAULT_LEASE + HOUR):
        assert obligations.run_due() == 1


@pytest.mark.django_db
def test_the_handler_and_its_settling_stand_or_fall_together(kind):
    def handle(obligation):
        AuditEntry.objects.create(action="test.half")
        raise Invalid("no", code="bad_day")

    owed = obligations.owe(kind(handle), key="k", due_at=NOON)
    with clock.frozen(NOON):
        assert obligations.run_due() == 0
    owed.refresh_from_db()
    assert (owed.done_at, owed.attempts, owed.due_at) == (None, 1, NOON + obligations.FIRST_RETRY)
    assert owed.last_error.startswith("Invalid [bad_day] at test_obligations.py:")
    assert not AuditEntry.objects.filter(action="test.half").exists()


@pytest.mark.django_db
def test_retries_grow_and_a_failing_obligation_stays_visible(kind):
    def handle(obligation):
        raise ValueError("secret words")

    owed = obligations.owe(kind(handle), key="k", due_at=NOON)
    waits, at = [], NOON
    for _ in range(obligations.ATTEMPTS_UNTIL_FAILING):
        with clock.frozen(at):
            obligations.run_due()
        owed.refresh_from_db()
        waits.append((owed.due_at - at).total_seconds())
        at = owed.due_at
    assert waits == [5, 10, 20, 40, 80, 160]
    assert owed.state == ObligationState.FAILING
    assert list(Obligation.objects.failing()) == [owed]
    assert "secret" not in owed.last_error


@pytest.mark.django_db
def test_an_unknown_kind_is_an_error_not_a_loss(monkeypatch):
    monkeypatch.setattr(obligations, "_handlers", {})
    owed = obligations.owe("test.gone", key="k", due_at=NOON)
    with clock.frozen(NOON):
        assert not obligations.run(owed.pk)
    owed.refresh_from_db()
    assert owed.last_error.startswith("LookupError")


@pytest.mark.django_db
@pytest.mark.parametrize("atomic", [True, False])
def test_a_handler_may_ask_to_be_called_again(kind, atomic):
    owed = obligations.owe(kind(lambda obligation: obligations.Again(NOON + HOUR), atomic=atomic), key="k", due_at=NOON)
    with clock.frozen(NOON):
        assert obligations.run(owed.pk)
    owed.refresh_from_db()
    assert (owed.done_at, owed.due_at, owed.attempts, owed.lease_until) == (None, NOON + HOUR, 0, None)


@pytest.mark.django_db
def test_a_worker_that_died_is_replaced_when_its_lease_ends(kind):
    calls = []
    owed = obligations.owe(kind(calls.append), key="k", due_at=NOON)
    Obligation.objects.filter(pk=owed.pk).update(claimed_by="dead", lease_until=NOON + HOUR, attempts=1)
    with clock.frozen(NOON + HOUR - timedelta(seconds=1)):
        assert not obligations.run(owed.pk)
    with clock.frozen(NOON + HOUR):
        assert obligations.run(owed.pk)
    assert len(calls) == 1


@pytest.mark.django_db
def test_a_handler_that_lost_its_lease_settles_nothing(kind):
    def handle(obligation):
        Obligation.objects.filter(pk=obligation.pk).update(claimed_by="another")
        obligations.renew_lease(obligation)

    owed = obligations.owe(kind(handle, atomic=False), key="k", due_at=NOON)
    with clock.frozen(NOON):
        assert not obligations.run(owed.pk)
    owed.refresh_from_db()
    assert (owed.done_at, owed.claimed_by) == (None, "another")


@pytest.mark.django_db
def test_the_lag_is_how_long_the_oldest_waits():
    obligations.owe("test.kind", key="k", due_at=NOON)
    with clock.frozen(NOON - HOUR):
        assert obligations.sweep_lag() == timedelta()
    with clock.frozen(NOON + HOUR):
        assert obligations.sweep_lag() == HOUR


@pytest.mark.race
def test_many_sweeps_at_once_hand_each_out_once(race, handed):
    for number in range(20):
        obligations.owe("test.kind", key=f"k{number}", due_at=NOON)
    answers = race(*[obligations.sweep] * 6)
    assert sum(answers) == 20
    assert len({pk for _, pk in handed}) == len(handed) == 20


@pytest.mark.race
@pytest.mark.parametrize("atomic", [True, False])
def test_many_workers_run_one_obligation_once(race, kind, atomic):
    owed = obligations.owe(kind(lambda o: AuditEntry.objects.create(action="test.once") and None, atomic=atomic),
                           key="k", due_at=NOON)  # fmt: skip
    assert sorted(race(*[lambda: obligations.run(owed.pk)] * 8)) == [False] * 7 + [True]
    assert AuditEntry.objects.filter(action="test.once").count() == 1


@pytest.mark.race
def test_many_owe_the_same_key(race):
    answers = race(*[lambda: obligations.owe("test.kind", key="k", due_at=NOON).pk] * 8)
    assert len(set(answers)) == 1


def test_only_obligations_start_tasks():
    root = Path(__file__).parents[2] / "backend"
    allowed = root / "qianshou/core/obligations.py"
    pattern = re.compile(r"\.(delay|apply_async|send_task)\(")
    found = [str(path) for path in root.rglob("*.py") if path != allowed and pattern.search(path.read_text())]
    assert found == []


@pytest.mark.django_db
def test_standing_duties_are_owed_once_and_come_again(kind):
    calls = []

    def handle(obligation):
        calls.append(clock.now())
        return obligations.Again(clock.now() + HOUR)

    kind(handle, standing=lambda at: at + HOUR)
    with clock.frozen(NOON):
        obligations.owe_standing()
        obligations.owe_standing()
        assert obligations.run_due() == 0
    for hour in (1, 2):
        with clock.frozen(NOON + hour * HOUR):
            assert obligations.run_due() == 1
    assert calls == [NOON + HOUR, NOON + 2 * HOUR]
    assert Obligation.objects.count() == 1


@pytest.mark.django_db
def test_what_was_settled_long_ago_is_forgotten(kind):
    obligations.owe(kind(lambda obligation: None), key="old", due_at=NOON)
    obligations.owe("test.kind", key="open", due_at=NOON + HOUR)
    with clock.frozen(NOON):
        obligations.run_due()
    with clock.frozen(NOON + obligations.KEEP_SETTLED + HOUR):
        assert obligations.forget_settled() == 1
    assert [obligation.key for obligation in Obligation.objects.all()] == ["open"]


@pytest.mark.django_db
def test_the_house_cleans_up_at_night_and_asks_for_holidays_in_december():
    from qianshou.core import tasks

    with clock.frozen(NOON):
        obligations.owe_standing()
    due = dict(Obligation.objects.filter(key__startswith="core.").values_list("key", "due_at"))
    assert due["core.clean_up"] == datetime(2026, 11, 21, 19, tzinfo=UTC)
    assert due["core.ask_for_holidays"] == datetime(2026, 12, 1, tzinfo=UTC)
    with clock.frozen(due["core.ask_for_holidays"]):
        again = tasks.ask_for_holidays(Obligation())
    assert AuditEntry.objects.filter(action="core.miss_holidays", changes={"year": 2027}).count() == 1
    assert again.due_at == datetime(2026, 12, 8, tzinfo=UTC)
    with clock.frozen(datetime(2026, 12, 29, tzinfo=UTC)):
        later = tasks.ask_for_holidays(Obligation())
    assert later.due_at == datetime(2027, 1, 5, tzinfo=UTC)
    with clock.frozen(later.due_at):
        assert tasks.ask_for_holidays(Obligation()).due_at == datetime(2027, 12, 1, tzinfo=UTC)
