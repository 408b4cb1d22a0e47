"""A box of requests is told in few words, side by side, without secrets."""

from __future__ import annotations

import pytest

from simulator import load_policy
from simulator.space import Space, Words, describe
from simulator.space.boxes import Box
from simulator.space.words import operations_words, say_count

OPEN = "cors: {behaviour: starlette, origins: ['*'], methods: ['*'], headers: ['*']}\n"


def space(*texts: str) -> Space:
    return Space([load_policy(text) for text in texts])


def words(*texts: str, reasons: tuple[str | None, ...], page: bool = False) -> Words:
    """What is told of all requests that are decided for these reasons: of those without an Origin,
    or of pages of other origins."""
    every = space(*texts)
    boxes: list[Box] = []
    pages = {n for n, kind in enumerate(every.visitors) if kind.cross is page}
    if not page:
        pages &= {n for n, kind in enumerate(every.visitors) if kind.origin is None}
    for cell in every.cells():
        if tuple(v.reason for v in cell.verdicts) == reasons and cell.visitors & pages:
            visitors = cell.visitors & pages if page else frozenset(range(len(every.visitors)))
            boxes.append((frozenset((cell.operation,)), visitors, cell.credentials, cell.clients))
    hull = tuple(frozenset[int]().union(*sides) for sides in zip(*boxes, strict=True))
    return describe(every, hull)


# All of it


def test_where_no_side_makes_a_difference_every_request_is_meant() -> None:
    every = space("network: {deny: [10.0.0.0/8]}\nkeys: [{id: web, key: s1}]")
    box = tuple(
        frozenset(range(len(side)))
        for side in (every.operations, every.visitors, every.credentials, every.clients)
    )

    assert describe(every, box) == Words()
    assert Words().phrases == ("every request",)


def test_phrases_leave_out_the_sides_that_make_no_difference() -> None:
    told = Words("GET `/a`", "", "with key `web`", "")

    assert told.phrases == ("GET `/a`", "with key `web`")


# Addresses


def test_addresses_are_counted_and_told_as_blocks() -> None:
    told = words(
        "network: {deny: [10.0.0.0/24, 192.0.2.7, 192.0.2.6]}", reasons=("network.denied",)
    )

    assert told.clients == "from 258 addresses: 10.0.0.0/24, 192.0.2.6/31"
    assert told.addresses == 258


def test_one_address_is_no_number() -> None:
    told = words("network: {deny: ['2001:db8::7']}", reasons=("network.denied",))

    assert (told.clients, told.addresses) == ("from the address 2001:db8::7", 1)


def test_of_many_blocks_four_are_told() -> None:
    blocks = ", ".join(f"10.0.{n}.0/24" for n in range(0, 20, 2))

    told = words(f"network: {{deny: [{blocks}]}}", reasons=("network.denied",))

    assert told.clients == (
        "from 2,560 addresses: 10.0.0.0/24, 10.0.2.0/24, 10.0.4.0/24, 10.0.6.0/24 and 6 more blocks"
    )


def test_an_address_that_is_not_known_is_said_to_be_so() -> None:
    told = words("keys: [{id: web, key: s1, networks: [10.0.0.0/8]}]", reasons=(None,))

    assert told.clients == "from 16,777,216 addresses: 10.0.0.0/8 or an address that is not known"


def test_a_forwarded_address_is_told_with_its_proxies() -> None:
    denying = "network: {deny: [192.0.2.7]}\n"

    told = words(
        f"{denying}trusted_proxies: [10.0.0.0/8]", denying, reasons=("network.denied", None)
    )

    assert told.clients == (
        "from the address 192.0.2.7, as forwarded by 16,777,216 addresses: 10.0.0.0/8"
    )
    assert told.addresses is None


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "1"),
        (65_536, "65,536"),
        (2**32, "4,294,967,296"),
        (9_999_999_999, "9,999,999,999"),
        (2**64, "2^64"),
        (2**64 + 1, "about 2^64"),
        (2**65 - 1, "about 2^64"),
    ],
)
def test_a_count_is_exact_as_long_as_it_can_be_read(number: int, text: str) -> None:
    assert say_count(number) == text


