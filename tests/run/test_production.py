"""Production starts with good settings only, and says everything that is wrong at once."""

import base64
import secrets

import pytest

from config.safety import production_faults
from tests.run.conftest import MANAGE, run


def _key():
    return base64.b64encode(secrets.token_bytes(32)).decode()


@pytest.fixture
def good():
    return {
        "QIANSHOU_MODE": "production",
        "DATABASE_URL": "postgres://qianshou:pw@db:5432/qianshou",
        "REDIS_URL": "redis://redis:6379/0",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "QIANSHOU_KEYS": f"k2:{_key()},k1:{_key()}",
        "QIANSHOU_INDEX_KEY": _key(),
        "ALLOWED_HOSTS": "home.county.test,10.0.0.5",
        "TRUSTED_ORIGINS": "https://home.county.test",
        "EMAIL_HOST": "mail.county.test",
        "EMAIL_FROM": "home@county.test",
    }


def test_good_settings_have_no_fault(good):
    assert production_faults(good) == []


SAME = _key()


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"DATABASE_URL": ""}, "DATABASE_URL is missing"),
        ({"DATABASE_URL": "sqlite:///x"}, "DATABASE_URL must look like"),
        ({"REDIS_URL": ""}, "REDIS_URL is missing"),
        ({"REDIS_URL": "memory://"}, "REDIS_URL must look like"),
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too short"),
        ({"SECRET_KEY": "ab" * 40}, "SECRET_KEY is too short or too simple"),
        ({"SECRET_KEY": "django-insecure-" + "abcdefghijklmnop" * 4}, "SECRET_KEY looks like an example"),
        ({"QIANSHOU_KEYS": ""}, "QIANSHOU_KEYS is missing"),
        ({"QIANSHOU_KEYS": "k1:abc"}, "QIANSHOU_KEYS, key 1"),
        ({"QIANSHOU_KEYS": f"k1:{_key()},k1:{_key()}"}, "stands there twice"),
        ({"QIANSHOU_KEYS": f"k1:{SAME},k2:{SAME}"}, "are the same key"),
        ({"QIANSHOU_KEYS": "k1:" + base64.b64encode(b"a" * 32).decode()}, "is not random"),
        ({"QIANSHOU_INDEX_KEY": ""}, "QIANSHOU_INDEX_KEY is missing"),
        ({"QIANSHOU_INDEX_KEY": "YWJj"}, "QIANSHOU_INDEX_KEY must be"),
        ({"QIANSHOU_INDEX_KEY": SAME, "QIANSHOU_KEYS": f"k1:{SAME}"}, "QIANSHOU_INDEX_KEY is the same key"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is missing"),
        ({"ALLOWED_HOSTS": "*"}, "stands for many names"),
        ({"ALLOWED_HOSTS": ".county.test"}, "stands for many names"),
        ({"ALLOWED_HOSTS": "https://home.county.test"}, "not a bare host name"),
        ({"TRUSTED_ORIGINS": "http://home.county.test"}, "must begin with https://"),
        ({"TRUSTED_ORIGINS": "https://*.county.test"}, "must be one whole origin"),
        ({"DEBUG": "1"}, "DEBUG is on"),
        ({"QIANSHOU_DEMO": "yes"}, "QIANSHOU_DEMO is on"),
        ({"EMAIL_HOST": ""}, "EMAIL_HOST is missing"),
        ({"EMAIL_FROM": ""}, "EMAIL_FROM is missing"),
        ({"EMAIL_SECURITY": "ssl"}, "EMAIL_SECURITY must be"),
        ({"EMAIL_SECURITY": "none", "EMAIL_PASSWORD": "x"}, "cross the network in the clear"),
        ({"EMAIL_PORT": "smtp"}, "EMAIL_PORT must be a number"),
    ],
)
def test_each_fault_is_named(good, changes, fault):
    found = production_faults({**good, **changes})
    assert any(fault in sentence for sentence in found), found


def test_secrets_do_not_stand_in_the_message(good):
    found = " ".join(
        production_faults({**good, "SECRET_KEY": "hunter2hunter2", "QIANSHOU_KEYS": "k1:c2VjcmV0LXZhbHVl"})
    )
    assert "hunter2" not in found
    assert "c2VjcmV0" not in found


@pytest.mark.parametrize(
    "command",
    [
        (MANAGE, "migrate"),
        ("-m", "uvicorn", "--app-dir", "backend", "config.asgi:application"),
        ("-m", "celery", "-A", "config.celery", "worker"),
    ],
    ids=["manage", "uvicorn", "celery"],
)
def test_every_process_stops_with_one_message_and_no_trace(command):
    refused = run(*command, QIANSHOU_MODE="production", DEBUG="1", ALLOWED_HOSTS="*")
    assert refused.returncode != 0
    assert "Traceback" not in refused.stderr
    assert refused.stderr.count("Qianshou does not start in production with these settings") == 1
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "QIANSHOU_KEYS", "QIANSHOU_INDEX_KEY", "DEBUG is on"):
        assert f"- {name}" in refused.stderr
    assert "ALLOWED_HOSTS: '*'" in refused.stderr


def test_naming_a_database_server_means_production():
    refused = run(MANAGE, "check", DATABASE_URL="postgres://db/qianshou")
    assert "does not start in production" in refused.stderr
    assert "DATABASE_URL" not in refused.stderr


def test_production_settings_are_safe(good):
    shown = run(
        "-c",
        "import django; django.setup(); from django.conf import settings as s;"
        "print(s.DEBUG, s.DEMO_MODE, s.MFA_REQUIRED, s.SECURE_SSL_REDIRECT, s.SESSION_COOKIE_SECURE,"
        "s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS >= 31536000, s.REALTIME_BETWEEN_PROCESSES,"
        "s.DATABASES['default']['OPTIONS']['pool']['max_size'], 'qianshou.demo' in s.INSTALLED_APPS)",
        **good,
        DJANGO_SETTINGS_MODULE="config.settings.production",
    )
    assert shown.stdout.split() == ["False", "False", *["True"] * 6, "10", "False"], shown.stderr


def test_serve_is_not_for_production(good):
    refused = run(MANAGE, "serve", **good)
    assert refused.returncode == 1
    assert "celery -A config.celery beat" in refused.stderr


def test_first_keys_are_accepted(good, tmp_path):
    printed = run(MANAGE, "first_keys", QIANSHOU_HOME=str(tmp_path))
    fresh = dict(line.split("=", 1) for line in printed.stdout.split())
    assert production_faults({**good, **fresh}) == []


def test_deployment_check_is_clean():
    checked = run("tools/check_deploy.py")
    assert checked.returncode == 0, checked.stderr
