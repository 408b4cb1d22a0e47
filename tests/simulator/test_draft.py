"""What is wrong with a policy across its sections, each mistake with its place and its remedy."""

from __future__ import annotations

import pytest
from telling import problems_of, told

from simulator import PolicyError, load_policy

SHA = "0" * 64


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "order: [cors]",
            "1 order: `order` leaves out `network`, `route`, `authenticate`, `authorize` and "
            "`rate_limit`: a check without a section has no opinion, but none is left unasked; add "
            "`network`, `route`, `authenticate`, `authorize` and `rate_limit` where it belongs",
            id="an order that leaves checks out",
        ),
        pytest.param(
            "order: [network, cors, network, route, authenticate, authorize, rate_limit]",
            "1 order/2: `network` stands twice in `order`: it is asked once; remove one",
            id="an order that names a check twice",
        ),
        pytest.param(
            "order: [network, cors, route, authenticate, authorize, rate_limits]",
            "1 order/5: `rate_limits` is not a value of `order/5`: it takes `network`, `cors`, "
            "`route`, `authenticate`, `authorize` or `rate_limit`; did you mean `rate_limit`?",
            id="an order with a check that there is not",
        ),
        pytest.param(
            "errors: {statuses: {unknown-key: 403}}",
            "1 errors/statuses/unknown-key: `unknown-key` is not the code of a reason: only a "
            "reason has a status; did you mean `authenticate.unknown-key`?",
            id="half a code",
        ),
        pytest.param(
            "errors: {statuses: {zzz: 403}}",
            "1 errors/statuses/zzz: `zzz` is not the code of a reason: only a reason has a status; "
            "see `why403 reasons`",
            id="no code",
        ),
        pytest.param(
            "errors: {statuses: {page.bad-port: 404}}",
            "1 errors/statuses/page.bad-port: `page.bad-port` has no status of its own: a browser "
            "says it of an answer, which keeps its status; remove it",
            id="a code of the browser's",
        ),
        pytest.param(
            "response: {status: 302}",
            "1 response/status: the status 302 leads nowhere: there is no `location` among the "
            "headers; add `location: /elsewhere`",
            id="a redirect without a target",
        ),
        pytest.param(
            "routes: [{path: /a, response: {status: 301}}]",
            "1 routes/0/response/status: the status 301 leads nowhere: there is no `location` "
            "among the headers; add `location: /elsewhere`",
            id="and that of a route",
        ),
        pytest.param(
            "errors: {statuses: {network.denied: 200}}",
            "1 errors/statuses/network.denied: `200` is not an error status: errors are 400 to "
            "599; write `403`",
            id="a status that is no error",
        ),
        pytest.param(
            "roles: {a: {inherits: [b]}}",
            "1 roles/a/inherits/0: there is no role `b`: the roles are `a`; add it to `roles`",
            id="a role that inherits from nobody",
        ),
        pytest.param(
            "roles: {reader: [], clerk: {inherits: [raeder]}}",
            "1 roles/clerk/inherits/0: there is no role `raeder`: the roles are `clerk` and "
            "`reader`; did you mean `reader`?",
            id="a role that is misspelled",
        ),
        pytest.param(
            "roles: {a: {inherits: [a]}}",
            "1 roles/a/inherits: role `a` inherits from itself: following `inherits` leads back to "
            "it; break the circle",
            id="a role that inherits from itself",
        ),
        pytest.param(
            "keys: [{id: a, key: x, roles: [nope]}]",
            "1 keys/0/roles/0: there is no role `nope`: the policy has no `roles`; add it to "
            "`roles`",
            id="a key with a role where there are none",
        ),
        pytest.param(
            "keys: [{id: a, key: x}, {id: a, key: y}]",
            "1 keys/1/id: two keys have the id `a`: the other is key 1 of the list; give each its "
            "own",
            id="an id twice",
        ),
        pytest.param(
            "keys: [{id: a, key: x}, {id: b, key: x}]",
            "1 keys/1/key: keys `a` and `b` have the same secret: a request could be either's; "
            "give each its own",
            id="a secret twice",
        ),
        pytest.param(
            f"keys: [{{id: a, sha256: '{SHA}'}}, {{id: b, sha256: '{SHA}'}}]",
            "1 keys/1/sha256: keys `a` and `b` have the same secret: a request could be either's; "
            "give each its own",
            id="a digest twice",
        ),
        pytest.param(
            "keys: [{id: a}]",
            "1 keys/0: key `a` has no secret: exactly one of `key`, `sha256` and `env` says what "
            "it is compared with; add one of them",
            id="a key without a secret",
        ),
        pytest.param(
            f"keys: [{{id: a, key: x, sha256: '{SHA}'}}]",
            "1 keys/0: key `a` has `key` and `sha256`: exactly one of `key`, `sha256` and `env` "
            "says what it is compared with; keep one",
            id="a key with two secrets",
        ),
        pytest.param(
            "keys: [{id: a, env: MISSING}]",
            "1 keys/0/env: the environment variable `MISSING` of key `a` is not set: its value "
            "would be the secret; set it: `export MISSING=…`",
            id="a variable that is not set",
        ),
        pytest.param(
            "keys: [{id: a, env: EMPTY}]",
            "1 keys/0/env: the environment variable `EMPTY` of key `a` is empty: its value would "
            "be the secret; set it: `export EMPTY=…`",
            id="a variable that is empty",
        ),
        pytest.param(
            "keys: [{id: a, key: x, expires: 2026-01-01, not_before: 2026-01-01}]",
            "1 keys/0/expires: key `a` is never valid: it expires before it begins; correct "
            "`expires` or `not_before`",
            id="a key that is never valid",
        ),
        pytest.param(
            "routes: [{path: /a, methods: [GET]}, {path: /a, methods: [PUT, GET]}]",
            "1 routes/1: `/a` has GET twice: route 1 of the list takes it already; remove one, or "
            "merge the two",
            id="a route twice",
        ),
        pytest.param(
            "routes: [{path: /a}, {path: /a}]",
            "1 routes/1: `/a` has every method twice: route 1 of the list takes it already; remove "
            "one, or merge the two",
            id="a route for every method twice",
        ),
        pytest.param(
            "routes: [{path: '/{a}'}, {path: '/{b}'}]",
            "1 routes/1: `/{b}` has every method twice: route 1 of the list takes it already; "
            "remove one, or merge the two",
            id="a route twice under another name",
        ),
        pytest.param(
            "routes: [{path: /a, methods: [GET, GET]}]",
            "1 routes/0: `/a` has GET twice: route 1 of the list takes it already; remove one, or "
            "merge the two",
            id="a method twice",
        ),
        pytest.param(
            "credentials: [{header: x, query: y}]",
            "1 credentials/0: `credentials/0` names `header` and `query`: an entry is one place; "
            "write `header: x-api-key`, `query: api_key` or `cookie: session`",
            id="two places in one",
        ),
        pytest.param(
            "credentials: [{}]",
            "1 credentials/0: `credentials/0` names no place: an entry is one place; write "
            "`header: x-api-key`, `query: api_key` or `cookie: session`",
            id="no place",
        ),
        pytest.param(
            "routes: [{path: /a, network: {rules: [{}]}}]",
            "1 routes/0/network/rules/0: rule 1 of `routes/0/network` says neither allow nor deny: "
            "a rule does one thing; write `allow: BLOCK` or `deny: BLOCK`",
            id="a mistake in a route's own section",
        ),
        pytest.param(
            "routes: [{path: /a, cors: {origins: ['*', '*']}}]",
            "1 routes/0/cors/origins/1: `*` stands twice in `routes/0/cors/origins`: it is entry 1 "
            "already; remove one",
            id="an origin twice in a route's own section",
        ),
    ],
)
def test_a_mistake_across_sections_is_told(text: str, expected: str) -> None:
    assert told(text, environment={"EMPTY": ""}) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "routes: [{path: /a, methods: [GET]}, {path: /a, methods: [PUT]}]", id="other methods"
        ),
        pytest.param(
            "routes: [{path: /a, hosts: [a.example]}, {path: /a, hosts: [b.example]}]",
            id="other hosts",
        ),
        pytest.param("routes: [{path: /a}, {path: /a, methods: [GET]}]", id="a method, and all"),
        pytest.param("routes: [{path: '/{a}'}, {path: '/{a}.json'}]", id="part of a segment"),
    ],
)
def test_routes_that_differ_may_have_one_path(text: str) -> None:
    assert load_policy(text)


