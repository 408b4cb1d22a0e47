"""In which ways can a preflight fail, before method and headers are even looked at?

The Fetch standard's CORS-preflight fetch (section 4.8), steps 7 and 8. A preflight carries no
cookies and no `Authorization`, is not redirected, and must be answered by 200 to 299.
"""
# ruff: noqa: RUF001 - Firefox writes curly quotes

from __future__ import annotations

from simulator.decision import Party, Reason
from simulator.message import REDIRECTS, Response
from simulator.reasons.console import CONSOLE

# Without CORS fields Chromium and Firefox name the missing field instead of the status.
# Values: status.
PREFLIGHT_NOT_OK = Reason(
    code="cors.preflight-not-ok",
    status=0,
    party=Party.BROWSER,
    title="the preflight's status is not an ok status",
    text="the preflight was answered {status}, and only 200 to 299 will do",
    meaning="The answer's status is not one of 200 to 299, so the browser does not send the "
    "request, even if every CORS field is right.",
    causes=(
        "the fields are added to every answer, and nothing answers OPTIONS with success",
        "the server failed, or is overloaded, when the preflight came",
        "the server answers a preflight with a 3xx that leads nowhere",
    ),
    remedies=("answer preflights with 204, ahead of everything that may refuse a request",),
    spec="Fetch, CORS-preflight fetch, steps 7 and 8",
    chromium=("PreflightInvalidStatus", "PreflightMissingAllowOriginHeader"),
    console=CONSOLE["PreflightInvalidStatus"],
    firefox="CORSPreflightDidNotSucceed",
    firefox_console="CORS preflight response did not succeed",
)
# Values: status, location.
PREFLIGHT_REDIRECTED = Reason(
    code="cors.preflight-redirected",
    status=0,
    party=Party.BROWSER,
    title="the preflight is redirected",
    text="the preflight was answered {status} with a redirect to `{location}`; browsers follow "
    "none",
    meaning="A preflight is never redirected, whatever CORS fields the redirect carries. The "
    "request itself might have been, had it needed no preflight.",
    causes=(
        "the URL is `http:` and the server redirects to `https:`",
        "a slash at the path's end is missing or too many, and the framework redirects to mend it",
        "whoever is not logged in is sent to a login page; a preflight never is logged in",
        "the host redirects to another (`www.`, a region, a storage bucket)",
    ),
    remedies=(
        "fetch the URL that the redirect leads to",
        "answer OPTIONS ahead of what redirects",
    ),
    spec="Fetch, CORS-preflight fetch, steps 7 and 8",
    chromium=("PreflightDisallowedRedirect",),
    console=CONSOLE["PreflightDisallowedRedirect"],
    firefox="CORSExternalRedirectNotAllowed",
    firefox_console="CORS request external redirect not allowed",
)
# Whatever asks for credentials knows nothing of CORS, so the missing field is the usual message.
# Values: status.
PREFLIGHT_UNAUTHENTICATED = Reason(
    code="cors.preflight-unauthenticated",
    status=0,
    party=Party.BROWSER,
    title="the preflight is asked for credentials",
    text="the preflight was refused with {status}: it never carries cookies, keys or "
    "`Authorization`",
    meaning="Something that wants to know who is asking stands ahead of what answers preflights. "
    "Browsers send preflights without credentials, so it can never be satisfied.",
    causes=(
        "authentication runs ahead of CORS in the chain of middleware or plugins",
        "a gateway or a load balancer checks keys or tokens on OPTIONS too",
        "a firewall or a list of addresses refuses the method OPTIONS",
    ),
    remedies=(
        "answer preflights ahead of authentication",
        "let OPTIONS through without credentials",
    ),
    spec="Fetch, CORS-preflight fetch, steps 7 and 8",
    chromium=("PreflightMissingAllowOriginHeader", "PreflightInvalidStatus"),
    console=CONSOLE["PreflightMissingAllowOriginHeader"],
    firefox="CORSMissingAllowOrigin",
    firefox_console="CORS header ‘Access-Control-Allow-Origin’ missing",
)
# Values: status.
PREFLIGHT_REFUSED = Reason(
    code="cors.preflight-refused",
    status=0,
    party=Party.BROWSER,
    title="the preflight is refused without a word on why",
    text="the preflight was refused with {status} and no CORS fields: the origin, method or "
    "headers are not admitted, or something ahead of CORS wants credentials, which a preflight "
    "never carries",
    meaning="A 403 without CORS fields is how several servers refuse an origin, a method or a "
    "header, and also how a gateway refuses whoever shows no credentials. The answer itself does "
    "not tell which.",
    causes=(
        "the origin, the method or a header is missing in the server's CORS configuration",
        "authentication, a firewall or a list of addresses stands ahead of CORS and refuses "
        "OPTIONS",
    ),
    remedies=(
        "look at the answer's body: many servers say there what they refuse",
        "send the same OPTIONS with an origin that is surely listed: if it is refused too, "
        "something ahead of CORS refuses",
        "answer preflights ahead of authentication",
    ),
    spec="Fetch, CORS-preflight fetch, steps 7 and 8",
    chromium=("PreflightMissingAllowOriginHeader",),
    console=CONSOLE["PreflightMissingAllowOriginHeader"],
    firefox="CORSMissingAllowOrigin",
    firefox_console="CORS header ‘Access-Control-Allow-Origin’ missing",
)
# Values: status.
PREFLIGHT_UNROUTED = Reason(
    code="cors.preflight-unrouted",
    status=0,
    party=Party.BROWSER,
    title="nothing answers OPTIONS at this URL",
    text="the preflight was answered {status}: nothing takes OPTIONS at this URL",
    meaning="The request's own method may well have a route; the OPTIONS that comes first has "
    "none, and no CORS code answers in its stead.",
    causes=(
        "routes are declared for GET or POST alone, and CORS was added to each of them",
        "CORS runs behind the router, which turns OPTIONS away first",
        "the URL is wrong: the path, the version, the host",
    ),
    remedies=(
        "answer preflights ahead of the router, for every path",
        "see whether the URL exists: request it without a browser",
    ),
    spec="Fetch, CORS-preflight fetch, steps 7 and 8",
    chromium=("PreflightMissingAllowOriginHeader", "PreflightInvalidStatus"),
    console=CONSOLE["PreflightMissingAllowOriginHeader"],
    firefox="CORSMissingAllowOrigin",
    firefox_console="CORS header ‘Access-Control-Allow-Origin’ missing",
)
# Values: value.
UNREADABLE_METHODS = Reason(
    code="cors.unreadable-methods",
    status=0,
    party=Party.BROWSER,
    title="`Access-Control-Allow-Methods` cannot be read",
    text="`Access-Control-Allow-Methods: {value}` is not a list of methods",
    meaning="One element that is no token spoils the whole preflight, even if the request's method "
    "is among the others or needs no naming.",
    causes=(
        "the methods are separated by spaces or semicolons instead of commas",
        "the list was sent with its quotes or brackets",
    ),
    remedies=("write names and commas only: `PUT, DELETE`",),
    spec="Fetch, CORS-preflight fetch, step 7.3",
    chromium=("InvalidAllowMethodsPreflightResponse",),
    console=CONSOLE["InvalidAllowMethodsPreflightResponse"],
    firefox="CORSInvalidAllowMethod",
    firefox_console="invalid token ‘{p}’ in CORS header ‘Access-Control-Allow-Methods’",
)
# Values: value.
UNREADABLE_HEADERS = Reason(
    code="cors.unreadable-headers",
    status=0,
    party=Party.BROWSER,
    title="`Access-Control-Allow-Headers` cannot be read",
    text="`Access-Control-Allow-Headers: {value}` is not a list of header names",
    meaning="One element that is no token spoils the whole preflight, even if the request's "
    "headers are among the others.",
    causes=(
        "the names are separated by spaces or semicolons instead of commas",
        "a name ends in a colon, or the list was sent with its quotes or brackets",
    ),
    remedies=("write names and commas only: `content-type, x-api-key`",),
    spec="Fetch, CORS-preflight fetch, step 7.3",
    chromium=("InvalidAllowHeadersPreflightResponse",),
    console=CONSOLE["InvalidAllowHeadersPreflightResponse"],
    firefox="CORSInvalidAllowHeader",
    firefox_console="invalid token ‘{p}’ in CORS header ‘Access-Control-Allow-Headers’",
)
# No browser fails here yet, so none has a name for it. No values.
AUTHORIZATION_UNDER_STAR = Reason(
    code="cors.authorization-under-star",
    status=0,
    party=Party.BROWSER,
    title="`*` does not cover Authorization in the standard",
    text="`*` in `Access-Control-Allow-Headers` does not cover `authorization`, which must be "
    "named; Chromium and Firefox still let it pass",
    meaning="By the standard `Authorization` is the one request header that the answer must name. "
    "Chromium and Firefox take `*` for it today and say in their tools that they will not always.",
    causes=("the preflight is answered with `Access-Control-Allow-Headers: *`",),
    remedies=("answer with `*, authorization`, or name every header",),
    spec="Fetch, CORS-preflight fetch, step 7.6",
)
REASONS = (
    PREFLIGHT_NOT_OK,
    PREFLIGHT_REDIRECTED,
    PREFLIGHT_UNAUTHENTICATED,
    PREFLIGHT_REFUSED,
    PREFLIGHT_UNROUTED,
    UNREADABLE_METHODS,
    UNREADABLE_HEADERS,
    AUTHORIZATION_UNDER_STAR,
)

_UNROUTED = frozenset({404, 405, 501})


def reason_of_answer(response: Response) -> Reason:
    """Who stands ahead of CORS and answered a preflight in its stead, as far as it tells."""
    status, headers = response.status, response.headers
    if status in REDIRECTS and headers.get("location"):
        return PREFLIGHT_REDIRECTED
    if status == 401 or (status == 403 and "www-authenticate" in headers):
        return PREFLIGHT_UNAUTHENTICATED
    if status == 403 and "access-control-allow-origin" not in headers:
        return PREFLIGHT_REFUSED
    return PREFLIGHT_UNROUTED if status in _UNROUTED else PREFLIGHT_NOT_OK
