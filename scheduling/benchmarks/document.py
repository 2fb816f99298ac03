"""The document of measurements."""

import itertools
import os
import platform
import re
import subprocess
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from scheduling.benchmarks.cases import CASES

_MEASURED = re.compile(r"`--only (?P<name>\S+)`, (?P<date>\S+): (?P<machine>.*)\.")
_INTRO = """# Measurements

What the engines of [`scheduling`](../scheduling/README.md) are worth, beside what one would take instead: a greedy
heuristic, a plain CP-SAT model, HiGHS on the whole model, PyVRP alone, OR-Tools routing. Written by

```
{command}
```

which anybody can repeat. Each time is that of a whole process, from the problem's file to the solution's file, start of
the interpreter included; each solution was judged by `python -m scheduling check`. Within a case all ran one after the
other on the same instances, so their ratios mean more than their seconds. A time limit counts from the start of the
process for this engine, from the start of the search for the others. A gap is to the best bound that any engine of
the case proved, or to the published optimum where there is one. Instances come from the seeded generators
(`python -m scheduling generate`) and from public families, named with their source where they are made or read:
generalised assignment in `scheduling/pairing/gap_instances.py`, Solomon's in `fixtures/problems/public/solomon`.
"""


def machine(rivals: str | None) -> str:
    """Describe the machine and the versions, without names of hosts or places."""
    found = [f"{os.cpu_count()} cores", f"{_memory()} GiB", f"{platform.machine()} {platform.system()}"]
    found.append(f"Python {platform.python_version()}")
    found += [f"{name} {_version(name)}" for name in ("numpy", "highspy", "pyvrp")]
    if rivals is not None:
        code = "from importlib.metadata import version; print(version('ortools'))"
        asked = subprocess.run([rivals, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603 - ours
        found.append(f"ortools {asked.stdout.strip() or 'missing'}")
    return ", ".join(found)


def _memory() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines]


def read(document: str) -> dict[str, dict[str, Any]]:
    """Return the results of cases by name that a document has, as `written` wants them."""
    lines = document.splitlines()
    titles = {case.title: name for name, case in CASES.items()}
    reached = {titles[cells[0]]: cells[-1] for cells in map(_cells, lines) if len(cells) == 4 and cells[0] in titles}
    results: dict[str, dict[str, Any]] = {}
    for place, line in enumerate(lines):
        begins = _MEASURED.fullmatch(line)
        if begins and begins["name"] in reached:
            table = list(itertools.takewhile(bool, map(_cells, lines[place + 2 :])))
            results[begins["name"]] = {
                "date": begins["date"],
                "machine": begins["machine"],
                "reached": reached[begins["name"]],
                "head": table[0],
                "rows": table[2:],
            }
    return results


def _cells(line: str) -> list[str]:
    """Return the cells of a line of a table; none of other lines."""
    return line[2:-2].split(" | ") if line.startswith("| ") and line.endswith(" |") else []


def written(results: dict[str, dict[str, Any]], command: str) -> str:
    """Return the document of the results of cases by name."""
    lines = [_INTRO.format(command=command)]
    lines += ["## Figures to reach\n"]
    reached = [
        [c.title, c.must, c.goal, results.get(name, {}).get("reached", "not measured")] for name, c in CASES.items()
    ]
    lines += _table(["case", "must", "goal", "reached"], reached)
    for name, case in CASES.items():
        result = results.get(name)
        if result is None:
            continue
        lines += [
            f"\n## {case.title[0].upper()}{case.title[1:]}\n",
            f"`--only {name}`, {result['date']}: {result['machine']}.\n",
        ]
        lines += _table(result["head"], result["rows"])
    return "\n".join(lines) + "\n"
