"""Private files: told by their content, written anew, opened only by those who may."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from PIL.ExifTags import GPS, Base

from qianshou.core import files
from qianshou.core.errors import DomainError, Gone, Invalid, TooLarge
from qianshou.core.files import documents, images, serving
from qianshou.core.files.storing import orphans
from qianshou.core.models import PrivateFile

REGISTERS = Path(__file__).parents[2] / "fixtures/registers"


@pytest.fixture(autouse=True)
def private(settings, tmp_path):
    settings.PRIVATE_MEDIA_ROOT = tmp_path / "private"
    return tmp_path / "private"


@pytest.fixture
def owner(person):
    return person()


def upload(content, name="王小明.xlsx"):
    return SimpleUploadedFile(name, content)


def zipped(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


def picture(kind="JPEG", size=(60, 40), mode="RGB", **options):
    out = io.BytesIO()
    Image.new(mode, size, 200 if mode in "LP" else (200, 30, 30, 128)[: len(mode)]).save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "extension"),
    [
        ("children-clean.xlsx", "xlsx"),
        ("children-old.xls", "xls"),
        ("children.csv", "csv"),
        ("volunteers.xlsx", "xlsx"),
    ],
)
def test_registers_are_known_by_their_content(owner, private, name, extension):
    content = (REGISTERS / name).read_bytes()
    file = files.store_document(upload(content, "misleading.pdf"), by=owner)
    assert (file.extension, file.size, file.name) == (extension, len(content), "misleading.pdf")
    with files.open_file(file) as stream:
        assert stream.read() == content
    path = files.path_of(file)
    assert path.is_relative_to(private)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "misleading" not in str(path)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"<html><table><tr><td>1", "file_is_html"),
        (b"\xef\xbb\xbf  <!DOCTYPE html>", "file_is_html"),
        (b'<?xml version="1.0"?><Workbook>', "file_is_html"),
        (b"PK\x03\x04 broken", "file_damaged"),
        (b"\x00\x01\x02\x03", "file_kind_not_allowed"),
        (b"MZ\x90\x00", "file_kind_not_allowed"),
        (b"%PDF-1.7", "file_kind_not_allowed"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 100, "file_kind_not_allowed"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "file_encrypted"),
        (zipped(readme_dot_txt=b"hello"), "file_kind_not_allowed"),
        (zipped(xl__workbook_dot_xml=b"0" * 5_000_000), "file_bomb"),
    ],
)
def test_what_is_no_table_is_refused_in_words(owner, private, content, code):
    with pytest.raises(Invalid) as caught:
        files.store_document(upload(content), by=owner)
    assert (caught.value.code, list(caught.value.fields)) == (code, ["file"])
    assert not PrivateFile.objects.exists()
    assert not private.exists()


def test_text_in_chinese_encodings_is_a_table(owner):
    for content in ("姓名,性别\n".encode("gb18030"), ("姓名" * 3000).encode("gb18030"), "姓名,性别".encode("utf-16")):
        assert files.store_document(upload(content), by=owner).extension == "csv"


def test_too_large_is_said_before_anything_is_read(owner, monkeypatch):
    monkeypatch.setattr(documents, "LARGEST_DOCUMENT", 10)
    with pytest.raises(TooLarge):
        files.store_document(upload(b"a,b\n1,2\n1,2\n"), by=owner)
    monkeypatch.setattr(images, "LARGEST_IMAGE", 10)
    with pytest.raises(TooLarge):
        files.store_image(upload(picture()), by=owner)


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("JPEG", "RGB"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "L"), ("WEBP", "RGB"), ("HEIF", "RGB")],
)
def test_pictures_of_every_kind_become_webp(owner, kind, mode):
    from pillow_heif import register_heif_opener

    register_heif_opener()
    file = files.store_image(upload(picture(kind, mode=mode), "a.jpg"), by=owner)
    with files.open_file(file) as stream, Image.open(stream) as image:
        assert (image.format, image.size, image.mode) == ("WEBP", (60, 40), "RGB")


def test_a_picture_is_upright_and_says_nothing_of_its_place(owner):
    exif = Image.Exif()
    exif[Base.Orientation] = 6
    exif[Base.Make] = "canary-camera"
    exif.get_ifd(0x8825)[GPS.GPSLatitude] = (27.0, 30.0, 0.0)
    content = picture(exif=exif, comment=b"canary-comment")
    assert b"canary-camera" in content
    file = files.store_image(upload(content), by=owner)
    raw = files.path_of(file).read_bytes()
    with Image.open(io.BytesIO(raw)) as image:
        assert image.size == (40, 60)
        assert not image.getexif()
        assert set(image.info) <= {"loop", "background", "timestamp", "duration"}
    assert b"canary" not in raw


def test_a_picture_is_made_smaller(owner):
    file = files.store_image(upload(picture(size=(3000, 1000))), by=owner, longest_side=600)
    with files.open_file(file) as stream, Image.open(stream) as image:
        assert image.size == (600, 200)


def test_a_pixel_flood_is_refused_before_it_is_decoded(owner, monkeypatch):
    monkeypatch.setattr(images, "MOST_PIXELS", 1000)
    with pytest.raises(TooLarge):
        files.store_image(upload(picture("PNG", size=(100, 100))), by=owner)
    monkeypatch.undo()
    header = bytearray(picture("PNG"))
    header[16:24] = (60000).to_bytes(4, "big") * 2
    with pytest.raises(DomainError):
        files.store_image(upload(bytes(header)), by=owner)


@pytest.mark.parametrize(
    "content",
    [
        b"GIF89a" + b"x" * 50,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\xff\xd8\xff",
        picture()[:200],
        b"RIFF1234WEBPxxxx",
        b"\x00\x00\x00\x18ftypheicxxxxxxxxxxxxxxxx",
        b"%PDF-1.7",
    ],
)
def test_what_is_no_picture_is_refused(owner, content):
    with pytest.raises(Invalid) as caught:
        files.store_image(upload(content), by=owner)
    assert caught.value.code == "not_an_image"


def test_nothing_is_left_behind_when_the_row_cannot_be_written(owner, private, monkeypatch):
    def broken(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr(files.storing.audit, "record", broken)
    with pytest.raises(ZeroDivisionError):
        files.store_document(upload(b"a,b"), by=owner)
    assert [path for path in private.rglob("*") if path.is_file()] == []


def test_a_deleted_file_is_gone(owner, client, django_capture_on_commit_callbacks):
    file = files.store_document(upload(b"a,b"), by=owner)
    path = files.path_of(file)
    with django_capture_on_commit_callbacks(execute=True):
        files.delete_file(file, by=owner)
    assert not path.exists()
    with pytest.raises(Gone):
        files.open_file(file)
    client.force_login(owner)
    assert client.get(file.get_absolute_url()).status_code == 404


def test_files_without_a_row_are_found(owner, private):
    file = files.store_document(upload(b"a,b"), by=owner)
    stray = files.path_of(file).with_name("FSTRAY.csv")
    stray.write_bytes(b"x")
    assert list(orphans()) == [stray]


def test_only_those_who_may_open_a_file(owner, person, client, monkeypatch):
    monkeypatch.setattr(serving, "_permissions", {})
    file = files.store_document(upload(b"a,b"), by=owner)
    shared = files.store_document(upload(b"c,d"), by=owner, kind="shared")
    reader = person()
    files.permission("shared")(lambda user, found: user == reader)
    seen = {}
    for name, user in (("owner", owner), ("reader", reader)):
        client.force_login(user)
        seen[name] = [client.get(found.get_absolute_url()).status_code for found in (file, shared)]
    assert seen == {"owner": [200, 404], "reader": [404, 200]}
    client.logout()
    assert client.get(file.get_absolute_url()).status_code == 302


def test_a_file_is_sent_so_that_nothing_in_it_can_run(owner, client):
    file = files.store_document(upload(b"a,b"), by=owner)
    client.force_login(owner)
    answer = client.get(file.get_absolute_url())
    assert answer.content == b"a,b"
    assert answer["Content-Disposition"] == f'attachment; filename="{file.code}.csv"'
    assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == ("nosniff", "no-store")
    assert "sandbox" in answer["Content-Security-Policy"]
