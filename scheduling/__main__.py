"""The command; see `scheduling.command`."""

import os
import sys

from scheduling.interruption import Interruption

if __name__ == "__main__":
    interruption = Interruption()
    interruption.listen()
    # numpy would start a thread for each core, which nothing here uses, and start an eighth later.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Only now, so that a signal in the first moments is heard.
    from scheduling.command import main

    status = main(interruption=interruption)
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):
        sys.exit(status)  # which tells of a stream that is closed
    # Everything is written and every worker has ended: taking the memory down piece by piece would take a while.
    os._exit(status)
