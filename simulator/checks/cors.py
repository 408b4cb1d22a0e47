"""May this page read the answer, and would a browser go on after the preflight?

The server's half of CORS: Fetch sections 3.3 (HTTP extensions) and 4.8 (preflight), as the family
of servers that `behaviour` names does it. Most serve an actual request whatever its origin, and the
browser hides the answer unless the fields are there; some refuse it (as Spring does).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from simulator.application import Application
from simulator.behaviour import SAFELISTED_METHODS, Behaviour
from simulator.behaviours import BEHAVIOURS, STANDARD
from simulator.check import section_of, skip
from simulator.cors_section import CorsSection
from simulator.decision import Finding, Near, Outcome, Party, Reason
from simulator.facts import Facts
from simulator.grants import (
    ALLOW_CREDENTIALS,
    ALLOW_HEADERS,
    ALLOW_ORIGIN,
    Fields,
    Granted,
    Grants,
)
from simulator.listing import lists, names_of
from simulator.message import Response
from simulator.preflights import Ask, Reply, answer, withheld, wording
from simulator.problem import list_words
from simulator.reasons.cors import (
    CREDENTIALS_NOT_ALLOWED,
    HEADER_NOT_ALLOWED,
    METHOD_NOT_ALLOWED,
    NO_FIELDS,
    ORIGIN_NOT_ALLOWED,
    WILDCARD_WITH_CREDENTIALS,
)
from simulator.reasons.preflight import reason_of_answer
from simulator.source import join


@dataclass(frozen=True, slots=True, eq=False)
class _Compiled:
    path: str
    behaviour: Behaviour
    grants: Grants
    enforce: bool
    judges_method: bool
    # For each origin what an actual request is answered; for whom that is so: `*` or the origin
    # itself; and what follows the origin of others.
    passes: tuple[Finding, ...]
    ready: tuple[str | None, ...]
    after: tuple[Fields | None, ...]
    refused: Fields  # what an origin is answered that is not admitted
    absent: Finding  # and a request without one


def compile_section(section: CorsSection, path: str) -> _Compiled:
    """The section as it judges."""
    behaviour = BEHAVIOURS[section.behaviour]
    grants = Grants(
        behaviour,
        Granted(
            section.origins,
            section.methods,
            section.headers,
            section.expose,
            section.credentials,
            section.max_age,
            section.private_network,
            section.fixed,
        ),
    )
    patterns = grants.origins.patterns
    listed = section.origins is not None
    passes = tuple(
        Finding(
            "cors",
            Outcome.PASS,
            join(path, "origins", index) if listed else path,
            fields=grants.actual(pattern.text, index),
            note=f"the origin is admitted by `{pattern.text}`",
        )
        for index, pattern in enumerate(patterns)
    )
    every = range(len(patterns))
    return _Compiled(
        path,
        behaviour,
        grants,
        behaviour.enforces if section.enforce is None else section.enforce,
        behaviour.judges_method,
        passes,
        tuple(patterns[index].text if grants.same_for_all(index) else None for index in every),
        tuple(grants.after_origin(index) for index in every),
        grants.actual("", None),
        _NO_ORIGIN._replace(fields=grants.actual(None, None)),
    )


_NO_ORIGIN = skip("cors", "not a CORS request: it has no Origin field")
_SAME_ORIGIN = skip(
    "cors", "not a CORS request: the Origin is the server's own, or a WebSocket is opened"
)


_OF_ITS_OWN = Finding(
    "cors",
    Outcome.UNKNOWN,
    note="the application sends `Access-Control-Allow-Origin` itself: what a browser makes of all "
    "fields together shows where a page asks (`why403 explain --page`)",
)


class CorsCheck:
    """The compiled question."""

    __slots__ = ("_applications", "_by_route", "_own")

    name = "cors"
    reads = frozenset(
        {"asks", "credentialed", "method", "options", "origin", "preflight", "route", "sent_origin"}
    )

    def __init__(
        self,
        own: _Compiled | None,
        by_route: Mapping[int, _Compiled],
        applications: Mapping[int | None, Application] | None = None,
    ) -> None:
        self._own = own
        self._by_route = by_route
        # What the application answers, by route; None: on every other. Where it takes preflights
        # too, or sends CORS fields of its own, that comes into it.
        self._applications = {
            index: found
            for index, found in (applications or {}).items()
            if found.preflights or any([name == ALLOW_ORIGIN for name, _ in found.fields])
        }

    @property
    def grants(self) -> Mapping[int | None, Grants]:
        """What each section grants, by route; None: the policy's own."""
        found: dict[int | None, Grants] = {n: s.grants for n, s in self._by_route.items()}
        return found if self._own is None else {**found, None: self._own.grants}

    def behaviour(self, facts: Facts) -> Behaviour:
        """That of the section which applies."""
        section = section_of(facts, self._own, self._by_route)
        return STANDARD if section is None else section.behaviour

    def wording(self, facts: Facts) -> tuple[str, str]:
        """Content type and body of what the CORS layer answers itself."""
        section = section_of(facts, self._own, self._by_route)
        if section is None:
            return "", ""
        if facts.options is not None and facts.options.taken:
            return wording(section.grants, facts.options)
        refused = section.behaviour.wording
        return (refused.content_type, refused.refused) if section.behaviour.enforces else ("", "")

    def judge(self, facts: Facts) -> Finding:
        if self._applications and facts.origin is not None:
            return self._beside_application(facts)
        return self._judge(facts)

    def _judge(self, facts: Facts) -> Finding:
        section = section_of(facts, self._own, self._by_route)
        origin = facts.origin
        if section is None:
            if origin is None:
                return _NO_ORIGIN if facts.sent_origin is None else _SAME_ORIGIN
            party = Party.SERVER if facts.preflight else Party.BROWSER
            return Finding("cors", Outcome.FAIL, None, {"origin": origin}, NO_FIELDS, party, 403)
        reply = facts.options
        if reply is None:
            return _actual(facts, section)
        if facts.asks or reply.taken or section.behaviour.options_fields != "actual":
            options = _remembered if reply.brief else _options
            return options(section, reply, facts.asks, facts.credentialed)
        found = _actual(facts, section)
        refused = found.outcome is Outcome.FAIL and found.party is Party.SERVER
        return found if refused else found._replace(status=reply.status or found.status)

    def _beside_application(self, facts: Facts) -> Finding:
        """The verdict where the application has to do with it: it answers the preflight whatever
        CORS would say, or it sends fields of its own, which only a browser's rules can judge."""
        index = None if facts.route is None else facts.route.index
        if index not in self._applications:
            index = None
        found = self._applications.get(index)
        if found is None or not (facts.asks and found.preflights):
            told = self._judge(facts)
            own = found is not None and not facts.asks and not found.preflights
            refused = told.outcome is Outcome.FAIL and told.party is Party.SERVER
            return _OF_ITS_OWN._replace(fields=told.fields) if own and not refused else told
        response = Response(found.status, found.fields)
        values: dict[str, object] = {"status": found.status, "origin": facts.origin}
        values["location"] = response.headers.get("location") or ""
        rule = "response" if index is None else join("routes", index, "response")
        reason, party = reason_of_answer(response), Party.SERVER
        return Finding(
            "cors", Outcome.FAIL, rule, values, reason, party, found.status, found.fields
        )

    def near(self, facts: Facts) -> tuple[Near, ...]:
        if facts.asks and self.judge(facts).reason not in _NEARLY:
            return ()
        section = section_of(facts, self._own, self._by_route)
        origin = facts.origin
        if section is None or origin is None:
            return ()
        grants = section.grants
        origins = grants.origins
        if grants.find(origin) is None:
            if origin == "null":
                return (Near("`null` is only admitted by `null` or `*`"),)
            return tuple(
                Near(
                    f"`{origins.patterns[index].text}` is listed: {difference}",
                    join(section.path, "origins", index),
                )
                for index, difference in origins.nearest(origin)
            )
        if facts.options is None or not facts.asks or grants.methods.by_route:
            return ()
        method = facts.options.ask.method or ""
        found = {name.upper() for name in grants.methods.granted}
        if "method" not in section.behaviour.judges:
            found |= set(SAFELISTED_METHODS)
        granted = sorted(found)
        if method.upper() != method and method.upper() in granted:
            return (Near(f"`{method.upper()}` is granted, and methods compare by case"),)
        if method not in granted and not grants.methods.all:
            said = list_words(granted, last="and")
            return (Near(f"granted are {said}", join(section.path, "methods")),)
        said = list_words(sorted(grants.headers.granted), last="and")
        return (Near(f"granted are {said}", join(section.path, "headers")),)


