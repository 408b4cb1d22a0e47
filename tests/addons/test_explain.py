"""Where is the bare 4xx replaced by the explanation, and where is it left alone?"""

import json

import pytest
from mitmproxy import http

from addons.explain import wants_page
from simulator import Headers

APP = ("Origin", "https://app.test")
KEY = ("X-Api-Key", "web-demu")
URL = "https://api.test/orders"


@pytest.mark.parametrize(
    ("headers", "page"),
    [
        pytest.param({"sec-fetch-dest": "document"}, True, id="a navigation"),
        pytest.param({"sec-fetch-dest": "iframe"}, True, id="a frame"),
        pytest.param({"sec-fetch-dest": "empty", "accept": "text/html"}, False, id="a fetch"),
        pytest.param({"sec-fetch-dest": "image"}, False, id="an image"),
        pytest.param({"accept": "text/HTML,*/*;q=0.8"}, True, id="an old browser"),
        pytest.param({"accept": "*/*"}, False, id="curl"),
        pytest.param({}, False, id="nothing is said"),
    ],
)
def test_a_page_is_for_documents(headers, page: bool) -> None:
    assert wants_page(Headers(headers)) is page


@pytest.mark.parametrize("mode", ["annotate", "enforce"])
def test_a_refusal_is_explained_with_what_nearly_matched(rig, flow, fields, mode: str) -> None:
    rig.use(mode=mode, explain_body=True)
    made = rig.request(flow(URL, headers=[APP, KEY]))
    response = rig.respond(made, 401, [("Access-Control-Allow-Origin", "*")])
    sent = fields(response)
    document = json.loads(response.content)
    assert response.status_code == document["status"] == 401
    assert document["reason"] == "authenticate.unknown-key"
    assert "key `web`" in document["near"][0]["text"]
    assert document["summary"]
    assert document["page"].startswith("the page")
    assert sent["content-type"] == "application/problem+json"
    assert sent["content-length"] == str(len(response.raw_content))
    assert sent["why403"].startswith("refused")


@pytest.mark.parametrize("mode", ["annotate", "enforce"])
def test_a_navigation_is_explained_by_a_page(rig, flow, mode: str) -> None:
    rig.use(mode=mode, explain_body=True)
    made = rig.request(flow(URL, headers=[("Sec-Fetch-Dest", "document")]))
    response = rig.respond(made, 401, [("Content-Type", "text/plain")])
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.text.startswith("<!doctype html>")
    assert response.status_code == 401


def test_fields_of_the_body_that_was_there_go_and_the_rest_stays(rig, flow) -> None:
    rig.use(mode="annotate", explain_body=True)
    servers = [
        ("Content-Encoding", "gzip"),
        ("Transfer-Encoding", "chunked"),
        ("ETag", '"1"'),
        ("Access-Control-Allow-Origin", "*"),
        ("Set-Cookie", "a=b"),
        ("WWW-Authenticate", "Bearer"),
        ("Cache-Control", "max-age=60"),
    ]
    response = rig.exchange(flow(URL), 401, servers)
    names = {name.lower() for name in response.headers}
    assert names == {
        "access-control-allow-origin", "set-cookie", "www-authenticate", "cache-control",
        "content-type", "content-length", "why403", "server-timing",
    }  # fmt: skip
    assert response.headers["cache-control"] == "no-store"
    json.loads(response.content)


@pytest.mark.parametrize(
    ("url", "status", "method"),
    [
        pytest.param(URL, 404, "GET", id="another status than the policy's"),
        pytest.param(URL, 200, "GET", id="no refusal at all"),
        pytest.param("https://api.test/open", 403, "GET", id="what the policy allows"),
        pytest.param("https://other.test/", 403, "GET", id="what no policy judges"),
    ],
)
def test_a_response_that_the_policy_does_not_explain_stays(rig, flow, url, status, method) -> None:
    rig.use(mode="annotate", explain_body=True)
    assert rig.exchange(flow(url, method), status).content == b"real"


def test_an_answer_to_head_has_no_body_to_explain_in(rig, flow) -> None:
    rig.policy.write_text("network: {default: deny}\n")
    rig.use(mode="annotate", explain_body=True)
    assert rig.exchange(flow(method="HEAD"), 403, body=b"").content == b""


def test_a_streamed_body_stays(rig, flow) -> None:
    rig.use(mode="annotate", explain_body=True)
    made = rig.request(flow(URL))
    made.response = http.Response.make(401, b"real")
    made.response.stream = True
    assert rig.respond(made).content == b"real"


@pytest.mark.parametrize(
    "options",
    [{"mode": "observe", "explain_body": True}, {"mode": "annotate"}],
    ids=["observe", "not asked for"],
)
def test_nothing_is_explained_unasked(rig, flow, options) -> None:
    rig.use(**options)
    assert rig.exchange(flow(URL), 401).content == b"real"


def test_an_explanation_that_fails_leaves_the_real_body(rig, flow, monkeypatch) -> None:
    rig.use(mode="annotate", explain_body=True)
    monkeypatch.setattr("addons.explain.explanation", lambda *_: 1 / 0)
    assert rig.exchange(flow(URL), 401).content == b"real"
