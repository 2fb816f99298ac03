"""Pairing without a timetable: a transport problem, or with load limits a generalised assignment problem."""

from scheduling.pairing.assignment.search import fill, maximise

__all__ = ["fill", "maximise"]
