"""A part of a roster as an integer program: some cells free, all others held as they are."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from scheduling.engine import INTEGRAL_GAP, Run, new_engine
from scheduling.roster.model import Model
from scheduling.roster.problem import Bools, Ints
from scheduling.stop import Stop

Floats = NDArray[np.float64]

_FEW_NODES = 100

_NOBODY: Ints = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The program of a part: columns are cells, then shortages, then steps of load.

    Attributes
    ----------
    cells : int64 array
        The free cells that nothing held rules out.
    rows : int64 array
        Rows of the model that are rows here, in this order; the rows of load follow.
    people : int64 array
        Whose rows of load follow.
    lp : HighsLp
    held : int
        What the held cells and everything untouched are worth.
    """

    cells: Ints
    rows: Ints
    people: Ints
    lp: Any
    held: int


@dataclass(frozen=True, slots=True)
class PartAnswer:
    """What the engine found.

    Attributes
    ----------
    cells : int64 array or None
        Free cells that are taken.
    bound : float
        The engine's lower bound on the value of the whole roster.
    complete : bool
        Whether its answer is proven.
    nodes, effort : int
        Nodes and simplex iterations it took.
    """

    cells: Ints | None
    bound: float
    complete: bool
    nodes: int
    effort: int


class _Entries:
    """Entries of a sparse matrix, collected block by block."""

    def __init__(self) -> None:
        self.column: list[Ints] = []
        self.row: list[Ints] = []
        self.value: list[Floats] = []

    def add(self, column: Ints, row: Ints, value: Ints | Floats) -> None:
        self.column.append(column)
        self.row.append(row)
        self.value.append(value.astype(np.float64))

    def into(self, lp: Any) -> None:
        column, row, value = np.concatenate(self.column), np.concatenate(self.row), np.concatenate(self.value)
        order = np.lexsort((row, column))
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = np.searchsorted(column[order], np.arange(lp.num_col_ + 1)).astype(np.int32)
        lp.a_matrix_.index_ = row[order].astype(np.int32)
        lp.a_matrix_.value_ = value[order]


def cut_out(
    model: Model,
    free: Bools,
    held: Ints,
    *,
    whole: bool = True,
    personal: bool = True,
    per_shift: Floats | None = None,
) -> Part:
    """Build the program of a part.

    Parameters
    ----------
    model : Model
    free : bool array [cells]
        Cells to decide.
    held : int64 array
        Cells taken outside of the part.
    whole : bool
        Whether cells are 0 or 1; else the linear relaxation is built.
    personal : bool
        Whether the rows of persons are in.
    per_shift : float array [people], optional
        Price of each shift of a person, in the place of the steps of load.
    """
    rows = model.rows
    left = rows.limit - rows.used(held)
    cells = _possible(model, np.flatnonzero(free), left)
    entry, size = rows.entries(cells)
    owner, row = np.repeat(np.arange(len(cells)), size), rows.row[entry]
    total = np.bincount(row, weights=rows.value[entry], minlength=rows.count)
    hard = rows.price == 0
    keep = np.where(hard, total > left, (left > 0) & (total > 0)) & (personal | ~rows.personal)
    kept = np.flatnonzero(keep)
    number = np.cumsum(keep) - 1
    inside = keep[row]
    entries = _Entries()
    entries.add(owner[inside], number[row][inside], rows.value[entry][inside])
    soft = np.flatnonzero(~hard[kept])
    entries.add(len(cells) + np.arange(len(soft)), soft, np.ones(len(soft)))
    short, cost = left[kept][soft], rows.price[kept][soft]
    here = model.value(held) - int((short * cost).sum())
    loaded = per_shift is None and (not personal or model.problem.weights.load > 0)
    who, begun, steps = _load(model, cells, held) if loaded else (_NOBODY,) * 3
    person = np.repeat(np.arange(len(who)), steps)
    rank = np.arange(len(person)) - np.repeat(np.cumsum(steps) - steps, steps)
    if len(who):
        crew = np.full(len(model.problem.people), -1)
        crew[who] = np.arange(len(who)) + len(kept)
        entries.add(np.arange(len(cells)), crew[model.person[cells]], np.ones(len(cells)))
        entries.add(len(cells) + len(soft) + np.arange(len(person)), person + len(kept), -np.ones(len(person)))
    own = model.cost[cells] + (0 if per_shift is None else per_shift[model.person[cells]])
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(cells) + len(soft) + len(person), len(kept) + len(who)
    load = model.problem.weights.load * (np.repeat(begun, steps) + rank)
    lp.col_cost_ = np.concatenate([own, cost, load]).astype(np.float64)
    lp.col_lower_ = np.zeros(lp.num_col_)
    lp.col_upper_ = np.concatenate([np.ones(len(cells)), short, np.ones(len(person))]).astype(np.float64)
    limit, nothing = left[kept].astype(np.float64), np.zeros(len(who))
    lp.row_lower_ = np.concatenate([np.where(hard[kept], -highspy.kHighsInf, limit), nothing])
    lp.row_upper_ = np.concatenate([np.where(hard[kept], limit, highspy.kHighsInf), nothing])
    entries.into(lp)
    if whole:
        integer, real = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
        lp.integrality_ = [integer] * len(cells) + [real] * (lp.num_col_ - len(cells))
    return Part(cells, kept, who, lp, here)


