"""Who is asking?"""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime

import pytest
from telling import decide, finding, nearly

KEYS = """
credentials: [{header: x-api-key}, bearer, basic]
keys:
  - {id: web, key: secret-web, expires: 2027-01-31}
  - {id: next, key: secret-next, not_before: 2027-01-31}
  - {id: gone, key: secret-gone, revoked: true, expires: 2020-01-01}
  - {id: batch, key: secret-batch, networks: [10.0.0.0/8]}
  - {id: page, key: secret-page, origins: ["https://shop.example"]}
cors: {origins: ["*"]}
"""
MIDNIGHT = datetime(2027, 1, 31, tzinfo=UTC).timestamp()


def judged(
    key: str = "",
    *,
    headers: dict[str, str] | None = None,
    client: str = "10.0.0.1",
    at: float = MIDNIGHT - 1,
    policy: str = KEYS,
    url: str = "https://h/",
) -> tuple[str, str | None, int, str]:
    """Code or outcome, rule, status and text."""
    sent = {"x-api-key": key} if key else {}
    decision = decide(policy, url=url, headers={**sent, **(headers or {})}, client=client, at=at)
    found = finding(decision, "authenticate")
    code = found.reason.code if found.reason else str(found.outcome)
    return code, found.rule, found.status, found.text


@pytest.mark.parametrize(
    ("key", "at", "expected"),
    [
        pytest.param(
            "secret-web", MIDNIGHT - 0.001, ("pass", "keys/0", 0, "key `web`"),
            id="a key in force, up to its last instant",
        ),
        pytest.param(
            "secret-web", MIDNIGHT,
            ("authenticate.expired", "keys/0/expires", 401, "key `web` expired on 2027-01-31"),
            id="a key from the instant it expires",
        ),
        pytest.param(
            "secret-next", MIDNIGHT - 0.001,
            ("authenticate.not-yet-valid", "keys/1/not_before", 401,
             "key `next` is valid from 2027-01-31 on"),
            id="a key before it begins",
        ),
        pytest.param(
            "secret-next", MIDNIGHT, ("pass", "keys/1", 0, "key `next`"),
            id="a key from the instant it begins",
        ),
        pytest.param(
            "secret-gone", MIDNIGHT,
            ("authenticate.revoked", "keys/2/revoked", 401, "key `gone` was revoked"),
            id="a key that was revoked, expired or not",
        ),
        pytest.param(
            "wrong-secret", MIDNIGHT,
            ("authenticate.unknown-key", "keys", 401,
             "the key `wron… (12 characters)` in the header `x-api-key` is not known"),
            id="a key that nobody has",
        ),
        pytest.param(
            "", MIDNIGHT,
            ("authenticate.no-credential", "keys", 401,
             "the request has no credential in the header `x-api-key` or `Authorization: Bearer` "
             "or `Authorization: Basic`"),
            id="no key",
        ),
    ],
)  # fmt: skip
def test_a_key_is_judged(key: str, at: float, expected: tuple[str, str | None, int, str]) -> None:
    assert judged(key, at=at) == expected


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        pytest.param("10.255.255.255", ("pass", "keys/3", 0, "key `batch`"), id="within"),
        pytest.param(
            "11.0.0.0",
            ("authenticate.key-network", "keys/3/networks", 403,
             "key `batch` is not valid from the address 11.0.0.0"),
            id="outside",
        ),
        pytest.param(
            "",
            ("unknown", "keys/3/networks", 0,
             "key `batch` is bound to networks, and the address is not known"),
            id="nobody knows where",
        ),
    ],
)  # fmt: skip
def test_a_key_bound_to_networks(client: str, expected: tuple[str, str | None, int, str]) -> None:
    assert judged("secret-batch", client=client) == expected


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        pytest.param("https://shop.example", ("pass", "keys/4", 0, "key `page`"), id="the same"),
        pytest.param(
            "https://evil.example",
            ("authenticate.key-origin", "keys/4/origins", 403,
             "key `page` is not valid from the origin `https://evil.example`"),
            id="another",
        ),
        pytest.param(
            None,
            ("authenticate.key-origin", "keys/4/origins", 403,
             "key `page` is not valid from the origin (none was sent)"),
            id="none",
        ),
    ],
)  # fmt: skip
def test_a_key_bound_to_origins(
    origin: str | None, expected: tuple[str, str | None, int, str]
) -> None:
    headers = {} if origin is None else {"origin": origin}

    assert judged("secret-page", headers=headers) == expected


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        pytest.param(
            {"x-api-key": ""},
            "the credential in the header `x-api-key` cannot be read: it is empty; is a variable "
            "not set?",
            id="an empty field",
        ),
        pytest.param(
            {"authorization": "secret-web"},
            "the credential in `Authorization: Bearer` cannot be read: it names no scheme; write "
            "`Bearer …`",
            id="a key without its scheme",
        ),
        pytest.param(
            {"authorization": "Basic secret"},
            "the credential in `Authorization: Basic` cannot be read: what follows `Basic` is not "
            "base64 of `user:password`",
            id="a key that is not encoded",
        ),
    ],
)
def test_a_credential_that_cannot_be_read(headers: dict[str, str], text: str) -> None:
    assert judged(headers=headers) == ("authenticate.malformed", "keys", 401, text)


