"""An embedded home with an app whose obligations are slow enough to be killed in the middle."""

from config.settings.embedded import *  # noqa: F403 -- settings extend each other by star import, Django's custom
from config.settings.embedded import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.run.served.apps.ServedConfig"]
OBLIGATION_SWEEP_SECONDS = 1.0
