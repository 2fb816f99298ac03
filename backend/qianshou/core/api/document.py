"""What the generated OpenAPI document says wrongly of our values, put right."""

from __future__ import annotations

from typing import Any

CLOCK = r"^\d\d:\d\d(:\d\d(\.\d+)?)?$"


def clock_times(result: Any, generator: Any, request: Any, public: bool) -> Any:
    """Describe times of day as what they are: `format: time` would promise an offset from UTC (RFC 3339)."""
    _walk(result)
    return result


def _walk(part: Any) -> None:
    if isinstance(part, dict):
        if part.get("type") == "string" and part.get("format") == "time":
            del part["format"]
            part["pattern"] = CLOCK
        for inner in part.values():
            _walk(inner)
    elif isinstance(part, list):
        for inner in part:
            _walk(inner)
