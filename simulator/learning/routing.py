"""Which routes were asked for, by whom, and who was let in?

A route is one method of one path template on one host. It is public where somebody was let in
without a credential; where others were let in with one, a redirect of whoever had none is taken for
the way to a login (RFC 9110 section 15.4), and not for a yes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from simulator.learning.exchanges import Exchange
from simulator.learning.openapi import Api, Need, Operation
from simulator.learning.paths import Asked, Template, find_templates
from simulator.learning.secrets import Sent, sent_by
from simulator.message import Request, check_method
from simulator.principals import Place
from simulator.problem import Fault
from simulator.routes import check_host


@dataclass(slots=True)
class Way:
    """One method of one template on one host, and what was seen of it."""

    host: str
    template: Template
    method: str
    operation: Operation | None = None  # of an API description
    documented: bool = False  # whether the description has the path
    users: Counter[str] = field(default_factory=Counter[str])  # requests, by credential's digest
    places: Counter[Place] = field(default_factory=Counter[Place])  # and by where it stood
    strangers: int = 0  # requests without a credential
    redirects: int = 0  # how many of those were sent elsewhere

    @property
    def requests(self) -> int:
        return self.strangers + self.users.total()

    @property
    def public(self) -> bool:
        return self.strangers > 0

    @property
    def need(self) -> Need | None:
        """What the description says is needed of those who were let in here."""
        needs = (self.operation.needs if self.operation else None) or ()
        fitting = [need for need in needs if set(need.places) & set(self.places)]
        return fitting[0] if fitting else None


@dataclass(frozen=True, slots=True)
class Routing:
    """What was let in, by route; what was not; and the credentials, by digest."""

    ways: tuple[Way, ...]
    admitted: tuple[Exchange, ...]
    to_login: tuple[Exchange, ...]
    unwritable: tuple[Exchange, ...]  # what no policy can say: a method in small letters
    sent: Mapping[str, Sent]


def host_of(request: Request) -> str:
    """The host as a policy names it: with its port where that is not the scheme's."""
    return request.target.authority


def find_ways(exchanges: Sequence[Exchange], places: Sequence[Place], api: Api | None) -> Routing:
    """The routes that these requests, which were let in, ask for."""
    writable: list[Exchange] = []
    unwritable: list[Exchange] = []
    for exchange in exchanges:
        (writable if _is_writable(exchange.request) else unwritable).append(exchange)
    templates = _templates([exchange.request for exchange in writable], api)
    ways: dict[tuple[str, str, str], Way] = {}
    by_way: dict[tuple[str, str, str], list[tuple[Exchange, Sent | None]]] = {}
    sent: dict[str, Sent] = {}
    for exchange in writable:
        request = exchange.request
        template, operation, documented = templates[_asked(request), request.method]
        key = (host_of(request), template.path, request.method)
        if key not in ways:
            ways[key] = Way(key[0], template, request.method, operation, documented)
        credential = sent_by(request, places)
        by_way.setdefault(key, []).append((exchange, credential))
        if credential is not None:
            sent.setdefault(credential.digest, credential)
    admitted: list[Exchange] = []
    to_login: list[Exchange] = []
    for key, asked in by_way.items():
        way = ways[key]
        known = [e for e, credential in asked if credential is not None and _status(e) < 300]
        strangers = [e for e, credential in asked if credential is None]
        turned_away = bool(known) and all(_is_redirect(e) for e in strangers)
        for exchange, credential in asked:
            if credential is None and turned_away:
                to_login.append(exchange)
                continue
            admitted.append(exchange)
            if credential is None:
                way.strangers += 1
                way.redirects += _is_redirect(exchange)
            else:
                way.users[credential.digest] += 1
                way.places[credential.place] += 1
    return Routing(tuple(ways.values()), tuple(admitted), tuple(to_login), tuple(unwritable), sent)


def _is_writable(request: Request) -> bool:
    """Whether a policy can name the method and the host."""
    try:
        check_method(request.method)
        check_host(host_of(request))
    except Fault:
        return False
    return request.method != "*"


def _asked(request: Request) -> Asked:
    return host_of(request), request.target.path


def _templates(
    requests: Iterable[Request], api: Api | None
) -> dict[tuple[Asked, str], tuple[Template, Operation | None, bool]]:
    """For every path and method its template: the description's where it has one."""
    found: dict[tuple[Asked, str], tuple[Template, Operation | None, bool]] = {}
    rest: dict[Asked, set[str]] = {}
    for request in requests:
        asked = _asked(request)
        path, operation = (None, None) if api is None else api.find(request)
        if path is not None:
            found[asked, request.method] = (Template(path), operation, True)
        else:
            rest.setdefault(asked, set()).add(request.method)
    for asked, template in find_templates(rest).items():
        for method in rest[asked]:
            found[asked, method] = (template, None, False)
    return found


def _status(exchange: Exchange) -> int:
    return exchange.response.status if exchange.response else 0


def _is_redirect(exchange: Exchange) -> bool:
    response = exchange.response
    return response is not None and 300 <= response.status < 400 and "location" in response.headers
