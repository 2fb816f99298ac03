"""Serializers that show a person only the fields of the classes that the person may see (S40)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from qianshou.core import access
from qianshou.core.fieldclasses import FieldClass


class StrictSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """Refuses fields it does not know: a misspelt field must not look like a saved one."""

    def to_internal_value(self, data: Any) -> Any:
        """Name unknown fields before anything else is checked."""
        if isinstance(data, dict):
            unknown = [str(name) for name in data if name not in self.fields]
            if unknown:
                raise serializers.ValidationError(
                    {
                        name: [serializers.ErrorDetail(str(_("There is no such field.")), "unknown_field")]
                        for name in unknown
                    }
                )
        return super().to_internal_value(data)


class FieldClassSerializerMixin:
    """Drops what lies above the viewer's class, record by record; a field without a class is shown to nobody.

    The class comes from the model's `FIELD_CLASSES` (by `source`, its first part), or from `field_classes` here for
    computed fields. `get_record` names the record whose kind and centre decide, for rows that belong to another one.
    """

    field_classes: ClassVar[dict[str, FieldClass]] = {}
    #: The class that the viewer sees of the record that is shown just now.
    _now_seen: FieldClass | None = None

    def get_record(self, instance: Any) -> Any:
        """Return the record that decides what is seen."""
        return instance

    def _class_of(self, field: Any) -> FieldClass | None:
        if field.field_name in self.field_classes:
            return self.field_classes[field.field_name]
        declared: dict[str, FieldClass] = getattr(self.Meta.model, "FIELD_CLASSES", {})  # type: ignore[attr-defined]
        return declared.get((field.source or field.field_name).split(".")[0])

    def _ceiling(self, instance: Any) -> FieldClass:
        user = self.context["request"].user  # type: ignore[attr-defined]
        seen = access.field_class_for(user, self.get_record(instance))
        return FieldClass.PUBLIC if seen is None else seen

    @property
    def _readable_fields(self) -> Iterable[Any]:
        fields = super()._readable_fields  # type: ignore[misc]
        ceiling = self._now_seen
        for field in fields:
            declared = self._class_of(field)
            if ceiling is not None and declared is not None and declared <= ceiling:
                yield field

    def to_representation(self, instance: Any) -> Any:
        """Show one record as this person may see it; values above are not even read."""
        self._now_seen = self._ceiling(instance)
        try:
            return super().to_representation(instance)  # type: ignore[misc]
        finally:
            self._now_seen = None