def _possible(model: Model, cells: Ints, left: Ints) -> Ints:
    """Keep the cells that no hard row rules out by itself."""
    rows = model.rows
    entry, size = rows.entries(cells)
    row = rows.row[entry]
    blocked = (rows.price[row] == 0) & (rows.value[entry] > left[row])
    bad = np.zeros(len(cells), dtype=np.bool_)
    bad[np.repeat(np.arange(len(cells)), size)[blocked]] = True
    return cells[~bad]


def _load(model: Model, cells: Ints, held: Ints) -> tuple[Ints, Ints, Ints]:
    """Return the people of a part, how many shifts each holds, and how many more each could take."""
    people = len(model.problem.people)
    free = np.bincount(model.person[cells], minlength=people)
    has = np.bincount(model.person[held], minlength=people)
    who = np.flatnonzero(free)
    return who, has[who], np.minimum(free[who], np.maximum(model.most[who] - has[who], 0))


def start_of(model: Model, part: Part, taken: Ints, held: Ints) -> Floats:
    """Return a known roster of the part as column values."""
    columns = np.zeros(part.lp.num_col_)
    known = np.zeros(model.count, dtype=np.bool_)
    known[taken] = True
    inside = known[part.cells]
    columns[: len(part.cells)] = inside
    everything = np.concatenate([held, part.cells[inside]])
    priced = part.rows[model.rows.price[part.rows] > 0]
    short = np.maximum(model.rows.limit - model.rows.used(everything), 0)[priced]
    columns[len(part.cells) : len(part.cells) + len(priced)] = short
    at = len(part.cells) + len(priced)
    who, _, steps = _load(model, part.cells, held) if model.problem.weights.load else (_NOBODY,) * 3
    count = np.bincount(model.person[part.cells[inside]], minlength=len(model.problem.people))[who]
    person = np.repeat(np.arange(len(who)), steps)
    rank = np.arange(len(person)) - np.repeat(np.cumsum(steps) - steps, steps)
    columns[at:] = rank < count[person]
    return columns


def solve_part(
    model: Model,
    free: Bools,
    chosen: Ints,
    stop: Stop,
    seed: int,
    *,
    nodes: int,
    gap: float = INTEGRAL_GAP,
    on_improve: Callable[[int], None] | None = None,
) -> PartAnswer:
    """Decide the free cells anew, with all others as they are in a roster.

    Parameters
    ----------
    model : Model
    free : bool array [cells]
    chosen : int64 array
        A feasible roster: where the search starts.
    stop : Stop
    seed : int
    nodes : int
        Nodes after which the search gives up (a limit that does not depend on the machine).
    gap : float
        A roster so near to the best one of the part is good enough.
    on_improve : callable, optional
        Called with the value of each better roster.

    Returns
    -------
    PartAnswer
        ``cells`` is the whole new roster.
    """
    held = chosen[~free[chosen]]
    part = cut_out(model, free, held)
    if not len(part.cells):
        return PartAnswer(held, float(part.held), True, 0, 0)
    highs = new_engine(seed)
    highs.passModel(part.lp)
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.setOptionValue("mip_abs_gap", gap)
    highs.setOptionValue("mip_heuristic_run_root_reduced_cost", False)  # measured: half of the time, and no gain
    highs.setOptionValue("mip_max_nodes", nodes)
    highs.setOptionValue("mip_allow_restart", nodes > _FEW_NODES)  # a second root is worth it in a long search only
    start = start_of(model, part, chosen, held)
    highs.setSolution(len(start), np.arange(len(start), dtype=np.int32), start)
    remaining = stop.remaining()
    if remaining is not None:
        highs.setOptionValue("time_limit", remaining)  # the engine asks its own clock more often than its callback
    run = Run(highs, stop)
    if on_improve is not None:
        report = on_improve

        def improved(event: Any) -> None:
            report(part.held + round(event.data_out.objective_function_value))

        highs.cbMipImprovingSolution.subscribe(run.guard(improved))
    status = run.run()
    if status == highspy.HighsModelStatus.kTimeLimit:
        stop.cut()
    info = highs.getInfo()
    found: Ints | None = None
    if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        values = np.asarray(highs.getSolution().col_value, dtype=np.float64)[: len(part.cells)]
        found = np.sort(np.concatenate([held, part.cells[values > 0.5]]))
        if not model.feasible(found):
            found = None
    complete = bool(status == highspy.HighsModelStatus.kOptimal)
    bound = float(info.mip_dual_bound) + part.held
    return PartAnswer(found, bound, complete, int(info.mip_node_count), int(info.simplex_iteration_count))
