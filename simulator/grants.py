"""Which response fields does a server send to whom?

The server's half of the CORS protocol (Fetch section 3.3.3) as fields: what a policy grants, as the
family of servers that it names sends it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit

from simulator.behaviour import Behaviour, Item
from simulator.listing import Listing
from simulator.message import FORBIDDEN_METHODS, check_field_name, check_method, is_forbidden_field
from simulator.origin import OriginPattern, Origins
from simulator.problem import Fault, quote

type Fields = tuple[tuple[str, str], ...]

ALLOW_ORIGIN = "access-control-allow-origin"
ALLOW_METHODS = "access-control-allow-methods"
ALLOW_HEADERS = "access-control-allow-headers"
ALLOW_CREDENTIALS = ("access-control-allow-credentials", "true")
_EXPOSE = "access-control-expose-headers"
_MAX_AGE = "access-control-max-age"
_PRIVATE_NETWORK = "access-control-allow-private-network"
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


class Granted(NamedTuple):
    """What a policy grants; None: it leaves that out."""

    origins: tuple[str, ...] | None = None
    methods: tuple[str, ...] | None = None
    headers: tuple[str, ...] | None = None
    expose: tuple[str, ...] | None = None
    credentials: bool | None = None
    max_age: int | None = None
    private_network: bool = False
    fixed: bool | None = None  # the only origin is sent to everybody


class Grants:
    """What one section grants, as its family of servers sends it."""

    __slots__ = (
        "_actual", "_credentials", "_expose", "_fixed", "_max_age", "_named", "_starred",
        "behaviour", "find", "headers", "idle", "methods", "origins", "private_network",
    )  # fmt: skip

    def __init__(self, behaviour: Behaviour, granted: Granted) -> None:
        self.behaviour = behaviour
        texts = behaviour.origins if granted.origins is None else granted.origins
        patterns = [OriginPattern.parse(text) for text in texts]
        self.origins = Origins(patterns)
        self._starred = next((n for n, p in enumerate(patterns) if p.kind == "any"), None)
        fixed = behaviour.fixed if granted.fixed is None else granted.fixed
        alone = fixed and len(patterns) == 1 and is_exact(patterns[0])
        self._fixed = texts[0] if alone else None
        self._credentials = behaviour.credentials == "always" or (
            behaviour.credentials == "yes" if granted.credentials is None else granted.credentials
        )
        credentials, fold = self._credentials, "method" in behaviour.folds
        self.methods = Listing(behaviour.methods, granted.methods, credentials, fold=fold)
        self.headers = Listing(behaviour.headers, granted.headers, credentials, fold=True)
        self._expose = Listing(behaviour.expose, granted.expose, credentials, fold=True).plain
        self.idle = behaviour.needs_grant and not (granted.methods or granted.headers)
        age = behaviour.max_age if granted.max_age is None else granted.max_age
        self._max_age = "" if age is None or not (age or behaviour.zero_max_age) else str(age)
        self.private_network = granted.private_network
        self._actual = self._items(behaviour.on_actual, self.methods.plain, self.headers.plain)
        # What follows an origin by name in a preflight's answer, if that is always the same.
        same = self.methods.same_for_all and self.headers.same_for_all and not behaviour.gates
        self._named = self._after("o", "o", None, None, False) if same else None

        # The index of the entry that admits an origin.
        self.find: Callable[[str], int | None] = self.origins.find
        if self._starred is not None and not behaviour.exact_first:
            self.find = self._find_any
        elif behaviour.folds:
            self.find = self._find_folded

    def _find_any(self, origin: str) -> int | None:
        return self._starred

    def _find_folded(self, origin: str) -> int | None:
        index = self.origins.find(origin)
        if index is None:
            index = self.origins.find(_folded(origin, self.behaviour.folds))
        return index

    def serves(self, origin: str | None) -> bool:
        """Whether an origin is sent to this one, its own or another."""
        index = None if origin is None else self.find(origin)
        return self._value(origin, index) is not None

    def after_origin(self, index: int) -> Fields | None:
        """What follows the origin of whoever this entry admits, if they all are sent their own."""
        behaviour = self.behaviour
        if self.origins.patterns[index].kind == "any" and self._star != "echo":
            return None
        if self._fixed is not None or "port" in behaviour.folds:
            return None
        return self.actual("o", index)[1:]

    def same_for_all(self, index: int) -> bool:
        """Whether whoever this entry admits gets the same fields."""
        pattern = self.origins.patterns[index]
        return self._star in ("*", "alone") if pattern.kind == "any" else is_exact(pattern)

    def actual(self, origin: str | None, index: int | None, cookie: bool = False) -> Fields:
        """The fields on the answer to an actual request. `index`: the entry that admits it."""
        value = self._value(origin, index, cookie)
        fields: Fields = () if value is None else ((ALLOW_ORIGIN, value),)
        fields += self.vary(self.behaviour.vary.actual, value)
        if self._reaches(value, origin):
            fields += self._credentials_for(value) + self._actual
        return fields

    def preflight(
        self,
        origin: str | None,
        method: str | None,
        headers: str | None,
        private_network: bool = False,
    ) -> Fields:
        """The fields on the answer to a preflight: what is asked for, as it was sent."""
        value = self._value(origin, None if origin is None else self.find(origin))
        if value is None:
            return self._after(value, origin, method, headers, private_network)
        if self._named is not None and value != "*" and not private_network:
            return ((ALLOW_ORIGIN, value), *self._named)
        after = self._after(value, origin, method, headers, private_network)
        return ((ALLOW_ORIGIN, value), *after)

    def _after(
        self,
        value: str | None,
        origin: str | None,
        method: str | None,
        headers: str | None,
        private_network: bool,
    ) -> Fields:
        """What follows the origin that is sent."""
        behaviour = self.behaviour
        listed = self.methods.answer(method), self.headers.answer(headers)
        varies, names = behaviour.vary.headers, behaviour.vary.preflight
        if (varies == "echo" and self.headers.echoes) or (varies == "sent" and listed[1]):
            names = (*names, "Access-Control-Request-Headers")
        fields = self.vary(names, value)
        if not self._reaches(value, origin):
            return fields
        items = behaviour.on_preflight
        if behaviour.gates and not (method and self.methods.allows(method)):
            items = items & {"expose"}
        fields += self._credentials_for(value) + self._items(items, *listed)
        if private_network and behaviour.private_network != "unknown":
            if self.private_network:
                fields += ((_PRIVATE_NETWORK, "true"),)
            elif behaviour.private_network == "denied":
                fields += ((_PRIVATE_NETWORK, "false"),)
        return fields

    def vary(self, names: tuple[str, ...], value: str | None = None) -> Fields:
        """Vary with these names, on an answer that sends this value as the origin."""
        vary = self.behaviour.vary
        if vary.to == "granted" and value is None:
            return ()
        if not self._varies(value):
            names = tuple([name for name in names if name != "Origin"])
        return (("vary", ", ".join(names)),) if names else ()

    def _varies(self, value: str | None) -> bool:
        """Whether Vary names Origin, where it does not always."""
        match self.behaviour.vary.origin:
            case "ever":
                return True
            case "named":
                return value != "*"
            case "echo":
                return value != "*" and self._fixed is None
            case "several":
                patterns = self.origins.patterns
                return value != "*" and not (len(patterns) == 1 and is_exact(patterns[0]))

    @property
    def _star(self) -> str:
        behaviour = self.behaviour
        return behaviour.star_credentials if self._credentials else behaviour.star

    def _value(self, origin: str | None, index: int | None, cookie: bool = False) -> str | None:
        """The origin that is sent."""
        if self._fixed is not None:
            return self._fixed
        if origin is None:
            return self._value_without()
        if index is None:
            return None
        if self.origins.patterns[index].kind == "any":
            star = self._star
            return origin if star == "echo" or (star == "cookie" and cookie) else "*"
        # Who reads an origin without its default port sends it so.
        folds = self.behaviour.folds
        return _folded(origin, folds) if "port" in folds else origin

    def _value_without(self) -> str | None:
        """The same for a request without an Origin."""
        without = self.behaviour.without
        if self._starred is None:
            exact = sorted(p.text for p in self.origins.patterns if is_exact(p))
            return exact[0] if without == "first" and exact else None
        match without:
            case "nothing":
                return None
            case "star":
                return "*"
            case "empty":
                return "" if self._star == "echo" else "*"
            case "first":
                return None if self._credentials else "*"

    def _items(self, items: frozenset[Item], methods: str, headers: str) -> Fields:
        """The fields besides origin, credentials and Vary, of these items."""
        found: dict[Item, tuple[str, str]] = {
            "expose": (_EXPOSE, self._expose),
            "methods": (ALLOW_METHODS, methods),
            "headers": (ALLOW_HEADERS, headers),
            "max-age": (_MAX_AGE, self._max_age),
        }
        return tuple([pair for item, pair in found.items() if item in items and pair[1]])

    def _reaches(self, value: str | None, origin: str | None) -> bool:
        """Whether the fields besides the origin are sent."""
        to = self.behaviour.to
        return value is not None or to == "always" or (to == "sent" and origin is not None)

    def _credentials_for(self, value: str | None) -> Fields:
        alone = value == "*" and self._star in ("alone", "echo")
        return (ALLOW_CREDENTIALS,) if self._credentials and not alone else ()


def is_exact(pattern: OriginPattern) -> bool:
    """Whether the entry admits one origin only."""
    return pattern.kind in ("exact", "null") and not pattern.text.endswith(":*")


def _folded(origin: str, folds: frozenset[str]) -> str:
    """The origin as a family reads it that does not compare byte for byte."""
    if "case" in folds:
        origin = origin.lower()
    if "slash" in folds:
        origin = origin.removesuffix("/")
    if "path" in folds:
        try:
            parts = urlsplit(origin)
        except ValueError:
            return origin
        origin = f"{parts.scheme}://{parts.netloc}" if parts.netloc else origin
    if "port" in folds:
        scheme = origin.partition("://")[0]
        origin = origin.removesuffix(_DEFAULT_PORTS.get(scheme, "/"))
    return origin


def check_granted_method(text: str) -> str:
    """The method itself, if a page could use it. Raises Fault."""
    if text in FORBIDDEN_METHODS:
        raise Fault(f"{quote(text)} cannot be granted", "no page may use it", "remove it")
    return check_method(text)


def check_granted_header(text: str) -> str:
    """The name of a request header as written, if a page could set it. Raises Fault."""
    name = check_field_name(text)
    if is_forbidden_field(name):
        raise Fault(
            f"{quote(text)} cannot be granted",
            "browsers set it themselves and never ask for it",
            "remove it; for cookies set `credentials: true`" if "cookie" in name else "remove it",
        )
    return text


def check_exposed_header(text: str) -> str:
    """The name of a response header as written. Raises Fault."""
    check_field_name(text)
    return text
