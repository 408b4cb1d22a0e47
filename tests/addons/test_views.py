"""How does a flow's explanation stand beside its body?"""

from __future__ import annotations

from typing import Any

import pytest
from mitmproxy import contentviews
from mitmproxy.contentviews import Metadata

from addons.views import WhyView

APP = ("Origin", "https://app.test")


def shown(flow: Any) -> str:
    return WhyView().prettify(b"", Metadata(flow=flow, http_message=flow.response))


def priority(flow: Any) -> float:
    return WhyView().render_priority(b"", Metadata(flow=flow))


def test_mitmproxy_has_it_by_its_name(rig: Any) -> None:
    assert contentviews.registry["why403"].name == "why403"


def test_a_refusal_is_shown_with_its_place_and_trace(rig: Any, flow: Any) -> None:
    rig.use()
    made = flow("https://api.test/orders", "DELETE", [("X-Api-Key", "web-demo")])
    rig.exchange(made, 403)

    lines = shown(made).splitlines()

    assert lines[0] == "refused  403  authorize.missing-scope"
    assert lines[1].startswith("key `web` lacks the scope `orders:write`")
    assert lines[2].startswith(f"{rig.policy}:")
    assert any(line.startswith("✗  authorize") for line in lines)
    assert "                → no role grants it" in lines
    assert priority(made) > 1


def test_a_hidden_answer_is_shown_without_a_policy(rig: Any, flow: Any) -> None:
    rig.use(policy=[])
    made = flow("https://api.test/x", "GET", [APP])
    rig.exchange(made, 500)

    text = shown(made)

    assert "the browser, of the real 500" in text
    assert "(Fetch, CORS check, step 2)" in text
    assert priority(made) > 1


def test_what_was_let_in_leaves_the_first_place_to_the_body(rig: Any, flow: Any) -> None:
    rig.use()
    made = flow()
    rig.exchange(made)

    assert shown(made) == "allowed\n"
    assert priority(made) == 0


def test_a_flow_that_was_not_judged_is_none_of_its(rig: Any, flow: Any) -> None:
    made = flow("https://other.test/")

    assert priority(made) < 0
    assert WhyView().render_priority(b"", Metadata()) < 0
    with pytest.raises(ValueError, match="has not judged this flow"):
        shown(made)


def test_what_a_client_made_up_is_shown_as_text(rig: Any, flow: Any) -> None:
    rig.use()
    made = flow("https://api.test/none%1b[2J")
    rig.exchange(made, 404)
    made.metadata["why403"]["summary"] = "\x1b[2J"

    assert "\x1b" not in shown(made)
