"""What comes of cookies between sites: do they arrive, and what arrives with them unasked?

Cookies as in RFC 6265bis section 5.8.3 (`SameSite`). A page of any origin may send a POST that
needs no preflight, with whatever credentials the browser adds by itself; CORS hides the answer, and
by then the server has acted.
"""

from __future__ import annotations

from collections.abc import Iterator

from simulator.browser.embedding import same_site
from simulator.browser.url import parse
from simulator.engine import evaluate
from simulator.hazard import Hazard, Rule, Severity, Witness
from simulator.lint.asking import ask, clients, fitting, moment, show, some_method
from simulator.lint.subject import STRANGER, Granting, Subject, sample
from simulator.message import Request
from simulator.principals import Place
from simulator.problem import quote, sentence
from simulator.routes import Route
from simulator.standin import send, with_credential

_PLAIN_TEXT = ("content-type", "text/plain")

SAME_SITE = Rule(
    "cors/same-site-cookie",
    "warning",
    "a cookie that does not come along from another site",
    "The key is a cookie, and a page of another site is admitted. Browsers send a cookie there "
    "only if it is `SameSite=None; Secure`; without a word it is `Lax`. The login succeeds, and "
    "the next request is nobody's. Where the policy does not show how the cookie is set, this is "
    "a note.",
    "Set the cookie with `SameSite=None; Secure`, for browsers that still take third-party "
    "cookies, or serve the API below the page's own domain.",
    """\
hosts: [api.shop.example]
cors:
  origins: [https://app.other.example]
  credentials: true
credentials: [{cookie: session}]
keys: [{id: alice, key: example-session-1}]
routes:
  - {path: /basket, methods: [GET]}
  - path: /login
    methods: [POST]
    public: true
    response:
      headers:
        set-cookie: session=1; SameSite=Lax # cors/same-site-cookie
""",
)
SIDE_EFFECTS = Rule(
    "cors/side-effects-without-preflight",
    "warning",
    "a POST that every page can send as its visitor",
    "A form's POST needs no preflight, and browsers add cookies and `Authorization: Basic` by "
    "themselves. Every page that a user visits can send it as that user; CORS keeps the answer "
    "from the page, and the server has acted by then (cross-site request forgery). Where the "
    "cookie may be `SameSite`, or the clients' network is what admits them, it is a note.",
    "Want a header that a form cannot send (`Content-Type: application/json`, a token), set the "
    "cookie `SameSite=Lax`, or let the server refuse strange origins (`enforce: true`).",
    """\
credentials: [basic]
keys: [{id: alice, key: example-password-1}]
routes:
  - {path: /transfers, methods: [POST]} # cors/side-effects-without-preflight
""",
)
RULES = (SAME_SITE, SIDE_EFFECTS)


def cookies_between_sites(subject: Subject) -> Iterator[Hazard]:
    """Cookies that stay behind."""
    names = {p.name for p in subject.policy.tables.principals.places if p.kind == "cookie"}
    found = _other_site(subject) if names and subject.keys else None
    if found is None:
        return
    granting, index = found
    origin = granting.patterns[index].text
    nobody = _nobody(subject, sample(granting.patterns[index]))
    told = False
    for response in subject.responses:
        for place, line in response.lines("set-cookie"):
            name, wrong = _left_behind(line)
            if name not in names:
                continue
            told = True
            if wrong:
                message = sentence(
                    f"the cookie {quote(name)} stays behind when {quote(origin)} asks",
                    wrong,
                    "set it with `SameSite=None; Secure`",
                )
                yield subject.hazard(SAME_SITE, place, message, shown=nobody)
    if not told:
        message = sentence(
            f"{quote(origin)} is another site",
            f"the cookie {quote(sorted(names)[0])} comes along only if it is set with "
            "`SameSite=None; Secure`",
        )
        path = granting.origin_path(index)
        yield subject.hazard(SAME_SITE, path, message, severity="note", shown=nobody)


