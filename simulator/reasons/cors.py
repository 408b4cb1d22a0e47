"""In which ways can CORS stand between a page and an answer?

Each is what the Fetch standard's CORS check (section 4.10) or the fetch around it can turn out as,
whether a policy foretells it or a real response shows it. The names and texts of Chromium and
Firefox stand with each, since those are what a developer has in front of them.
"""
# ruff: noqa: RUF001 - Firefox writes curly quotes

from __future__ import annotations

from simulator.decision import Party, Reason
from simulator.reasons.console import CONSOLE

# `section` is the policy's section, or the field of a real answer with its value.
# Values: origin, section.
ORIGIN_NOT_ALLOWED = Reason(
    code="cors.origin-not-allowed",
    status=403,
    party=Party.BROWSER,
    title="the origin is not allowed",
    text="the origin `{origin}` is not among the origins of `{section}`",
    meaning="The page's origin is not one the server grants. The answer names another in "
    "`Access-Control-Allow-Origin` or has no such field, and the browser keeps it from the page.",
    causes=(
        "the origin differs in scheme, port, `www.` or a letter from the one listed",
        "the answer's value ends in a slash, has a default port or is in capitals: "
        "browsers compare byte by byte",
        "the page runs on another host than was planned (a preview, localhost)",
        "the Origin is `null`: a sandboxed frame, a file, or a redirect to another origin",
        "a cache answered with what another origin had been granted",
    ),
    remedies=(
        "list the origin exactly as the browser sends it",
        "list `https://*.example.com` for every host below a name",
    ),
    spec="Fetch, CORS check, step 4",
    chromium=("AllowOriginMismatch", "PreflightAllowOriginMismatch"),
    console=CONSOLE["AllowOriginMismatch"],
    firefox="CORSAllowOriginNotMatchingOrigin",
    firefox_console="CORS header ‘Access-Control-Allow-Origin’ does not match ‘{p}’",
)
# Values: method, section.
METHOD_NOT_ALLOWED = Reason(
    code="cors.method-not-allowed",
    status=403,
    party=Party.SERVER,
    title="the preflight does not grant the method",
    text="the method `{method}` is not among the methods of `{section}`",
    meaning="The browser asked beforehand whether the page may use this method, and the answer "
    "does not name it. GET, HEAD and POST need no naming; names compare by case.",
    causes=(
        "the method is missing in the CORS configuration, though the route exists",
        "the method was written in another case: `patch` is not `PATCH`",
        "the answer says `*` and the request has credentials, which makes it a method's name",
    ),
    remedies=(
        "name the method in the CORS configuration (a policy's `cors.methods`)",
        "send the method in capitals",
    ),
    spec="Fetch, CORS-preflight fetch, step 7.5",
    chromium=("MethodDisallowedByPreflightResponse",),
    console=CONSOLE["MethodDisallowedByPreflightResponse"],
    firefox="CORSMethodNotFound",
    firefox_console="Did not find method in CORS header ‘Access-Control-Allow-Methods’",
)
# Values: headers, section.
HEADER_NOT_ALLOWED = Reason(
    code="cors.header-not-allowed",
    status=403,
    party=Party.SERVER,
    title="the preflight does not grant a request header",
    text="the request header {headers} is not among the headers of `{section}`",
    meaning="The browser asked beforehand whether the page may send these headers, and the answer "
    "does not name all of them. Chromium names one that is missing, in no particular order.",
    causes=(
        "a client library adds a header (tracing, `authorization`, `content-type` for JSON)",
        "the header was added to the client and not to the CORS configuration",
        "the answer says `*` and the request has credentials, which makes it a header's name",
    ),
    remedies=(
        "name the header in the CORS configuration (a policy's `cors.headers`)",
        "do not send the header",
    ),
    spec="Fetch, CORS-preflight fetch, steps 7.6 and 7.7",
    chromium=("HeaderDisallowedByPreflightResponse",),
    console=CONSOLE["HeaderDisallowedByPreflightResponse"],
    firefox="CORSMissingAllowHeaderFromPreflight",
    firefox_console="header ‘{p}’ is not allowed according to header "
    "‘Access-Control-Allow-Headers’ from CORS preflight response",
)
# Values: section.
WILDCARD_WITH_CREDENTIALS = Reason(
    code="cors.wildcard-with-credentials",
    status=403,
    party=Party.BROWSER,
    title="`*` does not admit a request with credentials",
    text="the request is made with credentials, and `*` in `{section}` does not admit those",
    meaning="`Access-Control-Allow-Origin: *` grants access only to requests made without "
    "credentials. The browser refuses the answer to any other, even if it has no cookie to send.",
    causes=(
        "the page uses `credentials: 'include'` or `withCredentials`",
        "the request is a beacon: `navigator.sendBeacon` always includes credentials",
    ),
    remedies=(
        "list the origins one by one and allow credentials (a policy's `credentials: true`)",
        "fetch without credentials, if the API does not need its cookies",
    ),
    spec="Fetch, CORS check, steps 3 and 4",
    chromium=("WildcardOriginNotAllowed", "PreflightWildcardOriginNotAllowed"),
    console=CONSOLE["WildcardOriginNotAllowed"],
    firefox="CORSNotSupportingCredentials",
    firefox_console="Credential is not supported if the CORS header "
    "‘Access-Control-Allow-Origin’ is ‘*’",
)
# Values: section.
CREDENTIALS_NOT_ALLOWED = Reason(
    code="cors.credentials-not-allowed",
    status=403,
    party=Party.BROWSER,
    title="the server does not allow credentials",
    text="the request is made with credentials, and `{section}` does not allow them",
    meaning="The request was made with credentials and the answer has no "
    "`Access-Control-Allow-Credentials: true`; the browser keeps it from the page.",
    causes=(
        "the page uses `credentials: 'include'` or `withCredentials`",
        "the field stands twice, or its value is another than `true` in small letters",
    ),
    remedies=(
        "answer `Access-Control-Allow-Credentials: true` (a policy's `cors.credentials: true`)",
        "fetch without credentials",
    ),
    spec="Fetch, CORS check, steps 5 to 8",
    chromium=("InvalidAllowCredentials", "PreflightInvalidAllowCredentials"),
    console=CONSOLE["InvalidAllowCredentials"],
    firefox="CORSMissingAllowCredentials",
    firefox_console="expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’",
)
# Values: origin.
NO_FIELDS = Reason(
    code="cors.no-fields",
    status=403,
    party=Party.BROWSER,
    title="the server sends no CORS fields at all",
    text="the answer has no `Access-Control-Allow-Origin`, and the page at `{origin}` is of "
    "another origin",
    meaning="The answer carries no `Access-Control-Allow-Origin`; a page of another origin cannot "
    "read it, whatever its status.",
    causes=(
        "CORS was never configured, or not for this route",
        "the server grants this origin nothing, and says so by leaving the field out",
        "the answer comes from a cache that got it for a request without an Origin",
    ),
    remedies=(
        "configure CORS with the page's origin (a policy's `cors` section)",
        "serve page and API from one origin",
    ),
    spec="Fetch, CORS check, step 2",
    chromium=("MissingAllowOriginHeader", "PreflightMissingAllowOriginHeader"),
    console=CONSOLE["MissingAllowOriginHeader"],
    firefox="CORSMissingAllowOrigin",
    firefox_console="CORS header ‘Access-Control-Allow-Origin’ missing",
)
# Values: status, origin.
ERROR_WITHOUT_FIELDS = Reason(
    code="cors.error-without-fields",
    status=0,
    party=Party.BROWSER,
    title="an error without CORS fields is hidden from the page",
    text="the server answered {status} without `Access-Control-Allow-Origin`; the page at "
    "`{origin}` sees only `Failed to fetch`",
    meaning="The server refused or failed, which is the real trouble. The error carries no CORS "
    "fields, so the page learns neither its status nor its words, and the console speaks of CORS.",
    causes=(
        "a gateway, firewall, upload limit or rate limit answers ahead of what adds the fields",
        "the framework adds the fields to what its handlers return and not to unhandled errors",
        "nginx adds fields to errors only where `add_header` says `always`",
    ),
    remedies=(
        "mend what the status tells of: look at the answer itself, not at the console",
        "let every answer carry the fields, errors too (`errors: {cors_fields: true}`)",
    ),
    spec="Fetch, HTTP fetch, step 4.4",
    chromium=("MissingAllowOriginHeader",),
    console=CONSOLE["MissingAllowOriginHeader"],
    firefox="CORSMissingAllowOrigin",
    firefox_console="CORS header ‘Access-Control-Allow-Origin’ missing",
)
# Values: value.
MULTIPLE_ORIGINS = Reason(
    code="cors.multiple-origins",
    status=0,
    party=Party.BROWSER,
    title="`Access-Control-Allow-Origin` holds more than one value",
    text="`Access-Control-Allow-Origin` holds more than one value: `{value}`",
    meaning="The field holds one origin, `*` or `null`. Two lines of it are read as one list, and "
    "a list equals no origin, not even if both lines are right.",
    causes=(
        "the application and a proxy in front of it both add the field",
        "the configured list was sent whole instead of the one origin that asked",
    ),
    remedies=(
        "let one layer alone add the CORS fields",
        "answer with the origin that asked, if it is listed, and with `Vary: Origin`",
    ),
    spec="Fetch, CORS check, step 4",
    chromium=("MultipleAllowOriginValues", "PreflightMultipleAllowOriginValues"),
    console=CONSOLE["MultipleAllowOriginValues"],
    firefox="CORSMultipleAllowOriginNotAllowed",
    firefox_console="Multiple CORS header ‘Access-Control-Allow-Origin’ not allowed",
)
# Values: value, origin.
INVALID_ORIGIN = Reason(
    code="cors.invalid-origin",
    status=0,
    party=Party.BROWSER,
    title="`Access-Control-Allow-Origin` holds no origin",
    text="`Access-Control-Allow-Origin: {value}` names no origin, so it is not `{origin}`",
    meaning="The field's value is neither `*` nor `null` nor an origin, which is a scheme, a host "
    "and a port where it is not the usual one.",
    causes=(
        "the scheme is missing: `app.example.com` is no origin",
        "a pattern was sent, such as `https://*.example.com`; browsers know `*` alone",
        "a variable was empty or undefined when the field was made",
    ),
    remedies=("answer with the origin exactly as the request's `Origin` field has it",),
    spec="Fetch, CORS check, step 4",
    chromium=("InvalidAllowOriginValue", "PreflightInvalidAllowOriginValue"),
    console=CONSOLE["InvalidAllowOriginValue"],
    firefox="CORSAllowOriginNotMatchingOrigin",
    firefox_console="CORS header ‘Access-Control-Allow-Origin’ does not match ‘{p}’",
)
# Values: location, without its user and password.
REDIRECT_WITH_CREDENTIALS = Reason(
    code="cors.redirect-with-credentials",
    status=0,
    party=Party.BROWSER,
    title="a redirect names a user or a password",
    text="the redirect to `{location}` names a user or a password in its URL",
    meaning="A redirect that leaves the page's origin, or comes back to it, may not lead to a URL "
    "with a user or a password in it.",
    causes=("the server builds `Location` from a configured URL that holds a login",),
    remedies=("take the login out of the URL in `Location`",),
    spec="Fetch, HTTP-redirect fetch, steps 9 and 10",
    chromium=("RedirectContainsCredentials",),
    console=CONSOLE["RedirectContainsCredentials"],
)
# Values: scheme.
SCHEME_NOT_SUPPORTED = Reason(
    code="cors.scheme-not-supported",
    status=0,
    party=Party.BROWSER,
    title="the URL's scheme knows no CORS",
    text="`{scheme}:` is not a scheme that a page can fetch from another origin",
    meaning="CORS is a matter of HTTP. A page can fetch `http:` and `https:` from other origins, "
    "and nothing else.",
    causes=(
        "the URL was written without a scheme that the browser knows: `localhost:3000/x` has the "
        "scheme `localhost`",
        "the page was opened from a file and asks for files beside it",
        "a redirect leads to the scheme of an app or to a mail address",
    ),
    remedies=("write `http://` or `https://` in front", "serve the files by a small web server"),
    spec="Fetch, main fetch, step 12; HTTP-redirect fetch, step 6",
    chromium=("CorsDisabledScheme",),
    console=CONSOLE["CorsDisabledScheme"],
    firefox="CORSRequestNotHttp",
    firefox_console="CORS request not http",
)
# Values: url, origin.
MODE_SAME_ORIGIN = Reason(
    code="cors.mode-same-origin",
    status=0,
    party=Party.BROWSER,
    title="the request's mode forbids other origins",
    text="the request's mode is `same-origin`, and `{url}` is not of the origin `{origin}`",
    meaning="The page asked for `mode: 'same-origin'`, which lets the browser send nothing to "
    "another origin.",
    causes=(
        "the URL is of another scheme, host or port than the page's, if only by `www.`",
        "the server redirects to another origin",
    ),
    remedies=(
        "leave `mode` out: the default is `cors`",
        "fetch from the page's own origin",
    ),
    spec="Fetch, main fetch, step 12",
    chromium=("DisallowedByMode",),
    console=CONSOLE["DisallowedByMode"],
)
# Values: url.
NO_CORS_REDIRECT = Reason(
    code="cors.no-cors-redirect",
    status=0,
    party=Party.BROWSER,
    title="no-cors needs redirects to be followed",
    text="the mode of the request for `{url}` is `no-cors`, which allows only `redirect: 'follow'`",
    meaning="A request in the mode `no-cors` to another origin must follow redirects, or the page "
    "could learn from them what it may not read.",
    causes=("the page sets `redirect: 'manual'` or `'error'` together with `mode: 'no-cors'`",),
    remedies=("leave `redirect` out", "use the mode `cors`"),
    spec="Fetch, main fetch, step 12",
    chromium=("NoCorsRedirectModeNotFollow",),
    console=CONSOLE["NoCorsRedirectModeNotFollow"],
)
# Values: origin.
VARY_MISSING = Reason(
    code="cors.vary-missing",
    status=0,
    party=Party.BROWSER,
    title="a cache may hand one origin's answer to another",
    text="the answer depends on the Origin, `{origin}`, and does not say `Vary: Origin`",
    meaning="The answer would be another for another Origin, or for none, and a cache is not told "
    "so. It may give this copy to a page of another origin, which then cannot read it.",
    causes=(
        "the server answers with the origin that asked and leaves `Vary` out",
        "the fields are added only where a request has an Origin, so a copy made for an image "
        "or a script has none",
    ),
    remedies=(
        "send `Vary: Origin` with every answer of the URL, those without CORS fields too",
        "send `*` to everybody, if the answers are public",
    ),
    spec="Fetch, CORS protocol and HTTP caches",
)
REASONS = (
    ORIGIN_NOT_ALLOWED,
    METHOD_NOT_ALLOWED,
    HEADER_NOT_ALLOWED,
    WILDCARD_WITH_CREDENTIALS,
    CREDENTIALS_NOT_ALLOWED,
    NO_FIELDS,
    ERROR_WITHOUT_FIELDS,
    MULTIPLE_ORIGINS,
    INVALID_ORIGIN,
    REDIRECT_WITH_CREDENTIALS,
    SCHEME_NOT_SUPPORTED,
    MODE_SAME_ORIGIN,
    NO_CORS_REDIRECT,
    VARY_MISSING,
)
