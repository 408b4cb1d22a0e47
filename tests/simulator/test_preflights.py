"""What a server takes for a preflight, what it refuses of it, and what it answers."""

from __future__ import annotations

import pytest

from simulator.behaviour import ROUTES, Behaviour, Names, Vary, Wording
from simulator.grants import Granted, Grants
from simulator.preflights import Ask, Reply, answer, reply, withheld, wording

SHOP, EVIL = "https://shop.example", "https://evil.example"
ALL = ("origin", "method", "headers")
GRANTED = Granted((SHOP,), ("PUT",), ("x-a",), expose=("x-id",), max_age=60)
ASK = Ask(SHOP, "PUT", "x-a", "x-a")
BAD = Ask(EVIL, "DELETE", "x-a,x-b", "x-a,x-b")
PARTS = {"origin": "origin", "method": "method", "headers": "headers"}


def asking(headers: str) -> Ask:
    return ASK._replace(headers=headers, read=headers)


def grants(granted: Granted = GRANTED, **words: object) -> Grants:
    rest: dict[str, object] = {"basis": "observed", "ok": 200, "refused": 403, **words}
    return Grants(Behaviour(**rest), granted)  # type: ignore[arg-type]


def names(given: Grants, ask: Ask) -> set[str]:
    fields = answer(given, reply(given, ask))
    return {name.removeprefix("access-control-allow-") for name, _ in fields}


# What it takes for a preflight


@pytest.mark.parametrize(
    ("words", "ask", "status"),
    [
        pytest.param({}, ASK, 200, id="what has all that it needs"),
        pytest.param({}, Ask(SHOP), 0, id="not what announces no method"),
        pytest.param({}, Ask(None, "PUT"), 0, id="not what has no Origin"),
        pytest.param({"needs": {"method"}}, Ask(None, "PUT"), 200, id="without one, for some"),
        pytest.param({"needs": set()}, Ask(None), 200, id="anything, for others"),
        pytest.param({"exempts_own": True}, ASK._replace(own=True), 0, id="not its own origin's"),
        pytest.param({}, ASK._replace(own=True), 200, id="its own origin's, if it knows no better"),
        pytest.param({"routed": "path"}, ASK._replace(routed=False), 0, id="not where no route is"),
        pytest.param(
            {"routed": "method"}, ASK._replace(optioned=False), 0, id="not where none takes OPTIONS"
        ),
        pytest.param(
            {"options": 204}, Ask(SHOP), 204, id="and OPTIONS of its own where a route is"
        ),
        pytest.param({"options": 204}, Ask(SHOP, routed=False), 0, id="but not where none is"),
        pytest.param(
            {"needs": set(), "incomplete": {"origin": 400}}, Ask(None), 400, id="to refuse it"
        ),
    ],
)
def test_an_options_request_is_answered_ahead_of_the_routes(
    words: dict[str, object], ask: Ask, status: int
) -> None:
    assert reply(grants(**words), ask).status == status


# What it judges


