"""The cases of pairing, with and without a timetable."""

import statistics

from scheduling.benchmarks.instances import in_steps, with_loads
from scheduling.benchmarks.report import NAMES, Report, percent, score_gap, seconds_of, status, times
from scheduling.benchmarks.runs import Bench, Run
from scheduling.pairing.gap_instances import gap_instance, pairing_problem
from scheduling.pairing.instances import instance

_HEAD = (
    "instance",
    "engine",
    "places",
    "score",
    "status",
    "gap of score to the best bound",
    "seconds",
    "times ours",
    "MiB",
)


def _rows(report: Report, name: str, runs: list[Run]) -> float:
    """Add a row for each run; return our gap to the best bound that any of them proved."""
    solved = [run for run in runs if run.solved]
    bound = min(run.solution["bound"] for run in solved)
    gaps = []
    for run in runs:
        if not run.solved:
            report.rows.append(
                [
                    name,
                    NAMES[run.engine],
                    "-",
                    "-",
                    status(run),
                    "-",
                    seconds_of(run),
                    times(run, runs[0]),
                    str(run.memory),
                ]
            )
            continue
        gap = score_gap(run.value, bound, runs[0].solution.get("score", 1))
        gaps.append(gap)
        report.rows.append(
            [
                name,
                NAMES[run.engine],
                str(run.solution["placed"]),
                str(run.solution["score"]),
                status(run),
                percent(gap),
                seconds_of(run),
                times(run, runs[0]),
                str(run.memory),
            ]
        )
    return gaps[0] if runs[0].solved else float("inf")


def slower(compared: list[list[Run]]) -> str:
    """Say how many times as long both rivals took at least."""
    return f"CP-SAT {_ratio(compared, 'pairing_cp_sat')}, HiGHS {_ratio(compared, 'pairing_highs')}"


def _ratio(compared: list[list[Run]], engine: str) -> str:
    """Say how many times as long a rival took at least, or at least took where it proved nothing."""
    least: tuple[float, str] | None = None
    for runs in compared:
        for run in runs:
            if run.engine == engine:
                more = "" if run.solution.get("status") == "optimal" else "> "
                found = (run.seconds / runs[0].seconds, more)
                least = found if least is None else min(least, found)
    return "not measured" if least is None else f"{least[1]}{least[0]:.0f}x"


def proven(runs: list[Run]) -> str:
    """Say how many runs proved their answer, and how long they took."""
    proven = sum(run.solution.get("status") == "optimal" for run in runs)
    seconds = [run.seconds for run in runs]
    return f"{proven} of {len(runs)} proven; median {statistics.median(seconds):.2f} s, most {max(seconds):.2f} s"


def weekly(bench: Bench, quick: bool) -> Report:
    """500 x 800 x 84 slots with rooms and load limits."""
    children, volunteers = (24, 30) if quick else (500, 800)
    seeds = (1,) if quick else range(1, 13)
    report = Report(_HEAD)
    ours: list[Run] = []
    compared: list[list[Run]] = []
    for seed in seeds:
        name = f"{children}x{volunteers} seed {seed}"
        problem = bench.instance(f"weekly-{seed}", with_loads(instance(children, volunteers, seed), seed))
        runs = [bench.ours(problem, None)]
        if seed <= 3:
            rivals = (("pairing_greedy", 60.0), ("pairing_highs", 60.0), ("pairing_cp_sat", 2.0 if quick else 60.0))
            runs += [run for run in (bench.rival(engine, problem, limit) for engine, limit in rivals) if run]
            compared.append(runs)
        ours.append(runs[0])
        _rows(report, name, runs)
    plain = bench.ours(bench.instance("weekly-plain", instance(children, volunteers, 1)), None)
    _rows(report, f"{children}x{volunteers} seed 1, no load limits", [plain])
    report.reached = f"{proven(ours)}; at least {slower(compared)}"
    return report


