"""The cases of routes, and of explanations."""

import statistics
import time
from pathlib import Path

import numpy as np

from scheduling import kinds, pairing
from scheduling.benchmarks.instances import with_loads
from scheduling.benchmarks.report import NAMES, Report, percent, seconds_of, status
from scheduling.benchmarks.runs import OURS, Bench
from scheduling.pairing.instances import instance

_FORCED = 9
"""So many pairs are forced by solving again."""
_FAMILY = Path(__file__).resolve().parents[2] / "fixtures" / "problems" / "public" / "solomon"
OPTIMA = {
    "C101": {50: 3624, 100: 8273},
    "R101": {50: 10440, 100: 16377},
    "R105": {50: 8993, 100: 13553},
    "R112": {50: 6302, 100: 9486},
    "RC101": {50: 9440, 100: 16198},
    "RC105": {50: 8553, 100: 15137},
}
"""Optimal distances in tenths that the literature on exact methods gives (cut off after one decimal)."""


def households(bench: Bench, quick: bool) -> Report:
    """Solomon's instances, the first 50 and all 100 customers."""
    limit = 1.0 if quick else 5.0
    cases = [("R101", 50)] if quick else [(n, s) for s in (50, 100) for n in ("R101", "R112", "RC101", "RC105")]
    read = kinds.converter("routes", "problem_from_solomon")
    report = Report(("instance", "engine", "distance", "gap to the optimum", "status", "seconds", "MiB"))
    gaps: dict[str, list[float]] = {}
    for name, stops in cases:
        problem = read((_FAMILY / f"{name}.txt").read_text(), stops)
        file = bench.instance(f"routes-{name}-{stops}", problem)
        rivals = ("routes_pyvrp", "routes_ortools")
        for run in (bench.ours(file, limit), *(bench.rival(engine, file, limit) for engine in rivals)):
            if run is None:
                continue
            gap = run.value / OPTIMA[name][stops] - 1 if run.solved else float("inf")
            gaps.setdefault(run.engine, []).append(gap)
            shown = [f"{run.value / 10:.1f}", percent(gap)] if run.solved else ["-", "-"]
            report.rows.append(
                [f"{name}, {stops} stops", NAMES[run.engine], *shown, status(run), seconds_of(run), str(run.memory)]
            )
    means = ", ".join(f"{NAMES[e].strip('*')} {percent(statistics.mean(found))}" for e, found in gaps.items())
    worse = sum(ours > theirs + 1e-9 for ours, theirs in zip(gaps[OURS], gaps.get("routes_pyvrp", []), strict=False))
    report.reached = f"mean gap: {means}; worse than PyVRP alone on {worse} of {len(cases)}"
    return report


def why_not(bench: Bench, quick: bool) -> Report:
    """Why not, for all candidates at once and, solved again, for a few."""
    size = (24, 30) if quick else (500, 800)
    plain = instance(*size, 1)
    heads = (
        "instance",
        "candidates",
        "seconds for all",
        "of those possible lose something for sure",
        "seconds for one",
    )
    report, reached = Report((*heads, "of its loss told before")), []
    for name, problem in (("", plain), (", load limits", with_loads(plain, 1))):
        explainer = pairing.Explainer(problem, pairing.solve(problem))
        began = time.perf_counter()
        answer = explainer.why_not_all()
        spent = time.perf_counter() - began
        if len(answer.code) != len(problem["candidates"]):
            raise AssertionError("every candidate has a reason")
        least = answer.at_least[answer.at_least >= 0]
        chosen = np.random.default_rng(1).choice(np.flatnonzero(answer.at_least >= 0), _FORCED, replace=False)
        seconds, told, true = [], 0, 0
        for at in chosen.tolist():
            began = time.perf_counter()
            pair = answer.children[answer.child[at]], answer.volunteers[answer.volunteer[at]]
            true += explainer.forced_exactly(*pair)["loss"] or 0
            seconds.append(time.perf_counter() - began)
            told += int(answer.at_least[at])
        row = [
            f"{size[0]}x{size[1]} seed 1{name}",
            str(len(answer.code)),
            f"{spent:.3f}",
            percent(float((least > 0).mean())),
        ]
        report.rows.append([*row, f"{statistics.median(seconds):.2f}", percent(told / max(true, 1))])
        reached.append(f"{spent:.3f} s for {len(answer.code)} candidates{name}")
    report.reached = "; ".join(reached)
    return report