def test_one_mistake_does_not_hide_another() -> None:
    found = told(
        """\
network: {deny: [10.0.0.1/8]}
credentials: [x-api-key]
order: [cors]
roles: {a: {inherits: [b]}}
keys:
  - {id: 3, key: x}
  - {id: web, key: y, roles: [c]}
routes:
  - {path: a}
  - {path: /b, methods: [GET]}
  - {path: /b, methods: [GET]}
"""
    )

    assert [line.partition(": ")[0] for line in found] == [
        "1 network/deny/0",
        "2 credentials/0",
        "3 order",
        "4 roles/a/inherits/0",
        "6 keys/0/id",
        "7 keys/1/roles/0",
        "9 routes/0/path",
        "11 routes/2",
    ]


def test_a_role_that_is_itself_wrong_is_there_nevertheless() -> None:
    assert told("roles: {a: {scope: []}}\nkeys: [{id: k, key: x, roles: [a]}]\n") == [
        "1 roles/a/scope: `scope` is not known in `roles/a`: it takes `inherits` and `scopes`; did "
        "you mean `scopes`?"
    ]


def test_a_mistake_in_a_role_that_is_a_list_has_its_line() -> None:
    assert told("roles:\n  a:\n    - ok\n    - 1\n") == [
        "4 roles/a/1: `roles/a/1` is `1`: it must be text; put it in quotes"
    ]


