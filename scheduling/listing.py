"""What the checkers look for in the list of who is left without, where there is no solution to compare it with."""

from collections.abc import Collection, Mapping
from typing import Any


def listing_faults(entries: object, path: str, name: str, known: Collection[str], *, counted: bool) -> list[str]:
    """Return a line per fault of a list of entries with reasons.

    Parameters
    ----------
    entries : object
        ``unplaced``, ``uncovered`` or ``left_out`` of a solution file.
    path : str
        Its JSON path.
    name : str
        The key of each entry's id.
    known : collection of str
        The ids that there are; each stands once at most.
    counted : bool
        Whether each entry tells how many are ``missing``.
    """
    if not isinstance(entries, list):
        return [f"{path}: expected a list"]
    keys = {name, "reasons", "missing"} if counted else {name, "reasons"}
    faults: list[str] = []
    seen: set[str] = set()
    for i, entry in enumerate(entries):
        if not isinstance(entry, dict) or entry.keys() != keys:
            faults.append(f"{path}[{i}]: expected an object with the keys {', '.join(sorted(keys))}")
            continue
        found = entry[name]
        if not isinstance(found, str) or found not in known or found in seen:
            faults.append(f"{path}[{i}].{name}: {found!r} is no {name}, or stands twice")
            continue
        seen.add(found)
        if counted and not (type(entry["missing"]) is int and entry["missing"] > 0):
            faults.append(f"{path}[{i}].missing: expected 1 or more, found {entry['missing']!r}")
        faults += _reason_faults(entry["reasons"], f"{path}[{i}].reasons")
    return faults


def why_faults(solution: Mapping[str, Any]) -> list[str]:
    """Return a line where a solution file without a solution does not say why."""
    why = solution.get("why")
    if isinstance(why, dict) and isinstance(why.get("code"), str):
        return []
    return ["$.why: expected an object with a code"]


def cut_short(solution: Mapping[str, Any]) -> bool:
    """Tell whether a solution file says that its search was ended early, for which alone it may have no solution."""
    run = solution.get("run")
    return isinstance(run, dict) and run.get("interrupted") is True


def _reason_faults(reasons: object, path: str) -> list[str]:
    if not isinstance(reasons, list):
        return [f"{path}: expected a list"]
    return [
        f"{path}[{k}]: expected an object with a code"
        for k, reason in enumerate(reasons)
        if not isinstance(reason, dict) or not isinstance(reason.get("code"), str)
    ]
