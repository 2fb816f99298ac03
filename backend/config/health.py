"""`/healthz`: this process answers. `/readyz`: it can work - database, migrations and sweep are in order."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from qianshou.core import obligations

SWEEP_LATE = timedelta(seconds=60)
"""A due obligation that nobody has taken for so long means that no sweep is running."""

log = logging.getLogger(__name__)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Say that the process lives; asks nothing of anybody else."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether requests can be served, 503 when not; no names, no versions, no addresses."""
    checks = {"database": "failed", "migrations": "unknown", "sweep": "unknown"}
    lag: float | None = None
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        checks["database"] = "ok"
        checks["migrations"] = "ok" if migrations_applied() else "failed"
        if checks["migrations"] == "ok":
            lag = round(obligations.sweep_lag().total_seconds(), 1)
            checks["sweep"] = "ok" if lag <= SWEEP_LATE.total_seconds() else "late"
    except DatabaseError:
        log.exception("not ready")
    ready = set(checks.values()) == {"ok"}
    answer = {"status": "ready" if ready else "not ready", "checks": checks, "sweep_lag_seconds": lag}
    return JsonResponse(answer, status=200 if ready else 503)


_applied: set[str] = set()
"""Databases that were seen with every migration; migrations do not go back while a server runs."""


def migrations_applied() -> bool:
    """Tell whether the database has every migration of this code."""
    name = str(connection.settings_dict["NAME"])
    if name not in _applied and not pending_migrations():
        _applied.add(name)
    return name in _applied


def pending_migrations() -> int:
    """Return how many migrations the database still lacks."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
