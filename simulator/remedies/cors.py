"""What would let this page read the answer, or the browser go on after the preflight?

What is missing in the section `cors` is added to it, as the server's family grants it (Fetch
section 3.3): the origin by name, the method, the headers, cookies. The origin `null` is never
listed: any page can make a frame that has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from simulator.behaviour import ASKED, ROUTES, SAFELISTED_METHODS, Behaviour, Names
from simulator.behaviours import BEHAVIOURS, STANDARD
from simulator.decision import Decision, Finding
from simulator.edit import Edit, Insert, Put
from simulator.grants import check_granted_header, check_granted_method
from simulator.listing import names_of
from simulator.origin import OriginPattern, split_origin
from simulator.policy import Policy
from simulator.problem import Fault, list_words
from simulator.reasons.cors import (
    CREDENTIALS_NOT_ALLOWED,
    HEADER_NOT_ALLOWED,
    METHOD_NOT_ALLOWED,
    NO_FIELDS,
    ORIGIN_NOT_ALLOWED,
    WILDCARD_WITH_CREDENTIALS,
)
from simulator.remedies.remedy import (
    Breadth,
    Remedy,
    facts_of,
    list_at,
    mapping_at,
    section_path,
    value_at,
    where,
)
from simulator.source import Data, join

_NO_NULL = "never list `null`: any page can make a frame whose origin it is"
# A page's own machine, where each project has another port.
_LOCAL = ("localhost", "127.0.0.1", "[::1]")


def remedies(policy: Policy, decision: Decision, finding: Finding) -> Iterator[Remedy]:
    """What might make the server grant what a browser needs."""
    path = section_path(policy, decision, "cors")
    if finding.reason is NO_FIELDS:
        yield from _section(policy, decision)
    elif finding.rule is not None and finding.rule.endswith("response"):
        say = f"let CORS answer preflights ahead of `{finding.rule}`"
        yield Remedy(
            say,
            Breadth.MANY,
            (Put(join(finding.rule, "preflights"), False),),
            opens=("preflights from every origin that is granted",),
        )
    elif finding.reason is ORIGIN_NOT_ALLOWED:
        yield from _origin(policy, decision, path)
    elif finding.reason is METHOD_NOT_ALLOWED:
        yield from _method(policy, decision, path, _value(finding, "method"))
    elif finding.reason is HEADER_NOT_ALLOWED:
        yield from _headers(policy, path, finding)
    elif finding.reason is CREDENTIALS_NOT_ALLOWED:
        yield from _credentials(policy, path)
    elif finding.reason is WILDCARD_WITH_CREDENTIALS:
        yield from _named(policy, path, _value(finding, "origin"))


def _value(finding: Finding, name: str) -> str:
    return str((finding.values or {}).get(name, ""))


def _behaviour(policy: Policy, path: str) -> Behaviour:
    return BEHAVIOURS.get(str(mapping_at(policy, path).get("behaviour")), STANDARD)


def _origin(policy: Policy, decision: Decision, path: str) -> Iterator[Remedy]:
    """The origin that asks, by name; then a pattern, where the policy lists its like."""
    origin = facts_of(decision).sent_origin or ""
    unfixed = (Put(join(path, "fixed"), False),) if mapping_at(policy, path).get("fixed") else ()
    if origin == "null":
        yield Remedy(
            f"admit every origin (`*`){where(policy, path)}",
            Breadth.ALL,
            (*unfixed, *_adding(policy, path, "origins", ("*",))),
            opens=("every page in the world, without cookies",),
            care=_NO_NULL,
        )
        return
    if not _is_origin(origin):
        return
    yield Remedy(
        f"admit the origin `{origin}`{where(policy, path)}",
        Breadth.ITSELF,
        (*unfixed, *_adding(policy, path, "origins", (origin,))),
        opens=(f"whatever else pages of {origin} ask for{_cookies(policy, path)}",),
    )
    for pattern, words in _patterns(policy, path, origin):
        yield Remedy(
            f"admit the origins `{pattern}`{where(policy, path)}",
            Breadth.MANY,
            (*unfixed, *_adding(policy, path, "origins", (pattern,))),
            opens=(words + _cookies(policy, path),),
            care="are all of them yours?",
        )


def _is_origin(text: str) -> bool:
    """Whether it is one origin, as browsers send it."""
    try:
        return OriginPattern.parse(text).kind == "exact" and "*" not in text
    except Fault:
        return False


def _cookies(policy: Policy, path: str) -> str:
    return ", also with cookies" if mapping_at(policy, path).get("credentials") else ""


def _patterns(policy: Policy, path: str, origin: str) -> Iterator[tuple[str, str]]:
    """Patterns for this origin and others of the same owner: those that are listed show whose."""
    found = split_origin(origin)
    listed = [split_origin(o) for o in list_at(policy, join(path, "origins")) if isinstance(o, str)]
    if found is None:
        return
    alike = [other for other in listed if other is not None and other.scheme == found.scheme]
    parent = found.host.partition(".")[2]
    port = f":{found.port}" if found.port else ""
    if any(_owns(other.host, parent) for other in alike):
        yield f"{found.scheme}://*.{parent}{port}", f"any origin under {parent}"
    if found.host in _LOCAL and any(other.host == found.host for other in alike):
        yield f"{found.scheme}://{found.host}:*", f"every port of {found.host}"


def _owns(host: str, parent: str) -> bool:
    """Whether who has this host surely has all names below the parent. No list of the domains
    below which everybody may have a name is complete, so the domain itself is not taken for one's
    own just because a name below it is."""
    if host in (parent, f"www.{parent}"):
        return True
    return _same_site(parent.partition(".")[2], parent) and _same_site(parent, host)


def _same_site(left: str, right: str) -> bool:
    """Whether both hosts are names of one owner, by the Public Suffix List."""
    if "." not in left:
        return False
    from simulator.browser.embedding import same_site  # the browser's half is large
    from simulator.browser.url import parse

    one, other = parse(f"https://{left}/"), parse(f"https://{right}/")
    return one is not None and other is not None and same_site(one, other)


def _method(policy: Policy, decision: Decision, path: str, method: str) -> Iterator[Remedy]:
    if not _is_method(method):
        return
    yield Remedy(
        f"grant the method `{method}` to pages{where(policy, path)}",
        Breadth.FEW,
        _adding(policy, path, "methods", (method,)),
        opens=(f"`{method}` from {_listed(policy, path)}",),
    )


def _headers(policy: Policy, path: str, finding: Finding) -> Iterator[Remedy]:
    missing = (finding.values or {}).get("headers")
    names = tuple(map(str, missing)) if isinstance(missing, tuple) else ()
    if names == ("access-control-request-private-network",):
        yield Remedy(
            f"grant private networks to pages{where(policy, path)}",
            Breadth.FEW,
            (Put(join(path, "private_network"), True),),
            opens=(f"preflights to a private network from {_listed(policy, path)}",),
        )
        return
    if not names or not all(map(_is_header, names)):
        return
    what = "the headers" if len(names) > 1 else "the header"
    yield Remedy(
        f"grant {what} {list_words(names, last='and')} to pages{where(policy, path)}",
        Breadth.FEW,
        _adding(policy, path, "headers", names),
        opens=(f"{list_words(names, last='and')} from {_listed(policy, path)}",),
    )


def _is_method(name: str) -> bool:
    """Whether a page may use the method."""
    return _passes(check_granted_method, name)


def _is_header(name: str) -> bool:
    """Whether a page may set the header."""
    return _passes(check_granted_header, name)


def _passes(check: Callable[[str], str], text: str) -> bool:
    try:
        check(text)
    except Fault:
        return False
    return True


def _listed(policy: Policy, path: str) -> str:
    """The origins that a grant is good for."""
    origins = [o for o in list_at(policy, join(path, "origins")) if isinstance(o, str)]
    if not origins or "*" in origins:
        return "every origin that is admitted"
    return list_words(origins, last="and", limit=3)


def _credentials(policy: Policy, path: str) -> Iterator[Remedy]:
    origins = list_at(policy, join(path, "origins")) or list(_behaviour(policy, path).origins)
    wide = any(isinstance(origin, str) and "*" in origin for origin in origins)
    yield Remedy(
        f"admit requests with cookies{where(policy, path)}",
        Breadth.MANY if wide else Breadth.FEW,
        (Put(join(path, "credentials"), True),),
        opens=(f"requests with their users' cookies from {_listed(policy, path)}",),
    )


def _named(policy: Policy, path: str, origin: str) -> Iterator[Remedy]:
    """`*` is for requests without credentials; an origin by name may have them."""
    if not _is_origin(origin):
        return
    yield Remedy(
        f"admit the origin `{origin}` by name{where(policy, path)}, with cookies",
        Breadth.ITSELF,
        (
            *_adding(policy, path, "origins", (origin,)),
            Put(join(path, "credentials"), True),
        ),
        opens=(f"whatever else pages of {origin} ask for, with their users' cookies",),
    )


def _section(policy: Policy, decision: Decision) -> Iterator[Remedy]:
    """A section for this origin where there is none: of the route alone, and of the policy."""
    facts = facts_of(decision)
    origin = facts.origin or ""
    if origin == "null" and not facts.credentialed:
        origin = "*"
    elif not _is_origin(origin):
        return
    section: dict[str, Data] = {"origins": [origin]}
    method = facts.request.headers.get("access-control-request-method")
    headers = names_of(facts.request.headers.get("access-control-request-headers"))
    if facts.asks and method is not None and method not in SAFELISTED_METHODS:
        section["methods"] = [method]
    if facts.asks and headers:
        section["headers"] = [name.lower() for name in headers]
    if facts.credentialed:
        section["credentials"] = True
    wide = origin == "*"
    who = "every page in the world" if wide else f"pages of {origin}"
    route = facts.route
    if route is not None:
        yield Remedy(
            f"add a section `cors` for `{origin}` to the route `{route}`",
            Breadth.ALL if wide else Breadth.ITSELF,
            (Put(join(route.rule, "cors"), section),),
            opens=(f"whatever else `{route}` is asked for by {who}",),
            care=_NO_NULL if wide else "",
        )
    narrow = Breadth.ITSELF if route is None else Breadth.FEW
    yield Remedy(
        f"add a section `cors` for `{origin}`",
        Breadth.ALL if wide else narrow,
        (Put("cors", section),),
        opens=(f"whatever else is asked for by {who}",),
        care=_NO_NULL if wide else "",
    )


def _adding(policy: Policy, path: str, name: str, values: tuple[str, ...]) -> tuple[Edit, ...]:
    """Values added to a list. Where it is left out what counts is the family's: that is kept."""
    here = join(path, name)
    if value_at(policy, here) is not None:
        return tuple([Insert(here, value) for value in values])
    behaviour = _behaviour(policy, path)
    kept = {
        "origins": lambda: behaviour.origins,
        "methods": lambda: _default(behaviour.methods, _is_method),
        "headers": lambda: _default(behaviour.headers, _is_header),
    }[name]()
    return (Put(here, [*kept, *values]),)


def _default(names: Names, usable: Callable[[str], bool]) -> tuple[str, ...]:
    """What a family grants where the policy leaves the list out, less what no page may use."""
    if names.default in ("", ASKED, ROUTES):
        return ()
    return tuple(filter(usable, names_of(names.default)))
