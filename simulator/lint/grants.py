"""Does what CORS grants besides the origin mean what its author thinks?

Methods, headers, exposed fields, credentials and lifetimes (Fetch section 3.3.3), as the server's
family sends them and browsers read them.
"""

from __future__ import annotations

from collections.abc import Iterator

from simulator.browser.visible import SAFELISTED
from simulator.edit import Edit, Put, Remove
from simulator.grants import ALLOW_CREDENTIALS, ALLOW_HEADERS, ALLOW_METHODS
from simulator.hazard import Hazard, Rule, Severity, Witness
from simulator.lint.asking import admitted, show_page
from simulator.lint.subject import Granting, Subject
from simulator.listing import names_of
from simulator.problem import sentence
from simulator.source import join

_EXPOSE = "access-control-expose-headers"
_MAX_AGE = "access-control-max-age"
_LONGEST = 86_400  # seconds: Firefox's cap; Chromium's is 7200, Safari's 600

HIDES_AUTHORIZATION = Rule(
    "cors/star-hides-authorization",
    "warning",
    "`Authorization` is left to `*`",
    "By the Fetch standard `Access-Control-Allow-Headers: *` means every header but "
    "`Authorization` (CORS-preflight fetch, step 7.6). Chromium and Firefox let it pass and "
    "warn; whoever follows the standard refuses it. Where no key is read from it, this is a "
    "note.",
    "Name `authorization` beside `*`, or list the headers.",
    """\
cors:
  behaviour: traefik
  origins: [https://shop.example]
  headers: ["*"] # cors/star-hides-authorization
credentials: [bearer]
keys: [{id: web, key: example-key-1}]
""",
)
LITERAL_STAR = Rule(
    "cors/literal-star",
    "warning",
    "`*` beside credentials is no wildcard",
    "To a request with credentials `*` is the literal name of a method or header (Fetch, "
    "CORS-preflight fetch, steps 7.5 to 7.7): nothing but a method called `*` is granted. It "
    "works until a page asks with `credentials: 'include'`.",
    "List the names.",
    """\
cors:
  behaviour: tower-http
  origins: [https://shop.example]
  methods: ["*"] # cors/literal-star
  headers: [x-api-key]
  credentials: true
""",
)
CAPPED = Rule(
    "cors/max-age-capped",
    "note",
    "a lifetime that no browser keeps to",
    "Browsers cap how long they keep a preflight's answer: Chromium after two hours, Firefox "
    "after a day, Safari after ten minutes. The number, often 1728000 from a recipe, promises "
    "what does not happen.",
    "Write what is meant: 7200, or 86400 at most.",
    """\
cors:
  origins: [https://shop.example]
  headers: [x-api-key]
  max_age: 1728000 # cors/max-age-capped
""",
    "writes 86400, which means the same to every browser",
)
NO_MAX_AGE = Rule(
    "cors/no-max-age",
    "note",
    "preflights are kept for five seconds",
    "Without `Access-Control-Max-Age` a browser forgets the preflight's answer after five "
    "seconds, and nearly every request of a page is two.",
    "Write `max_age: 600`, or 7200, which is as long as Chromium keeps it.",
    """\
cors: # cors/no-max-age
  origins: [https://shop.example]
  headers: [x-api-key]
""",
)
NEEDLESS = Rule(
    "cors/needless-name",
    "note",
    "a name that is granted anyway",
    "The family grants this method or header whether it is listed or not, or the field is one of "
    "the seven that script may always read. The list is longer than it need be, and suggests "
    "that what is not in it is not granted.",
    "Remove the name.",
    """\
cors:
  origins: [https://shop.example]
  expose: [content-type, x-request-id] # cors/needless-name
  max_age: 600
""",
    "removes the name",
)
OPTIONS_GRANTED = Rule(
    "cors/options-granted",
    "note",
    "OPTIONS among the methods granted",
    "The list says which methods a page may use. The preflight itself is an OPTIONS request, but "
    "it needs no grant; only a script that fetches with `method: 'OPTIONS'` does, and hardly any "
    "does.",
    "Remove OPTIONS from `cors.methods`. A route may need it: that is another list.",
    """\
cors:
  origins: [https://shop.example]
  methods: [PUT, OPTIONS] # cors/options-granted
  max_age: 600
""",
)
NEVER_EXPOSED = Rule(
    "cors/never-exposed",
    "warning",
    "an exposed field that no script ever sees",
    "`Set-Cookie` is kept from script whatever is exposed (Fetch, forbidden response-header "
    "names). Whoever lists it expects that a page can read it.",
    "Remove it, and send what the page needs in the body or another field.",
    """\
cors:
  origins: [https://shop.example]
  expose: [set-cookie] # cors/never-exposed
""",
    "removes the name",
)
RULES = (
    HIDES_AUTHORIZATION, LITERAL_STAR, CAPPED, NO_MAX_AGE, NEEDLESS, OPTIONS_GRANTED, NEVER_EXPOSED,
)  # fmt: skip


