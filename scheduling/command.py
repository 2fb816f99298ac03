"""The command: ``python -m scheduling pairing|roster|routes PROBLEM``, ``check PROBLEM SOLUTION``, and more.

Modules are imported where they are needed, so that a run pays for its own kind of problem and for nothing else.
"""

import argparse
import math
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from scheduling import kinds
from scheduling.faults import Fault, InvalidProblem, quote
from scheduling.interruption import InterruptedWaiting, Interruption
from scheduling.output import Output, to_text
from scheduling.progress import Meter
from scheduling.reading import parse_json, repeated_keys
from scheduling.stop import Stop

SOLVED, FAULTS_FOUND, WRONG_INPUT, NO_SOLUTION = 0, 1, 2, 3
_MIB = 2**20
_SIZES = {
    "pairing": ("CHILDRENxVOLUNTEERS", (2, 2)),
    "roster": ("PEOPLExSHIFTS or PEOPLExSHIFTSxWEEKS", (2, 3)),
    "routes": ("STOPSxTEAMS", (2, 2)),
}
_MOST = 100_000
"""The largest number of a size."""

_MOST_STOPS = 10_000
"""No more stops than a problem of routes may have places, whose ways between any two are written."""

_FORMATS = {
    "solomon": ("routes", "problem_from_solomon", "routes with time windows (Solomon; Gehring and Homberger)", "stops"),
    "gap": ("pairing", "problem_from_gap", "generalised assignment (OR-Library)", "number"),
}
"""Public formats: kind, converter, what they are, and what may be chosen of an instance."""


def main(arguments: list[str] | None = None, *, interruption: Interruption | None = None) -> int:
    """Run the command and return its exit status.

    Parameters
    ----------
    arguments : list of str, optional
        Those of the process by default.
    interruption : Interruption, optional
        One that listens already, and goes on afterwards.
    """
    options = _parser().parse_args(arguments)
    heard = interruption or Interruption()
    if interruption is None:
        heard.listen()
    work: dict[str, Callable[[argparse.Namespace, Interruption], int]] = {
        "check": _check,
        "explain": _explain,
        "generate": _generate,
        "convert": _convert,
    }
    try:
        return work.get(options.command, _solve)(options, heard)
    except InvalidProblem as invalid:
        _complain(str(fault) for fault in invalid.faults)
        return WRONG_INPUT
    finally:
        if interruption is None:  # else whoever listens decides how long: to the very end, that nothing be lost
            heard.close()


def _complain(lines: Any) -> None:
    if sys.stderr is not None:
        try:
            sys.stderr.writelines(f"{_printable(line)}\n" for line in lines)
        except OSError:
            # Nobody reads; the exit status still tells.
            return


def _printable(line: str) -> str:
    """Return one line that can be written anywhere, with what is no Unicode text or ends a line spelt out."""
    written = line.encode("utf-8", "backslashreplace").decode()
    return written if written.isprintable() else "".join(map(_spelt_out, written))


