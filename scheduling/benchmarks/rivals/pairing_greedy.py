"""The plain greedy heuristic on a pairing problem."""

from scheduling.benchmarks.rivals.files import arguments, write
from scheduling.benchmarks.rivals.pairing_plain import Pairing, greedy, solution_of

if __name__ == "__main__":
    problem, out, seconds = arguments()
    pairing = Pairing(problem)
    write(out, solution_of(pairing, greedy(pairing), None, False), "greedy")