def test_a_value_that_an_alias_repeats_is_wrong_once_where_it_stands() -> None:
    found = problems_of("network:\n  allow: &x\n    - 10.0.0.1/8\n  deny: *x\n")

    assert {problem.line for problem in found} == {3}


# List files


def reading(**files: str | Exception):  # type: ignore[no-untyped-def]
    def read_file(name: str) -> str:
        found = files.get(name)
        if found is None:
            raise FileNotFoundError(2, "No such file or directory", name)
        if isinstance(found, Exception):
            raise found
        return found

    return read_file


DENY = "network:\n  deny:\n    - {file: drop}\n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            None,
            "3 network/deny/0: the list `drop` cannot be read: no such file or directory; correct "
            "its path",
            id="that is not there",
        ),
        pytest.param(
            ValueError("embedded null byte"),
            "3 network/deny/0: the list `drop` cannot be read: embedded null byte; correct its "
            "path",
            id="whose name is none",
        ),
        pytest.param(
            "# nothing\n",
            "3 network/deny/0: the list `drop` is empty: it holds no block; remove the entry",
            id="that is empty",
        ),
        pytest.param(
            "10.0.0.0/8\n10.0.0.1/8\n",
            "2 network/deny/0: `10.0.0.1/8` is not a block: it has bits set to the right of its "
            "prefix /8; write `10.0.0.0/8` for the block, or `10.0.0.1` for the one address",
            id="with a bad line, which is named",
        ),
    ],
)
def test_a_list_file(content: str | Exception | None, expected: str) -> None:
    files = {} if content is None else {"drop": content}

    assert told(DENY, read_file=reading(**files)) == [expected]


def test_of_many_bad_lines_twenty_are_shown_and_all_are_counted() -> None:
    found = problems_of(DENY, read_file=reading(drop="x\n" * 50))

    assert len([problem for problem in found if problem.file == "drop"]) == 20
    assert [p.problem for p in found if p.file == "p.yaml"] == ["the list `drop` has 50 bad lines"]


def test_without_access_to_files_a_list_cannot_be_read() -> None:
    assert told(DENY) == [
        "3 network/deny/0: the list `drop` cannot be read: this policy was loaded without access "
        "to files; correct its path"
    ]


def test_a_list_is_read_once_however_often_it_is_named() -> None:
    asked: list[str] = []

    def read_file(name: str) -> str:
        asked.append(name)
        return "10.0.0.0/8\n"

    load_policy(
        "trusted_proxies: [{file: l}]\nnetwork: {allow: [{file: l}], deny: [{file: l}]}\n",
        read_file=read_file,
    )

    assert asked == ["l"]


MANY = """\
hosts: ["https://api.shop.example"]
trusted_proxies:
  - 10.0.0.1/8
network:
  default: block
  deny: [203.0.113.0/24, 300.1.2.3]
cors:
  origins:
    - https://shop.example/
  max_age: ten minutes
  credential: true
roles:
  clerk: {inherits: [readr], scopes: [orders:write]}
  reader: [orders:read]
keys:
  - id: web
    key: web-demo
    roles: [reader]
    expires: 31.12.2026
  - id: web
    key: other
  - {id: nosecret}
routes:
  - path: orders/{id}
    methods: [get]
  - {path: /x, methods: [GET], scope: [a]}
rate_limits:
  - {per: user, quota: 100 per minute}
errors: {statuses: {authenticate.unknown-kee: 403}}
order: [cors, network, route, authenticate, authorize]
"""


def test_no_mistake_hides_another_wherever_they_stand() -> None:
    with pytest.raises(PolicyError) as caught:
        load_policy(MANY, name="shop.yaml")

    lines = [problem.line for problem in caught.value.problems]
    assert lines == [1, 3, 5, 6, 9, 10, 11, 13, 19, 20, 22, 24, 25, 26, 28, 28, 29, 30]