def _spelt_out(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scheduling", description="Exact schedules for children's homes.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, question in kinds.QUESTIONS.items():
        _limits(commands.add_parser(name, help=question))
    for name, (_, _, question) in kinds.OPTIONS.items():
        option = commands.add_parser(name, help=f"pairing: {question}")
        _limits(option)
        if name == "siblings":
            option.add_argument("wishes", metavar="WISHES.json", help="what is wished and what each wish is worth")
        else:
            option.add_argument("--levels", type=_levels, default=1, metavar="N", help="raise the worst so often (1)")
    check = commands.add_parser("check", help="recompute feasibility and value from scratch")
    check.add_argument("problem", metavar="PROBLEM.json")
    check.add_argument("solution", metavar="SOLUTION.json")
    explain = commands.add_parser("explain", help="say why, why not, and what would help, as data with codes")
    explain.add_argument("problem", metavar="PROBLEM.json")
    explain.add_argument("solution", metavar="SOLUTION.json")
    explain.add_argument(
        "--pair", nargs=2, metavar=("A", "B"), help="a child and a volunteer, a shift and a person, a stop and a team"
    )
    explain.add_argument("--changes", type=_count, default=5, metavar="N", help="tell so many helpful changes (5)")
    explain.add_argument("--time-limit", type=_seconds, metavar="SECONDS", help="tell what is known after this time")
    explain.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the engine (0)")
    _out(explain, "explanation")
    generate = commands.add_parser("generate", help="make an instance; the same seed gives the same one")
    generate.add_argument("kind", choices=list(_SIZES))
    generate.add_argument("--size", required=True, metavar="AxB", help=", ".join(size for size, _ in _SIZES.values()))
    generate.add_argument("--seed", type=int, default=0, metavar="N")
    _out(generate, "problem")
    convert = commands.add_parser("convert", help="turn a public instance into a problem")
    convert.add_argument("format", choices=list(_FORMATS), help="; ".join(f"{f}: {_FORMATS[f][2]}" for f in _FORMATS))
    convert.add_argument("file", metavar="FILE", help="instance, - for standard input")
    convert.add_argument(
        "--number", type=int, metavar="N", help="gap: which of the file's problems, from 1, if it has several"
    )
    convert.add_argument("--stops", type=int, metavar="N", help="solomon: only the first so many customers")
    _out(convert, "problem")
    return parser


def _limits(solve: argparse.ArgumentParser) -> None:
    """Add what everything that solves takes."""
    solve.add_argument("problem", metavar="PROBLEM.json", help="problem file, - for standard input")
    solve.add_argument("--time-limit", type=_seconds, metavar="SECONDS", help="return the best so far after this time")
    solve.add_argument(
        "--memory-limit", type=_mebibytes, metavar="MIB", help="return the best so far at this much memory"
    )
    solve.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the engine (0)")
    _out(solve, "solution")


def _out(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("--out", type=Path, metavar="FILE", help=f"write the {what} here, not to standard output")


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise argparse.ArgumentTypeError(f"expected seconds, 0 or more, found {text!r}")
    return seconds


def _mebibytes(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 2**40):
        raise argparse.ArgumentTypeError(f"expected a number of MiB, 1 or more, found {text!r}")
    return int(text) * _MIB


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 2**31):
        raise argparse.ArgumentTypeError(f"expected a number, 0 or more, found {text!r}")
    return int(text)


def _levels(text: str) -> int:
    count = _count(text)
    if not count:
        raise argparse.ArgumentTypeError("expected 1 or more levels, found 0")
    return count


def _read(name: str, heard: Interruption) -> bytes:
    if name == "-" and sys.stdin is None:
        raise InvalidProblem([Fault("$", "an open standard input", "a closed one")])
    try:
        if name != "-":
            return Path(name).read_bytes()
        # Ctrl-C at the keyboard ends the wait; what comes through a pipe has an end of its own, unless asked twice.
        with heard.waiting(1 if sys.stdin.isatty() else 2):
            return sys.stdin.buffer.read()
    except (OSError, ValueError) as error:
        found = getattr(error, "strerror", None) or str(error)
        raise InvalidProblem([Fault("$", f"a readable file at {name}", found)]) from None
    except InterruptedWaiting:
        raise InvalidProblem([Fault("$", "a problem on standard input", "an interruption")]) from None


def _once(one: str, other: str) -> None:
    if one == other == "-":
        raise InvalidProblem([Fault("$", "standard input for one file only", "- twice")])


def _solve(options: argparse.Namespace, heard: Interruption) -> int:
    output = Output(options.out)
    meter = Meter(sys.stderr)
    try:
        text = _read(options.problem, heard)
        option = options.command if options.command in kinds.OPTIONS else None
        asked = _option(options, heard)
        common = {"seed": options.seed, "on_progress": meter, "should_stop": heard.asked}
        if options.time_limit is None and options.memory_limit is None:
            solver = kinds.solve(options.command) if option is None else kinds.solve_option(option)
            solution = solver(parse_json(text), **asked, **common)
        else:
            from scheduling import isolated

            solution = isolated.solve(
                options.command if option is None else "pairing",
                text,
                time_limit=options.time_limit,
                memory_limit=options.memory_limit,
                option=option,
                asked=asked,
                **common,
            )
        meter.close()
        output.write(to_text(solution))
    finally:
        meter.close()
        output.close()
    if solution["status"] in ("optimal", "feasible"):
        return SOLVED
    _complain([f"no solution: {solution['why']['code']}"])
    return NO_SOLUTION


def _option(options: argparse.Namespace, heard: Interruption) -> dict[str, object]:
    """Return what an option takes by keyword."""
    if options.command == "fair":
        return {"levels": options.levels}
    if options.command == "siblings":
        _once(options.problem, options.wishes)
        return {"wishes": parse_json(_read(options.wishes, heard))}
    return {}


def _check(options: argparse.Namespace, heard: Interruption) -> int:
    kind, problem = _checked(options, heard)
    text = _read(options.solution, heard)
    try:
        faults = _faults(kind, problem, parse_json(text))
    except InvalidProblem as invalid:
        faults = [str(fault) for fault in invalid.faults]
    if faults:
        Output(None).write("".join(f"{_printable(line)}\n" for line in faults))
    return FAULTS_FOUND if faults else SOLVED


def _faults(kind: str, problem: dict[str, Any], solution: object) -> list[str]:
    """Return a line per fault of a solution; of keys that stand twice, nobody knows which is meant."""
    return [str(fault) for fault in repeated_keys(solution)] or kinds.check(kind)(problem, solution)


def _checked(options: argparse.Namespace, heard: Interruption) -> tuple[str, dict[str, Any]]:
    """Read the problem of a command that takes a solution too; return its kind and itself."""
    _once(options.problem, options.solution)
    problem = parse_json(_read(options.problem, heard))
    if not isinstance(problem, dict):
        raise InvalidProblem([Fault("$", "an object", quote(problem))])
    kind = problem.get("kind")
    if not isinstance(kind, str) or kind not in kinds.QUESTIONS:
        names = " or ".join(f'"{name}"' for name in kinds.QUESTIONS)
        raise InvalidProblem([Fault("$.kind", names, quote(kind))])
    kinds.refuse(kind)(problem)
    return kind, problem


def _explain(options: argparse.Namespace, heard: Interruption) -> int:
    from scheduling.explaining import Asked, explain

    output = Output(options.out)
    meter = Meter(sys.stderr)
    try:
        meter("read", None, None)
        kind, problem = _checked(options, heard)
        solution = parse_json(_read(options.solution, heard))
        faults = _faults(kind, problem, solution)
        if faults:
            _complain(faults)
            return WRONG_INPUT
        pair = _pair(kind, problem, options.pair)
        asked = Asked(pair, options.changes, Stop(options.time_limit, heard.asked), options.seed)
        told = explain(kind, kinds.explanation(kind), problem, solution, asked, meter)
        meter.close()
        output.write(to_text(told))
    finally:
        meter.close()
        output.close()
    return SOLVED


def _pair(kind: str, problem: dict[str, Any], names: list[str] | None) -> tuple[str, str] | None:
    """Return the two names if they are ids of the problem."""
    if names is None:
        return None
    wrong = [
        Fault("--pair", f"the id of a {what}", quote(name))
        for name, (what, where) in zip(names, kinds.pair(kind), strict=True)
        if all(entry["id"] != name for entry in problem[where])
    ]
    if wrong:
        raise InvalidProblem(wrong)
    return names[0], names[1]


def _generate(options: argparse.Namespace, heard: Interruption) -> int:
    faults: list[Fault] = []
    size = _size(options.kind, options.size, faults)
    if options.seed < 0:
        faults.append(Fault("--seed", "a number, 0 or more", quote(options.seed)))
    if faults:
        raise InvalidProblem(faults)
    output = Output(options.out)
    try:
        output.write(to_text(kinds.instance(options.kind)(*size, options.seed)))
    finally:
        output.close()
    return SOLVED


def _size(kind: str, text: str, faults: list[Fault]) -> list[int]:
    """Return the numbers of a size that an instance can be made of; what is wrong with it is added to the faults."""
    form, (least, most) = _SIZES[kind]
    parts = text.split("x")
    if not least <= len(parts) <= most or not all(part.isascii() and part.isdigit() for part in parts):
        faults.append(Fault("--size", form, quote(text)))
        return []
    digits = [part.lstrip("0") or "0" for part in parts]
    if any(len(part) > len(str(_MOST)) or int(part) > _MOST for part in digits):
        faults.append(Fault("--size", f"{form}, each {_MOST} at most", quote(text)))
        return []
    size = [int(part) for part in digits]
    if kind == "roster":
        size += [1] * (most - len(size))
        if not size[2]:
            faults.append(Fault("--size", f"{form} with 1 week or more", quote(text)))
        elif size[0] and not size[1]:
            faults.append(Fault("--size", f"{form} with 1 shift or more where there are people", quote(text)))
    if kind == "routes" and size[0] > _MOST_STOPS:
        faults.append(Fault("--size", f"{form} with {_MOST_STOPS} stops at most", quote(text)))
    return size


def _convert(options: argparse.Namespace, heard: Interruption) -> int:
    kind, name, _, _ = _FORMATS[options.format]
    chosen = _chosen(options)
    output = Output(options.out)
    try:
        text = _read(options.file, heard).decode("utf-8", "replace")
        try:
            problem = kinds.converter(kind, name)(text, **chosen)
        except InvalidProblem as invalid:
            raise InvalidProblem(replace(fault, path=f"--{fault.path}") for fault in invalid.faults) from None
        except (ValueError, OverflowError) as error:
            raise InvalidProblem([Fault("$", f"an instance in the format {options.format}", str(error))]) from None
        kinds.load(kind)(problem)  # nothing is written that would then be refused
        output.write(to_text(problem))
    finally:
        output.close()
    return SOLVED


def _chosen(options: argparse.Namespace) -> dict[str, int]:
    """Return what is chosen of a public instance; what only another format takes is refused."""
    given = {flag: getattr(options, flag) for *_, flag in _FORMATS.values() if getattr(options, flag) is not None}
    wrong = [
        Fault(f"--{flag}", f"the format {form}", options.format)
        for form, (*_, flag) in _FORMATS.items()
        if flag in given and form != options.format
    ]
    if wrong:
        raise InvalidProblem(wrong)
    return given
