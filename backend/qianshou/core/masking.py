"""Numbers with their middle hidden, where the whole is shown only after a reason (ui 12)."""

from __future__ import annotations


def mask(text: str, front: int, back: int) -> str:
    """Return a number with its middle hidden; a short one is hidden whole."""
    if len(text) <= front + back:
        return "*" * len(text)
    return text[:front] + "*" * (len(text) - front - back) + text[-back:]