# Credentials

KEYS = """
keys:
  - {id: web, key: s1}
  - {id: batch, key: s2}
  - {id: temp, key: s3, not_before: 2026-06-01, expires: 2026-07-01}
"""


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (None, "with keys `web`, `batch` or `temp`"),
        ("authenticate.no-credential", "without a credential"),
        ("authenticate.unknown-key", "with a key that is not known"),
        ("authenticate.malformed", "with a credential that cannot be read"),
        ("authenticate.expired", "with key `temp`, from 2026-07-01 on"),
        ("authenticate.not-yet-valid", "with key `temp`, until 2026-06-01"),
    ],
)
def test_a_credential_is_told_by_the_keys_id_and_its_time(reason: str | None, told: str) -> None:
    assert words(KEYS, reasons=(reason,)).credentials == told


def test_a_key_that_has_ended_is_out_of_force() -> None:
    told = words(
        "keys: [{id: web, key: s1, expires: 2026-07-01T12:00:00Z}]",
        reasons=("authenticate.expired",),
    )

    assert told.credentials == "with key `web`, out of force"


def test_between_two_ends_of_a_key_both_are_told() -> None:
    old, new = (
        f"keys: [{{id: web, key: s1, expires: {end}}}]"
        for end in ("2026-07-01", "2026-07-02T12:30:00Z")
    )

    told = words(old, new, reasons=("authenticate.expired", None))

    assert told.credentials == "with key `web`, from 2026-07-01 on until 2026-07-02 12:30:00 UTC"


def test_a_key_has_the_name_that_the_newer_policy_gives_it() -> None:
    old, new = (f"keys: [{{id: {name}, key: s1}}, {{id: other, key: s2}}]" for name in ("a", "b"))

    assert words(old, new, reasons=(None, None)).credentials == "with keys `b` or `other`"


def test_of_many_keys_six_are_told() -> None:
    keys = ", ".join(f"{{id: k{n}, key: s{n}}}" for n in range(9))

    told = words(f"keys: [{keys}]", reasons=(None,))

    assert told.credentials == "with keys `k0`, `k1`, `k2`, `k3`, `k4`, `k5` and 3 more"


def test_a_key_that_is_looked_for_elsewhere_is_told_without_a_time() -> None:
    key = "keys: [{id: web, key: s1}]"

    told = words(
        f"credentials: [{{query: k}}]\n{key}", f"credentials: [bearer]\n{key}",
        reasons=("authenticate.no-credential", None),
    )  # fmt: skip

    assert told.credentials == "with key `web`"


def test_no_secret_is_told() -> None:
    told = words("keys: [{id: web, key: hush-hush}]\nnetwork: {deny: [all]}",
                 reasons=("network.denied",))  # fmt: skip

    assert "hush" not in repr(told)


# Operations


@pytest.mark.parametrize(
    ("policy", "reason", "told"),
    [
        pytest.param(
            'routes: [{path: "/orders/{id}", methods: [GET, PUT]}]', None,
            "GET,PUT `/orders/{id}`", id="a route with its methods",
        ),
        pytest.param(
            "routes: [{path: /a}]", "route.not-found",
            "any method on paths that no route has", id="no route",
        ),
        pytest.param(
            "routes: [{path: /a, hosts: [a.example, b.example]}]", None,
            "any method on `/a` on `a.example` and `b.example`", id="a route of some hosts",
        ),
        pytest.param(
            "routes: [{path: /a, methods: [GET]}, {path: /b, methods: [GET]}, {path: /c}]", None,
            "GET `/a`, `/b`; any method on `/c`", id="routes with the same methods together",
        ),
        pytest.param(
            "routes: [{path: /a, methods: [PURGE]}]", None,
            "PURGE `/a`", id="a method that is seldom",
        ),
        pytest.param(
            "routes: [" + ", ".join(f"{{path: /r{n}, methods: [GET]}}" for n in range(7)) + "]",
            None,
            "GET `/r0`, `/r1`, `/r2`, `/r3` and 3 more routes", id="many routes",
        ),
        pytest.param(
            "routes: ["
            + ", ".join(
                f"{{path: /{method}, methods: [{method}]}}"
                for method in ("GET", "PUT", "POST", "DELETE", "PATCH", "HEAD")
            )
            + "]",
            None,
            "GET `/GET`; PUT `/PUT`; POST `/POST`; DELETE `/DELETE`; 2 more",
            id="many sets of methods",
        ),
    ],
)  # fmt: skip
def test_an_operation_is_told_by_its_route(policy: str, reason: str | None, told: str) -> None:
    assert words(policy, reasons=(reason,)).operations == told


