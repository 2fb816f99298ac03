"""HiGHS on the whole model of a pairing problem."""

from scheduling.benchmarks.rivals.files import arguments, write
from scheduling.benchmarks.rivals.linear import highs
from scheduling.benchmarks.rivals.pairing_plain import Pairing, answered, model_of

if __name__ == "__main__":
    problem, out, seconds = arguments()
    pairing = Pairing(problem)
    write(out, answered(pairing, highs(model_of(pairing), seconds)), "HiGHS, whole model")
