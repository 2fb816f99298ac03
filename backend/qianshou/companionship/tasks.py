"""The worker's way into matching: a job finds the run and solves it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from qianshou.core import jobs, obligations

from . import services
from .models import MatchingRun, RunState
from .services.runs import JOB_KIND

STAGES = ("reading", "candidates", "solving", "writing")


def stage_name(stage: str) -> str:
    """Say what a stage does; every stage of the solver is "solving"."""
    names = {
        "reading": _("Reading children, volunteers and rooms"),
        "candidates": _("Looking who fits whom"),
        "writing": _("Writing the proposals"),
    }
    return names.get(stage, _("Finding the best pairs for all together"))


@jobs.kind(JOB_KIND)
def match(job: jobs.Job, progress: jobs.Progress) -> dict[str, Any]:
    """Solve the run of a job."""
    run = MatchingRun.objects.select_related("centre", "created_by", "after").get(code=job.payload["run"])

    def watch(stage: str, value: int | None, bound: int | None) -> None:
        step = STAGES.index(stage) if stage in STAGES else STAGES.index("solving")
        text = stage_name(stage)
        if value is not None and bound:
            text = _("%(stage)s: at least %(percent)d %% of the best possible") % {
                "stage": text,
                "percent": max(0, min(100, value * 100 // bound)),
            }
        progress.report(text, step, len(STAGES))

    try:
        services.solve_run(run, watch=watch)
    except jobs.Cancelled:
        services.end_run(run, RunState.CANCELLED)
        raise
    except obligations.LeaseLost:
        raise
    except Exception:
        services.end_run(run, RunState.FAILED)
        raise
    return {"url": run.get_absolute_url()}
