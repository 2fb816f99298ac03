"""From facts to the solver's problem, and from its solution to proposals that explain themselves (S12).

The only package that knows the package `scheduling`. It reads no table and writes none; ids are public codes.
"""

from .matching import Answer, Left, Matching, Proposed, Reason, SolverLost, Watch
from .question import Preview, Question

__all__ = ["Answer", "Left", "Matching", "Preview", "Proposed", "Question", "Reason", "SolverLost", "Watch"]
