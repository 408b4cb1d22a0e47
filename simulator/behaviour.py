"""What does one have to know of a server to say how it answers CORS?

The server's half of the CORS protocol (Fetch section 3.3) leaves much to the server, and each
family of servers fills it in its own way. A `Behaviour` says how, and all of it is data: what is
left out is what most families do. `simulator.behaviours` holds them; `simulator.grants` applies
one to what a policy grants.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

type Part = Literal["origin", "method", "headers", "private-network"]
type Item = Literal["expose", "methods", "headers", "max-age"]

# In place of names: what the preflight asks for, and the methods that the path's routes take.
ASKED = "<asked>"
ROUTES = "<routes>"
# What `*` is sent as by a server that knows what it does not cover: itself, but what is asked for
# with credentials and for Authorization (Fetch, CORS-preflight fetch, steps 7.5 to 7.7).
COVERED = "<covered>"

SAFELISTED_METHODS = ("GET", "HEAD", "POST")
SAFELISTED_HEADERS = ("Accept", "Accept-Language", "Content-Language", "Content-Type")
_NONE: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """How a list of methods or of headers is granted and written."""

    # What is granted where the policy leaves the list out: names as they are sent, `*`, or ASKED.
    default: str = ""
    always: tuple[str, ...] = ()  # granted and listed besides
    unsaid: bool = False  # these are granted without being sent
    # What `*` in the list is sent as: itself, names, ASKED, or nothing where it is no wildcard.
    star: str = "*"
    star_credentials: str | None = None  # the same with credentials, if that differs
    star_is_all: bool = True  # `*` grants everything, whatever it is sent as
    listed: bool = True  # the whole list is sent; otherwise those names of it that are asked for
    # How what is asked for is sent back: the field as it came, or its names.
    echo: Literal["raw", "names", "upper", "lower"] = "raw"
    separator: str = ", "
    sort: bool = False
    case: Literal["kept", "lower", "canonical"] = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vary:
    """When an answer says with which request fields it varies (RFC 9110 section 12.5.5)."""

    actual: tuple[str, ...] = ("Origin",)
    preflight: tuple[str, ...] = ("Origin",)
    to: Literal["all", "granted"] = "all"
    # When Origin is among them: ever; unless `*` is sent; where what is sent depends on who asks;
    # or where there are several to choose from.
    origin: Literal["ever", "named", "echo", "several"] = "ever"
    # When a preflight's answer adds Access-Control-Request-Headers.
    headers: Literal["never", "echo", "sent"] = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The bodies of answers; the words are templates for the values of the refusal."""

    ok: str = ""
    refused: str = ""  # with {parts}, the words of the parts that are refused
    parts: Mapping[str, str] = field(default_factory=lambda: _NONE)
    first_only: bool = False  # one part is told, not all
    content_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Which error responses carry CORS fields."""

    carried: bool = True
    never: frozenset[int] = frozenset()
    only: frozenset[int] = frozenset()  # where given: on these statuses, and on no other
    unhandled: bool = True  # also a 500 that the framework makes of an exception


_ACTUAL: frozenset[Item] = frozenset({"expose"})
_PREFLIGHT: frozenset[Item] = frozenset({"methods", "headers", "max-age"})
EVERYTHING = _ACTUAL | _PREFLIGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How a family of servers answers CORS."""

    basis: Literal["own", "observed", "source", "documentation"]

    # Which OPTIONS requests it takes for preflights and answers itself: what they must have, and
    # whether only on a path that a route has, or that a route takes with OPTIONS.
    needs: frozenset[Part] = frozenset({"origin", "method"})
    routed: Literal["no", "path", "method"] = "no"
    blank: frozenset[Part] = frozenset()  # of these it takes an empty field for none
    exempts_own: bool = False  # it knows its own origin, from which no request is a CORS request
    lines: Literal["joined", "first"] = "joined"  # how it reads Access-Control-Request-Headers
    # What it answers to any other OPTIONS on a path it has, or 0: what its routes say; and which
    # fields it adds.
    options: int = 0
    options_fields: Literal["actual", "unvaried", "preflight", "vary"] = "actual"

    # How it judges preflights: which parts, in order. Those it does not judge are the browser's.
    judges: tuple[Part, ...] = ()
    ok: int = 204
    refused: int = 0  # 0: what it does not grant goes on to the application
    incomplete: Mapping[Part, int] = field(default_factory=dict[Part, int])  # what it must have
    keeps: bool = False  # a refusal keeps the fields, but for the origin
    header_rule: Literal["all", "any", "sorted"] = "all"
    needs_grant: bool = False  # with no method and no header to grant it refuses every preflight
    gates: bool = False  # only a method that is granted gets the lists
    private_network: Literal["unknown", "ignored", "denied", "refused"] = "unknown"
    wording: Wording = Wording()

    # How it judges actual requests.
    enforces: bool = False  # it refuses them; most serve them, for the browser to hide
    judges_method: bool = False
    withholds: bool = False  # it sends no fields to cookies that it does not admit

    # Which origins it grants, and how it says so.
    origins: tuple[str, ...] = ()  # where the policy leaves them out
    folds: frozenset[Literal["case", "slash", "path", "port", "method"]] = frozenset()
    exact_first: bool = False  # beside `*`, an origin that is listed is still named
    fixed: bool = False  # an origin that is listed alone is sent to everybody
    star: Literal["*", "echo", "cookie"] = "*"  # cookie: names the origin of a request with one
    star_credentials: Literal["*", "echo", "cookie", "alone", "error"] = "*"
    # What a request without an Origin gets: nothing; as any other where `*` is granted, even where
    # an origin would be named (which is then `*`, or empty); or the first that is granted.
    without: Literal["nothing", "star", "empty", "first"] = "nothing"
    credentials: Literal["no", "yes", "always"] = "no"  # where the policy leaves them out

    # What it sends.
    methods: Names = Names()
    headers: Names = Names()
    expose: Names = Names()
    max_age: int | None = None  # where the policy leaves it out
    zero_max_age: bool = True  # it sends a max_age of 0
    # Besides the origin, and whether credentials are allowed.
    on_actual: frozenset[Item] = _ACTUAL
    on_preflight: frozenset[Item] = _PREFLIGHT
    to: Literal["granted", "sent", "always"] = "granted"  # who gets them: sent, whoever has Origin
    vary: Vary = Vary()

    # How it answers else.
    errors: Errors = Errors()
    no_route: int = 404
    wrong_method: int = 405


def carries_cors(behaviour: Behaviour, status: int, *, unhandled: bool = False) -> bool:
    """Whether the CORS fields go on a response of this status; `unhandled`: an exception's 500."""
    errors = behaviour.errors
    if unhandled:
        return errors.unhandled and carries_cors(behaviour, status)
    if errors.only:
        return status in errors.only
    return status < 400 or (errors.carried and status not in errors.never)
