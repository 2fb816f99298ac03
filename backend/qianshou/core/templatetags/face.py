"""The one library that templates load: `{% load i18n face %}`. Its parts live beside it, by kind."""

from __future__ import annotations

from django import template

from qianshou.core.templatetags import face_charts, face_forms, face_page, face_parts, face_text

register = template.Library()
for part in (face_text, face_page, face_parts, face_forms, face_charts):
    register.tags.update(part.register.tags)
    register.filters.update(part.register.filters)
