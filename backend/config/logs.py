"""What is written about running: structured lines without personal data.

Addresses are logged as their pattern (`/children/<code>/`), never as they were called; search texts, bodies, names
and network addresses of people are not logged at all.
"""

from __future__ import annotations

from typing import Any

import structlog


def logging_config(*, as_json: bool, level: str = "INFO") -> dict[str, Any]:
    """Return Django's `LOGGING`: one line per event on standard error, for people or for programs."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(["kind", "pk", "task", "job"]),
    ]
    last: list[Any] = (
        [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if as_json
        else [
            structlog.dev.ConsoleRenderer(
                colors=False, exception_formatter=structlog.dev.plain_traceback, pad_event_to=0
            )
        ]
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Request lines are ours (below). Django's own carry addresses as called, so only its errors pass.
            "django.request": {"level": "ERROR"},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "uvicorn": {"level": "WARNING"},
            "uvicorn.access": {"level": "CRITICAL"},
            "celery": {"level": "WARNING"},
            "kombu": {"level": "ERROR"},
            "axes": {"level": "CRITICAL"},  # names and addresses; a lock-out is a row in its own table
            "httpx": {"level": "WARNING"},
        },
    }
