"""The plain greedy heuristic on a roster problem."""

from scheduling.benchmarks.rivals.files import arguments, write
from scheduling.benchmarks.rivals.roster_plain import Roster, greedy, solution_of

if __name__ == "__main__":
    problem, out, seconds = arguments()
    roster = Roster(problem)
    write(out, solution_of(roster, greedy(roster), None, False), "greedy")
