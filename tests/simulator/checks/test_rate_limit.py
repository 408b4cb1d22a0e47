"""Has whoever asks used up their quota?"""

from __future__ import annotations

import pytest
from telling import decide, finding

from simulator import Decision, Policy, Request, Usage, evaluate, load_policy

NOW = 1764000000.0


class Client:
    """Somebody who sends requests, each counted."""

    def __init__(self, policy: str) -> None:
        self.policy: Policy = load_policy(policy)
        self.usage = Usage()

    def send(
        self,
        url: str = "https://h/",
        *,
        key: str = "",
        client: str = "10.0.0.1",
        at: float = NOW,
        method: str = "GET",
    ) -> Decision:
        headers = {"x-api-key": key} if key else {}
        request = Request(method, url, headers, client=client, at=at)
        decision = evaluate(self.policy, request, self.usage)
        self.usage.record(decision)
        return decision


def test_a_quota_admits_its_burst_and_then_refuses() -> None:
    client = Client("rate_limits: [{per: client, quota: 2/minute}]")

    assert [client.send().reason for _ in range(3)] == [None, None, "rate-limit.exceeded"]


def test_one_more_passes_after_an_interval() -> None:
    client = Client("rate_limits: [{per: client, quota: 2/minute}]")
    client.send()
    client.send()

    assert client.send(at=NOW + 29.999).reason == "rate-limit.exceeded"
    assert client.send(at=NOW + 30).allowed
    assert client.send(at=NOW + 30).reason == "rate-limit.exceeded"


def test_a_burst_may_be_smaller_than_the_quota() -> None:
    client = Client("rate_limits: [{per: client, quota: 60/minute, burst: 1}]")
    client.send()

    assert client.send(at=NOW + 0.5).reason == "rate-limit.exceeded"
    assert client.send(at=NOW + 1).allowed


KEYS = "keys: [{id: a, key: secret-a}, {id: b, key: secret-b}]\n"
ROUTES = "routes: [{path: /a, hosts: [h]}, {path: /b}, {path: /a, hosts: [other]}]\n"


@pytest.mark.parametrize(
    ("per", "first", "second", "together"),
    [
        pytest.param("client", {"url": "https://h/a"}, {"url": "https://h/b"}, True, id="one"),
        pytest.param("client", {"client": "10.0.0.1"}, {"client": "10.0.0.2"}, False, id="two"),
        pytest.param(
            "client", {"client": "::ffff:10.0.0.1"}, {"client": "10.0.0.1"}, True, id="mapped"
        ),
        pytest.param(
            "client", {"key": "secret-a"}, {"key": "secret-b"}, True, id="one address of two keys"
        ),
        pytest.param(
            "principal", {"client": "10.0.0.1"}, {"client": "10.0.0.2"}, True, id="one key of two"
        ),
        pytest.param(
            "principal", {"key": "secret-a"}, {"key": "secret-b"}, False, id="two keys of one"
        ),
        pytest.param(
            "route", {"url": "https://h/a"}, {"url": "https://h/a?x"}, True, id="one route"
        ),
        pytest.param(
            "route", {"url": "https://h/a"}, {"url": "https://h/b"}, False, id="two routes"
        ),
        pytest.param(
            "route", {"url": "https://h/a"}, {"url": "https://other/a"}, False, id="of one path"
        ),
    ],
)  # fmt: skip
def test_requests_are_counted_together_or_not(
    per: str, first: dict[str, str], second: dict[str, str], together: bool
) -> None:
    client = Client(f"{KEYS}{ROUTES}rate_limits: [{{per: {per}, quota: 1/day}}]\n")
    usual = {"url": "https://h/a", "key": "secret-a"}

    assert client.send(**{**usual, **first}).allowed  # type: ignore[arg-type]
    refused = client.send(**{**usual, **second}).reason == "rate-limit.exceeded"  # type: ignore[arg-type]
    assert refused is together