def wildcards(subject: Subject) -> Iterator[Hazard]:
    """What `*` does not mean."""
    for granting in subject.grantings:
        origin = granting.some_origin
        if origin is None:
            continue
        asked = granting.grants.preflight(origin, "DELETE", "authorization,x-probe")
        granted = names_of(dict(asked).get(ALLOW_HEADERS, "").lower())
        places = subject.policy.tables.principals.places
        needed = any(place.kind in ("bearer", "basic") for place in places)
        if "*" in granted and "authorization" not in granted and (needed or not subject.keys):
            message = sentence(
                "`Access-Control-Allow-Headers: *` does not cover `Authorization`",
                "by the standard it means every other header",
                "name `authorization` too",
            )
            severity: Severity = "warning" if subject.keys else "note"
            path = granting.place("headers", "*")
            yield subject.hazard(HIDES_AUTHORIZATION, path, message, severity=severity)
        if ALLOW_CREDENTIALS in asked and granting.admits_cookies(origin):
            sent = {**dict(granting.actual(origin)), **dict(asked)}
            yield from _literal(subject, granting, origin, sent)


def _literal(
    subject: Subject, granting: Granting, origin: str, sent: dict[str, str]
) -> Iterator[Hazard]:
    for key, field in (("methods", ALLOW_METHODS), ("headers", ALLOW_HEADERS), ("expose", _EXPOSE)):
        if "*" not in names_of(sent.get(field, "")):
            continue
        message = sentence(
            f"`*` in `{key}` grants nothing to requests with credentials",
            "to them it is a name, and no wildcard",
            "list the names",
        )
        shown = None if key == "expose" else _refused_page(subject, granting, origin, key)
        yield subject.hazard(LITERAL_STAR, granting.place(key, "*"), message, shown=shown)


def _refused_page(subject: Subject, granting: Granting, origin: str, key: str) -> Witness | None:
    """A page that asks with credentials for what `*` was to grant."""
    for route in subject.under(granting):
        taken = route.methods if route is not None else ()
        unsafe = [m for m in taken or ("DELETE",) if m not in ("GET", "HEAD", "POST", "OPTIONS")]
        method = (unsafe[0] if unsafe else "") if key == "methods" else (taken or ("GET",))[0]
        if not method or method == "OPTIONS":
            continue
        fields = [("x-probe", "1")] if key == "headers" else []
        let_in = admitted(subject, route, method, [*fields, ("origin", origin)])
        if let_in is None:
            continue
        shown = show_page(subject, let_in.request, origin, "cors.", "include")
        if shown is not None:
            return shown
    return None


