"""What does the user of mitmproxy see of a verdict, and what of his own stays?"""

import io
import logging

import pytest
from mitmproxy.io import FlowReader, FlowWriter
from mitmproxy.utils import emoji

from addons import marks

HIDDEN = {"url": "https://api.test/open", "headers": [("Origin", "https://evil.test")]}
REFUSED = {"url": "https://api.test/orders?api_key=secret"}


def test_an_allowed_request_is_not_marked(rig, flow, caplog: pytest.LogCaptureFixture) -> None:
    rig.use()
    made = rig.request(flow())
    assert made.metadata == {"why403": {"policy": str(rig.policy), "allowed": True}}
    assert (made.marked, made.comment, caplog.messages) == ("", "", [])


def test_a_refusal_is_told_in_a_comment_a_mark_and_a_line(rig, flow, caplog) -> None:
    rig.use()
    caplog.set_level(logging.INFO)
    made = rig.request(flow(**REFUSED))
    record = made.metadata["why403"]
    assert (record["reason"], record["status"]) == ("authenticate.no-credential", 401)
    assert record["rule"] == {"path": "keys", "file": str(rig.policy), "line": 10}
    assert (record["mode"], record["number"]) == ("observe", 1)
    assert made.marked == ":no_entry:"
    place = f"({rig.policy}:10)"
    assert made.comment == f"why403: 401, authenticate.no-credential: {record['summary']} {place}"
    # Without the query: it may hold a credential.
    asked = "why403: GET https://api.test/orders from 127.0.0.1: "
    assert caplog.messages == [made.comment.replace("why403: ", asked)]


def test_what_the_browser_refuses_has_a_mark_of_its_own(rig, flow) -> None:
    rig.use()
    made = rig.request(flow(**HIDDEN))
    assert made.marked == ":no_entry_sign:"
    assert made.comment.startswith("why403: hidden by the browser, cors.origin-not-allowed: ")
    both = rig.request(flow("https://api.test/orders", headers=HIDDEN["headers"]))
    assert both.comment.startswith("why403: 401, hidden by the browser, cors.origin-not-allowed: ")


def test_marks_are_names_that_mitmproxy_draws() -> None:
    assert {marks.REFUSED, marks.HIDDEN, marks.UNKNOWN} <= set(emoji.emoji)


def test_the_users_comment_and_mark_stay(rig, flow) -> None:
    rig.use()
    made = flow(**REFUSED)
    made.comment, made.marked = "look here", ":bug:"
    rig.request(made)
    assert made.comment.startswith("look here\nwhy403: 401")
    assert made.marked == ":bug:"


def test_a_flow_that_is_replayed_is_told_of_once(rig, flow) -> None:
    rig.use()
    made = flow(**REFUSED)
    made.comment = "look here"
    first = rig.request(made).comment
    assert rig.request(made).comment == first
    made.request.headers["x-api-key"] = "web-demo"
    rig.request(made)
    assert (made.comment, made.marked) == ("look here", "")
    assert made.metadata["why403"]["allowed"] is True


@pytest.mark.parametrize("kwargs", [{}, HIDDEN, REFUSED], ids=["allowed", "hidden", "refused"])
def test_a_marked_flow_can_be_saved_and_read(rig, flow, kwargs) -> None:
    rig.use()
    made = rig.request(flow(**kwargs))
    file = io.BytesIO()
    FlowWriter(file).add(made)
    file.seek(0)
    read = next(iter(FlowReader(file).stream()))
    assert read.metadata == made.metadata
    assert (read.comment, read.marked) == (made.comment, made.marked)


@pytest.mark.parametrize("url", ["https://api.test/orders", "https://api.test/%F0%9F"])
def test_a_recording_is_marked_and_not_rewritten(rig, flow, url: str) -> None:
    rig.use(mode="enforce", client_header=True, explain_body=True)
    made = flow(url, live=False, headers=[("x-why403-client", "10.0.0.1")])
    response = rig.exchange(made, 200, [("access-control-allow-origin", "*")])
    assert made.marked == ":no_entry:"
    assert (response.status_code, response.content) == (200, b"real")
    assert response.headers["access-control-allow-origin"] == "*"
    assert "x-why403-client" in made.request.headers


def test_a_line_has_no_control_characters(rig, flow, caplog) -> None:
    rig.use()
    caplog.set_level(logging.INFO)
    made = flow()
    made.request.data.path = b"/orders\x1b[31m"
    rig.request(made)
    assert "\x1b" not in caplog.text + made.comment
