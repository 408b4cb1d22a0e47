"""Is this a request to which browsers apply CORS at all?

An Origin alone does not say so: navigations, WebSockets and `no-cors` requests carry one too, and a
request to the page's own server does where that server's name was replaced on the way. Browsers say
which it is: W3C Fetch Metadata Request Headers, sections 2.2 and 2.3. Over plain HTTP they say only
what is a navigation (Upgrade Insecure Requests, "feature detection").
"""

from __future__ import annotations

from simulator.message import Headers


def why_not_cors(headers: Headers) -> str | None:
    """Why browsers apply no CORS to a request with an Origin, or None where they do (or say
    nothing, as they mostly do over plain HTTP)."""
    mode = headers.get("sec-fetch-mode")
    if mode == "websocket" or (headers.get("upgrade") or "").lower() == "websocket":
        return "a WebSocket handshake: browsers apply no CORS to it"
    if mode == "navigate" or (mode is None and headers.get("upgrade-insecure-requests") == "1"):
        return "a navigation: browsers apply no CORS to it"
    if mode == "no-cors":
        return "sent in the mode `no-cors`: the browser neither shows nor refuses the answer"
    if mode == "same-origin" or headers.get("sec-fetch-site") == "same-origin":
        return "not a CORS request: to the browser, page and server are the same origin"
    return None
