"""PostgreSQL and Redis; every unsafe or missing value stops the start with a sentence."""

from .base import *  # noqa: F403 -- settings extend each other by star import, Django's custom
