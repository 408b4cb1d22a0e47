"""Policy text compiles to a policy, or every mistake in it is told with its line."""

from __future__ import annotations

import copy
import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from strategies import policies
from telling import decide, problems_of, told

from simulator import Policy, PolicyError, Request, evaluate, load_policy
from simulator.policy import recompile
from simulator.source import Span

NINE = """\
hosts: [https://api.example]
network:
  deny:
    - 203.0.113.1/24
cors:
  origins: [https://shop.example/]
  methods: [delete]
roles:
  clerk: {inherits: [reader]}
keys:
  - {id: web, key: a, expires: 2027-02-30}
  - {id: web, key: b}
routes:
  - {path: orders}
rate_limit:
  - {per: client, quota: 1/day}
"""


def test_a_policy_with_nine_mistakes_has_nine_problems() -> None:
    assert told(NINE) == [
        "1 hosts/0: `https://api.example` is not a host: it has a scheme; write `api.example`",
        "4 network/deny/0: `203.0.113.1/24` is not a block: it has bits set to the right of its "
        "prefix /24; write `203.0.113.0/24` for the block, or `203.0.113.1` for the one address",
        "6 cors/origins/0: `https://shop.example/` is not an origin: it ends in a slash; write "
        "`https://shop.example`",
        "7 cors/methods/0: `delete` is in small letters: methods compare by case; write `DELETE`",
        "9 roles/clerk/inherits/0: there is no role `reader`: the roles are `clerk`; add it to "
        "`roles`",
        "11 keys/0/expires: `2027-02-30` is not a date: day is out of range for month; write "
        "`2027-01-31` or `2027-01-31T12:00:00Z`",
        "12 keys/1/id: two keys have the id `web`: the other is key 1 of the list; give each its "
        "own",
        "14 routes/0/path: `orders` is not a path: it does not start with a slash; write `/orders`",
        "15 rate_limit: `rate_limit` is not known in the policy: it takes `description`, `hosts`, "
        "`base_paths`, `trusted_proxies`, `forwarded_field`, `network`, `cors`, `errors`, "
        "`credentials`, `roles`, `keys`, `routes`, `rate_limits`, `response` and 1 more; did you "
        "mean `rate_limits`?",
    ]


def test_an_error_says_all_of_them_with_file_and_line() -> None:
    with pytest.raises(PolicyError) as caught:
        load_policy("hosts: 3\nbase_paths: [v1]\n", name="shop.yaml")

    assert str(caught.value) == (
        "shop.yaml:1: `hosts` is `3`: it must be a list, as in `[a, b]`; write a list, as in "
        "`[a, b]`\n"
        "shop.yaml:2: `v1` is not a base path: it is no plain path; write `/v1`"
    )


