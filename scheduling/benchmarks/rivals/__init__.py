"""What the engines are measured against: plain models and plain heuristics, each a program of its own.

Each is run as ``python -m scheduling.benchmarks.rivals.NAME PROBLEM SOLUTION SECONDS``, reads a problem of the contract
and writes a solution of the contract, so that the same checker judges all. They share no code with the engines. Those
that use OR-Tools run in an interpreter where HiGHS is not imported, because the two cannot live in one process.
"""