@pytest.mark.parametrize(
    ("policy", "note"),
    [
        pytest.param("{}", "the policy has no `keys`: nobody is asked for one", id="without keys"),
        pytest.param(
            f"{KEYS}routes: [{{path: /, public: true}}]",
            "the route is public",
            id="on a public route",
        ),
    ],
)
def test_nobody_is_asked(policy: str, note: str) -> None:
    assert judged("wrong-secret", policy=policy) == ("skip", None, 0, note)


def test_a_route_that_is_not_there_is_not_public() -> None:
    policy = f"{KEYS}routes: [{{path: /, public: true}}]"

    assert judged(policy=policy, url="https://h/other")[0] == "authenticate.no-credential"


# The challenge


@pytest.mark.parametrize(
    ("credentials", "headers", "challenges"),
    [
        pytest.param("[bearer]", {}, ['Bearer realm="api"'], id="bearer"),
        pytest.param(
            "[bearer]",
            {"authorization": "Bearer x"},
            ['Bearer realm="api", error="invalid_token"'],
            id="bearer for a wrong token",
        ),
        pytest.param("[basic]", {}, ['Basic realm="api", charset="UTF-8"'], id="basic"),
        pytest.param(
            "[bearer, basic]",
            {},
            ['Bearer realm="api"', 'Basic realm="api", charset="UTF-8"'],
            id="both",
        ),
        pytest.param("[{query: k}]", {}, ['ApiKey realm="api"'], id="for keys in a field of ours"),
    ],
)
def test_a_401_challenges(credentials: str, headers: dict[str, str], challenges: list[str]) -> None:
    policy = f"credentials: {credentials}\nkeys: [{{id: a, key: secret-a}}]\n"
    found = finding(decide(policy, headers=headers), "authenticate")

    assert found.fields == tuple(("www-authenticate", challenge) for challenge in challenges)


def test_a_403_does_not_challenge() -> None:
    sent = {"x-api-key": "secret-batch"}
    found = finding(decide(KEYS, headers=sent, client="11.0.0.0"), "authenticate")

    assert found.fields == ()


# Near misses


@pytest.mark.parametrize(
    ("headers", "client", "at", "expected"),
    [
        pytest.param(
            {"x-api-key": "secret-wbe"}, "10.0.0.1", 0.0, ["it is key `web` but for one character"],
            id="a key one character away",
        ),
        pytest.param(
            {"authorization": f"Token {'secret-web'}"}, "10.0.0.1", 0.0,
            ["key `web` is in the header `authorization`; it is looked for in the header "
             "`x-api-key` or `Authorization: Bearer` or `Authorization: Basic`"],
            id="a key under another scheme",
        ),
        pytest.param(
            {"x-api-key": "secret-gone"}, "10.0.0.1", 0.0,
            ["key `web` may do the same and is valid", "key `batch` may do the same and is valid",
             "key `page` may do the same and is valid"],
            id="keys in force that may do the same",
        ),
        pytest.param(
            {"x-api-key": "secret-batch"}, "11.0.0.0", 0.0,
            ["its nearest network is `10.0.0.0/8`"], id="the key's nearest network",
        ),
        pytest.param(
            {"x-api-key": "secret-page", "origin": "http://shop.example"}, "10.0.0.1", 0.0,
            ["`https://shop.example` is listed: the scheme differs: http was sent, https is "
             "listed"],
            id="the key's nearest origin",
        ),
        pytest.param({}, "10.0.0.1", 0.0, [], id="nothing for nothing"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_nearly_matched(
    headers: dict[str, str], client: str, at: float, expected: list[str]
) -> None:
    decision = decide(KEYS, headers=headers, client=client, at=at)

    assert nearly(decision, "authenticate") == expected


def test_a_preflight_is_told_apart() -> None:
    order = "order: [authenticate, cors, network, route, authorize, rate_limit]\n"
    sent = {"origin": "https://shop.example", "access-control-request-method": "GET"}

    assert nearly(decide(KEYS + order, "OPTIONS", headers=sent), "authenticate") == [
        "this is a preflight: browsers send no credentials with it"
    ]


def test_an_unknown_key_in_basic_is_hinted_at_by_its_password() -> None:
    sent = {"authorization": "Basic " + b64encode(b"alice:wrong-secret").decode()}

    assert judged(headers=sent)[3] == (
        "the key `wron… (12 characters)` in `Authorization: Basic` is not known"
    )
