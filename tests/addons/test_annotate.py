"""Do responses carry the reason, and keep everything else?"""

import pytest
from mitmproxy import http

APP = ("Origin", "https://app.test")
EVIL = ("Origin", "https://evil.test")


@pytest.fixture
def annotating(rig):
    rig.use(mode="annotate")
    return rig


def test_an_allowed_response_says_so_and_keeps_its_fields(annotating, flow) -> None:
    servers = [("Server-Timing", "db;dur=5"), ("Access-Control-Allow-Origin", "*")]
    response = annotating.exchange(flow(headers=[APP]), 200, servers)
    assert response.headers.fields == (
        (b"Server-Timing", b"db;dur=5"),
        (b"Access-Control-Allow-Origin", b"*"),
        (b"content-length", b"4"),
        (b"why403", b"allowed"),
    )


def test_a_refused_response_says_why_and_stays_what_it_was(annotating, flow) -> None:
    made = annotating.request(flow("https://api.test/orders"))
    assert made.response is None
    response = annotating.respond(made, 200, [("Server-Timing", "db;dur=5")])
    assert (response.status_code, response.content) == (200, b"real")
    assert response.headers["why403"].startswith(
        'refused; reason="authenticate.no-credential"; rule="'
    )
    timings = response.headers.get_all("server-timing")
    assert timings[0] == "db;dur=5"
    assert timings[1].startswith('why403;desc="authenticate.no-credential ')


def test_what_the_browser_hides_is_named(annotating, flow) -> None:
    response = annotating.exchange(flow(headers=[EVIL]))
    assert 'by="browser"' in response.headers["why403"]


def test_a_streamed_response_has_the_fields_too(annotating, flow) -> None:
    made = annotating.request(flow())
    made.response = http.Response.make(200)
    made.response.stream = True
    assert annotating.respond(made).headers["why403"] == "allowed"


@pytest.mark.parametrize("mode", ["observe", "enforce"])
def test_the_other_modes_add_nothing(rig, flow, mode: str) -> None:
    rig.use(mode=mode)
    assert list(rig.exchange(flow()).headers) == ["content-length"]


def test_a_host_that_no_policy_means_gets_nothing(annotating, flow) -> None:
    assert "why403" not in annotating.exchange(flow("https://other.test/")).headers
