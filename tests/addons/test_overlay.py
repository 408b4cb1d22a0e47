"""Which pages get the panel, and how does it come in?"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from mitmproxy import http

from addons.overlay import charset_of, script_element

PAGE = b"<!doctype html><html><head><title>x</title></head><body>text</body></html>"
DOCUMENT = [("Sec-Fetch-Dest", "document"), ("Sec-Fetch-Mode", "navigate")]
HTML = ("Content-Type", "text/html; charset=utf-8")
type Make = Callable[..., http.HTTPFlow]


@pytest.fixture
def shown(rig: Any) -> Iterator[Any]:
    """The rig with the overlay on, as if the server listened."""
    rig.use(policy=[], overlay=True)
    rig.chain.context.port = 8403
    yield rig
    rig.chain.context.port = 0


def config_of(page: bytes) -> dict[str, Any]:
    found = re.search(rb"const config = (\{.*?\});", page)
    assert found is not None
    told: dict[str, Any] = json.loads(found[1])
    return told


def test_a_document_gets_the_script_ahead_of_everything(shown: Any, flow: Make) -> None:
    made = flow("https://app.test/a?q=1", headers=DOCUMENT)

    response = shown.exchange(made, 200, [HTML], PAGE)

    page = response.raw_content
    before, _, behind = page.partition(b"</script>")
    assert before.startswith(b"<!doctype html><html><head><script nonce=")
    assert behind == b"<title>x</title></head><body>text</body></html>"
    assert response.headers["content-length"] == str(len(page))
    config = config_of(page)
    assert config["base"] == "https://app.test/__why403__/"
    assert config["live"] is True
    assert shown.chain.documents.find(config["token"]).page == ("https://app.test",) * 2


@pytest.mark.parametrize(
    ("headers", "gets_it"),
    [
        pytest.param(DOCUMENT, True, id="a tab"),
        pytest.param([("Sec-Fetch-Dest", "iframe")], False, id="a frame"),
        pytest.param([("Sec-Fetch-Dest", "empty")], False, id="a script"),
        pytest.param([("Accept", "text/html,*/*")], True, id="without Fetch Metadata"),
        pytest.param([("Accept", "*/*")], False, id="curl"),
        pytest.param(
            [("Accept", "text/html"), ("X-Requested-With", "XMLHttpRequest")], False, id="a part"
        ),
    ],
)
def test_only_documents_in_tabs_get_it(
    shown: Any, flow: Make, headers: list[tuple[str, str]], gets_it: bool
) -> None:
    response = shown.exchange(flow("https://app.test/", headers=headers), 200, [HTML], PAGE)

    assert (response.raw_content != PAGE) is gets_it


@pytest.mark.parametrize(
    ("status", "fields"),
    [
        pytest.param(200, [("Content-Type", "image/svg+xml")], id="no HTML"),
        pytest.param(200, [], id="no type"),
        pytest.param(302, [HTML, ("Location", "/b")], id="a redirect"),
        pytest.param(304, [HTML], id="nothing new"),
    ],
)
def test_what_is_no_page_is_left_alone_without_a_word(
    shown: Any, flow: Make, status: int, fields: list[tuple[str, str]]
) -> None:
    response = shown.exchange(flow("https://app.test/", headers=DOCUMENT), status, fields, PAGE)

    assert response.raw_content == PAGE
    assert not shown.chain.documents.left_alone


@pytest.mark.parametrize(
    ("status", "fields", "why"),
    [
        (200, [HTML, ("Content-Security-Policy", "sandbox")], "`allow-scripts`"),
        (200, [("Content-Type", "application/xhtml+xml")], "XHTML"),
        (200, [HTML, ("Content-Disposition", "attachment; filename=x")], "download"),
        (206, [HTML, ("Content-Range", "bytes 0-9/90")], "part of a page"),
        (200, [HTML, ("Content-Encoding", "compress")], "Content-Encoding is `compress`"),
        (200, [HTML, ("Content-Encoding", "gzip, br")], "Content-Encoding is `gzip, br`"),
    ],
)
def test_what_cannot_be_served_correctly_is_left_byte_for_byte_and_noted(
    shown: Any, flow: Make, status: int, fields: list[tuple[str, str]], why: str
) -> None:
    response = shown.exchange(
        flow("https://app.test/a?secret", headers=DOCUMENT), status, [*fields, ("ETag", "1")], PAGE
    )

    assert response.raw_content == PAGE
    assert response.headers["etag"] == "1"
    (note,) = shown.chain.documents.left_alone.values()
    assert note.url == "https://app.test/a"
    assert why in note.why


def test_a_browser_that_has_the_page_already_gets_it_again(shown: Any, flow: Make) -> None:
    asked = [*DOCUMENT, ("If-None-Match", '"1"'), ("Range", "bytes=5-"), ("Accept-Encoding", "br")]
    made = flow("https://app.test/", headers=asked)

    shown.request(made)
    fields = [HTML, ("ETag", '"1"'), ("Last-Modified", "x"), ("Cache-Control", "max-age=60")]
    response = shown.respond(made, 200, fields, PAGE)

    assert "if-none-match" not in made.request.headers
    assert "range" not in made.request.headers
    assert made.request.headers["accept-encoding"] == "identity"
    assert not {"etag", "last-modified"} & {name.lower() for name in response.headers}
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_packed_page_is_unpacked(shown: Any, flow: Make, coding: str) -> None:
    made = shown.request(flow("https://app.test/", headers=DOCUMENT))
    made.response = http.Response.make(200, PAGE, {"content-type": "text/html"})
    made.response.encode(coding)
    assert made.response.raw_content != PAGE

    response = shown.respond(made)

    assert response.raw_content.endswith(b"<title>x</title></head><body>text</body></html>")
    assert "content-encoding" not in response.headers


def test_a_page_that_is_not_packed_as_it_says_is_left_as_it_is(shown: Any, flow: Make) -> None:
    made = shown.request(flow("https://app.test/", headers=DOCUMENT))
    made.response = http.Response.make(200, PAGE, {"content-type": "text/html", "etag": "1"})
    made.response.headers["content-encoding"] = "br"

    response = shown.respond(made)

    assert (response.raw_content, response.headers["etag"]) == (PAGE, "1")
    (note,) = shown.chain.documents.left_alone.values()
    assert note.why == "its body is not what its Content-Encoding says"


def test_every_policy_lets_the_script_in_by_one_nonce(shown: Any, flow: Make) -> None:
    fields = [
        HTML,
        ("Content-Security-Policy", "script-src 'self'"),
        ("Content-Security-Policy", "default-src 'none'"),
        ("Content-Security-Policy-Report-Only", "script-src 'none'"),
    ]
    response = shown.exchange(flow("https://app.test/", headers=DOCUMENT), 200, fields, PAGE)

    nonce = re.search(rb'<script nonce="([^"]+)"', response.raw_content)
    assert nonce is not None
    first, second = response.headers.get_all("content-security-policy")
    (reported,) = response.headers.get_all("content-security-policy-report-only")
    for policy in (first, second, reported):
        assert f"'nonce-{nonce[1].decode()}'" in policy
    assert "connect-src https://app.test/__why403__/" in second


def stream(
    shown: Any, flow: Make, pieces: list[bytes], fields: list[tuple[str, str]], version: str
) -> tuple[http.Response, list[bytes]]:
    """What the browser gets of a page that comes in pieces."""
    made = flow("https://app.test/", headers=DOCUMENT, version=version)
    shown.request(made)
    made.response = http.Response.make(200, b"", {})
    made.response.headers.fields = tuple((n.encode(), v.encode()) for n, v in [HTML, *fields])
    shown.chain.responseheaders(made)
    assert callable(made.response.stream)
    passed = [made.response.stream(piece) for piece in [*pieces, b""]]
    shown.chain.response(made)
    return made.response, [bytes(piece) for piece in passed]  # type: ignore[arg-type]


@pytest.mark.parametrize(("version", "chunked"), [("HTTP/1.1", True), ("HTTP/2.0", False)])
def test_a_streamed_page_is_passed_on_as_it_comes(
    shown: Any, flow: Make, version: str, chunked: bool
) -> None:
    large = [("Content-Length", "20000000")]
    response, passed = stream(shown, flow, [PAGE[:4], PAGE[4:40], PAGE[40:]], large, version)

    assert passed[0] == b""
    assert passed[1].startswith(b"<!doctype html><html><head><script nonce=")
    assert passed[2:] == [PAGE[40:], b""]
    assert "content-length" not in response.headers
    assert (response.headers.get("transfer-encoding") == "chunked") is chunked


def test_a_packed_stream_is_unpacked_as_it_comes(shown: Any, flow: Make) -> None:
    packed = gzip.compress(PAGE[:40]) + gzip.compress(PAGE[40:])  # two members
    pieces = [packed[n : n + 7] for n in range(0, len(packed), 7)]

    response, passed = stream(shown, flow, pieces, [("Content-Encoding", "gzip")], "HTTP/1.1")

    page = b"".join(passed)
    assert page.endswith(PAGE[27:])
    assert page.startswith(PAGE[:27] + b"<script")
    assert "content-encoding" not in response.headers


def test_a_page_that_another_addon_streams_is_left_to_it(shown: Any, flow: Make) -> None:
    made = flow("https://app.test/", headers=DOCUMENT)
    shown.request(made)
    made.response = http.Response.make(200, b"", {"content-type": "text/html"})
    made.response.stream = True

    shown.chain.responseheaders(made)
    shown.chain.response(made)

    assert made.response.stream is True
    (note,) = shown.chain.documents.left_alone.values()
    assert note.why == "another addon streams it"


def test_its_own_refusal_is_the_document_s(shown: Any, flow: Make) -> None:
    shown.exchange(flow("https://app.test/before", headers=DOCUMENT), 403, [HTML], PAGE)
    response = shown.exchange(flow("https://app.test/", headers=DOCUMENT), 403, [HTML], PAGE)

    documents = shown.chain.documents
    document = documents.find(config_of(response.raw_content)["token"])
    assert [e.request.target.path for e in documents.entries(document, 0)] == ["/"]


def test_a_sandboxed_document_has_no_origin(shown: Any, flow: Make) -> None:
    fields = [HTML, ("Content-Security-Policy", "sandbox allow-scripts")]
    response = shown.exchange(flow("https://app.test/", headers=DOCUMENT), 200, fields, PAGE)

    document = shown.chain.documents.find(config_of(response.raw_content)["token"])
    assert document.page == ("null", "https://app.test")


@pytest.mark.parametrize("off", [{"overlay": False}, {"overlay": True, "port": 0}])
def test_without_it_nothing_is_touched(rig: Any, flow: Make, off: dict[str, Any]) -> None:
    rig.chain.context.port = off.pop("port", 8403)
    rig.use(policy=[], **off)
    made = flow("https://app.test/", headers=[*DOCUMENT, ("If-None-Match", '"1"')])

    response = rig.exchange(made, 200, [HTML], PAGE)
    rig.chain.context.port = 0

    assert response.raw_content == PAGE
    assert made.request.headers["if-none-match"] == '"1"'


def test_a_page_that_breaks_off_is_forgotten(shown: Any, flow: Make) -> None:
    shown.fail(shown.request(flow("https://app.test/", headers=DOCUMENT)))

    assert not shown.chain.overlay._asked


def test_a_failure_of_ours_breaks_no_page(
    shown: Any, flow: Make, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> str:
        raise RuntimeError("no script")

    monkeypatch.setattr("addons.overlay.script_element", fail)
    response = shown.exchange(flow("https://app.test/", headers=DOCUMENT), 200, [HTML], PAGE)

    assert response.raw_content == PAGE
    assert "why403 failed at putting the panel into a page" in caplog.text


def test_what_is_told_ends_no_script() -> None:
    element = script_element("n", {"url": "</script><script>alert(1)//\u2028"})

    assert element.count("</script") == 1
    assert element.isascii()


@pytest.mark.parametrize(
    ("kind", "charset"),
    [
        ("text/html", ""),
        ("text/html; charset=Shift_JIS", "Shift_JIS"),
        ('text/html;x=y; CHARSET = "utf-16" ', '"utf-16"'),
    ],
)
def test_the_charset_is_what_the_field_names(kind: str, charset: str) -> None:
    response = http.Response.make(200, b"", {"content-type": kind})

    assert charset_of(response) == charset
