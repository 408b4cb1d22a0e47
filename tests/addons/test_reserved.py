"""Which requests are for why403 itself?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from mitmproxy import http

PORT = 8403
type Make = Callable[..., http.HTTPFlow]


@pytest.fixture
def served(rig: Any) -> Iterator[Any]:
    """The rig, as if the dashboard's server listened."""
    rig.use(mode="enforce")
    rig.chain.context.port = PORT
    yield rig
    rig.chain.context.port = 0


def sent_to(flow: http.HTTPFlow) -> tuple[str, str, int]:
    data = flow.request.data
    return data.scheme.decode(), data.host, data.port


@pytest.mark.parametrize("version", ["HTTP/1.1", "HTTP/2.0"])
def test_a_reserved_path_of_any_server_leads_to_our_own(
    served: Any, flow: Make, version: str
) -> None:
    made = flow("https://api.test/__why403__/t0ken/entries", version=version)

    served.request(made)

    assert sent_to(made) == ("http", "127.0.0.1", PORT)
    assert made.server_conn.address == ("127.0.0.1", PORT)
    assert made.request.headers["x-why403-inside"] == served.chain.context.inside
    assert made.request.headers["x-why403-asked"] == "https://api.test"
    assert made.response is None


def test_it_is_judged_by_no_policy_and_entered_nowhere(served: Any, flow: Make) -> None:
    made = flow("https://api.test/__why403__/t0ken/entries", headers=[("Origin", "null")])

    served.exchange(made, 404)

    assert served.chain.journal.count == 0
    assert (made.marked, made.comment, made.metadata) == ("", "", {})


def test_the_reserved_name_leads_there_too(served: Any, flow: Make) -> None:
    made = flow("http://WHY403.test/")

    served.request(made)

    assert sent_to(made) == ("http", "127.0.0.1", PORT)
    assert made.request.headers["x-why403-asked"] == ""


def test_the_reserved_name_is_for_this_machine_alone(served: Any, flow: Make) -> None:
    made = flow("http://why403.test/", peer=("192.0.2.7", 50000))

    served.request(made)

    assert made.response is not None
    assert made.response.status_code == 403
    assert sent_to(made)[1] == "why403.test"


def test_nobody_else_can_claim_to_come_from_inside(served: Any, flow: Make) -> None:
    secret = served.chain.context.inside
    made = flow(
        "http://why403.test/", headers=[("X-Why403-Inside", "guessed"), ("x-why403-asked", "x")]
    )

    served.request(made)

    assert made.request.headers.get_all("x-why403-inside") == [secret]
    assert made.request.headers.get_all("x-why403-asked") == [""]


def test_the_secret_stays_out_of_views_and_recordings(served: Any, flow: Make) -> None:
    made = flow("https://api.test/__why403__/t0ken/stream")
    before = made.request.copy()

    served.request(made)
    served.respond(made)

    assert sent_to(made) == ("https", "api.test", 443)
    assert made.request.headers == before.headers
    assert made.response is not None
    assert made.response.stream is True  # it may never end


def test_a_request_that_breaks_off_is_given_back(served: Any, flow: Make) -> None:
    made = flow("https://api.test/__why403__/t0ken/stream")

    served.fail(served.request(made))

    assert sent_to(made) == ("https", "api.test", 443)
    assert "x-why403-inside" not in made.request.headers


def test_a_switch_of_protocols_is_not_streamed(served: Any, flow: Make) -> None:
    made = flow("https://api.test/__why403__/t0ken/socket")

    served.exchange(made, 101)

    assert made.response is not None
    assert made.response.stream is False


def test_the_dashboard_s_own_address_is_no_traffic(served: Any, flow: Make) -> None:
    made = flow(f"http://127.0.0.1:{PORT}/api/stream")

    served.exchange(made, 403)

    assert served.chain.journal.count == 0
    assert sent_to(made) == ("http", "127.0.0.1", PORT)
    assert "x-why403-inside" not in made.request.headers
    assert made.response is not None
    assert made.response.stream is True


@pytest.mark.parametrize("url", ["https://api.test/open", "https://api.test/a/__why403__/b"])
def test_all_else_goes_its_way(served: Any, flow: Make, url: str) -> None:
    made = flow(url)

    served.request(made)

    assert sent_to(made) == ("https", "api.test", 443)
    assert "x-why403-inside" not in made.request.headers


def test_without_a_server_nothing_is_reserved(rig: Any, flow: Make) -> None:
    rig.use()
    made = flow("https://api.test/__why403__/t0ken/entries")

    rig.request(made)

    assert sent_to(made) == ("https", "api.test", 443)
    assert rig.chain.journal.count == 1


def test_a_recording_is_left_as_it_is(served: Any, flow: Make) -> None:
    made = flow("https://api.test/__why403__/t0ken/entries", live=False)

    served.request(made)

    assert sent_to(made) == ("https", "api.test", 443)


def test_a_tunnel_to_the_reserved_name_leads_to_our_port(served: Any, flow: Make) -> None:
    asked, other = flow("https://why403.test/"), flow("https://api.test/")

    served.chain.http_connect(asked)
    served.chain.http_connect(other)

    assert sent_to(asked)[1:] == ("127.0.0.1", PORT)
    assert sent_to(other)[1:] == ("api.test", 443)