A_LIST = "it must be a list, as in `[a, b]`; write a list, as in `[a, b]`"
A_MAPPING = "it must be a mapping, as in `name: value`; write a mapping, as in `name: value`"
SHOWN = "write it as `203.0.113.7`, `203.0.113.0/24`, `2001:db8::/32` or `all`"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("hosts: a.example", f"hosts: `hosts` is `a.example`: {A_LIST}", id="hosts"),
        pytest.param(
            'base_paths: ["/v1/{x}"]',
            "base_paths/0: `/v1/{x}` is not a base path: it is no plain path; write `/v1`",
            id="a base path with a parameter",
        ),
        pytest.param(
            "trusted_proxies: [lb.internal]",
            "trusted_proxies/0: `lb.internal` is not an address or a block: names are not looked "
            f"up here; {SHOWN}",
            id="a proxy by its name",
        ),
        pytest.param(
            'forwarded_field: "X Y"',
            "forwarded_field: `X Y` is not a field name: it is not one word; write `x-api-key`",
            id="a field name of two words",
        ),
        pytest.param(
            "network: [10.0.0.0/8]", f"network: `network` is a list: {A_MAPPING}", id="network"
        ),
        pytest.param(
            "network: {default: block}",
            "network/default: `block` is not a value of `network/default`: it takes `allow` or "
            "`deny`; choose one of them",
            id="another word for deny",
        ),
        pytest.param(
            "network: {deny: [10]}",
            "network/deny/0: `network/deny/0` is `10`: it must be text; put it in quotes",
            id="a block that YAML takes for a number",
        ),
        pytest.param(
            "network: {deny: [{files: x}]}",
            "network/deny/0/files: `files` is not known in `network/deny/0`: it takes `file`; did "
            "you mean `file`?",
            id="a list file misspelled",
        ),
        pytest.param(
            "network: {rules: [{allow: [all]}]}",
            "network/rules/0/allow: `network/rules/0/allow` is a list: it must be text; write text",
            id="a rule with a list",
        ),
        pytest.param(
            "cors: {origin: ['*']}",
            "cors/origin: `origin` is not known in `cors`: it takes `behaviour`, `origins`, "
            "`methods`, `headers`, `expose`, `credentials`, `max_age`, `enforce`, `fixed` and "
            "`private_network`; did you mean `origins`?",
            id="a key misspelled",
        ),
        pytest.param(
            "cors: {origins: '*'}", f"cors/origins: `cors/origins` is `*`: {A_LIST}", id="origins"
        ),
        pytest.param(
            "cors: {credentials: yes}",
            "cors/credentials: `cors/credentials` is `yes`: it must be `true` or `false`; write "
            "`true` or `false`",
            id="yes",
        ),
        pytest.param(
            "cors: {max_age: 10m}",
            "cors/max_age: `cors/max_age` is `10m`: it must be a whole number; write a whole "
            "number",
            id="a number with a unit",
        ),
        pytest.param(
            "cors: {max_age: -1}",
            "cors/max_age: `cors/max_age` is `-1`: it must be at least 0; correct it",
            id="a negative age",
        ),
        pytest.param(
            "errors: json", f"errors: `errors` is `json`: {A_MAPPING}", id="a style for errors"
        ),
        pytest.param(
            "credentials: bearer",
            f"credentials: `credentials` is `bearer`: {A_LIST}",
            id="credentials",
        ),
        pytest.param(
            "credentials: [Bearer]",
            "credentials/0: `Bearer` is not a value of `credentials/0`: it takes `bearer` or "
            "`basic`; did you mean `bearer`?",
            id="a scheme in capitals",
        ),
        pytest.param(
            "credentials: [{headr: x}]",
            "credentials/0/headr: `headr` is not known in `credentials/0`: it takes `header`, "
            "`query` and `cookie`; did you mean `header`?",
            id="a place misspelled",
        ),
        pytest.param(
            "credentials: [{cookie: ''}]",
            "credentials/0/cookie: `credentials/0/cookie` is empty: it must say something; fill it "
            "in",
            id="a cookie without a name",
        ),
        pytest.param("roles: [a]", f"roles: `roles` is a list: {A_MAPPING}", id="roles"),
        pytest.param(
            "keys: {a: b}", f"keys: `keys` is something else: {A_LIST}", id="keys as a mapping"
        ),
        pytest.param(
            "keys: [{key: x}]",
            "keys/0: `keys/0` has no `id`: it cannot do without; add `id:`",
            id="a key without an id",
        ),
        pytest.param(
            "keys: [{id: a, key: x, expires: soon}]",
            "keys/0/expires: `soon` is not a date: it is not of the form year-month-day; write "
            "`2027-01-31` or `2027-01-31T12:00:00Z`",
            id="a time in words",
        ),
        pytest.param(
            "keys: [{id: a, key: x, not_before: 9999-12-31}]",
            "keys/0/not_before: `9999-12-31` is not a date: its year is not one from 1970 to 9998; "
            "write `2027-01-31` or `2027-01-31T12:00:00Z`",
            id="the end of time",
        ),
        pytest.param(
            "keys: [{id: a, sha256: abc}]",
            "keys/0/sha256: `sha256` is not a SHA-256 digest: it has 3 characters, and a digest "
            "has 64 hexadecimal ones; make one with `printf %s KEY | sha256sum`",
            id="no digest",
        ),
        pytest.param("routes: [/a]", f"routes/0: `routes/0` is `/a`: {A_MAPPING}", id="routes"),
        pytest.param(
            "routes: [{methods: [GET]}]",
            "routes/0: `routes/0` has no `path`: it cannot do without; add `path:`",
            id="a route without a path",
        ),
        pytest.param(
            "routes: [{path: /a, method: GET}]",
            "routes/0/method: `method` is not known in `routes/0`: it takes `path`, `methods`, "
            "`scopes`, `public`, `hosts`, `description`, `network`, `cors`, `rate_limits` and "
            "`response`; did "
            "you mean `methods`?",
            id="one method",
        ),
        pytest.param(
            "routes: [{path: /a, methods: GET}]",
            f"routes/0/methods: `routes/0/methods` is `GET`: {A_LIST}",
            id="methods",
        ),
        pytest.param(
            "rate_limits: {per: client, quota: 1/day}",
            f"rate_limits: `rate_limits` is a mapping: {A_LIST}",
            id="rate limits",
        ),
        pytest.param(
            "rate_limits: [{per: ip, quota: 1/day}]",
            "rate_limits/0/per: `ip` is not a value of `rate_limits/0/per`: it takes `principal`, "
            "`client` or `route`; choose one of them",
            id="another word for client",
        ),
        pytest.param(
            "rate_limits: [{per: client, quota: 100}]",
            "rate_limits/0/quota: `rate_limits/0/quota` is `100`: it must be text; put it in "
            "quotes",
            id="a quota without a unit",
        ),
        pytest.param(
            "rate_limits: [{per: client, quota: 1/day, burst: 0}]",
            "rate_limits/0/burst: `rate_limits/0/burst` is `0`: it must be at least 1; correct it",
            id="no burst",
        ),
        pytest.param(
            "description: 3",
            "description: `description` is `3`: it must be text; put it in quotes",
            id="a description that is a number",
        ),
        pytest.param(
            "- a",
            ": the policy is no mapping: its keys stand at the top; write `routes: […]`",
            id="a list at the top",
        ),
        pytest.param(
            "keys:",
            "keys: `keys` is empty: nothing stands after it; fill it in, or remove the line",
            id="a list with nothing in it",
        ),
        pytest.param(
            "network:",
            "network: `network` is empty: nothing stands after it; fill it in, or remove the line",
            id="a section with nothing in it",
        ),
    ],
)
def test_a_mistake_is_one_message(text: str, expected: str) -> None:
    assert told(text) == [f"1 {expected}"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "keys: [{id: a, key: 31415926535}]", id="a secret that YAML takes for a number"
        ),
        pytest.param("keys: [31415926535]", id="a secret for a key"),
        pytest.param("keys: ['31415926535']", id="a secret for a key, as text"),
        pytest.param("keys: '31415926535'", id="a secret for all keys"),
        pytest.param("keys: [{id: a, key: ['31415926535']}]", id="a list of secrets"),
        pytest.param("keys: [{id: a, keyy: '31415926535'}]", id="a misspelled key"),
        pytest.param(
            "keys: [{id: a, key: '31415926535'}, {id: b, key: '31415926535'}]", id="twice"
        ),
        pytest.param("keys: [{id: a, key: '31415926535', zz: 1}]", id="another mistake beside it"),
        pytest.param("keys: [{id: a, key: '31415926535}]", id="a quote that is not closed"),
        pytest.param("keys: [{id: a, key: @31415926535}]", id="a character that starts nothing"),
    ],
)
def test_no_message_shows_a_secret(text: str) -> None:
    assert "31415926535" not in "".join(told(text))


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(n)}: &{chr(n)} [{', '.join([f'*{chr(n - 1)}'] * 9)}]\n" for n in range(98, 110)
)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("\x7fELF\x02\x01\x01\x00", id="a program"),
        pytest.param("keys: []\nkeys: []\n", id="a key twice"),
        pytest.param(BOMB, id="aliases of aliases"),
        pytest.param("[" * 500 + "]" * 500, id="brackets in brackets"),
        pytest.param("routes: " + "[" * 50 + "]" * 50, id="fewer of them, where routes should be"),
        pytest.param("#" * 10_000_000, id="ten million characters"),
        pytest.param("a: 1\n---\nb: 2\n", id="two documents"),
    ],
)
def test_what_no_policy_looks_like_is_a_problem_with_its_line(text: str) -> None:
    assert all(problem.line >= 1 and problem.cause for problem in problems_of(text))


