"""What production refuses to start with, each fault in one sentence."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

Environment = Mapping[str, str]

SHORTEST_SECRET = 50
FEWEST_LETTERS = 8
KEY_BYTES = 32
_WEAK_SECRET = re.compile(r"django-insecure|embedded|only-for-tests|change.?me|secret|password|example", re.IGNORECASE)
_HOST = re.compile(
    r"^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*(?::\d+)?$", re.IGNORECASE
)
_ON = {"1", "true", "yes", "on"}


def production_faults(env: Environment) -> list[str]:
    """Return every reason for which production must not start with this environment; empty when it may."""
    return [
        *_mode(env),
        *_servers(env),
        *_secret_key(env),
        *_field_keys(env),
        *_hosts(env),
        *_origins(env),
        *_e_mail(env),
    ]


def refuse(faults: list[str]) -> None:
    """Stop the process with one message that names all faults; does nothing when there is none."""
    if faults:
        listed = "\n".join(f"  - {fault}" for fault in faults)
        raise SystemExit(
            f"Qianshou does not start in production with these settings:\n{listed}\n"
            "Each variable is explained in docs/operations.md. Nothing was changed."
        )


def _mode(env: Environment) -> Iterator[str]:
    for name in ("DEBUG", "DJANGO_DEBUG", "QIANSHOU_DEBUG"):
        if env.get(name, "").strip().lower() in _ON:
            yield f"{name} is on: error pages would show children's data. Remove it."
    if env.get("QIANSHOU_DEMO", "").strip().lower() in _ON:
        yield "QIANSHOU_DEMO is on: demo sign-ins have known passwords. Remove it."


def _servers(env: Environment) -> Iterator[str]:
    database = env.get("DATABASE_URL", "")
    parts = urlsplit(database)
    if not database:
        yield "DATABASE_URL is missing: postgres://user:password@host:5432/name."
    elif parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        yield "DATABASE_URL must look like postgres://user:password@host:5432/name."
    redis = env.get("REDIS_URL", "")
    if not redis:
        yield "REDIS_URL is missing: redis://host:6379/0. Web processes and workers meet there."
    elif urlsplit(redis).scheme not in {"redis", "rediss", "unix"}:
        yield "REDIS_URL must look like redis://host:6379/0."


def _secret_key(env: Environment) -> Iterator[str]:
    key = env.get("SECRET_KEY", "")
    if not key:
        yield f"SECRET_KEY is missing: at least {SHORTEST_SECRET} random characters (`manage.py first_keys`)."
    elif len(key) < SHORTEST_SECRET or len(set(key)) < FEWEST_LETTERS:
        yield f"SECRET_KEY is too short or too simple: at least {SHORTEST_SECRET} random characters."
    elif _WEAK_SECRET.search(key):
        yield "SECRET_KEY looks like an example: use random characters (`manage.py first_keys` prints one)."


def _key_bytes(encoded: str) -> bytes | None:
    try:
        return base64.b64decode(encoded, validate=True)
    except ValueError:
        return None


def _field_keys(env: Environment) -> Iterator[str]:
    seen: dict[bytes, str] = {}
    ids: set[str] = set()
    listed = [part.strip() for part in env.get("QIANSHOU_KEYS", "").replace("\n", ",").split(",") if part.strip()]
    if not listed:
        yield "QIANSHOU_KEYS is missing: <id>:<base64 of 32 bytes>, newest first (`manage.py first_keys` prints one)."
    for number, part in enumerate(listed, start=1):
        key_id, _, encoded = part.partition(":")
        raw = _key_bytes(encoded)
        if not key_id.isalnum() or raw is None or len(raw) != KEY_BYTES:
            yield f"QIANSHOU_KEYS, key {number}: each key is <id>:<base64 of {KEY_BYTES} bytes>."
            continue
        if key_id in ids:
            yield f"QIANSHOU_KEYS: the id {key_id!r} stands there twice."
        if raw in seen:
            yield f"QIANSHOU_KEYS: keys {seen[raw]!r} and {key_id!r} are the same key."
        if len(set(raw)) < FEWEST_LETTERS:
            yield f"QIANSHOU_KEYS: the key {key_id!r} is not random."
        ids.add(key_id)
        seen.setdefault(raw, key_id)
    index = env.get("QIANSHOU_INDEX_KEY", "")
    raw_index = _key_bytes(index)
    if not index:
        yield "QIANSHOU_INDEX_KEY is missing: base64 of at least 32 bytes (`manage.py first_keys` prints one)."
    elif raw_index is None or len(raw_index) < KEY_BYTES:
        yield "QIANSHOU_INDEX_KEY must be the base64 of at least 32 bytes."
    elif raw_index in seen:
        yield f"QIANSHOU_INDEX_KEY is the same key as {seen[raw_index]!r} in QIANSHOU_KEYS: use another."
    elif len(set(raw_index)) < FEWEST_LETTERS:
        yield "QIANSHOU_INDEX_KEY is not random."
    secret = env.get("SECRET_KEY", "")
    if secret and (secret == index or any(part.partition(":")[2] == secret for part in listed)):
        yield "SECRET_KEY is used as an encryption key too: use another."


def _hosts(env: Environment) -> Iterator[str]:
    hosts = [part.strip() for part in env.get("ALLOWED_HOSTS", "").split(",") if part.strip()]
    if not hosts:
        yield "ALLOWED_HOSTS is missing: the names people type, for example ALLOWED_HOSTS=home.county.example."
    for host in hosts:
        if "*" in host or host.startswith("."):
            yield f"ALLOWED_HOSTS: {host!r} stands for many names; list each name."
        elif not _HOST.match(host):
            yield f"ALLOWED_HOSTS: {host!r} is not a bare host name (no https://, no path)."


def _origins(env: Environment) -> Iterator[str]:
    for origin in (part.strip() for part in env.get("TRUSTED_ORIGINS", "").split(",") if part.strip()):
        parts = urlsplit(origin)
        if parts.scheme != "https":
            yield f"TRUSTED_ORIGINS: {origin!r} must begin with https://."
        elif "*" in origin or not parts.netloc or parts.path.strip("/"):
            yield f"TRUSTED_ORIGINS: {origin!r} must be one whole origin, https://name."


def _e_mail(env: Environment) -> Iterator[str]:
    host = env.get("EMAIL_HOST", "").strip()
    if not host:
        yield "EMAIL_HOST is missing: the mail server that sends password links, or EMAIL_HOST=none to do without."
        return
    if host.lower() == "none":
        return
    if "@" not in env.get("EMAIL_FROM", ""):
        yield "EMAIL_FROM is missing: the address that mails come from."
    if env.get("EMAIL_SECURITY", "starttls") not in {"starttls", "tls", "none"}:
        yield "EMAIL_SECURITY must be starttls, tls or none."
    elif env.get("EMAIL_SECURITY") == "none" and env.get("EMAIL_PASSWORD"):
        yield "EMAIL_SECURITY is none, so EMAIL_PASSWORD would cross the network in the clear."
    if not env.get("EMAIL_PORT", "587").isdigit():
        yield "EMAIL_PORT must be a number."


def e_mail(env: Environment) -> dict[str, object]:
    """Return Django's e-mail settings for an environment without faults."""
    if env["EMAIL_HOST"].strip().lower() == "none":
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    security = env.get("EMAIL_SECURITY", "starttls")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": env["EMAIL_HOST"].strip(),
        "EMAIL_PORT": int(env.get("EMAIL_PORT", "587")),
        "EMAIL_HOST_USER": env.get("EMAIL_USER", ""),
        "EMAIL_HOST_PASSWORD": env.get("EMAIL_PASSWORD", ""),
        "EMAIL_USE_TLS": security == "starttls",
        "EMAIL_USE_SSL": security == "tls",
        "EMAIL_TIMEOUT": 10,
        "DEFAULT_FROM_EMAIL": env["EMAIL_FROM"],
        "SERVER_EMAIL": env["EMAIL_FROM"],
    }