def lifetimes(subject: Subject) -> Iterator[Hazard]:
    """For how long preflights are kept."""
    for granting in subject.grantings:
        origin = granting.some_origin
        section = granting.section
        if section.max_age is not None and section.max_age > _LONGEST:
            message = sentence(
                f"`max_age: {section.max_age}` is longer than any browser keeps it",
                "Chromium caps it at 7200 seconds, Firefox at 86400",
            )
            path = join(granting.path, "max_age")
            yield subject.hazard(CAPPED, path, message, edits=(Put(path, _LONGEST),))
        if origin is None or section.max_age is not None:
            continue
        sent = dict(granting.grants.preflight(origin, "DELETE", "x-probe"))
        if _MAX_AGE not in sent and (section.methods or section.headers):
            message = sentence(
                f"`{granting.path}` has no `max_age`",
                "browsers ask again after five seconds",
                "write `max_age: 600`",
            )
            yield subject.hazard(NO_MAX_AGE, granting.path, message)


def needless_names(subject: Subject) -> Iterator[Hazard]:
    """Names that do nothing in the lists."""
    for granting in subject.grantings:
        section = granting.section
        for index, name in enumerate(section.expose or ()):
            path = join(granting.path, "expose", index)
            if name.lower() in ("set-cookie", "set-cookie2"):
                message = sentence(f"`{name}` is exposed", "no script ever sees it", "remove it")
                yield subject.hazard(NEVER_EXPOSED, path, message, edits=(Remove(path),))
            elif name.lower() in SAFELISTED:
                message = sentence(f"`{name}` need not be exposed", "script may always read it")
                yield subject.hazard(NEEDLESS, path, message, edits=(Remove(path),))
        always = granting.behaviour.methods.always
        for index, name in enumerate(section.methods or ()):
            if name in always or (name == "OPTIONS" and not granting.behaviour.methods.default):
                yield from _needless_method(subject, granting, index, name)
        folded = {header.lower() for header in granting.behaviour.headers.always}
        for index, name in enumerate(section.headers or ()):
            if name.lower() in folded:
                path = join(granting.path, "headers", index)
                message = sentence(f"`{name}` need not be listed", _anyway(granting))
                edits = _if_unchanged(granting, "headers", index)
                yield subject.hazard(NEEDLESS, path, message, edits=edits)


def _needless_method(
    subject: Subject, granting: Granting, index: int, name: str
) -> Iterator[Hazard]:
    path = join(granting.path, "methods", index)
    if name == "OPTIONS":
        message = sentence(
            "OPTIONS need not be granted", "a preflight needs no grant for itself", "remove it"
        )
        yield subject.hazard(OPTIONS_GRANTED, path, message)
        return
    message = sentence(f"`{name}` need not be listed", _anyway(granting))
    edits = _if_unchanged(granting, "methods", index)
    yield subject.hazard(NEEDLESS, path, message, edits=edits)


def _anyway(granting: Granting) -> str:
    return f"`{granting.section.behaviour}` grants it anyway"


def _if_unchanged(granting: Granting, key: str, index: int) -> tuple[Edit, ...]:
    """The removal of the entry, where what is granted stays the same, whatever else of its kind is
    removed."""
    section = granting.section
    always = {name.lower() for name in getattr(granting.behaviour, key).always}
    listed = (section.methods if key == "methods" else section.headers) or ()
    kept = tuple(name for name in listed if name.lower() not in always)
    granted = granting.granted
    granted = granted._replace(methods=kept) if key == "methods" else granted._replace(headers=kept)
    without = granting.granting(granted).grants
    ours, theirs = (getattr(grants, key) for grants in (granting.grants, without))
    names = {*always, *(name.lower() for name in listed), "x-probe"}
    spelled = {n.upper() if key == "methods" else n for n in names}
    same = all(ours.allows(n) == theirs.allows(n) for n in spelled)
    same = same and granting.grants.idle == without.idle and ours.all == theirs.all
    return (Remove(join(granting.path, key, index)),) if same else ()


CHECKS = (
    wildcards,
    lifetimes,
    needless_names,
)