def _actual(facts: Facts, section: _Compiled) -> Finding:
    """An actual request."""
    origin = facts.origin
    if origin is None:
        return section.absent if facts.sent_origin is None else _same(facts, section)
    if origin == "" and "origin" in section.behaviour.blank:
        return _hidden(section, ORIGIN_NOT_ALLOWED, {"origin": origin}, section.absent.fields)
    index = section.grants.find(origin)
    if index is None:
        return _hidden(section, ORIGIN_NOT_ALLOWED, {"origin": origin}, section.refused)
    if section.judges_method and not section.grants.methods.allows(facts.method):
        values: dict[str, object] = {"origin": origin, "method": facts.method}
        return _hidden(section, METHOD_NOT_ALLOWED, values, section.refused)
    passed = section.passes[index]
    ready = section.ready[index]
    if ready != origin and ready != "*":
        after = section.after[index]
        if after is None:
            fields = section.grants.actual(origin, index, facts.credentialed)
        else:
            fields = ((ALLOW_ORIGIN, origin), *after)
        passed = Finding("cors", Outcome.PASS, passed.rule, fields=fields, note=passed.note)
    return _credentialed(section, passed, origin) if facts.credentialed else passed


def _same(facts: Facts, section: _Compiled) -> Finding:
    """A request to the page's own server. Few servers know that it is."""
    sent = facts.sent_origin
    if sent is None or section.behaviour.exempts_own:
        return _SAME_ORIGIN._replace(fields=section.absent.fields)
    return _SAME_ORIGIN._replace(fields=section.grants.actual(sent, section.grants.find(sent)))


