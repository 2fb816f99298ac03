"""Keys are changed while the house is open; a value works in its own place only."""

from __future__ import annotations

import base64
import io
import sqlite3
import stat
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from qianshou.centres.models import Centre
from qianshou.children.models import Child
from qianshou.core import crypto, rotation
from qianshou.core.models import IdempotentAnswer, PrivateFile

OLD = "t1:" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="
NEW = "k2:" + base64.b64encode(b"n" * 32).decode()


@pytest.fixture
def centres(db):
    return [
        Centre.objects.create(code=f"H{number:02}", name="Home", phone=f"1380013{number:04}") for number in range(7)
    ]


def stored():
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM centres_centre ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def test_rows_are_written_under_the_new_key_and_read_as_before(centres, settings, monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 3)
    settings.QIANSHOU_KEYS = f"{NEW},{OLD}"
    Centre.objects.filter(pk=centres[0].pk).get().save()  # unread: stays under the old key
    assert {value[:3] for value in stored()} == {"t1:"}
    result = rotation.rotate()
    assert (result.rows, dict(result.held)) == (7, {"k2": 7})
    settings.QIANSHOU_KEYS = NEW
    assert [centre.phone for centre in Centre.objects.order_by("pk")] == [f"1380013{n:04}" for n in range(7)]
    assert rotation.rotate().rows == 0


def test_a_rotation_that_was_stopped_goes_on_where_it_stood(centres, settings, monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 2)
    settings.QIANSHOU_KEYS = f"{NEW},{OLD}"

    def stop(model, rows):
        if rows == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotation.rotate(stop)
    assert [value[:3] for value in stored()].count("k2:") == 4
    assert rotation.rotate().rows == 3


def test_a_value_changed_meanwhile_is_not_overwritten(centres, settings):
    settings.QIANSHOU_KEYS = f"{NEW},{OLD}"
    row = Centre.objects.get(pk=centres[0].pk)
    fields = dict(rotation.encrypted_models())[Centre]
    changed = Centre.objects.get(pk=centres[0].pk)
    changed.phone = "13999999999"
    changed.save()
    assert rotation._rewrite(row, fields, "k2") == 0
    assert Centre.objects.get(pk=centres[0].pk).phone == "13999999999"


def test_a_missing_key_stops_the_rotation_with_a_sentence(centres, settings):
    settings.QIANSHOU_KEYS = NEW
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("rotate_keys", stderr=io.StringIO())


def test_the_command_says_which_key_may_go(centres, settings):
    settings.QIANSHOU_KEYS = f"{NEW},{OLD}"
    out = io.StringIO()
    call_command("rotate_keys", stdout=out, stderr=io.StringIO())
    assert "7 rows written under key k2" in out.getvalue()
    assert "key t1 is not needed" in out.getvalue()


def test_a_value_moved_to_another_row_cannot_be_read(centres):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE centres_centre SET phone = (SELECT phone FROM centres_centre WHERE code = 'H01') WHERE code = 'H02'"
        )
    assert Centre.objects.get(code="H01").phone == "13800130001"
    with pytest.raises(crypto.DecryptionFailed):
        _ = Centre.objects.get(code="H02").phone


def test_indexes_follow_a_new_index_key(home, settings):
    child = Child.objects.create(
        centre=home, name="a", sex="male", birth_date=date(2015, 1, 2), national_id="330102201501020011"
    )
    before = child.national_id_index
    settings.QIANSHOU_INDEX_KEY = base64.b64encode(b"i" * 32).decode()
    assert rotation.reindex() == 1
    child.refresh_from_db()
    assert child.national_id_index not in ("", before)
    assert child.national_id == "330102201501020011"
    assert rotation.reindex() == 0


@pytest.mark.django_db
def test_every_encrypted_model_is_found():
    assert {Centre, IdempotentAnswer, PrivateFile} <= {model for model, _ in rotation.encrypted_models()}


@pytest.mark.parametrize("mode", ["embedded", "production"])
def test_a_new_key_comes_first(settings, tmp_path, mode):
    settings.RUN_MODE, settings.QIANSHOU_HOME = mode, tmp_path
    settings.QIANSHOU_KEYS = f"k7:{OLD[3:]}"
    (tmp_path / "keys").mkdir()
    file = tmp_path / "keys/field_keys"
    file.write_text(settings.QIANSHOU_KEYS)
    out = io.StringIO()
    call_command("new_key", stdout=out, stderr=io.StringIO())
    if mode == "production":
        value = out.getvalue().strip().removeprefix("QIANSHOU_KEYS=")
    else:
        value = file.read_text().strip()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert value.split(":")[1] not in out.getvalue()
    settings.QIANSHOU_KEYS = value
    assert crypto.key_ids() == ["k8", "k7"]


@pytest.mark.django_db(transaction=True)
def test_a_dump_of_the_database_holds_no_plain_value(tmp_path):
    if connection.vendor != "sqlite":
        pytest.skip("reads the file of SQLite")
    canary = "13700007777-canary"
    Centre.objects.create(code="H99", name="Home", phone=canary)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute("PRAGMA database_list")
        path = cursor.fetchone()[2]
    with sqlite3.connect(path) as copy:
        dump = "\n".join(copy.iterdump())
    assert "H99" in dump
    assert canary not in dump
    with open(path, "rb") as raw:
        assert canary.encode() not in raw.read()
