"""The cases of rosters."""

import json

from scheduling.benchmarks.report import NAMES, Report, percent, seconds_of, status, times
from scheduling.benchmarks.runs import Bench, Run
from scheduling.roster import solve
from scheduling.roster.instances import cancelled, instance

_HEAD = ("instance", "engine", "value", "gap to the best bound", "status", "seconds", "times ours", "MiB")


def _rows(report: Report, name: str, runs: list[Run]) -> float:
    bound = max(run.solution["bound"] for run in runs if run.solved)
    gaps = []
    for run in runs:
        gap = (run.value - bound) / max(abs(bound), 1) if run.solved else float("inf")
        gaps.append(gap)
        shown = [str(run.value), percent(gap)] if run.solved else ["-", "-"]
        report.rows.append(
            [name, NAMES[run.engine], *shown, status(run), seconds_of(run), times(run, runs[0]), str(run.memory)]
        )
    return gaps[0]


def _said(run: Run, gap: float) -> str:
    return f"{'proven' if run.solution.get('status') == 'optimal' else 'gap ' + percent(gap)} in {run.seconds:.1f} s"


def week(bench: Bench, quick: bool) -> Report:
    """50 x 100."""
    size, limit, seeds = ((8, 8, 1), 2.0, (1,)) if quick else ((50, 100, 4), 10.0, (1, 2))
    report, said = Report(_HEAD), []
    for seed in seeds:
        file = bench.instance(f"roster-week-{seed}", instance(*size, seed))
        rivals = ("roster_greedy", "roster_highs", "roster_cp_sat") if seed == 1 else ("roster_greedy",)
        runs = [bench.ours(file, limit), *(run for run in (bench.rival(e, file, limit) for e in rivals) if run)]
        gap = _rows(report, f"{size[0]}x{size[1]} seed {seed}", runs)
        said.append(_said(runs[0], gap))
    report.reached = "; ".join(said)
    return report


def month(bench: Bench, quick: bool) -> Report:
    """300 x 600, four weeks."""
    size, limit, longer = ((10, 12, 2), 2.0, 2.0) if quick else ((300, 600, 4), 20.0, 40.0)
    report = Report(_HEAD)
    file = bench.instance("roster-month", instance(*size, 1))
    rivals = (("roster_greedy", limit), ("roster_highs", limit), ("roster_cp_sat", longer))
    runs = [bench.ours(file, limit), *(run for run in (bench.rival(e, file, s) for e, s in rivals) if run)]
    gap = _rows(report, f"{size[0]}x{size[1]} seed 1", runs)
    report.reached = _said(runs[0], gap)
    return report


def repair(bench: Bench, quick: bool) -> Report:
    """One cancellation."""
    size, limit = ((10, 12, 2), 2.0) if quick else ((300, 600, 4), 20.0)
    problem = instance(*size, 1)
    solution = solve(problem, time_limit=limit)
    report = Report(("instance", "cancelled", "changed assignments", "places that stay empty", "seconds", "MiB"))
    seconds, changes = [], []
    for number in (0, 101, 202):
        broken = cancelled(problem, solution, number)
        file = bench.instance(f"roster-repair-{number}", broken)
        run = bench.ours(file, None)
        lost = broken["forbidden"][-1]
        changed = run.solution["parts"]["change"] // problem["weights"]["change"] if run.solved else -1
        empty = run.solution["parts"]["uncovered"] // problem["weights"]["uncovered"] if run.solved else -1
        before = sum(entry["missing"] for entry in solution["uncovered"])
        report.rows.append(
            [
                f"{size[0]}x{size[1]} seed 1",
                json.dumps(f"{lost['person']} in {lost['shift']}").strip('"'),
                str(changed),
                f"{empty} ({before} before)",
                seconds_of(run),
                str(run.memory),
            ]
        )
        seconds.append(run.seconds)
        changes.append(changed)
    report.reached = f"at most {max(seconds):.2f} s, {max(changes)} changed assignments (the one cancelled is one)"
    return report
