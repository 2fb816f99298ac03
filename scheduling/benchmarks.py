"""Seeded instances, and what the engines are worth on them: ``python -m scheduling.benchmarks``."""

import argparse
import sys
import time
from typing import Any

from scheduling import pairing, roster
from scheduling.pairing.baselines import greedy_alone, whole_model
from scheduling.pairing.instances import instance
from scheduling.roster import baselines, instances


def _timed(run: Any) -> tuple[float, Any]:
    began = time.perf_counter()
    result = run()
    return time.perf_counter() - began, result


def main() -> None:
    """Write tables: our engines, greedy, and HiGHS on the whole model, as times and as ratios of one run."""
    parser = argparse.ArgumentParser(description="What the engines are worth, as ratios measured in one run.")
    parser.add_argument("--sizes", nargs="*", default=["60x90", "100x150", "250x400"], metavar="CHILDRENxVOLUNTEERS")
    parser.add_argument("--rosters", nargs="*", default=["50x100x4", "300x600x4"], metavar="PEOPLExSHIFTSxWEEKS")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--whole-limit", type=float, default=60.0, help="seconds for HiGHS on the whole model")
    parser.add_argument("--roster-limit", type=float, default=20.0, help="seconds for a roster, for HiGHS as well")
    options = parser.parse_args()
    if options.sizes:
        _pairings(options)
    if options.rosters:
        _rosters(options)


def _pairings(options: argparse.Namespace) -> None:
    out = sys.stdout
    out.write("| size | candidates | method | places | score | status | seconds | times ours |\n")
    out.write("|---|---|---|---|---|---|---|---|\n")
    for size in options.sizes:
        children, volunteers = (int(part) for part in size.split("x"))
        problem = instance(children, volunteers, options.seed)
        pairs = len(problem["candidates"])
        ours, solution = _timed(lambda: pairing.solve(problem))  # noqa: B023 - called at once
        rows = [("engine", ours, solution)]
        rows.append(("greedy", *_timed(lambda: greedy_alone(problem))))  # noqa: B023 - called at once
        rows.append(("whole model", *_timed(lambda: whole_model(problem, options.whole_limit))))  # noqa: B023
        for name, seconds, result in rows:
            out.write(
                f"| {size} | {pairs} | {name} | {result['placed']} | {result['score']} | {result['status']} "
                f"| {seconds:.2f} | {seconds / ours:.2f} |\n"
            )
            out.flush()


def _rosters(options: argparse.Namespace) -> None:
    """Write values and their gaps to the best proven bound of the run; and the repair of one cancellation."""
    out, limit = sys.stdout, options.roster_limit
    out.write("\n| roster | method | value | gap to the proven bound | status | seconds | times ours |\n")
    out.write("|---|---|---|---|---|---|---|\n")
    for size in options.rosters:
        people, shifts, weeks = (int(part) for part in size.split("x"))
        problem = instances.instance(people, shifts, weeks, options.seed)
        ours, solution = _timed(lambda: roster.solve(problem, time_limit=limit))  # noqa: B023 - called at once
        rows = [("engine", ours, solution)]
        rows.append(("greedy", *_timed(lambda: baselines.greedy_alone(problem))))  # noqa: B023
        rows.append(("whole model", *_timed(lambda: baselines.whole_model(problem, limit))))  # noqa: B023
        bound = max(row[2]["bound"] for row in rows if row[2]["bound"] is not None)
        broken = instances.cancelled(problem, solution, 0)
        seconds, mended = _timed(lambda: roster.solve(broken))  # noqa: B023 - called at once
        for name, spent, result in rows:
            _roster_row(size, name, spent, result, bound, ours)
        _roster_row(size, "repair", seconds, mended, mended["bound"], ours)


def _roster_row(size: str, name: str, seconds: float, result: dict[str, Any], bound: int, ours: float) -> None:
    gap = (result["value"] - bound) / max(abs(bound), 1)
    sys.stdout.write(
        f"| {size} | {name} | {result['value']} | {gap:.2%} | {result['status']} "
        f"| {seconds:.2f} | {seconds / ours:.2f} |\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    main()
