"""What people may write of CORS, and what is a mistake."""

from __future__ import annotations

import pytest
from telling import told

from simulator import load_policy
from simulator.behaviours import BEHAVIOURS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "methods: [TRACE]",
            "1 cors/methods/0: `TRACE` cannot be granted: no page may use it; remove it",
            id="a method that no page may use",
        ),
        pytest.param(
            "headers: [cookie]",
            "1 cors/headers/0: `cookie` cannot be granted: browsers set it themselves and never "
            "ask for it; remove it; for cookies set `credentials: true`",
            id="cookies",
        ),
        pytest.param(
            "headers: [Sec-Fetch-Mode]",
            "1 cors/headers/0: `Sec-Fetch-Mode` cannot be granted: browsers set it themselves and "
            "never ask for it; remove it",
            id="a header that browsers set",
        ),
        pytest.param(
            "headers: [X-A, x-a]",
            "1 cors/headers/1: `x-a` stands twice in `cors/headers`: it is entry 1 already; remove "
            "one",
            id="a header twice, in another case",
        ),
        pytest.param(
            "behaviour: starlet",
            "1 cors/behaviour: `starlet` is not a behaviour that is simulated: there are "
            "`standard`, `starlette`, `litestar`, `flask-cors`, `django-cors-headers`, "
            "`aiohttp-cors`, `express`, `koa`, `fastify`, `hono`, `rs-cors`, `jub0bs`, `spring`, "
            "`envoy`, `kong`, `apisix`, `traefik`, `ingress-nginx`, `tower-http`, `s3`, "
            "`apigateway-http`, `apigateway-rest` and `nginx-add-header`; did you mean "
            "`starlette`?",
            id="a behaviour misspelled",
        ),
        pytest.param(
            "origins: [https://a.example, https://b.example], fixed: true",
            "1 cors/fixed: `fixed` needs one origin: `cors/origins` does not list exactly one "
            "without `*`; list one, or remove `fixed`",
            id="two origins, of which one would be sent to everybody",
        ),
        pytest.param(
            "behaviour: jub0bs, origins: ['*'], credentials: true",
            "1 cors/credentials: `jub0bs` does not serve `*` with credentials: it fails where both "
            "are configured; list the origins one by one",
            id="what a server would not start with",
        ),
        pytest.param(
            "behaviour: spring, credentials: true",
            "1 cors/credentials: `spring` does not serve `*` with credentials: it fails where both "
            "are configured; list the origins one by one",
            id="the same, where `*` is its default",
        ),
    ],
)
def test_it_is_a_mistake_to_write(text: str, expected: str) -> None:
    assert told(f"cors: {{{text}}}") == [expected]


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_every_behaviour_may_be_named(name: str) -> None:
    assert load_policy(f"cors: {{behaviour: {name}, origins: [https://shop.example]}}")
