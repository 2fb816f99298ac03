"""Measure: ``python -m scheduling.benchmarks [--quick] [--only CASE ...] [--rivals PYTHON]``."""

import argparse
import datetime
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from scheduling.benchmarks.cases import CASES
from scheduling.benchmarks.document import machine, written
from scheduling.benchmarks.runs import Bench

_COMMAND = "make bench"


def main(arguments: list[str] | None = None) -> int:
    """Measure the cases, keep each one's result, and write the document of all results there are."""
    parser = argparse.ArgumentParser(prog="python -m scheduling.benchmarks", description="What the engines are worth.")
    parser.add_argument("--quick", action="store_true", help="tiny instances, to see that everything works")
    parser.add_argument(
        "--only", nargs="+", choices=list(CASES), default=list(CASES), metavar="CASE", help=", ".join(CASES)
    )
    parser.add_argument("--rivals", metavar="PYTHON", help="an interpreter that has OR-Tools")
    parser.add_argument("--kept", type=Path, default=Path("build/bench"), metavar="FOLDER", help="results by case")
    parser.add_argument("--out", type=Path, default=Path("docs/measurements.md"), metavar="FILE")
    options = parser.parse_args(arguments)
    options.kept.mkdir(parents=True, exist_ok=True)
    environment = machine(options.rivals)
    for name in options.only:
        began = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            report = CASES[name].measure(Bench(Path(folder), options.rivals), options.quick)
        today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
        kept = report.as_json() | {"date": today, "machine": environment}
        (options.kept / f"{name}.json").write_text(json.dumps(kept, indent=1))
        sys.stderr.write(f"{name}: {report.reached} ({time.perf_counter() - began:.0f} s)\n")
        options.out.write_text(written(_results(options.kept), _COMMAND))
    return 0


def _results(folder: Path) -> dict[str, dict[str, Any]]:
    return {name: json.loads(file.read_text()) for name in CASES if (file := folder / f"{name}.json").exists()}


if __name__ == "__main__":
    sys.exit(main())