def test_a_route_is_told_as_the_newer_policy_writes_it() -> None:
    old, new = (f'routes: [{{path: "/orders/{{{name}}}"}}]' for name in ("id", "number"))

    told = words(old, new, reasons=(None, None))

    assert told.operations == "any method on `/orders/{number}`"


def test_a_preflight_is_told_by_what_it_announces() -> None:
    policy = "cors: {origins: [https://shop.example], methods: [PUT]}\nroutes: [{path: /a}]"
    every = space(policy)
    side = frozenset(
        n
        for n, kind in enumerate(every.operations)
        if any(o.announced == "PUT" and o.lists == () for o in kind.operations)
        and any(o.site.place.path == "/a" for o in kind.operations)
    )

    assert operations_words(every, side) == "preflights for GET,HEAD,POST,PUT `/a`"


def test_that_a_preflight_fares_as_its_request_does_goes_without_saying() -> None:
    every = space(
        "cors: {origins: [https://shop.example]}\nroutes: [{path: /a}, {path: /b, public: true}]"
    )
    side = frozenset(
        n
        for n, kind in enumerate(every.operations)
        if all(o.site.place.path == "/a" for o in kind.operations)
    )

    assert operations_words(every, side) == "any method on `/a`"


# Pages

GRANTS = "cors: {origins: [https://a.test, 'https://*.b.test', 'null'], credentials: false}"


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        pytest.param(
            "cors.credentials-not-allowed",
            "from pages of `https://a.test`, `null` or `https://*.b.test` with cookies",
            id="with cookies",
        ),
        pytest.param("cors.origin-not-allowed", "from pages of any other origin", id="others"),
    ],
)
def test_pages_are_told_by_the_entries_that_admit_them(reason: str, told: str) -> None:
    assert words(GRANTS, reasons=(reason,), page=True).visitors == told


def test_a_page_may_ask_only_without_cookies() -> None:
    every = space(GRANTS)
    side = frozenset(
        n for n, kind in enumerate(every.visitors)
        if kind.origin == "https://a.test" and kind.cross and not kind.cookie
    )  # fmt: skip

    told = describe(every, (frozenset({0}), side, frozenset({0}), frozenset({0})))

    assert told.visitors == (
        "from pages of `https://a.test`, `null` or `https://*.b.test` without cookies"
    )


@pytest.mark.parametrize(
    ("cross", "origin", "told"),
    [
        (False, None, "without an Origin"),
        (False, "https://a.test", "from pages of the server's own"),
    ],
)
def test_who_is_no_page_of_another_origin_is_told_too(
    cross: bool, origin: str | None, told: str
) -> None:
    every = space(GRANTS)
    side = frozenset(
        n for n, kind in enumerate(every.visitors)
        if kind.cross is cross and (kind.origin is None) == (origin is None)
    )  # fmt: skip

    assert describe(every, (frozenset({0}), side, frozenset({0}), frozenset({0}))).visitors == told


def test_the_opaque_origin_that_nobody_lists_is_told_by_its_name() -> None:
    every = space("keys: [{id: web, key: s1, origins: ['null']}]")
    side = frozenset(
        n for n, kind in enumerate(every.visitors) if kind.origins == ("null",) and kind.cross
    )

    told = describe(every, (frozenset({0}), side, frozenset({0}), frozenset({0})))

    assert told.visitors == "from pages of `null`"
