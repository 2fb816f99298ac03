"""Authenticated encryption of named fields, and the keyed hash that finds them again (design 3.6, G6).

A stored value is `<key id>:<base64url(nonce + ciphertext + tag)>`. The associated data names the model, the
row and the field, so a value copied to another place cannot be read there.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import os
import unicodedata

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

NONCE_BYTES = 12


class DecryptionFailed(Exception):
    """The value was altered, moved to another row or field, or its key is missing."""


@functools.lru_cache(maxsize=8)
def _keyring(spec: str) -> dict[str, AESGCM]:
    ring: dict[str, AESGCM] = {}
    for part in spec.replace("\n", ",").split(","):
        if not part.strip():
            continue
        key_id, _, encoded = part.strip().partition(":")
        try:
            raw = base64.b64decode(encoded, validate=True)
        except ValueError as error:
            raise ImproperlyConfigured("QIANSHOU_KEYS: each key is <id>:<base64 of 32 bytes>.") from error
        if not key_id.isalnum() or len(raw) != 32 or key_id in ring:
            raise ImproperlyConfigured("QIANSHOU_KEYS: each key is <id>:<base64 of 32 bytes>, ids unique.")
        ring[key_id] = AESGCM(raw)
    if not ring:
        raise ImproperlyConfigured("QIANSHOU_KEYS is empty: no field can be encrypted.")
    return ring


def current_key_id() -> str:
    """Return the id of the key that new values are encrypted with: the first one listed."""
    return next(iter(_keyring(settings.QIANSHOU_KEYS)))


def key_ids() -> list[str]:
    """Return the ids of all keys, the current one first."""
    return list(_keyring(settings.QIANSHOU_KEYS))


def encrypt(plain: str, context: str) -> str:
    """Return `plain` encrypted for the place named by `context`."""
    key_id = current_key_id()
    nonce = os.urandom(NONCE_BYTES)
    sealed = _keyring(settings.QIANSHOU_KEYS)[key_id].encrypt(nonce, plain.encode(), context.encode())
    return f"{key_id}:{base64.urlsafe_b64encode(nonce + sealed).decode()}"


def decrypt(stored: str, context: str) -> str:
    """Return the text of a stored value.

    Raises
    ------
    DecryptionFailed
        When the value does not belong to this place or its key is not in the key ring.
    """
    key_id, _, encoded = stored.partition(":")
    key = _keyring(settings.QIANSHOU_KEYS).get(key_id)
    if key is None:
        raise DecryptionFailed(f"no key {key_id!r}")
    try:
        blob = base64.urlsafe_b64decode(encoded)
        return key.decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], context.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise DecryptionFailed(context) from error


@functools.lru_cache(maxsize=4)
def _index_key(encoded: str) -> bytes:
    raw = base64.b64decode(encoded)
    if len(raw) < 32:
        raise ImproperlyConfigured("QIANSHOU_INDEX_KEY must be the base64 of at least 32 bytes.")
    return raw


def blind_index(value: str, purpose: str = "") -> str:
    """Return the keyed hash by which an encrypted value is found again; empty for an empty value."""
    cleaned = "".join(unicodedata.normalize("NFKC", value).split()).upper()
    if not cleaned:
        return ""
    message = f"{purpose}:{cleaned}".encode()
    return hmac.new(_index_key(settings.QIANSHOU_INDEX_KEY), message, hashlib.sha256).hexdigest()
