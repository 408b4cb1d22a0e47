"""`python -m simulator` and the command `why403`."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command. A reader that has seen enough (`| head`) is no error."""
    from simulator.cli import why403

    try:
        why403()
    except BrokenPipeError:
        # Python would complain once more while flushing at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)


if __name__ == "__main__":
    main()
