"""The week of 500 x 800 under many seeds: how long each takes, and the slowest of them beside the rivals."""

from scheduling.benchmarks.instances import with_loads
from scheduling.benchmarks.pairing_cases import proven, slower
from scheduling.benchmarks.report import NAMES, Report, seconds_of, status, times
from scheduling.benchmarks.runs import OURS, Bench, Run
from scheduling.pairing.instances import instance

_BAND = 0.25
_WIDEST = 40


def many(bench: Bench, quick: bool) -> Report:
    """500 x 800 x 84 slots with rooms and load limits, seeds 1 to 300; the three slowest beside the rivals."""
    children, volunteers, seeds, limit = (24, 30, 4, 2.0) if quick else (500, 800, 300, 60.0)
    ours: dict[int, Run] = {}
    for seed in range(1, seeds + 1):
        file = bench.instance("seed", with_loads(instance(children, volunteers, seed), seed))
        ours[seed] = bench.ours(file, limit)
    report = Report(("what", "engine", "status", "seconds", "times ours", "runs", "chart"))
    report.rows += bands(list(ours.values()))
    compared: list[list[Run]] = []
    for seed in sorted(ours, key=lambda seed: (-ours[seed].seconds, seed))[: 1 if quick else 3]:
        file = bench.instance("seed", with_loads(instance(children, volunteers, seed), seed))
        others = (bench.rival(engine, file, limit) for engine in ("pairing_highs", "pairing_cp_sat"))
        compared.append([ours[seed], *(run for run in others if run)])
        for run in compared[-1]:
            cells = [NAMES[run.engine], status(run), seconds_of(run), times(run, ours[seed])]
            report.rows.append([f"seed {seed}, among the slowest", *cells, "1", "-"])
    report.reached = f"{proven(list(ours.values()))}; on the slowest at least {slower(compared)}"
    return report


def bands(runs: list[Run]) -> list[list[str]]:
    """Return rows of how many runs took how long, with a bar for each band of a quarter of a second."""
    counted: dict[int, list[Run]] = {}
    for run in runs:
        counted.setdefault(int(run.seconds / _BAND), []).append(run)
    rows, most = [], max(map(len, counted.values()))
    for band in range(min(counted), max(counted) + 1):
        here = counted.get(band, [])
        said = ", ".join(sorted({status(run) for run in here}))
        bar = "█" * -(-_WIDEST * len(here) // most)
        between = f"{band * _BAND:.2f} to {(band + 1) * _BAND:.2f}"
        rows.append(["all seeds", NAMES[OURS], said or "-", between, "1.0", str(len(here)), bar or "-"])
    return rows
