"""Model fields: encrypted text and JSON, blind index, word list.

Encrypted fields are decrypted when the attribute is read, not when the row is loaded: lists that do not show a
value never decrypt it, and `.values()` gives the ciphertext.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from . import crypto


class Ciphertext(str):
    """A stored value that has not been decrypted."""

    __slots__ = ()


class _DecryptingAttribute(DeferredAttribute):
    """A data descriptor (it has `__set__`), so that it is asked even when the instance holds the value."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        value = instance.__dict__[name] if name in instance.__dict__ else super().__get__(instance, cls)
        if isinstance(value, Ciphertext):
            field: Any = self.field
            value = field.reveal(instance, value)
            instance.__dict__[name] = value
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.TextField):
    """Text kept as AES-GCM ciphertext; the model needs a `row_key` (see `core.models.EncryptedModel`)."""

    descriptor_class = _DecryptingAttribute

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def context(self, instance: models.Model) -> str:
        """Return the associated data: model, field and row."""
        return f"{instance._meta.label_lower}.{self.attname}:{instance.row_key.hex}"  # type: ignore[attr-defined]

    def reveal(self, instance: models.Model, stored: Ciphertext) -> Any:
        """Decrypt a stored value of this row."""
        return self.parse(crypto.decrypt(stored, self.context(instance))) if stored else self.empty()

    def empty(self) -> Any:
        """Return what an empty column means."""
        return ""

    def parse(self, text: str) -> Any:
        """Turn decrypted text into the attribute's value."""
        return text

    def format(self, value: Any) -> str:
        """Turn the attribute's value into text to encrypt; empty text is stored as empty."""
        return "" if value is None else str(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Ciphertext:
        """Encrypt; a value that was never read is written back as it was."""
        value = model_instance.__dict__.get(self.attname, self.empty())
        if isinstance(value, Ciphertext):
            return value
        text = self.format(value)
        return Ciphertext(crypto.encrypt(text, self.context(model_instance)) if text else "")

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Ciphertext:
        """Keep what the database gave, unread."""
        return Ciphertext(value or "")

    def to_python(self, value: Any) -> Any:
        """Leave values as they are."""
        return value

    def get_prep_value(self, value: Any) -> str:
        """Refuse plain text on its way to the database past `pre_save` (bulk updates, filters)."""
        if value is None or value == "":
            return ""
        if not isinstance(value, Ciphertext):
            raise FieldError(f"{self.name} is encrypted: save the object, or look up its blind index.")
        return str(value)


class EncryptedJSONField(EncryptedTextField):
    """A JSON value kept encrypted; an empty list or object is stored as empty text.

    Parameters
    ----------
    container
        `list` or `dict`: what an empty column reads as.
    """

    _pyi_private_set_type: Any  # what type checkers take the attribute for
    _pyi_private_get_type: Any

    def __init__(self, *args: Any, container: type = list, **kwargs: Any) -> None:
        self.container = container
        kwargs.setdefault("default", container)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Describe the field for migrations."""
        name, path, args, kwargs = super().deconstruct()
        if self.container is not list:
            kwargs["container"] = self.container
        return name, path, args, kwargs

    def empty(self) -> Any:
        """Return an empty container."""
        return self.container()

    def parse(self, text: str) -> Any:
        """Read JSON."""
        return json.loads(text)

    def format(self, value: Any) -> str:
        """Write JSON."""
        return json.dumps(value, ensure_ascii=False) if value else ""


class BlindIndexField(models.CharField):
    """The keyed hash of another, encrypted field; kept in step at every save.

    Parameters
    ----------
    of
        Name of the encrypted field. Look up with `crypto.blind_index(value, purpose)`.
    purpose
        Separates indexes; values of one purpose can be compared across models (e.g. `national_id`).
    """

    def __init__(self, *args: Any, of: str = "", purpose: str = "", **kwargs: Any) -> None:
        self.of = of
        self.purpose = purpose or of
        kwargs.update(max_length=64, editable=False, blank=True, default="", db_index=True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Describe the field for migrations."""
        name, path, args, kwargs = super().deconstruct()
        for key in ("max_length", "editable", "blank", "default", "db_index"):
            kwargs.pop(key, None)
        kwargs.update(of=self.of, purpose=self.purpose)
        return name, path, args, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """Compute the hash; an unread ciphertext has not changed, so its hash stays."""
        raw = model_instance.__dict__.get(self.of, "")
        if not isinstance(raw, Ciphertext):
            setattr(model_instance, self.attname, crypto.blind_index(raw or "", self.purpose))
        return getattr(model_instance, self.attname)


class WordListField(models.TextField):
    """A short list of words (skills, interests), stored as `|a|b|` so that one word can be looked up exactly."""

    _pyi_private_set_type: Any  # what type checkers take the attribute for
    _pyi_private_get_type: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", list)
        super().__init__(*args, **kwargs)

    @staticmethod
    def lookup(word: str) -> str:
        """Return the text to look for with `__contains`."""
        return f"|{word.replace('|', ' ').strip()}|"

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> list[str]:
        """Split the stored text."""
        return [word for word in (value or "").split("|") if word]

    def to_python(self, value: Any) -> list[str]:
        """Accept a list or stored text."""
        if isinstance(value, str):
            return [word for word in value.split("|") if word]
        return list(value or [])

    def get_prep_value(self, value: Any) -> str:
        """Join a list; text passes for look-ups."""
        if isinstance(value, str):
            return value
        words = list(dict.fromkeys(str(word).replace("|", " ").strip() for word in value or [] if str(word).strip()))
        return f"|{'|'.join(words)}|" if words else ""

    def value_to_string(self, obj: models.Model) -> str:
        """Serialise for fixtures."""
        return self.get_prep_value(self.value_from_object(obj))