def _credentialed(section: _Compiled, passed: Finding, origin: str) -> Finding:
    """An actual request with cookies whose origin is admitted (Fetch, CORS check)."""
    fields: Fields = () if section.behaviour.withholds else passed.fields
    if (ALLOW_ORIGIN, "*") in passed.fields:
        values: dict[str, object] = {"origin": origin}
        return _hidden(section, WILDCARD_WITH_CREDENTIALS, values, fields, passed.rule)
    if ALLOW_CREDENTIALS not in passed.fields:
        return _hidden(section, CREDENTIALS_NOT_ALLOWED, {"origin": origin}, fields)
    return passed


def _hidden(
    section: _Compiled,
    reason: Reason,
    values: dict[str, object],
    fields: Fields,
    rule: str | None = None,
) -> Finding:
    """An actual request that is not admitted: served and hidden, unless the server enforces."""
    party = Party.SERVER if section.enforce else Party.BROWSER
    values["section"] = section.path
    return Finding("cors", Outcome.FAIL, rule or section.path, values, reason, party, 403, fields)


_NEARLY = (ORIGIN_NOT_ALLOWED, METHOD_NOT_ALLOWED, HEADER_NOT_ALLOWED)
_REASONS = {
    "origin": ORIGIN_NOT_ALLOWED,
    "method": METHOD_NOT_ALLOWED,
    "headers": HEADER_NOT_ALLOWED,
    "private-network": HEADER_NOT_ALLOWED,
}


def _options(section: _Compiled, reply: Reply, asks: bool, credentialed: bool) -> Finding:
    """A preflight, or another OPTIONS request that the server does not leave to its routes.
    `asks`: a browser means it for a preflight."""
    grants, ask = section.grants, reply.ask
    fields = answer(grants, reply)
    part = reply.first if reply.failed and reply.status else None
    if ask.own and (part is None or reply.status < 300):
        skipped = _NO_ORIGIN if ask.origin is None else _SAME_ORIGIN
        return skipped._replace(fields=fields, status=reply.status)
    if part is None:
        # What goes on to the application is refused there, if it is.
        whole = asks and reply.status != 0
        part = withheld(fields, ask if whole else Ask(ask.origin))
    index = None if ask.origin is None else grants.find(ask.origin)
    if part is not None or index is None:
        part = part or "origin"
        values: dict[str, object] = {"origin": ask.origin or "none", "section": section.path}
        if part == "method":
            values["method"] = ask.method or "none"
        elif part != "origin":
            values["headers"] = _missing(grants, fields, ask, part)
        party = Party.SERVER if reply.status >= 300 else Party.BROWSER
        status = reply.status or 403
        return Finding(
            "cors", Outcome.FAIL, section.path, values, _REASONS[part], party, status, fields
        )
    passed = section.passes[index]
    note = "the preflight grants origin, method and headers" if asks else passed.note
    found = Finding(
        "cors", Outcome.PASS, passed.rule, status=reply.status, fields=fields, note=note
    )
    return _credentialed(section, found, ask.origin or "") if credentialed and not asks else found


# A memo of a pure function is no state.
_remembered = lru_cache(maxsize=1024)(_options)


def _missing(grants: Grants, fields: Fields, ask: Ask, part: str) -> tuple[str, ...]:
    """The request headers that are not granted."""
    if part == "private-network":
        return ("access-control-request-private-network",)
    asked = names_of((ask.headers or "").lower())
    listed = dict(fields).get(ALLOW_HEADERS, "").lower()
    refused = tuple([name for name in asked if not grants.headers.allows(name)])
    return refused or tuple([name for name in asked if not lists(listed, name)]) or asked
