"""Which requests are judged, by whom, and as whose?"""

from pathlib import Path

import pytest


def verdict(rig, made):
    return rig.request(made).metadata.get("why403")


def test_a_host_that_no_policy_means_is_left_alone(rig, flow) -> None:
    rig.use(mode="enforce")
    made = rig.request(flow("https://other.test/orders"))
    assert (made.metadata, made.comment, made.marked, made.response) == ({}, "", "", None)


def test_the_first_policy_that_means_the_host_judges(rig, flow, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("hosts: [other.test, api.test]\nnetwork: {default: deny}\n")
    rig.use(policy=[str(rig.policy), str(other)])
    assert verdict(rig, flow("https://api.test/open")) == {
        "policy": str(rig.policy),
        "allowed": True,
    }
    assert verdict(rig, flow("https://other.test/"))["reason"] == "network.not-allowed"


def test_mitmproxys_own_page_is_not_judged(rig, flow, tmp_path: Path) -> None:
    everything = tmp_path / "all.yaml"
    everything.write_text("network: {default: deny}\n")
    rig.use(mode="enforce", policy=[str(everything)])
    rig.options.update(onboarding_host="mitm.it")
    assert rig.request(flow("http://mitm.it/cert/pem")).response is None
    rig.options.update(onboarding=False)
    assert rig.request(flow("http://mitm.it/cert/pem")).response is not None


def test_what_mitmproxy_refuses_itself_is_not_judged(rig, flow) -> None:
    from mitmproxy.flow import Error

    rig.use(mode="enforce")
    made = flow("https://api.test/orders")
    made.error = Error("invalid")
    assert rig.request(made).response is None
    assert made.metadata == {}


@pytest.mark.parametrize(
    ("peer", "options", "headers", "reason"),
    [
        pytest.param(("10.1.1.1", 1), {}, (), None, id="the peer"),
        pytest.param(("::ffff:10.1.1.1", 1, 0, 0), {}, (), None, id="a mapped peer"),
        pytest.param(("9.9.9.9", 1), {}, (), "network.not-allowed", id="another peer"),
        pytest.param(("9.9.9.9", 1), {"client": "10.0.0.1"}, (), None, id="the option"),
        pytest.param(
            ("127.0.0.1", 1),
            {"client_header": True, "client": "9.9.9.9"},
            [("X-Why403-Client", " 10.0.0.1 ")],
            None,
            id="the field, before the option",
        ),
        pytest.param(
            ("9.9.9.9", 1),
            {"client_header": True},
            [("X-Why403-Client", "10.0.0.1")],
            "network.not-allowed",
            id="the field of a stranger",
        ),
        pytest.param(
            ("127.0.0.1", 1),
            {},
            [("X-Why403-Client", "10.0.0.1")],
            "network.not-allowed",
            id="the field without the option",
        ),
    ],
)
def test_the_client_is_the_peer_or_who_the_user_says(
    rig, flow, peer, options, headers, reason
) -> None:
    rig.use(**options)
    made = flow("https://api.test/inside", headers=headers, peer=peer)
    assert verdict(rig, made).get("reason") == reason


@pytest.mark.parametrize("peer", [("127.0.0.1", 1), ("9.9.9.9", 1)])
@pytest.mark.parametrize("url", ["https://api.test/inside", "https://other.test/"])
def test_the_control_field_never_reaches_the_server(rig, flow, peer, url: str) -> None:
    rig.use(client_header=True)
    made = rig.request(flow(url, headers=[("X-Why403-Client", "10.0.0.1"), ("a", "b")], peer=peer))
    assert made.request.headers.fields[1:] == ((b"a", b"b"),)


def test_quota_is_spent_by_live_requests_only(rig, flow) -> None:
    rig.use()
    url = "https://api.test/limited"
    for _ in range(3):
        assert verdict(rig, flow(url, live=False))["allowed"] is True
    assert [verdict(rig, flow(url)).get("reason") for _ in range(3)] == [
        None,
        None,
        "rate-limit.exceeded",
    ]


def test_a_request_that_another_addon_answered_spends_nothing(rig, flow) -> None:
    from mitmproxy.http import Response

    rig.use()
    for _ in range(3):
        made = flow("https://api.test/limited")
        made.response = Response.make(204)
        rig.exchange(made)
    assert verdict(rig, flow("https://api.test/limited"))["allowed"] is True


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([("Upgrade", "websocket")], id="a WebSocket handshake"),
        pytest.param([("Sec-Fetch-Mode", "websocket")], id="a WebSocket, as the browser says"),
        pytest.param([("Sec-Fetch-Mode", "navigate")], id="a navigation"),
        pytest.param([("Sec-Fetch-Mode", "no-cors")], id="an image"),
        pytest.param([("Sec-Fetch-Site", "same-origin")], id="the page's own server, renamed"),
    ],
)
def test_a_browser_applies_no_cors_to(rig, flow, headers) -> None:
    rig.use()
    made = flow(headers=[("Origin", "https://evil.test"), *headers])
    assert verdict(rig, made)["allowed"] is True


def test_a_browser_applies_cors_to_the_rest(rig, flow) -> None:
    rig.use()
    origin = ("Origin", "https://evil.test")
    made = flow(headers=[origin, ("Sec-Fetch-Mode", "cors"), ("Sec-Fetch-Site", "cross-site")])
    assert verdict(rig, made)["reason"] == "cors.origin-not-allowed"


def test_a_refused_websocket_says_nothing_of_cors(rig, flow) -> None:
    rig.use()
    headers = [("Origin", "https://evil.test"), ("Upgrade", "websocket")]
    record = verdict(rig, flow("https://api.test/orders", headers=headers))
    assert record["failures"] == ["authenticate.no-credential"]
    assert record["page"] is None
    cors = next(f for f in record["trace"] if f["check"] == "cors")
    assert cors["outcome"] == "skip"


def test_nothing_is_kept_of_a_flow_that_ended(rig, flow) -> None:
    rig.use(mode="enforce")
    for url in ("https://api.test/open", "https://api.test/orders"):
        rig.exchange(flow(url))
        rig.fail(rig.request(flow(url)))
    assert rig.chain.simulate._cases == {}
    # A recording without an answer is closed by the next one.
    for _ in range(3):
        rig.request(flow(live=False))
    assert len(rig.chain.simulate._cases) == 1
    assert rig.chain.enforce.waiting == {}
