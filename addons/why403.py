"""What does `mitmdump -s addons/why403.py` load?

mitmproxy puts this file's folder on the path and not the project, so the project has to be
installed where mitmproxy is; what is missing is said in one line.

The module itself is the addon: with a list `addons` mitmproxy would walk one level more at every
event of every request.
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
else:
    chain = Chain()
    name = chain.name
    load, configure = chain.load, chain.configure
    running, done = chain.running, chain.done
    http_connect, next_layer = chain.http_connect, chain.next_layer
    requestheaders, request = chain.requestheaders, chain.request
    responseheaders, response = chain.responseheaders, chain.response
    error = chain.error

    def __getattr__(hook: str) -> object:
        # There at some times only; a module's attributes cannot be properties (PEP 562).
        if hook == "update":
            return chain.update
        raise AttributeError(hook)