def stepped(bench: Bench, quick: bool) -> Report:
    """The same where people give points in steps: many pairs are worth the same."""
    children, volunteers, limit = (24, 30, 2.0) if quick else (500, 800, 60.0)
    report = Report(_HEAD)
    ours: list[Run] = []
    compared: list[list[Run]] = []
    for step in (100,) if quick else (20, 50, 100):
        for seed in (1,) if quick else (1, 8, 27, 28):
            for loads in (True, False):
                plain = instance(children, volunteers, seed)
                problem = in_steps(with_loads(plain, seed) if loads else plain, step)
                file = bench.instance(f"stepped-{step}-{seed}-{loads}", problem)
                runs = [bench.ours(file, limit)]
                if seed == 28 and loads:
                    runs += [run for run in (bench.rival("pairing_highs", file, limit),) if run]
                    compared.append(runs)
                ours.append(runs[0])
                more = "" if loads else ", no load limits"
                _rows(report, f"{children}x{volunteers} seed {seed}, steps of {step}{more}", runs)
    report.reached = f"{proven(ours)}; at least HiGHS {_ratio(compared, 'pairing_highs')}"
    return report


def larger(bench: Bench, quick: bool) -> Report:
    """2000 x 3000."""
    size, limit = ((30, 40), 2.0) if quick else ((2000, 3000), 15.0)
    return _one(bench, [size], limit, ("pairing_greedy", "pairing_highs"))


def tight(bench: Bench, quick: bool) -> Report:
    """Scarce volunteers."""
    sizes, limit = ([(20, 16)], 2.0) if quick else ([(500, 400), (500, 600)], 20.0)
    return _one(bench, sizes, limit, ("pairing_highs",))


def country(bench: Bench, quick: bool) -> Report:
    """10 000 x 15 000."""
    # Of two minutes some seconds are left for what is outside the limit: start, reading and writing.
    size, limit = ((40, 60), 2.0) if quick else ((10_000, 15_000), 115.0)
    return _one(bench, [size], limit, ())


def _one(bench: Bench, sizes: list[tuple[int, int]], limit: float, rivals: tuple[str, ...]) -> Report:
    report, said = Report(_HEAD), []
    for children, volunteers in sizes:
        size = f"{children}x{volunteers}"
        file = bench.generated("pairing", size, 1)
        runs = [bench.ours(file, limit)]
        runs += [run for run in (bench.rival(engine, file, limit) for engine in rivals) if run]
        gap = _rows(report, f"{size} seed 1", runs)
        run = runs[0]
        proven = "proven" if run.solution.get("status") == "optimal" else f"gap {percent(gap)}"
        said.append(f"{size} {proven} in {run.seconds:.1f} s, {run.memory} MiB")
    report.reached = "; ".join(said)
    return report


def generalised(bench: Bench, quick: bool) -> Report:
    """Generalised assignment, types D and E."""
    cases = (
        [("D", 20, 3)]
        if quick
        else [("D", 100, 20), ("D", 200, 20), ("D", 400, 20), ("E", 100, 20), ("E", 200, 20), ("E", 400, 20)]
    )
    limit = 1.0 if quick else 5.0
    report = Report(("instance", "engine", "cost", "gap to the best bound", "status", "seconds", "MiB"))
    gaps: dict[str, list[float]] = {}
    for family, jobs, agents in cases:
        name = f"{family} {jobs}x{agents}"
        file = bench.instance(f"assignment-{family}-{jobs}", pairing_problem(gap_instance(family, agents, jobs, 1)))
        engines = ("pairing_highs", "pairing_cp_sat")
        runs = [bench.ours(file, limit), *(run for run in (bench.rival(e, file, limit) for e in engines) if run)]
        bound = min((run.solution["bound"] for run in runs if run.solved), default=0)
        for run in runs:
            full = run.solved and run.solution["placed"] == jobs
            gap = abs(run.value - bound) / abs(bound) if full else float("nan")
            gaps.setdefault(run.engine, []).append(gap)
            shown = [str(-run.value), percent(gap)] if full else ["-", "-"]
            report.rows.append([name, NAMES[run.engine], *shown, status(run), seconds_of(run), str(run.memory)])
    said = []
    for engine, found in gaps.items():
        full = [gap for gap in found if gap == gap]
        mean = percent(statistics.mean(full)) if full else "-"
        said.append(f"{NAMES[engine].strip('*')} {mean} ({len(full)} of {len(cases)})")
    report.reached = f"mean gap to the best proven bound, no less than to the best known: {', '.join(said)}"
    return report
