"""Which origins does the policy admit that its owner would not?

Entries of `cors.origins` as `simulator.origin` matches them. What an origin is admitted to is asked
of the server's family: with cookies (Fetch, CORS check, steps 4 to 8) an answer is its user's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from simulator.hazard import Hazard, Rule, Severity, Witness
from simulator.lint.asking import admitted, some_method
from simulator.lint.hosts import is_loopback, is_public_suffix, shared_by
from simulator.lint.subject import COOKIE, STRANGER, Granting, Subject, sample
from simulator.origin import OriginPattern
from simulator.problem import sentence

NULL = Rule(
    "cors/null-origin",
    "error",
    "the origin `null` is admitted",
    "`null` is nobody's origin: every page can make a sandboxed frame that sends it, and so do "
    "files, `data:` pages and requests after certain redirects. To list it is to admit "
    "everybody, with the user's cookies where those are admitted. Without cookies it is a "
    "warning.",
    "List the page's real origin. For what is public write `*` and admit no credentials.",
    """\
cors:
  origins: ["null"] # cors/null-origin
  credentials: true
""",
)
ANY_WITH_CREDENTIALS = Rule(
    "cors/any-origin-with-credentials",
    "error",
    "every origin is admitted with cookies",
    "The server names whatever origin asks and allows credentials, so that every page in the "
    "world can act and read as whoever visits it. Several families do this where `*` and "
    "credentials are both configured, since browsers refuse the plain `*` then.",
    "List the origins one by one, or admit no credentials.",
    """\
cors:
  behaviour: starlette
  origins: ["*"] # cors/any-origin-with-credentials
  credentials: true
""",
)
STAR_NEVER_CREDENTIALED = Rule(
    "cors/star-never-credentialed",
    "warning",
    "`*` beside `credentials: true`",
    "The server answers `Access-Control-Allow-Origin: *`, and browsers refuse that for every "
    "request with credentials (Fetch, CORS check, step 3). `credentials: true` does nothing for "
    "whoever is admitted by `*`.",
    "List the origins that need credentials, or drop `credentials`.",
    """\
cors:
  origins: ["*"] # cors/star-never-credentialed
  credentials: true
""",
)
PUBLIC_SUFFIX = Rule(
    "cors/public-suffix",
    "error",
    "a pattern for all names below a public suffix",
    "Below a public suffix (the Public Suffix List has `co.uk` as well as `github.io`) everybody "
    "can have a name. The pattern admits strangers by design. Without cookies it is a warning.",
    "List your own hosts below it one by one.",
    """\
cors:
  origins: ["https://*.github.io"] # cors/public-suffix
  credentials: true
""",
)
SHARED_HOST = Rule(
    "cors/shared-host",
    "error",
    "an origin where anybody's script runs",
    "On some hosts the pages of many people have one origin: playgrounds, stores whose buckets "
    "are paths. Whoever has an account there has a page that is admitted. Without cookies it is "
    "a warning.",
    "Use a host of your own, or one that gives every site its own name.",
    """\
