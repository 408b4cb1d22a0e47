"""What does `mitmdump -s addons/why403.py` load?

mitmproxy puts this file's folder on the path and not the project, so the project has to be
installed where mitmproxy is; what is missing is said in one line.
"""

from __future__ import annotations

import logging

try:
    from addons.chain import Chain
except ImportError as missing:
    # An error at start-up ends mitmproxy: better than a proxy that judges nothing.
    logging.getLogger("why403").error(
        "why403 cannot start: %s; install it where mitmproxy is installed: "
        "`pip install why403`, or `pip install -e .` in a checkout",
        str(missing).lower(),
    )
    addons: list[Chain] = []
else:
    addons = [Chain()]
