"""Words for what machines name by code."""

from __future__ import annotations

from django import template

from qianshou.core import audit

register = template.Library()


@register.filter
def action_words(action: str) -> str:
    """Say an audited action in words; one that nobody has words for stays its code."""
    return str(audit.words_for(action))
