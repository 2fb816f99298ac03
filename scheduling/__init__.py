"""Exact schedules for children's homes: a library and a command that know only ids and integers.

Notes
-----
The package knows nothing of databases, people's names, the calendar or the network. Problems and solutions are plain
JSON values; their form is fixed by the package's contract and explained in ``scheduling/README.md``.
"""

__version__ = "0.1.0"
