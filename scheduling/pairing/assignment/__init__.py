"""Pairing without a timetable: a transport problem, or with load limits a generalised assignment problem."""

from scheduling.pairing.assignment.filling import fill, most_places
from scheduling.pairing.assignment.search import maximise

__all__ = ["fill", "maximise", "most_places"]