# The compiled policy


def test_an_empty_policy_admits_everything() -> None:
    decision = evaluate(load_policy("{}"), Request("GET", "https://h/"))

    assert decision.allowed
    assert {str(finding.outcome) for finding in decision.trace} == {"skip"}


def test_a_policy_covers_its_hosts() -> None:
    policy = load_policy("hosts: [api.example, '*.shop.example:8443']")

    assert policy.covers(Request("GET", "https://api.example/"))
    assert policy.covers(Request("GET", "https://a.shop.example:8443/"))
    assert not policy.covers(Request("GET", "https://a.shop.example/"))
    assert load_policy("{}").covers(Request("GET", "https://any.example/"))


def test_a_rule_has_its_line() -> None:
    policy = load_policy("network:\n  deny:\n    - 10.0.0.0/8\n", name="shop.yaml")

    assert policy.span("network/deny/0") == Span("shop.yaml", 3)


def test_an_entry_of_a_list_file_has_that_files_line() -> None:
    policy = load_policy(
        "network: {deny: [{file: lists/drop.txt}]}",
        name="policies/shop.yaml",
        read_file=lambda file: "# head\n203.0.113.0/24\n",
    )
    decision = evaluate(policy, Request("GET", "https://h/", client="203.0.113.9"))

    assert decision.deciding is not None
    assert decision.deciding.rule == "network/deny/0#2"
    assert policy.span(decision.deciding.rule) == Span("policies/lists/drop.txt", 2)
    assert policy.excerpt(decision.deciding.rule) == ""