def _nobody(subject: Subject, origin: str) -> Witness | None:
    """A page's request that comes without its cookie."""
    for route in subject.routes or (None,):
        request = ask(subject, route, some_method(route), [("origin", origin)])
        shown = show(subject, request, "authenticate.no-credential")
        if shown is not None:
            return shown
    return None


def _other_site(subject: Subject) -> tuple[Granting, int] | None:
    """An origin that is admitted with cookies and is of another site than every host."""
    hosts = [host.replace("*.", "www.") for host in subject.head.hosts]
    servers = [url for host in hosts if (url := parse(f"https://{host}")) is not None]
    if not servers:
        return None
    for granting in subject.grantings:
        for index, pattern in enumerate(granting.patterns):
            page = parse(sample(pattern)) if pattern.origin is not None else None
            if page is None or not granting.admits_cookies(sample(pattern)):
                continue
            if not any(same_site(page, server) for server in servers):
                return granting, index
    return None


def _left_behind(line: str) -> tuple[str, str]:
    """The cookie's name, and why a browser does not send it to another site."""
    pair, *attributes = [part.strip() for part in line.split(";")]
    named = {a.partition("=")[0].strip().lower(): a.partition("=")[2].strip() for a in attributes}
    mode = named.get("samesite", "").lower()
    name = pair.partition("=")[0].strip()
    if mode in ("lax", "strict"):
        return name, f"it is `SameSite={mode.capitalize()}`"
    if mode != "none":
        return name, "it has no `SameSite`, which means `Lax`"
    return name, "" if "secure" in named else "`SameSite=None` counts only with `Secure`"


def side_effects(subject: Subject) -> Iterator[Hazard]:
    """POST requests that a strange page can send with the user's credentials."""
    places = subject.policy.tables.principals.places
    ambient = [place for place in places if place.kind in ("cookie", "basic")]
    for route in subject.routes:
        if "POST" not in route.methods:
            continue
        if not subject.keys:
            network = subject.network(route)
            if network is None or network.allows or not network.intervals.rules:
                continue
            shown = _sent(subject, route, None)
            cause = "their address lets them in, and no preflight is needed"
            severity: Severity = "note"
        elif route.public or not ambient:
            continue
        else:
            shown = _sent(subject, route, ambient[0])
            what = f"the cookie `{ambient[0].name}`" if ambient[0].name else "the password"
            cause = f"the browser adds {what} by itself, and no preflight is needed"
            sure = ambient[0].kind == "basic" or _cross_site_cookie(subject, ambient[0].name)
            severity = "warning" if sure else "note"
        if shown is None:
            continue
        message = sentence(
            f"every page can send `POST {route.path}` as whoever visits it",
            cause,
            "want a header that forms cannot send",
        )
        yield subject.hazard(SIDE_EFFECTS, route.rule, message, severity=severity, shown=shown)


def _sent(subject: Subject, route: Route, place: Place | None) -> Witness | None:
    """A stranger's POST that the server carries out."""
    for key in fitting(subject, route):
        fields = [("origin", STRANGER), _PLAIN_TEXT]
        for client in [*clients(subject, route, key)][:4]:
            asked = ask(subject, route, "POST", fields, client=client)
            if asked is None:
                continue
            if key is not None and place is not None:
                at = moment(subject, key)
                asked = Request(asked.method, asked.url, asked.headers, client=client, at=at)
                asked = with_credential(asked, send(place, key.secret or "", user=key.id))
            decision = evaluate(subject.policy, asked)
            if decision.refusal is None and not decision.unknowns:
                return show(subject, asked)
    return None


def _cross_site_cookie(subject: Subject, name: str) -> bool:
    """Whether the cookie must be one that comes along from other sites, or is set so."""
    lines = [
        line for response in subject.responses for _, line in response.lines("set-cookie")
        if line.partition("=")[0].strip() == name
    ]  # fmt: skip
    if lines:
        return not any(_left_behind(line)[1] for line in lines)
    return _other_site(subject) is not None


CHECKS = (cookies_between_sites, side_effects)
