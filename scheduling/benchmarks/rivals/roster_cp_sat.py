"""CP-SAT on the whole model of a roster problem."""

from scheduling.benchmarks.rivals.files import arguments, write
from scheduling.benchmarks.rivals.linear import cp_sat
from scheduling.benchmarks.rivals.roster_plain import Roster, answered, model_of

if __name__ == "__main__":
    problem, out, seconds = arguments()
    roster = Roster(problem)
    write(out, answered(roster, cp_sat(model_of(roster), seconds)), "CP-SAT, whole model")
