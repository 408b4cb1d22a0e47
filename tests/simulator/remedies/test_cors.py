"""Is what is missing added to `cors`, and what is there by default kept?"""

from __future__ import annotations

import pytest
from fixing import ask, fixes, preflight, proposed, told, turns

from simulator import Request
from simulator.edit import Insert, Put
from simulator.remedies.cors import remedies
from simulator.remedies.remedy import Breadth

SHOP = "https://shop.example"


def sent(origin: str, **fields: str) -> Request:
    return ask(headers={"Origin": origin, **fields})


@pytest.mark.parametrize(
    ("listed", "origin", "expected"),
    [
        pytest.param(
            "[https://shop.example]", "https://a.example", ["admit the origin `https://a.example`"],
            id="another site: by name alone",
        ),
        pytest.param(
            "[https://shop.example]",
            "https://beta.shop.example",
            [
                "admit the origin `https://beta.shop.example`",
                "admit the origins `https://*.shop.example`",
            ],
            id="below a host that is listed",
        ),
        pytest.param(
            "[https://www.shop.example]",
            "https://beta.shop.example",
            [
                "admit the origin `https://beta.shop.example`",
                "admit the origins `https://*.shop.example`",
            ],
            id="beside the www of the same name",
        ),
        pytest.param(
            "[https://shop.example.com]",
            "https://pr-7.preview.example.com",
            [
                "admit the origin `https://pr-7.preview.example.com`",
                "admit the origins `https://*.preview.example.com`",
            ],
            id="below a name of the same site",
        ),
        pytest.param(
            "[https://shop.netlify.app]", "https://pr-7--shop.netlify.app",
            ["admit the origin `https://pr-7--shop.netlify.app`"],
            id="below a domain where everybody may have a name",
        ),
        pytest.param(
            "[http://localhost:3000]",
            "http://localhost:5173",
            [
                "admit the origin `http://localhost:5173`",
                "admit the origins `http://localhost:*`",
            ],
            id="another port of one's own machine",
        ),
        pytest.param("[https://shop.example]", "https://shop.example/", [], id="no origin at all"),
    ],
)  # fmt: skip
def test_an_origin_is_admitted_by_name_and_its_like_where_they_have_one_owner(
    listed: str, origin: str, expected: list[str]
) -> None:
    found = proposed(remedies, "cors", f"cors: {{origins: {listed}}}", sent(origin))

    assert told(found) == expected


def test_null_is_never_listed() -> None:
    found = proposed(remedies, "cors", f"cors: {{origins: [{SHOP}]}}", sent("null"))

    assert [remedy.edits for remedy in found] == [(Insert("cors/origins", "*"),)]
    assert found[0].breadth is Breadth.ALL
    assert found[0].care == "never list `null`: any page can make a frame whose origin it is"


@pytest.mark.parametrize(
    ("section", "request_", "expected"),
    [
        pytest.param(
            "{}", sent(SHOP), (Put("cors/origins", [SHOP]),), id="no origins: a list of one"
        ),
        pytest.param(
            "{origins: [https://a.example], fixed: true}",
            sent(SHOP),
            (Put("cors/fixed", False), Insert("cors/origins", SHOP)),
            id="one origin for everybody: no longer",
        ),
        pytest.param(
            f"{{origins: [{SHOP}], methods: [PUT]}}",
            preflight(SHOP, "DELETE"),
            (Insert("cors/methods", "DELETE"),),
            id="a method more",
        ),
        pytest.param(
            f"{{behaviour: fastify, origins: [{SHOP}]}}",
            preflight(SHOP, "DELETE"),
            (Put("cors/methods", ["GET", "HEAD", "POST", "DELETE"]),),
            id="a method more than the family's own",
        ),
        pytest.param(
            f"{{origins: [{SHOP}]}}",
            preflight(SHOP, "GET", "x-a,x-b"),
            (Put("cors/headers", ["x-a", "x-b"]),),
            id="headers where there are none",
        ),
        pytest.param(
            f"{{origins: [{SHOP}]}}",
            sent(SHOP, Cookie="a=b"),
            (Put("cors/credentials", True),),
            id="cookies",
        ),
        pytest.param(
            "{origins: ['*']}",
            sent(SHOP, Cookie="a=b"),
            (Insert("cors/origins", SHOP), Put("cors/credentials", True)),
            id="cookies, where only everybody is listed",
        ),
    ],
)
def test_what_is_missing_is_added(section: str, request_: Request, expected: object) -> None:
    found = proposed(remedies, "cors", f"cors: {section}", request_)

    assert found[0].edits == expected


@pytest.mark.parametrize(
    ("request_", "section"),
    [
        (sent(SHOP), {"origins": [SHOP]}),
        (sent(SHOP, Cookie="a=b"), {"origins": [SHOP], "credentials": True}),
        (
            preflight(SHOP, "PUT", "X-Trace"),
            {"origins": [SHOP], "methods": ["PUT"], "headers": ["x-trace"]},
        ),
        (preflight(SHOP, "POST"), {"origins": [SHOP]}),
    ],
)
def test_where_there_is_no_section_one_is_added_for_what_is_asked(
    request_: Request, section: object
) -> None:
    found = proposed(remedies, "cors", "{}", request_)

    assert [remedy.edits for remedy in found] == [(Put("cors", section),)]


def test_a_page_without_an_origin_is_admitted_with_everybody_and_never_with_cookies() -> None:
    found = proposed(remedies, "cors", "{}", sent("null"))
    with_cookie = proposed(remedies, "cors", "{}", sent("null", Cookie="a=b"))

    assert [(r.edits, r.breadth) for r in found] == [
        ((Put("cors", {"origins": ["*"]}),), Breadth.ALL)
    ]
    assert with_cookie == []


def test_a_section_of_the_route_alone_is_narrower() -> None:
    found = proposed(remedies, "cors", "routes: [{path: /}]", sent(SHOP))

    assert [(remedy.breadth, remedy.edits[0].path) for remedy in found] == [
        (Breadth.ITSELF, "routes/0/cors"),
        (Breadth.FEW, "cors"),
    ]


@pytest.mark.parametrize("method", ["put", "CONNECT"])
def test_what_no_page_may_use_is_not_granted(method: str) -> None:
    text = f"cors: {{origins: [{SHOP}], methods: [PUT]}}"

    assert proposed(remedies, "cors", text, preflight(SHOP, method)) == []


def test_the_application_is_kept_from_answering_preflights() -> None:
    text = f"""
cors: {{origins: [{SHOP}]}}
response: {{status: 308, headers: {{location: https://api.example/b}}, preflights: true}}
"""

    found = proposed(remedies, "cors", text, preflight(SHOP))

    assert [remedy.edits for remedy in found] == [(Put("response/preflights", False),)]


@pytest.mark.parametrize("behaviour", ["standard", "starlette", "spring", "kong", "s3", "envoy"])
def test_an_origin_that_is_added_is_admitted_whoever_the_server_is(behaviour: str) -> None:
    text = f"cors: {{behaviour: {behaviour}, methods: [GET], origins: [{SHOP}]}}\n"

    found = fixes(text, sent("https://new.example"))

    assert found[0].text == (
        f"cors: {{behaviour: {behaviour}, methods: [GET], origins: [{SHOP}, https://new.example]}}\n"
    )
    assert turns(found[0])


def test_to_replace_the_star_would_shut_others_out() -> None:
    text = "cors: {behaviour: apisix, origins: ['*'], methods: [GET], headers: []}"

    found = fixes(text, sent(SHOP, Cookie="a=b"))

    assert [fix.say for fix in found] == ["send no cookies: `credentials: 'omit'`"]
