"""The read log: one entry per read, in its transaction; any tampering shows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import models, transaction

from qianshou.accounts.models import User
from qianshou.core import readlog
from qianshou.core.models import ReadEntry, ReadLogHead


@pytest.fixture
def reader(db):
    return User.objects.create(username="reader", display_name="Reader")


def read(reader, times=1):
    for number in range(times):
        with readlog.reading(reader, by=reader, fields=["phone", "address"], purpose=f"visit {number}"):
            pass


def test_entries_form_a_chain(reader):
    read(reader, 3)
    first, second, third = ReadEntry.objects.order_by("sequence")
    assert (first.previous_hash, second.previous_hash, third.previous_hash) == (
        readlog.GENESIS,
        first.hash,
        second.hash,
    )
    assert (first.fields, first.reader, first.subject_code) == (["address", "phone"], reader, reader.code)
    assert readlog.verify() == readlog.VerifyResult(3, f"3:{third.hash}")


def test_an_empty_log_is_whole(db):
    assert readlog.verify().ok


@pytest.mark.django_db(transaction=True)
def test_no_entry_outside_a_transaction():
    reader = User.objects.create(username="reader")
    with pytest.raises(RuntimeError):
        readlog.record_read(by=reader, subject=reader, fields=[], purpose="x")


def test_a_read_that_fails_leaves_no_entry(reader):
    with pytest.raises(ZeroDivisionError), readlog.reading(reader, by=reader, fields=[], purpose="x"):
        raise ZeroDivisionError
    assert not ReadEntry.objects.exists()
    assert readlog.verify().ok


def test_a_purpose_is_needed(reader):
    with pytest.raises(ValueError, match="purpose"), readlog.reading(reader, by=reader, fields=[], purpose=" "):
        pass


def _swap():
    second, third = ReadEntry.objects.filter(sequence__in=(2, 3)).order_by("sequence")
    ReadEntry.objects.filter(pk=second.pk).update(sequence=99)
    ReadEntry.objects.filter(pk=third.pk).update(sequence=2)
    ReadEntry.objects.filter(pk=second.pk).update(sequence=3)


def _resealed_edit():
    entry = ReadEntry.objects.get(sequence=2)
    entry.purpose = "harmless"
    entry.hash = readlog.hash_of(entry)
    entry.save()


def _removed_and_renumbered():
    ReadEntry.objects.filter(sequence=2).delete()
    for number in (3, 4, 5):
        ReadEntry.objects.filter(sequence=number).update(sequence=models.F("sequence") - 1)


@pytest.mark.parametrize(
    ("tamper", "bad"),
    [
        (lambda: ReadEntry.objects.filter(sequence=2).update(purpose="other"), 2),
        (lambda: ReadEntry.objects.filter(sequence=4).update(fields=["name"]), 4),
        (lambda: ReadEntry.objects.filter(sequence=3).update(reader=None), 3),
        (lambda: ReadEntry.objects.filter(sequence=3).update(at=models.F("at") + timedelta(seconds=1)), 3),
        (_resealed_edit, 3),
        (lambda: ReadEntry.objects.filter(sequence=1).delete(), 1),
        (lambda: ReadEntry.objects.filter(sequence=3).delete(), 3),
        (_removed_and_renumbered, 2),
        (_swap, 2),
        (lambda: ReadEntry.objects.filter(sequence=5).delete(), 5),
        (lambda: ReadEntry.objects.filter(sequence__gte=4).delete(), 4),
        (lambda: ReadEntry.objects.all().delete(), 1),
        (lambda: ReadLogHead.objects.all().delete(), 5),
        (lambda: ReadEntry.objects.filter(sequence=5).update(sequence=7), 5),
    ],
)
def test_tampering_is_found_and_its_first_row_named(reader, tamper, bad):
    read(reader, 5)
    tamper()
    result = readlog.verify()
    assert (result.ok, result.bad_sequence) == (False, bad)
    with pytest.raises(CommandError, match=f"^row {bad}:") as caught:
        call_command("verify_read_log")
    assert caught.value.returncode == 1


def test_an_anchor_finds_a_chain_rewritten_with_its_head(reader, tmp_path, capsys):
    read(reader, 3)
    anchors = tmp_path / "anchors"
    call_command("verify_read_log", anchors=anchors)
    call_command("verify_read_log", anchors=anchors)
    assert len(anchors.read_text().split()) == 1
    ReadEntry.objects.all().delete()
    ReadLogHead.objects.all().delete()
    read(reader, 3)
    assert readlog.verify().ok
    with pytest.raises(CommandError, match="row 3: differs from the anchor"):
        call_command("verify_read_log", anchors=anchors)
    ReadEntry.objects.filter(sequence=3).delete()
    entry = ReadEntry.objects.get(sequence=2)
    ReadLogHead.objects.update(sequence=2, hash=entry.hash)
    with pytest.raises(CommandError, match="row 3: the chain ends before its anchor"):
        call_command("verify_read_log", anchors=anchors)


def test_a_broken_anchor_file_is_refused(db, tmp_path):
    (tmp_path / "anchors").write_text("nonsense")
    with pytest.raises(CommandError, match="not an anchor"):
        call_command("verify_read_log", anchors=tmp_path / "anchors")


@pytest.mark.race
@pytest.mark.parametrize("begun", [True, False])
def test_reads_at_the_same_moment_keep_one_chain(race, begun):
    reader = User.objects.create(username="reader")
    if begun:
        read(reader)

    def call():
        for _ in range(5):
            with transaction.atomic():
                readlog.record_read(by=reader, subject=reader, fields=["name"], purpose="race")

    assert race(*[call] * 8) == [None] * 8
    result = readlog.verify()
    assert (result.ok, result.entries) == (True, 40 + begun)