@pytest.mark.parametrize(
    ("policy", "client", "note"),
    [
        pytest.param("{}", "10.0.0.1", "the policy has no `rate_limits`", id="no section"),
        pytest.param(
            "rate_limits: [{per: principal, quota: 1/day}]",
            "10.0.0.1",
            "no quota counts this request: nobody and nothing to count it for",
            id="nobody's key",
        ),
        pytest.param(
            "rate_limits: [{per: client, quota: 1/day}]",
            "",
            "no quota counts this request: nobody and nothing to count it for",
            id="nobody's address",
        ),
        pytest.param(
            "rate_limits: [{per: route, quota: 1/day}]",
            "10.0.0.1",
            "no quota counts this request: nobody and nothing to count it for",
            id="no route",
        ),
    ],
)
def test_where_there_is_nothing_to_count_it_has_no_opinion(
    policy: str, client: str, note: str
) -> None:
    found = finding(decide(policy, client=client), "rate_limit")

    assert (str(found.outcome), found.note) == ("skip", note)


def test_every_quota_must_have_room_and_the_tightest_is_told() -> None:
    client = Client("rate_limits: [{per: client, quota: 3/minute}, {per: client, quota: 2/day}]")
    first = finding(client.send(), "rate_limit")
    client.send()
    third = finding(client.send(), "rate_limit")

    assert (first.rule, first.values) == ("rate_limits/1", {"quota": "2/day", "remaining": 1})
    assert (third.rule, third.reason and third.reason.code) == (
        "rate_limits/1",
        "rate-limit.exceeded",
    )


def test_a_refused_request_draws_on_none_of_its_quotas() -> None:
    client = Client("rate_limits: [{per: client, quota: 3/minute}, {per: client, quota: 1/day}]")
    client.send()
    before = dict(client.usage.arrivals)
    client.send()

    assert client.usage.arrivals == before


def test_a_request_refused_before_is_not_counted() -> None:
    client = Client("routes: [{path: /a}]\nrate_limits: [{per: client, quota: 1/day}]\n")
    client.send("https://h/b")

    assert client.send("https://h/a").allowed


def test_a_quota_asked_first_counts_what_is_refused_later() -> None:
    client = Client(
        "order: [rate_limit, network, cors, route, authenticate, authorize]\n"
        "routes: [{path: /a}]\nrate_limits: [{per: client, quota: 1/day}]\n"
    )
    client.send("https://h/b")

    assert client.send("https://h/a").reason == "rate-limit.exceeded"


def test_a_routes_own_quotas_replace_the_policys() -> None:
    client = Client(
        "rate_limits: [{per: client, quota: 1/day}]\n"
        "routes: [{path: /a, rate_limits: [{per: client, quota: 2/day}]}, {path: /b},"
        " {path: /c, rate_limits: []}]\n"
    )

    assert [client.send("https://h/a").reason for _ in range(3)][1:] == [
        None,
        "rate-limit.exceeded",
    ]
    assert [client.send("https://h/b").reason for _ in range(2)][1:] == ["rate-limit.exceeded"]
    assert [client.send("https://h/c").reason for _ in range(5)] == [None] * 5


def test_a_refusal_says_who_and_when_and_may_be_retried() -> None:
    client = Client("rate_limits: [{per: client, quota: 2/minute}]")
    client.send()
    client.send()
    decision = client.send(at=NOW + 0.5)
    found = finding(decision, "rate_limit")

    assert decision.status == 429
    assert found.text == (
        "the quota of 2/minute for client `10.0.0.1` is used up; the next request passes in 30 s"
    )
    assert found.reason is not None
    assert found.reason.retryable
    assert found.fields == (
        ("retry-after", "30"),
        ("ratelimit-policy", '"client";q=2;w=60'),
        ("ratelimit", '"client";r=0;t=60'),
    )


def test_retry_after_is_never_too_short() -> None:
    client = Client("rate_limits: [{per: client, quota: 1/minute}]")
    client.send()
    wait = int(client.send(at=NOW + 0.25).headers[0][1])

    assert client.send(at=NOW + 0.25 + wait).allowed


def test_an_allowed_request_is_told_what_is_left() -> None:
    client = Client("rate_limits: [{per: client, quota: 2/minute}]")

    assert client.send().headers == (
        ("ratelimit-policy", '"client";q=2;w=60'),
        ("ratelimit", '"client";r=1;t=30'),
    )


def test_without_usage_every_bucket_is_full() -> None:
    policy = load_policy("rate_limits: [{per: client, quota: 1/day}]")
    request = Request("GET", "https://h/", client="10.0.0.1")

    assert [evaluate(policy, request).allowed for _ in range(3)] == [True] * 3
