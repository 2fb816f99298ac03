"""HiGHS on the whole model of a roster problem."""

from scheduling.benchmarks.rivals.files import arguments, write
from scheduling.benchmarks.rivals.linear import highs
from scheduling.benchmarks.rivals.roster_plain import Roster, answered, model_of

if __name__ == "__main__":
    problem, out, seconds = arguments()
    roster = Roster(problem)
    write(out, answered(roster, highs(model_of(roster), seconds)), "HiGHS, whole model")
