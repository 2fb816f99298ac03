"""Measure: ``python -m scheduling.benchmarks [--quick] [--only CASE ...] [--rivals PYTHON]``."""

import argparse
import datetime
import sys
import tempfile
import time
from pathlib import Path

from scheduling.benchmarks.cases import CASES
from scheduling.benchmarks.document import machine, read, written
from scheduling.benchmarks.runs import Bench

_COMMAND = "make bench"


def main(arguments: list[str] | None = None) -> int:
    """Measure the cases, and put their results into the document; what it says of the others stays."""
    parser = argparse.ArgumentParser(prog="python -m scheduling.benchmarks", description="What the engines are worth.")
    parser.add_argument("--quick", action="store_true", help="tiny instances, to see that everything works")
    parser.add_argument(
        "--only", nargs="+", choices=list(CASES), default=list(CASES), metavar="CASE", help=", ".join(CASES)
    )
    parser.add_argument("--rivals", metavar="PYTHON", help="an interpreter that has OR-Tools")
    parser.add_argument("--out", type=Path, default=Path("docs/measurements.md"), metavar="FILE")
    options = parser.parse_args(arguments)
    environment = machine(options.rivals)
    for name in options.only:
        began = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            report = CASES[name].measure(Bench(Path(folder), options.rivals), options.quick)
        today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
        sys.stderr.write(f"{name}: {report.reached} ({time.perf_counter() - began:.0f} s)\n")
        results = read(options.out.read_text()) if options.out.exists() else {}
        results[name] = report.as_json() | {"date": today, "machine": environment}
        options.out.write_text(written(results, _COMMAND))
    return 0


if __name__ == "__main__":
    sys.exit(main())