cors:
  origins: [https://codepen.io] # cors/shared-host
  credentials: true
""",
)
PLAIN_HTTP = Rule(
    "cors/plain-http-origin",
    "warning",
    "an origin without TLS is admitted with cookies",
    "Whoever is on the network between a user and any `http:` page can write that page. A page "
    "of this origin is whatever they make it, and may act with the user's cookies.",
    "Serve the page over https, and list that.",
    """\
cors:
  origins: [http://shop.example] # cors/plain-http-origin
  credentials: true
""",
)
LOOPBACK = Rule(
    "cors/loopback-origin",
    "warning",
    "a page on the user's own machine is admitted",
    "`localhost` is a developer's page, and on everybody else's machine whatever program listens "
    "there. In a policy for a host on the network it is usually left over from development. "
    "Without cookies it is a note.",
    "Keep it in the policy for development alone.",
    """\
hosts: [api.shop.example]
cors:
  origins: [https://shop.example, "http://localhost:5173"] # cors/loopback-origin
  credentials: true
""",
)
ANY_PORT = Rule(
    "cors/any-port",
    "warning",
    "every port of a host is admitted with cookies",
    "Each port is an origin of its own, and often another program: a metrics page, a preview, "
    "somebody's container. The weakest of them may act with the user's cookies.",
    "List the ports.",
    """\
cors:
  origins: ["https://tools.shop.example:*"] # cors/any-port
  credentials: true
""",
)
ANY_SUBDOMAIN = Rule(
    "cors/any-subdomain",
    "note",
    "every host below a name is admitted with cookies",
    "One forgotten host is enough: a DNS entry that points to a service that was given up can be "
    "taken over, and a page there may act with the user's cookies.",
    "List the hosts where they are few. Otherwise watch the zone for entries that lead nowhere.",
    """\
cors:
  origins: ["https://*.shop.example"] # cors/any-subdomain
  credentials: true
""",
)
ADMITS_NOBODY = Rule(
    "cors/admits-nobody",
    "warning",
    "a section that admits no origin",
    "The section grants methods and headers to nobody: no page of another origin can read "
    "anything, as if there were no section.",
    "List the origins of your pages, or remove the section.",
    """\
cors: # cors/admits-nobody
  headers: [x-api-key]
""",
)
RULES = (
    NULL, ANY_WITH_CREDENTIALS, STAR_NEVER_CREDENTIALED, PUBLIC_SUFFIX, SHARED_HOST, PLAIN_HTTP,
    LOOPBACK, ANY_PORT, ANY_SUBDOMAIN, ADMITS_NOBODY,
)  # fmt: skip


def admitted_origins(subject: Subject) -> Iterator[Hazard]:
    """Entries that admit whom nobody meant."""
    for granting in subject.grantings:
        if not granting.patterns:
            message = sentence(
                f"`{granting.path}` lists no origin", "no page of another may read anything",
                "list the origins of your pages",
            )  # fmt: skip
            yield subject.hazard(ADMITS_NOBODY, granting.path, message)
        for index, pattern in enumerate(granting.patterns):
            for look in _LOOKS:
                found = look(subject, granting, pattern)
                if found is not None:
                    rule, message, severe = found
                    cookies = granting.admits_cookies(sample(pattern))
                    never = rule is STAR_NEVER_CREDENTIALED
                    shown = _read(subject, granting, sample(pattern), cookies or never)
                    yield subject.hazard(
                        rule,
                        granting.origin_path(index),
                        message,
                        severity=rule.severity if severe else _MILDER[rule.severity],
                        shown=shown,
                    )
                    break


_MILDER: dict[Severity, Severity] = {"error": "warning", "warning": "note", "note": "note"}
type _Found = tuple[Rule, str, bool] | None
type _Look = Callable[[Subject, Granting, OriginPattern], _Found]


def _read(subject: Subject, granting: Granting, origin: str, cookies: bool) -> Witness | None:
    """A request of a page of this origin that nothing but `cors` might refuse."""
    fields = [("origin", origin), *([COOKIE] if cookies else [])]
    for route in subject.under(granting):
        method = some_method(route)
        shown = admitted(subject, route, method, fields, but="cors")
        if shown is not None:
            return shown
    return None


def _with(cookies: bool) -> str:
    return "with cookies" if cookies else "without cookies"


def _null(subject: Subject, granting: Granting, pattern: OriginPattern) -> _Found:
    if pattern.kind != "null":
        return None
    cookies = granting.admits_cookies("null")
    message = sentence(
        f"`null` is admitted {_with(cookies)}",
        "every page can make a frame whose origin is `null`",
        "list the page's real origin",
    )
    return NULL, message, cookies


def _any(subject: Subject, granting: Granting, pattern: OriginPattern) -> _Found:
    if pattern.kind != "any":
        return None
    if granting.admits_cookies(STRANGER):
        message = sentence(
            "every origin is admitted with cookies",
            f"`{granting.section.behaviour}` names whoever asks, and allows credentials",
            "list the origins one by one",
        )
        return ANY_WITH_CREDENTIALS, message, True
    if granting.section.credentials:
        message = sentence(
            "`credentials: true` does nothing for whoever `*` admits",
            "browsers refuse `*` for requests with credentials",
            "list the origins that need them",
        )
        return STAR_NEVER_CREDENTIALED, message, True
    return None


def _public(subject: Subject, granting: Granting, pattern: OriginPattern) -> _Found:
    if pattern.kind != "subdomains" or pattern.origin is None:
        return None
    host = pattern.origin.host
    if not is_public_suffix(host):
        return None
    cookies = granting.admits_cookies(sample(pattern))
    message = sentence(
        f"`{pattern.text}` admits strangers {_with(cookies)}",
        f"everybody can have a name below {host}",
        "list your own hosts",
    )
    return PUBLIC_SUFFIX, message, cookies


def _shared(subject: Subject, granting: Granting, pattern: OriginPattern) -> _Found:
    if pattern.kind != "exact" or pattern.origin is None:
        return None
    whose = shared_by(pattern.origin.host)
    if not whose:
        return None
    cookies = granting.admits_cookies(sample(pattern))
    message = sentence(
        f"`{pattern.text}` is admitted {_with(cookies)}", whose, "use a host of your own"
    )
    return SHARED_HOST, message, cookies


def _loopback(subject: Subject, granting: Granting, pattern: OriginPattern) -> _Found:
    if pattern.origin is None or not is_loopback(pattern.origin.host):
        return None
    hosts = subject.head.hosts
    if not hosts or any(is_loopback(host) for host in hosts):
        return None  # this is development, or may be
    cookies = granting.admits_cookies(sample(pattern))
    message = sentence(
        f"`{pattern.text}` is admitted {_with(cookies)} to {hosts[0]}",
        "on a user's machine that is whatever program listens there",
        "keep it in the policy for development",
    )
    return LOOPBACK, message, cookies


def _plain(subject: Subject, granting: Granting, pattern: OriginPattern) -> _Found:
    origin = pattern.origin
    if origin is None or origin.scheme != "http" or is_loopback(origin.host):
        return None
    if not granting.admits_cookies(sample(pattern)):
        return None
    message = sentence(
        f"`{pattern.text}` is admitted with cookies",
        "whoever is on the way to it can write its pages",
        "serve the page over https and list that",
    )
    return PLAIN_HTTP, message, True


def _ports(subject: Subject, granting: Granting, pattern: OriginPattern) -> _Found:
    origin = pattern.origin
    if origin is None or origin.port != "*" or is_loopback(origin.host):
        return None
    if not granting.admits_cookies(sample(pattern)):
        return None
    message = sentence(
        f"`{pattern.text}` admits every port with cookies",
        "each is an origin of its own, and often another program",
        "list the ports",
    )
    return ANY_PORT, message, True


def _below(subject: Subject, granting: Granting, pattern: OriginPattern) -> _Found:
    if pattern.kind != "subdomains" or not granting.admits_cookies(sample(pattern)):
        return None
    message = sentence(
        f"`{pattern.text}` admits every host below with cookies",
        "one that somebody else takes over is enough",
    )
    return ANY_SUBDOMAIN, message, True


# Of each entry the first is told: whoever mends it looks at the rest anew.
_LOOKS: tuple[_Look, ...] = (_null, _any, _public, _shared, _loopback, _plain, _ports, _below)


CHECKS = (admitted_origins,)
