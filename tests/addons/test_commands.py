"""What can a user of mitmproxy ask of a flow?"""

from __future__ import annotations

import re
from typing import Any

import pytest
from mitmproxy import exceptions
from mitmproxy.tcp import TCPFlow

from addons.commands import Commands, changed
from simulator import Request, load_policy
from simulator.problem import Fault

KEY = ("X-Api-Key", "web-demo")
APP = ("Origin", "https://app.test")


@pytest.fixture
def run(rig: Any) -> Any:
    """Run a command as mitmproxy does."""

    def call(name: str, *arguments: Any) -> str:
        found = rig.context.master.commands.call(name, *arguments)
        assert isinstance(found, str)
        return found

    return call


def test_their_names_are_letters_and_dots_alone(rig: Any) -> None:
    ours = [name for name in rig.context.master.commands.commands if name.startswith("why")]

    assert sorted(ours) == ["why.case", "why.explain", "why.fix", "why.whatif"]
    assert all(re.fullmatch(r"[a-z.]+", name) for name in ours)


def test_a_flow_is_explained(rig: Any, run: Any, flow: Any) -> None:
    rig.use()
    refused = flow("https://api.test/orders", "DELETE", [KEY])
    rig.exchange(refused, 403)

    text = run("why.explain", [refused])

    assert "key `web` lacks the scope `orders:write`" in text
    assert "web-demo" not in text


def test_without_a_policy_the_browser_speaks(rig: Any, run: Any, flow: Any) -> None:
    rig.use(policy=[])
    hidden, bare = flow("https://api.test/x", "GET", [APP]), flow("https://api.test/y")
    rig.exchange(hidden, 403)
    rig.exchange(bare, 403)

    text = run("why.explain", [hidden, bare])

    assert "the browser: the server answered 403 without `Access-Control-Allow-Origin`" in text
    assert "GET https://api.test/y\nno policy judges it" in text


def test_a_recording_is_explained_too(rig: Any, run: Any, flow: Any) -> None:
    rig.use()

    text = run("why.explain", [flow("https://api.test/none", live=False)])

    assert "no route has the path `/none`" in text


def test_the_address_that_was_taken_for_the_client_s_counts(rig: Any, run: Any, flow: Any) -> None:
    rig.use(client="10.1.2.3")
    inside = flow("https://api.test/inside")
    rig.exchange(inside)
    refused = flow("https://api.test/inside", peer=("192.0.2.7", 1))
    rig.use(client="192.0.2.7")
    rig.exchange(refused, 403)

    assert "192.0.2.7" in run("why.explain", [refused])


def test_fixes_are_shown_as_diffs(rig: Any, run: Any, flow: Any) -> None:
    rig.use()
    refused = flow("https://api.test/orders", "DELETE", [KEY])

    text = run("why.fix", [refused])

    assert "fix 1" in text
    assert "+  - {id: web, key: •••, roles: [reader], scopes: [orders:write]}" in text
    assert "nothing is to be mended" in run("why.fix", [flow()])


def test_a_flow_is_written_as_a_case(rig: Any, run: Any, flow: Any) -> None:
    rig.use()
    refused = flow("https://api.test/orders", "DELETE", [KEY])
    rig.exchange(refused, 403)

    text = run("why.case", [refused])

    assert "request: {method: DELETE, url: https://api.test/orders, key: web}" in text
    assert "reason: authorize.missing-scope" in text


@pytest.mark.parametrize(
    ("changes", "now"),
    [
        (("key=",), "✗ 401 Unauthorized  authenticate.no-credential"),
        (("method=GET",), "✓ 200 OK"),
        (("url=https://api.test/inside", "method=GET"), "✗ 403 Forbidden  network.not-allowed"),
        (("url=https://api.test/inside", "method=GET", "client=10.0.0.1"), "✓ 200 OK"),
        (("origin=https://x.test",), "cors.origin-not-allowed"),
    ],
)
def test_what_would_be_is_told_beside_what_is(
    rig: Any, run: Any, flow: Any, changes: tuple[str, ...], now: str
) -> None:
    rig.use()

    text = run("why.whatif", flow("https://api.test/orders", "DELETE", [KEY]), *changes)

    before, _, after = text.partition("now   ")
    assert "authorize.missing-scope" in before
    assert now in after


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("kei=web", "`kei=web` is no change: .*; did you mean `key=…`?"),
        ("key", "`key` is no change"),
        ("key=wb", "there is no key `wb`: the policy has `web`; did you mean `web`?"),
        ("url=nothing", "nothing"),
    ],
)
def test_a_change_that_is_none_is_told(change: str, message: str) -> None:
    policy = load_policy("keys: [{id: web, key: web-demo}]")

    with pytest.raises(Fault, match=message):
        changed(policy, Request("GET", "https://api.test/"), [change])


def test_where_no_policy_judges_it_is_said(rig: Any, run: Any, flow: Any) -> None:
    rig.use(policy=[])

    for name in ("why.fix", "why.whatif"):
        given = flow() if name == "why.whatif" else [flow()]
        with pytest.raises(exceptions.CommandError, match=r"no policy judges `api\.test`"):
            run(name, given)
    with pytest.raises(exceptions.CommandError, match="nothing is to be expected"):
        run("why.case", [flow()])


def test_a_flow_that_is_none_of_http_is_told(rig: Any, flow: Any) -> None:
    tcp = TCPFlow(flow().client_conn, flow().server_conn)

    with pytest.raises(exceptions.CommandError, match="none of these flows is of HTTP"):
        Commands(rig.chain.policies).explain([tcp])
