"""What every rival does first and last."""

import json
import sys
from pathlib import Path
from typing import Any


def arguments() -> tuple[dict[str, Any], Path, float]:
    """Return the problem, where the solution goes, and the seconds."""
    problem, out, seconds = sys.argv[1:]
    return json.loads(Path(problem).read_text()), Path(out), float(seconds)


def write(out: Path, solution: dict[str, Any], engine: str) -> None:
    """Write the solution."""
    run = {"seconds": 0.0, "interrupted": solution["status"] != "optimal", "engine": engine}
    out.write_text(json.dumps(solution | {"run": run}))
