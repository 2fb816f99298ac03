"""Single changes of a roster problem, tried by solving it again with them."""

from collections.abc import Mapping
from itertools import count as counting
from typing import Any

from scheduling.roster.solve import solve
from scheduling.stop import Stop

_PERSON = {"skills": [], "max_shifts": 1, "min_rest": 0, "wishes": {}}


def with_change(problem: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Return a problem with one of its helpful changes; one more person takes that shift and no other."""
    people = [dict(person) for person in problem["people"]]
    shift = next(shift for shift in problem["shifts"] if shift["id"] == change["shift"])
    begin, end = shift["start"], shift["end"]
    code, changed = change["code"], {**problem, "people": people}
    if code == "one_more_person":
        names, wanted = {person["id"] for person in people}, change["wanted"]
        name = next(name for k in counting(1) if (name := f"{change['shift']}+{k}") not in names)
        kind = {"id": name, "adult": "adult" in wanted, "lead": "lead" in wanted, "available": [[begin, end]]}
        kind["skills"] = [skill for skill in shift["skills"] if skill in wanted]
        people.append(_PERSON | kind | {"max_minutes_per_week": end - begin})
        return changed
    person = next(person for person in people if person["id"] == change["person"])
    if code == "allowed":
        pair = shift["id"], person["id"]
        changed["forbidden"] = [f for f in problem["forbidden"] if (f["shift"], f["person"]) != pair]
    elif code == "available":
        person["available"] = [*person["available"], [begin, end]]
    elif code == "more_shifts":
        person["max_shifts"] += 1
    elif code == "more_minutes":
        person["max_minutes_per_week"] += change["minutes"]
    else:
        person["min_rest"] = change["rest"]
    return changed


def improve(
    problem: Mapping[str, Any], solution: Mapping[str, Any], change: dict[str, Any], stop: Stop, seed: int
) -> None:
    """Note in a change by how much the value falls with it, if that is more than it says.

    Parameters
    ----------
    problem, solution : mapping
        The two files; the search begins with the solution.
    change : dict
    stop : Stop
    seed : int
    """
    if stop.cut():
        return
    changed = with_change(problem, change)
    found = solve(changed, time_limit=stop.remaining(), should_stop=stop.wanted, seed=seed, start=solution)
    stop.interrupted |= found["run"]["interrupted"]
    if found["value"] is not None and solution["value"] - found["value"] >= change["at_least"]:
        change["at_least"] = solution["value"] - found["value"]
        change["exact"] = solution["status"] == found["status"] == "optimal"