def test_a_key_may_come_from_the_environment() -> None:
    policy = load_policy("keys: [{id: a, env: KEY}]", environment={"KEY": "secret-1"})

    assert evaluate(policy, Request("GET", "https://h/", {"x-api-key": "secret-1"})).allowed
    assert not evaluate(policy, Request("GET", "https://h/", {"x-api-key": "KEY"})).allowed


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("keys: [{id: a, key: secret-1}]", id="plain"),
        pytest.param('keys: [{id: a, key: "secret-1"}]', id="in quotes"),
        pytest.param("keys: [{id: a, key: 'secret-1'}]", id="in single quotes"),
        pytest.param('{"keys": [{"id": "a", "key": "secret-1"}]}', id="JSON"),
        pytest.param("keys: [{id: a, key: &x secret-1}]", id="with an anchor"),
        pytest.param('keys: [{id: a, "key" : "secret-1"}]', id="with a space before the colon"),
    ],
)
def test_an_excerpt_is_the_policys_line_without_secrets(line: str) -> None:
    excerpt = load_policy(line).excerpt("keys/0")

    assert "secret-1" not in excerpt
    assert "id" in excerpt


def test_an_excerpt_keeps_what_is_no_secret() -> None:
    policy = load_policy("routes:\n  - {path: /a, scopes: [read]}  # for all\n")

    assert policy.excerpt("routes/0/scopes") == "  - {path: /a, scopes: [read]}  # for all"


def test_a_policys_repr_counts() -> None:
    policy = load_policy("keys: [{id: a, key: secret-1}]\nroutes: [{path: /a}]", name="p.yaml")

    assert repr(policy) == "<Policy p.yaml: 1 routes, 1 keys>"


def test_checks_stand_in_the_policys_order() -> None:
    order = ["cors", "network", "rate_limit", "authorize", "authenticate", "route"]

    assert [check.name for check in load_policy(json.dumps({"order": order})).checks] == order


# Fuzzing


@settings(max_examples=60)
@given(policies())
def test_a_policy_is_the_same_written_as_yaml_or_json(policy: dict[str, Any]) -> None:
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    stream = io.StringIO()
    yaml.dump(policy, stream)
    compact = load_policy(json.dumps(policy))
    block = load_policy(stream.getvalue())

    assert describe(compact) == describe(block)