@pytest.mark.parametrize(
    ("words", "ask", "failed"),
    [
        pytest.param({}, BAD, (), id="nothing, for those who leave it to browsers"),
        pytest.param({"judges": ALL}, ASK, (), id="nothing that is granted"),
        pytest.param({"judges": ALL}, BAD, ALL, id="each part"),
        pytest.param(
            {"judges": ("method", "origin")}, BAD, ("method", "origin"), id="in its own order"
        ),
        pytest.param(
            {"judges": ALL}, ASK._replace(method="put"), ("method",), id="a method's case"
        ),
        pytest.param(
            {"judges": ALL, "folds": {"method"}}, ASK._replace(method="put"), (), id="but for some"
        ),
        pytest.param(
            {"judges": ALL, "header_rule": "any"}, asking("x-a, x-b"), (),
            id="not one header, where another is granted",
        ),
        pytest.param(
            {"judges": ALL, "header_rule": "any"}, asking("x-b"), ("headers",),
            id="headers, where none is granted",
        ),
        pytest.param(
            {"judges": ALL, "header_rule": "sorted"}, asking("X-A"), ("headers",),
            id="headers that no browser would send so",
        ),
        pytest.param(
            {"judges": ALL}, asking("x-a, x-b"), ("headers",), id="every header"
        ),
        pytest.param(
            {"judges": ALL}, ASK._replace(headers="x-a, x-b", read="x-a"), (),
            id="no more than it reads",
        ),
        pytest.param(
            {"judges": ("private-network",)}, ASK._replace(private_network=True),
            ("private-network",), id="a private network",
        ),
        pytest.param(
            {"judges": ALL, "methods": Names(default=ROUTES)}, ASK._replace(taken=False), (),
            id="not the routes, where methods are listed",
        ),
        pytest.param(
            {"needs": set(), "judges": ALL, "incomplete": {"origin": 403, "method": 403}},
            Ask(None, read="x-b"), ("no-origin",), id="what is missing, before all else",
        ),
    ],
)  # fmt: skip
def test_the_server_refuses(words: dict[str, object], ask: Ask, failed: tuple[str, ...]) -> None:
    assert reply(grants(**words), ask).failed == failed


def test_some_grant_the_methods_that_the_routes_take() -> None:
    given = grants(GRANTED._replace(methods=None), judges=ALL, methods=Names(default=ROUTES))

    assert reply(given, ASK).failed == ()
    assert reply(given, ASK._replace(taken=False)).failed == ("method",)


def test_some_refuse_every_preflight_where_they_have_nothing_to_grant() -> None:
    simple = Ask(SHOP, "GET")
    silent = GRANTED._replace(methods=None, headers=None)
    methods = Names(always=("GET",))

    assert not reply(grants(judges=ALL, needs_grant=True, methods=methods), simple).failed
    assert reply(grants(silent, judges=ALL, needs_grant=True, methods=methods), simple).failed == (
        "method",
    )


@pytest.mark.parametrize(
    ("failed", "first"),
    [
        pytest.param((), None, id="none"),
        pytest.param(("method", "origin"), "origin", id="the origin, whoever looks first"),
        pytest.param(("no-method",), "method", id="what is missing"),
    ],
)
def test_a_browser_would_come_upon(failed: tuple[str, ...], first: str | None) -> None:
    assert Reply(ASK, True, failed).first == first


# What it answers


@pytest.mark.parametrize(
    ("words", "ask", "expected"),
    [
        pytest.param({}, ASK, {"origin", "methods", "headers", "access-control-max-age", "vary"},
            id="all that is granted"),
        pytest.param({"judges": ALL}, BAD, {"vary"}, id="that it varies, and no more"),
        pytest.param({"judges": ALL, "vary": Vary(to="granted")}, BAD, set(), id="nothing"),
        pytest.param(
            {"judges": ALL, "keeps": True, "to": "sent"}, BAD,
            {"methods", "headers", "access-control-max-age", "vary"}, id="all but the origin",
        ),
        pytest.param({"judges": ALL, "refused": 0}, BAD, {"vary"}, id="as to an actual request"),
        pytest.param(
            {}, Ask(SHOP), {"origin", "access-control-expose-headers", "vary"},
            id="as to an actual request, where it is no preflight",
        ),
        pytest.param(
            {"options_fields": "unvaried"}, Ask(SHOP), {"origin", "access-control-expose-headers"},
            id="the same, but that it varies",
        ),
        pytest.param({"options_fields": "vary"}, Ask(SHOP), {"vary"}, id="only that it varies"),
        pytest.param(
            {"options_fields": "preflight"}, Ask(SHOP),
            {"origin", "methods", "headers", "access-control-max-age", "vary"},
            id="as to a preflight",
        ),
        pytest.param({"needs": set(), "incomplete": {"method": 400}}, Ask(SHOP), set(),
            id="nothing, where something is missing"),
        pytest.param(
            {"needs": set(), "incomplete": {"method": 400}, "keeps": True}, Ask(SHOP),
            {"origin", "access-control-expose-headers", "vary"}, id="what it keeps",
        ),
        pytest.param({"exempts_own": True}, ASK._replace(own=True), {"vary"},
            id="nothing to its own origin"),
    ],
)  # fmt: skip
def test_the_fields_are(words: dict[str, object], ask: Ask, expected: set[str]) -> None:
    assert names(grants(**words), ask) == expected


