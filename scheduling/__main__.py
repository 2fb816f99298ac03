"""The command: ``python -m scheduling pairing|roster PROBLEM`` and ``python -m scheduling check PROBLEM SOLUTION``."""

import argparse
import json
import math
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from scheduling import pairing, roster
from scheduling.faults import Fault, InvalidProblem, quote
from scheduling.pairing.load import load as load_pairing
from scheduling.progress import Meter
from scheduling.reading import parse_json
from scheduling.roster.load import load as load_roster

SOLVED, FAULTS_FOUND, WRONG_INPUT, NO_SOLUTION = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of problem: what it asks, and who reads, solves and checks it."""

    question: str
    load: Callable[[object], object]
    solve: Callable[..., dict[str, Any]]
    check: Callable[[Any, object], list[str]]


_KINDS = {
    "pairing": _Kind("which volunteer accompanies which child, and when", load_pairing, pairing.solve, pairing.check),
    "roster": _Kind("who takes which shift", load_roster, roster.solve, roster.check),
}


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "check":
            return _check(options)
        return _solve(options, _KINDS[options.command])
    except InvalidProblem as invalid:
        for fault in invalid.faults:
            sys.stderr.write(f"{fault}\n")
        return WRONG_INPUT
    except BrokenPipeError:
        return WRONG_INPUT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scheduling", description="Exact schedules for children's homes.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, kind in _KINDS.items():
        solve = commands.add_parser(name, help=kind.question)
        solve.add_argument("problem", metavar="PROBLEM.json", help="problem file, - for standard input")
        solve.add_argument(
            "--time-limit", type=_seconds, metavar="SECONDS", help="return the best so far after this time"
        )
        solve.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the engine (0)")
        solve.add_argument("--out", type=Path, metavar="FILE", help="write the solution here, not to standard output")
    check = commands.add_parser("check", help="recompute feasibility and value from scratch")
    check.add_argument("problem", metavar="PROBLEM.json")
    check.add_argument("solution", metavar="SOLUTION.json")
    return parser


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise argparse.ArgumentTypeError(f"expected seconds, 0 or more, found {text!r}")
    return seconds


def _read(name: str) -> Any:
    try:
        text = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise InvalidProblem([Fault("$", f"a readable file at {name}", str(error.strerror))]) from None
    return parse_json(text)


def _solve(options: argparse.Namespace, kind: _Kind) -> int:
    asked = _on_signal()
    meter = Meter(sys.stderr)
    try:
        solution = kind.solve(
            _read(options.problem),
            time_limit=options.time_limit,
            seed=options.seed,
            on_progress=meter,
            should_stop=lambda: bool(asked),
        )
    finally:
        meter.close()
    text = json.dumps(solution, ensure_ascii=False, indent=1) + "\n"
    if options.out is None:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
    else:
        try:
            options.out.write_text(text, encoding="utf-8")
        except OSError as error:
            raise InvalidProblem([Fault("--out", "a file that can be written", str(error.strerror))]) from None
    if solution["status"] in ("optimal", "feasible"):
        return SOLVED
    sys.stderr.write(f"no solution: {solution['why']['code']}\n")
    return NO_SOLUTION


def _on_signal() -> list[int]:
    """Collect SIGINT and SIGTERM instead of dying, so that the best solution so far is written."""
    asked: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        asked.append(number)

    signal.signal(signal.SIGINT, note)
    signal.signal(signal.SIGTERM, note)
    return asked


def _check(options: argparse.Namespace) -> int:
    if options.problem == options.solution == "-":
        raise InvalidProblem([Fault("$", "standard input for one file only", "- twice")])
    problem = _read(options.problem)
    kind = problem.get("kind") if isinstance(problem, dict) else None
    known = _KINDS.get(kind) if isinstance(kind, str) else None
    if known is None:
        names = " or ".join(f'"{name}"' for name in _KINDS)
        raise InvalidProblem([Fault("$.kind", names, quote(kind))])
    known.load(problem)
    try:
        faults = known.check(problem, _read(options.solution))
    except InvalidProblem as invalid:
        faults = [str(fault) for fault in invalid.faults]
    for line in faults:
        sys.stdout.write(f"{line}\n")
    return FAULTS_FOUND if faults else SOLVED


if __name__ == "__main__":
    sys.exit(main())