def describe(policy: Policy) -> tuple[Any, ...]:
    keys = [
        (k.id, k.roles, k.scopes, k.expires, k.not_before, k.revoked, k.secret, k.digest)
        for k in policy.keys
    ]
    return (
        policy.hosts, policy.tables.routes.routes, keys, policy.statuses,
        [check.name for check in policy.checks], policy.tables.forwarded_field,
    )  # fmt: skip


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(["*", "all", "", "GET", "/a", "10.0.0.1/8", "<<", "2027-01-01", "{x}", "#"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=6) | st.sampled_from(["path", "file", "id", "key", "rules"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=5,
)


def places_in(value: Any) -> list[tuple[Any, Any]]:
    """Every container in the data with every step into it."""
    found: list[tuple[Any, Any]] = []
    items: Any = ()
    if isinstance(value, dict):
        items = list(value.items())
        found.append((value, None))
    elif isinstance(value, list):
        items = list(enumerate(value))
    for step, item in items:
        found.append((value, step))
        found += places_in(item)
    return found


@st.composite
def damaged(draw: Any) -> dict[str, Any]:
    """A policy in which some values are replaced, taken out or joined by keys of no meaning."""
    policy: dict[str, Any] = copy.deepcopy(draw(policies()))
    for _ in range(draw(st.integers(1, 4))):
        places = places_in(policy)
        container, step = places[draw(st.integers(0, len(places) - 1))]
        action = draw(st.integers(0, 3))
        if step is None:
            container[draw(st.text(max_size=8))] = draw(values)
        elif action == 0:
            del container[step]
        else:
            container[step] = draw(values)
    return policy


@settings(max_examples=300)
@given(damaged(), st.sampled_from([None, 1]))
def test_whatever_is_wrong_is_told_with_file_and_line(
    policy: dict[str, Any], indent: int | None
) -> None:
    try:
        load_policy(json.dumps(policy, indent=indent), name="p.yaml")
    except PolicyError as error:
        problems = error.problems
    else:
        return

    assert problems
    assert len(set(problems)) == len(problems)
    for problem in problems:
        assert (problem.file, problem.line >= 1) == ("p.yaml", True)
        assert problem.message.isprintable()
        assert problem.problem
        assert problem.cause
        spoken = problem.message.lower()
        for word in ("input should", "pydantic", "node(", "validation", "valid string", "tuple"):
            assert word not in spoken or word in json.dumps(policy).lower()


@settings(max_examples=150)
@given(
    st.lists(
        st.sampled_from(
            ["keys:", "routes:", "- ", "  ", "\n", "{", "}", "[", "]", "&a", "*a", "<<: ", "!x ",
             "id: ", "key: ", "path: ", "/a", "network:", "deny:", "10.0.0.1", "'", '"', "|\n",
             ", "]
        ),
        max_size=25,
    ).map("".join)
)  # fmt: skip
def test_whatever_text_is_read_or_told_to_be_wrong(text: str) -> None:
    try:
        load_policy(text, name="p.yaml")
    except PolicyError as error:
        found = error.problems
    else:
        return

    assert all(problem.line >= 1 and problem.cause for problem in found)


def test_problems_stand_in_the_order_of_their_lines() -> None:
    lines = [problem.line for problem in problems_of(NINE)]

    assert lines == sorted(lines)


@pytest.mark.parametrize(
    ("policy", "path", "status"),
    [
        pytest.param("", "/a", 405, id="as the standard says"),
        pytest.param("cors: {behaviour: starlette}", "/a", 405, id="as some families do too"),
        pytest.param("cors: {behaviour: express}", "/a", 404, id="as a route that is not there"),
        pytest.param("cors: {behaviour: apigateway-rest}", "/b", 403, id="as a missing token"),
        pytest.param(
            "cors: {behaviour: express}\nerrors: {statuses: {route.method-not-allowed: 418}}", "/a",
            418, id="as the policy says, before all",
        ),
    ],
)  # fmt: skip
def test_a_family_of_servers_answers_a_wrong_method_or_path(
    policy: str, path: str, status: int
) -> None:
    text = f"{policy}\nroutes: [{{path: /a, methods: [GET]}}]"

    assert decide(text, "PUT", f"https://api.example{path}").status == status


def test_a_policy_with_other_data_keeps_its_places_and_what_it_was_read_with() -> None:
    policy = load_policy(
        "network: {default: deny, allow: [{file: office.txt}]}\nkeys: [{id: web, env: WEB}]",
        read_file=lambda name: "10.0.0.0/8",
        environment={"WEB": "secret"},
    )
    data = dict(policy.document.data)  # type: ignore[arg-type]
    data["routes"] = [{"path": "/a"}]

    other = recompile(policy, data)

    request = Request("GET", "https://a.test/b", {"x-api-key": "secret"}, client="10.0.0.1")
    assert evaluate(policy, request).allowed is True
    assert evaluate(other, request).reason == "route.not-found"
    assert other.span("keys/0").line == 2


def test_other_data_that_is_wrong_is_told_like_text() -> None:
    policy = load_policy("cors: {origins: [https://a.test]}", name="p.yaml")

    with pytest.raises(PolicyError, match="it ends in a slash"):
        recompile(policy, {"cors": {"origins": ["https://a.test/"]}})


def test_a_policy_read_again_with_its_new_text_has_the_new_places() -> None:
    policy = load_policy("cors: {origins: [https://a.test]}")
    text = "\n\ncors: {origins: [https://b.test]}"

    assert recompile(policy, {}, text).span("cors").line == 3
