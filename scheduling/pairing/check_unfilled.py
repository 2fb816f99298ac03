"""Check a solution file that says that not every place can be filled, from the two files alone.

Shares no code with the solver. That nothing exists cannot be recomputed in all cases; a filling that refutes it can be
looked for, and is, for a while.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

from scheduling.listing import cut_short, listing_faults, why_faults

PROVEN = "places_cannot_all_be_filled"
_LOOKS = 4_000_000
"""So many pairs are looked at, at most: about two seconds."""

_LOOKS_FOR_MOST = 1_000_000
"""And so many more for how many places can be filled where not all can."""

_OURS: tuple[object, ...] = (PROVEN, "none_found_in_time")
"""The codes that have a bottleneck here; those of other programs mean what they like."""

_BOTTLENECK = {"children", "volunteers", "needed", "available"}
_NULL = ("value", "bound", "fairness", "wishes")


def unfilled_faults(problem: Mapping[str, Any], solution: Mapping[str, Any]) -> list[str]:
    """Return a line per fault of a solution file without a solution.

    Parameters
    ----------
    problem : mapping
        A valid problem.
    solution : mapping
        With all keys of a solution file and the status ``infeasible`` or ``unknown``.
    """
    proven = solution["status"] == "infeasible"
    faults = []
    if problem["place_value"] is not None and (proven or not cut_short(solution)):
        faults.append(f"$.status: {solution['status']!r} is impossible where places may stay empty")
    if solution["pairs"] != []:
        faults.append("$.pairs: expected none without a solution")
    for key in ("placed", "score"):
        if type(solution[key]) is not int or solution[key] != 0:
            faults.append(f"$.{key}: expected 0 without a solution")
    faults += why_faults(solution)
    faults += [f"$.{key}: expected null without a solution" for key in _NULL if solution.get(key) is not None]
    children = {child["id"]: child["places"] for child in problem["children"]}
    listed = listing_faults(solution["unplaced"], "$.unplaced", "child", children, counted=True)
    faults += listed or _unplaced(problem, children, solution, proven)
    why = solution.get("why")
    if isinstance(why, dict) and why.get("code") in _OURS:
        faults += _bottleneck(problem, children, why.get("bottleneck"))
    if not faults and problem["place_value"] is None:
        faults += _refuted(problem, solution, sum(children.values()))
    return faults


def _unplaced(
    problem: Mapping[str, Any], children: Mapping[str, int], solution: Mapping[str, Any], proven: bool
) -> Iterator[str]:
    candidates = Counter(candidate["child"] for candidate in problem["candidates"])
    for i, entry in enumerate(solution["unplaced"]):
        path, name = f"$.unplaced[{i}]", entry["child"]
        if entry["missing"] > children[name]:
            yield f"{path}.missing: the child has {children[name]} places, found {entry['missing']}"
        counts = [reason.get("count") for reason in entry["reasons"]]
        if any(type(count) is not int or count < 0 for count in counts):
            yield f"{path}.reasons: expected a code and a count each"
        elif sum(counts) != candidates[name]:
            yield f"{path}.reasons: counts sum to {sum(counts)}, the child has {candidates[name]} candidates"
    if proven and not solution["unplaced"]:
        yield "$.unplaced: expected the children whose places cannot all be filled"


def _bottleneck(problem: Mapping[str, Any], places: Mapping[str, int], told: object) -> Iterator[str]:
    """Compare who is said to compete with who there is."""
    if not isinstance(told, dict) or not told.keys() >= _BOTTLENECK:
        return
    known = {"children": places, "volunteers": {volunteer["id"] for volunteer in problem["volunteers"]}}
    for key, ids in known.items():
        path, names = f"$.why.bottleneck.{key}", told[key]
        if not isinstance(names, list) or not all(isinstance(name, str) and name in ids for name in names):
            yield f"{path}: expected a list of ids of {key}"
        elif len(set(names)) < len(names):
            yield f"{path}: expected each once"
        elif key == "children":
            right = sum(places[name] for name in names)
            if type(told["needed"]) is not int or told["needed"] != right:
                yield f"$.why.bottleneck.needed: expected {right}, found {told['needed']!r}"
    if type(told["available"]) is not int:
        yield f"$.why.bottleneck.available: expected an integer, found {told['available']!r}"


def _refuted(problem: Mapping[str, Any], solution: Mapping[str, Any], places: int) -> Iterator[str]:
    """Look for a filling that shows that what is said to be impossible is not."""
    why, proven = solution["why"], solution["status"] == "infeasible"
    told = why["code"] == PROVEN
    most = why.get("most") if told else None
    if told and (type(why.get("places")) is not int or why["places"] != places):
        yield f"$.why.places: expected {places}, found {why.get('places')!r}"
    if told and (type(most) is not int or not 0 <= most < places):
        yield f"$.why.most: expected an integer from 0 to {places - 1}, found {most!r}"
        return
    if not proven:
        return
    filled = Filler(problem).fill()
    if filled == places:
        yield f"$.status: 'infeasible' is wrong, all {places} places can be filled"
        return
    if most is not None and filled <= most:
        filled = Filler(problem).fill_most(most + 1)
    if most is not None and filled > most:
        yield f"$.why.most: expected {filled} or more, so many can be filled, found {most}"


class Filler:
    """Fills places one by one, always a child's that has least choice, and goes back where one has none left.

    Parameters
    ----------
    problem : mapping
        A valid problem.
    """

    def __init__(self, problem: Mapping[str, Any]) -> None:
        self._timed = "grid" in problem
        children = {child["id"]: child for child in problem["children"]}
        volunteers = {volunteer["id"]: volunteer for volunteer in problem["volunteers"]}
        forbidden = {(entry["child"], entry["volunteer"]) for entry in problem.get("forbidden", [])}
        self._centre = {name: c["centre"] for name, c in children.items() if self._timed and c["meets"] == "centre"}
        self._loads: dict[tuple[str, str], int] = {}
        self._sessions: dict[str, dict[str, list[int]]] = {name: {} for name in children}
        for candidate in problem["candidates"]:
            pair = candidate["child"], candidate["volunteer"]
            if pair not in forbidden:
                self._loads[pair] = candidate.get("load", 1)
                self._sessions[pair[0]][pair[1]] = self._common(problem, children[pair[0]], volunteers[pair[1]])
        self._places = {name: child["places"] for name, child in children.items()}
        self._most = {name: volunteer["max_children"] for name, volunteer in volunteers.items()}
        self._carry = {name: volunteer.get("max_load") for name, volunteer in volunteers.items()}
        self._rooms = {
            (centre["id"], slot): rooms
            for centre in problem.get("centres", [])
            for slot, rooms in enumerate(centre["rooms"])
        }
        self._full: dict[str, int] = defaultdict(int)
        for (centre, slot), rooms in self._rooms.items():
            self._full[centre] |= (rooms <= 0) << slot
        self._busy: dict[tuple[str, str], int] = defaultdict(int)
        self._taken: set[tuple[str, str]] = set()
        self._fixed = [(e["child"], e["volunteer"], e.get("start")) for e in problem.get("fixed", [])]
        self._looks = 0

    def _common(self, problem: Mapping[str, Any], child: Mapping[str, Any], volunteer: Mapping[str, Any]) -> list[int]:
        """Return the sessions free for both, each as the bits of its slots; the one of no slot without a timetable."""
        if not self._timed:
            return [0]
        free = set(child["free"]) & set(volunteer["free"])
        length, a_day = child["session_slots"], problem["grid"]["slots_per_day"]
        starts = [slot for slot in sorted(free) if slot % a_day + length <= a_day]
        return [((1 << length) - 1) << start for start in starts if free.issuperset(range(start, start + length))]

    def fill(self) -> int:
        """Return how many places could be filled at once; those of fixed pairs are filled first."""
        most = 0
        open_: list[tuple[Iterator[tuple[str, str, int]], tuple[str, str, int] | None]] = [(self._next(), None)]
        while open_:
            choices, taken = open_[-1]
            if taken is not None:
                self._change(taken, -1)
            choice = next(choices, None) if self._looks < _LOOKS else None
            if choice is None:
                open_.pop()
                continue
            self._change(choice, 1)
            open_[-1] = choices, choice
            most = max(most, len(self._taken)) if len(self._taken) >= len(self._fixed) else most
            if not any(self._places.values()):
                return most
            open_.append((self._next(), None))
        return most

    def fill_most(self, enough: int) -> int:
        """Return how many places could be filled at once where others may stay empty; those of fixed pairs are first.

        Parameters
        ----------
        enough : int
            Where so many are found, it is not tried to fill more by taking others back.
        """
        wanted = Counter(volunteer for sessions in self._sessions.values() for volunteer in sessions)
        turns = sorted(
            [
                (len(sessions) - self._places[child], child, sorted(sessions, key=lambda name: wanted[name]))
                for child, sessions in self._sessions.items()
            ],
            key=lambda turn: turn[0],
        )
        places = [self._places[child] for _, child, _ in turns]
        after = [sum(places) - filled for filled in accumulate(places)] + [0]
        best, path = 0, [self._seated(turns, 0)]
        while path and self._looks < _LOOKS_FOR_MOST:
            at = next(path[-1], None)
            if at is None:
                if best >= enough:
                    break
                path.pop()
                continue
            if len(self._taken) >= len(self._fixed):
                best = max(best, len(self._taken))
            left = after[at] + self._places[turns[at][1]] if at < len(turns) else 0
            if len(self._taken) + left > best or len(self._taken) < len(self._fixed):
                path.append(self._seated(turns, at))
        return best

    def _seated(self, turns: Sequence[tuple[int, str, list[str]]], at: int) -> Iterator[int]:
        """Fill one more place of the child whose turn it is in each way, then let it give up; give whose turn is next.

        What is taken stands until the next way is asked for.
        """
        if len(self._taken) < len(self._fixed):
            for choice in self._next():
                self._change(choice, 1)
                yield at
                self._change(choice, -1)
            return
        if at == len(turns):
            return
        _, child, volunteers = turns[at]
        for volunteer in volunteers if self._places[child] > 0 else ():
            for session in self._open(child, volunteer) if (child, volunteer) not in self._taken else ():
                self._change((child, volunteer, session), 1)
                yield at
                self._change((child, volunteer, session), -1)
        yield at + 1

    def _next(self) -> Iterator[tuple[str, str, int]]:
        """Return the choices for the next place; none where some child has too few volunteers left."""
        if len(self._taken) < len(self._fixed):
            child, volunteer, start = self._fixed[len(self._taken)]
            sessions = self._open(child, volunteer)
            wanted = [s for s in sessions if start is None or not s or s & -s == 1 << start]
            return iter([(child, volunteer, session) for session in wanted])
        best: list[tuple[str, str, int]] | None = None
        least = 0
        for child, places in self._places.items():
            if places <= 0:
                continue
            able = {v: self._open(child, v) for v in self._sessions[child] if (child, v) not in self._taken}
            spare = sum(map(bool, able.values())) - places
            if spare < 0:
                return iter(())
            if best is None or spare < least:
                best, least = [(child, v, session) for v, sessions in able.items() for session in sessions], spare
        return iter(best or ())

    def _open(self, child: str, volunteer: str) -> list[int]:
        """Return the sessions that the two could still have."""
        self._looks += 1
        carry = self._carry[volunteer]
        if self._most[volunteer] <= 0 or (carry is not None and carry < self._loads[child, volunteer]):
            return []
        taken = self._busy["child", child] | self._busy["volunteer", volunteer]
        if child in self._centre:
            taken |= self._full[self._centre[child]]
        return [session for session in self._sessions[child][volunteer] if not session & taken]

    def _change(self, choice: tuple[str, str, int], by: int) -> None:
        """Take a choice (1), or give it back (-1)."""
        child, volunteer, session = choice
        (self._taken.add if by > 0 else self._taken.remove)((child, volunteer))
        self._places[child] -= by
        self._most[volunteer] -= by
        carry = self._carry[volunteer]
        if carry is not None:
            self._carry[volunteer] = carry - by * self._loads[child, volunteer]
        self._busy["child", child] ^= session
        self._busy["volunteer", volunteer] ^= session
        if child not in self._centre:
            return
        centre = self._centre[child]
        for slot in range(session.bit_length()):
            if session >> slot & 1:
                self._rooms[centre, slot] -= by
                full = self._rooms[centre, slot] <= 0
                self._full[centre] = self._full[centre] & ~(1 << slot) | full << slot
