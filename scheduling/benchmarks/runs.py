"""One run: a whole process from file to file, its time and memory, and what the checker says of its answer."""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scheduling import kinds
from scheduling.workers import memory_of

_ROOT = Path(__file__).resolve().parents[2]
_PATIENCE = 120.0
_MIB = 2**20
OURS = "scheduling"


@dataclass(frozen=True, slots=True)
class Run:
    """What one engine made of one instance.

    Attributes
    ----------
    engine : str
    seconds, cpu : float
        Wall and processor time of the whole process.
    memory : int
        MiB at most.
    solution : dict
        Without its lists; empty where there is none.
    faults : int
        What the checker had to say, in lines.
    """

    engine: str
    seconds: float
    cpu: float
    memory: int
    solution: dict[str, Any]
    faults: int

    @property
    def solved(self) -> bool:
        """Whether there is a solution that stands before the checker."""
        return self.faults == 0 and self.solution.get("value") is not None

    @property
    def value(self) -> int:
        """Value of the solution."""
        return int(self.solution["value"])

    def as_json(self) -> dict[str, Any]:
        """Return what is stored."""
        return asdict(self)


class Bench:
    """Runs engines on instances.

    Parameters
    ----------
    folder : Path
        Where instances and solutions are kept.
    rivals : str or None
        An interpreter that has OR-Tools; None leaves those rivals out.
    """

    def __init__(self, folder: Path, rivals: str | None) -> None:
        self.folder, self.rivals = folder, rivals
        folder.mkdir(parents=True, exist_ok=True)

    def instance(self, name: str, problem: dict[str, Any]) -> Path:
        """Write an instance down."""
        file = self.folder / f"{name}.json"
        file.write_text(json.dumps(problem))
        return file

    def generated(self, kind: str, size: str, seed: int) -> Path:
        """Let the command make an instance, so that this process stays small."""
        file = self.folder / f"{kind}-{size}-{seed}.json"
        command = [sys.executable, "-m", "scheduling", "generate", kind, "--size", size, "--seed", str(seed)]
        subprocess.run([*command, "--out", str(file)], check=True, env=_environment())  # noqa: S603 - our own program
        return file

    def ours(self, problem: Path, seconds: float | None) -> Run:
        """Run our engine by its command."""
        kind = _kind(problem)
        limit = [] if seconds is None else ["--time-limit", str(seconds)]
        out = self._out()
        return self._run(
            OURS, [sys.executable, "-m", "scheduling", kind, str(problem), "--out", str(out), *limit], out, problem
        )

    def rival(self, name: str, problem: Path, seconds: float) -> Run | None:
        """Run a program of `scheduling.benchmarks.rivals`; None where its interpreter is missing."""
        python = self.rivals if name.endswith(("cp_sat", "ortools")) else sys.executable
        if python is None:
            return None
        out = self._out()
        module = f"scheduling.benchmarks.rivals.{name}"
        return self._run(name, [python, "-m", module, str(problem), str(out), str(seconds)], out, problem, seconds)

    def _out(self) -> Path:
        handle, name = tempfile.mkstemp(suffix=".solution.json", dir=self.folder)
        os.close(handle)
        os.unlink(name)
        return Path(name)

    def _run(self, engine: str, command: list[str], out: Path, problem: Path, seconds: float = 600.0) -> Run:
        began = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - our own programs
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )
        cpu, memory = _wait(process, began + seconds + _PATIENCE)
        spent = time.perf_counter() - began
        solution = json.loads(out.read_text()) if out.exists() else {}
        faults = _judge(problem, solution) if solution else 0
        out.unlink(missing_ok=True)
        kept = {key: value for key, value in solution.items() if not isinstance(value, list)}
        return Run(engine, round(spent, 3), round(cpu, 3), memory, kept, faults)


def _environment() -> dict[str, str]:
    # An installed program is compiled once, not at every start.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPATH": str(_ROOT)}


def _wait(process: "subprocess.Popen[bytes]", until: float) -> tuple[float, int]:
    """Wait for a process, not for ever; return its processor seconds, and MiB together with its own processes."""
    memory = 0
    while True:
        memory = max(memory, memory_of(process.pid))
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return usage.ru_utime + usage.ru_stime, memory // _MIB
        if time.perf_counter() > until:
            process.kill()
        time.sleep(0.01)


def _kind(problem: Path) -> str:
    with problem.open() as text:
        start = text.read(200)
    return next(kind for kind in kinds.QUESTIONS if f'"kind": "{kind}"' in start)


def _judge(problem: Path, solution: dict[str, Any]) -> int:
    parsed = json.loads(problem.read_text())
    return len(kinds.check(parsed["kind"])(parsed, solution))
