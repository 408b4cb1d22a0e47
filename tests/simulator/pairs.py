"""What the tests of `simulator.space` share: pairs of policies, and requests near both."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from hypothesis import reject
from hypothesis import strategies as st
from strategies import FIELDS, METHODS, ORIGINS, cors, policies, requests

from simulator import PolicyError, Request, load_policy
from simulator.behaviours import BEHAVIOURS
from simulator.policy import Policy, recompile

type Draw = Callable[[st.SearchStrategy[Any]], Any]
type Data = dict[str, Any]

# The fields that only the sides of a request which are named so are made of.
CREDENTIAL_FIELDS = frozenset({"authorization", "x-api-key", "x-token"})
OPERATION_FIELDS = frozenset(
    {
        "access-control-request-method",
        "access-control-request-headers",
        "access-control-request-private-network",
    }
)
FORWARDED_FIELDS = frozenset({"forwarded", "x-forwarded-for", "x-real-ip"})


class Pair(NamedTuple):
    """Two policies, compiled and as people wrote them."""

    policies: tuple[Policy, Policy]
    data: tuple[Data, Data]


_EMPTY = load_policy("{}")


def compiled(data: Data) -> Policy:
    """The policy; what is none is not looked at."""
    try:
        return recompile(_EMPTY, data)  # without a text, which would take longer than all else
    except PolicyError:
        reject()


@st.composite
def pairs(draw: Draw) -> Pair:
    """Two policies; every other time the second is the first with one or two sections of another.
    Sections `cors` are of every family of servers."""
    old, new = draw(_policies()), draw(_policies())
    if draw(st.booleans()):
        other, new = new, copy.deepcopy(old)
        sections = st.sampled_from(sorted({*old, *other}) or ["cors"])
        for name in draw(st.lists(sections, min_size=1, max_size=2, unique=True)):
            new.pop(name, None)
            if name in other:
                new[name] = other[name]
    for data in (old, new):
        for key in data.get("keys", ()):
            # The roles may be those of the other policy, or gone.
            key["roles"] = [role for role in key.get("roles", ()) if role in data.get("roles", ())]
    return Pair((compiled(old), compiled(new)), (old, new))


@st.composite
def grantors(draw: Draw) -> Data:
    """A policy that has nothing but a section `cors`, of any family of servers."""
    data: Data = {"cors": draw(cors())}
    _adopt(draw, data["cors"])
    return data


def _adopt(draw: Draw, section: Data) -> None:
    """Gives the section a family, and what is seldom written."""
    if draw(st.integers(0, 3)):
        section["behaviour"] = draw(st.sampled_from(sorted(BEHAVIOURS)))
    behaviour = BEHAVIOURS[section.get("behaviour", "standard")]
    origins = section.get("origins", behaviour.origins)
    if behaviour.star_credentials == "error" and "*" in origins:
        section.pop("credentials", None)  # it does not serve both
    if len(origins) == 1 and "*" not in origins[0] and draw(st.booleans()):
        section["fixed"] = draw(st.booleans())
    if draw(st.integers(0, 4)) == 0:
        section["private_network"] = True


@st.composite
def _policies(draw: Draw) -> Data:
    """A policy with what is seldom written, too: hosts, answers of the application."""
    data: Data = draw(policies())
    data["routes"] = data.get("routes", [])[:3]  # more take longer and tell little more
    for section in _sections(data):
        _adopt(draw, section)
    if draw(st.integers(0, 5)) == 0:
        data["hosts"] = draw(
            st.sampled_from([["*.shop.example"], ["api.shop.example", "shop.example:8443"]])
        )
    for answered in (data, *data.get("routes", ())):
        if draw(st.integers(0, 7)) == 0:
            answered["response"] = draw(st.sampled_from(_RESPONSES))
    return data


_RESPONSES: tuple[Data, ...] = (
    {"status": 404},
    {"status": 500, "unhandled": True},
    {"status": 308, "headers": {"location": "/elsewhere"}, "preflights": True},
    {"headers": {"access-control-allow-origin": "https://shop.example"}},
)


def _sections(data: Data) -> Iterator[Data]:
    for holder in (data, *data.get("routes", ())):
        if "cors" in holder:
            yield holder["cors"]


@st.composite
def asked(draw: Draw, pair: Pair) -> Request:
    """A request that a rule of one of the two is likely to be about, and sometimes with the
    credential and the forwarded addresses that the other looks for besides."""
    order = draw(st.permutations(pair.data))
    one, other = (draw(requests(data)) for data in order)
    fields = list(one.headers)
    if draw(st.booleans()):
        more = CREDENTIAL_FIELDS | FORWARDED_FIELDS | {"cookie"}
        fields += [pair for pair in other.headers if pair[0].lower() in more]
    if draw(st.integers(0, 9)) == 0:
        fields.append(("Upgrade", "websocket"))
    method = one.method
    if method == "OPTIONS" and draw(st.booleans()):
        fields = [pair for pair in fields if pair[0].lower() not in OPERATION_FIELDS]
        fields += draw(preflight_fields(pair))
    url = one.url
    query = other.target.query
    if query and not one.target.query and draw(st.booleans()):
        url = f"{url}?{query}"
    return Request(method, url, fields, client=one.client, at=one.at)


@st.composite
def preflight_fields(draw: Draw, pair: Pair) -> list[tuple[str, str]]:
    """What a preflight may announce and list, in every spelling."""
    fields = []
    if draw(st.integers(0, 9)):
        fields.append(("Access-Control-Request-Method", draw(spelled(granted(pair, "methods")))))
    for _ in range(draw(st.integers(0, 2))):
        names = draw(st.lists(spelled(granted(pair, "headers")), max_size=3))
        line = draw(st.sampled_from([",", ", "])).join(names)
        fields.append(("Access-Control-Request-Headers", line))
    if draw(st.integers(0, 3)) == 0:
        fields.append(("Access-Control-Request-Private-Network", "true"))
    return fields


@st.composite
def origin_texts(draw: Draw) -> str:
    """What may stand in a field Origin: an origin of the pool, or nearly one, in some spelling."""
    text: str = draw(st.sampled_from(ORIGINS))
    if draw(st.booleans()):
        text = text.replace("://", draw(st.sampled_from(["://", "://a.b-c.", "://b."])))
        text += draw(st.sampled_from(["", ":443", ":80", ":8443", ":9"]))
        text += draw(st.sampled_from(["", "/", "/path", "/path/"]))
        text = draw(st.sampled_from([text, text.upper(), text.title()]))
    odd: str = draw(st.sampled_from(["", "x y", "file://", "null", f"{text}, {text}"]))
    return text if draw(st.integers(0, 9)) else odd


def granted(pair: Pair, name: str) -> list[str]:
    """Methods or headers that a section `cors` grants, and some that none may."""
    found = {text for data in pair.data for s in _sections(data) for text in s.get(name, ())}
    return sorted({*found, *(METHODS if name == "methods" else FIELDS)} - {"*"})


@st.composite
def spelled(draw: Draw, texts: list[str]) -> str:
    """One of the texts, in capitals or small letters now and then, or another text."""
    text: str = draw(st.sampled_from(texts))
    odd: str = draw(st.sampled_from(["", "x", "PATCH", "x-unlisted"]))
    match draw(st.integers(0, 9)):
        case 9:
            return odd
        case 8:
            return text.upper()
        case 7:
            return text.lower()
        case _:
            return text