@pytest.mark.parametrize(
    ("vary", "headers", "expected"),
    [
        pytest.param(Vary(headers="echo"), Names(default="<asked>"), True, id="what is echoed"),
        pytest.param(Vary(headers="echo"), Names(default="x-a"), False, id="not what is listed"),
        pytest.param(Vary(headers="sent"), Names(default="x-a"), True, id="whatever is sent"),
        pytest.param(Vary(headers="sent"), Names(), False, id="but not nothing"),
    ],
)
def test_an_answer_varies_with_the_headers_asked_for(
    vary: Vary, headers: Names, expected: bool
) -> None:
    given = grants(GRANTED._replace(headers=None), vary=vary, headers=headers)
    fields = dict(answer(given, reply(given, ASK)))

    assert ("Access-Control-Request-Headers" in fields["vary"]) is expected


@pytest.mark.parametrize(
    ("words", "ask", "expected"),
    [
        pytest.param(Wording(ok="OK"), ASK, "OK", id="of a yes"),
        pytest.param(
            Wording(refused="no {parts}", parts=PARTS), BAD, "no origin, method, headers",
            id="of a no, with all parts",
        ),
        pytest.param(
            Wording(refused="no {parts}", parts=PARTS, first_only=True), BAD, "no origin",
            id="of a no, with the first",
        ),
        pytest.param(
            Wording(refused="{parts}", parts={"method": "{method!r} of {origin}"}),
            ASK._replace(method="DELETE"), f"'DELETE' of {SHOP}", id="with what was asked",
        ),
        pytest.param(
            Wording(refused="{parts}", parts={"headers": "{headers}"}),
            asking("x-a,x-b,x-c"), "x-b, x-c", id="with the headers refused",
        ),
        pytest.param(Wording(refused="no"), BAD, "no", id="without parts"),
    ],
)  # fmt: skip
def test_the_body_is_that(words: Wording, ask: Ask, expected: str) -> None:
    given = grants(judges=ALL, wording=words)

    assert wording(given, reply(given, ask)) == (words.content_type, expected)


# What a browser makes of it


@pytest.mark.parametrize(
    ("fields", "ask", "part"),
    [
        pytest.param({"origin": SHOP}, Ask(SHOP, "GET"), None, id="nothing"),
        pytest.param({"origin": "*"}, Ask(SHOP, "POST"), None, id="nothing of a star"),
        pytest.param({}, ASK, "origin", id="the origin"),
        pytest.param({"origin": EVIL}, ASK, "origin", id="the origin, where it is another"),
        pytest.param({"origin": SHOP, "methods": "put"}, ASK, "method", id="the method"),
        pytest.param({"origin": SHOP, "methods": "*"}, ASK, "headers", id="a header"),
        pytest.param(
            {"origin": SHOP, "methods": "PUT", "headers": "X-A"}, ASK, None, id="no header's case"
        ),
        pytest.param(
            {"origin": SHOP, "methods": "PUT", "headers": "x-a"},
            ASK._replace(headers="x-a, x-b"), "headers",
            id="a header, whatever the server has read",
        ),
        pytest.param({"origin": SHOP}, Ask(SHOP, headers="x-a"), None,
            id="only the origin, where it is no preflight"),
    ],
)  # fmt: skip
def test_a_browser_misses(fields: dict[str, str], ask: Ask, part: str | None) -> None:
    sent = tuple((f"access-control-allow-{name}", value) for name, value in fields.items())

    assert withheld(sent, ask) == part


def test_what_is_long_is_not_worth_remembering() -> None:
    given = grants()

    assert reply(given, ASK).brief
    assert not reply(given, asking("x-a," * 300)).brief
