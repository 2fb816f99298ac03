#!/usr/bin/env python
"""Command line of Qianshou; the settings follow from the environment (see `config.environment`)."""

import os
import sys
from pathlib import Path


def main() -> None:
    """Run one command."""
    backend = Path(__file__).resolve().parent
    for folder in (backend.parent, backend):  # `scheduling` lies beside `backend`
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
    from config.environment import settings_module

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings_module())
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
