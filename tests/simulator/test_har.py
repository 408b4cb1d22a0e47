"""A HAR file's exchanges become requests and responses, or one list of what is wrong with it."""

import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.har import Entry, HarError, read_har
from simulator.message import Request, Response

# As Chromium 142 saves a preflight over HTTP/2, the refused call after it, and an image; shortened.
CHROMIUM = r"""{
  "log": {
    "version": "1.2",
    "creator": {"name": "WebInspector", "version": "537.36"},
    "pages": [],
    "entries": [
      {
        "_connectionId": "1412",
        "_initiator": {"type": "preflight", "url": "https://api.shop.example/v1/orders"},
        "_priority": "High",
        "_resourceType": "preflight",
        "cache": {},
        "request": {
          "method": "OPTIONS",
          "url": "https://api.shop.example/v1/orders",
          "httpVersion": "http/2.0",
          "headers": [
            {"name": ":authority", "value": "api.shop.example"},
            {"name": ":method", "value": "OPTIONS"},
            {"name": ":path", "value": "/v1/orders"},
            {"name": ":scheme", "value": "https"},
            {"name": "access-control-request-headers", "value": "content-type"},
            {"name": "access-control-request-method", "value": "PUT"},
            {"name": "origin", "value": "https://app.shop.example"}
          ],
          "queryString": [], "cookies": [], "headersSize": -1, "bodySize": 0
        },
        "response": {
          "status": 204, "statusText": "", "httpVersion": "http/2.0",
          "headers": [
            {"name": "access-control-allow-origin", "value": "https://app.shop.example"},
            {"name": "vary", "value": "Origin"}
          ],
          "cookies": [], "content": {"size": 0, "mimeType": "x-unknown"},
          "redirectURL": "", "headersSize": -1, "bodySize": -1, "_transferSize": 123, "_error": null
        },
        "serverIPAddress": "203.0.113.9",
        "startedDateTime": "2026-11-24T09:30:00.250Z",
        "time": 12.1, "timings": {"send": 0.1, "wait": 11, "receive": 1}
      },
      {
        "request": {
          "method": "PUT",
          "url": "https://api.shop.example/v1/orders",
          "httpVersion": "",
          "headers": [
            {"name": "Content-Type", "value": "application/json"},
            {"name": "Origin", "value": "https://app.shop.example"}
          ],
          "queryString": [], "cookies": [], "headersSize": -1, "bodySize": 16,
          "postData": {"mimeType": "application/json", "text": "{\"caf\u00e9\":\"ja\"}"}
        },
        "response": {
          "status": 0, "statusText": "", "httpVersion": "", "headers": [], "cookies": [],
          "content": {"size": 0, "mimeType": "x-unknown"}, "redirectURL": "",
          "headersSize": -1, "bodySize": -1, "_error": "net::ERR_FAILED"
        },
        "startedDateTime": "2026-11-24T10:30:01.000+01:00",
        "comment": "blocked by CORS"
      },
      {
        "request": {
          "method": "GET", "url": "https://cdn.shop.example/dot.gif?v=2",
          "headers": [{"name": "Referer", "value": "https://app.shop.example/"}]
        },
        "response": {
          "status": 200,
          "headers": [{"name": "set-cookie", "value": "a=1; Path=/\nb=2"}],
          "content": {"size": 6, "mimeType": "image/gif", "text": "R0lGODlh", "encoding": "base64"}
        },
        "startedDateTime": "2026-11-24T09:30:02Z"
      }
    ]
  }
}"""
# 2026-11-24T09:30:00Z
HALF_PAST_NINE = 1795512600.0
APP = "https://app.shop.example"


def exchange(**changes: Any) -> dict[str, Any]:
    """The least that an entry must have; `request__url=…` changes a member of a member."""
    entry: dict[str, Any] = {
        "startedDateTime": "2026-11-24T09:30:00Z",
        "request": {"method": "GET", "url": "https://a.example/", "headers": []},
        "response": {"status": 200, "headers": []},
    }
    for key, value in changes.items():
        outer, _, inner = key.rpartition("__")
        (entry[outer] if outer else entry)[inner] = value
    return entry


def har(*entries: Any) -> str:
    return json.dumps({"log": {"version": "1.2", "entries": list(entries)}})


def only(**changes: Any) -> Entry:
    (entry,) = read_har(har(exchange(**changes)))
    return entry


def test_what_chromium_saves_is_read() -> None:
    preflight = Request(
        "OPTIONS",
        "https://api.shop.example/v1/orders",
        [
            ("access-control-request-headers", "content-type"),
            ("access-control-request-method", "PUT"),
            ("origin", APP),
        ],
        at=HALF_PAST_NINE + 0.25,
    )
    permission = Response(204, [("access-control-allow-origin", APP), ("vary", "Origin")])
    actual = Request(
        "PUT",
        "https://api.shop.example/v1/orders",
        [("Content-Type", "application/json"), ("Origin", APP)],
        at=HALF_PAST_NINE + 1,
        body='{"caf\xe9":"ja"}',
    )
    image = Request(
        "GET",
        "https://cdn.shop.example/dot.gif?v=2",
        [("Referer", f"{APP}/")],
        at=HALF_PAST_NINE + 2,
    )
    picture = Response(200, [("set-cookie", "a=1; Path=/"), ("set-cookie", "b=2")], b"GIF89a")

    assert read_har(CHROMIUM) == (
        Entry(0, preflight, permission),
        Entry(1, actual, None, "blocked by CORS"),
        Entry(2, image, picture),
    )


def test_a_byte_order_mark_is_no_part_of_it() -> None:
    assert len(read_har("\ufeff" + CHROMIUM)) == 3


def test_a_file_may_hold_no_entry() -> None:
    assert read_har(har()) == ()


def test_the_client_is_not_known() -> None:
    assert only(serverIPAddress="203.0.113.9").request.client == "127.0.0.1"


def test_what_is_not_http_is_left_out_and_the_rest_keeps_its_place() -> None:
    urls = [
        *("data:image/png;base64,AAAA", "blob:https://a.example/1f", "about:blank"),
        *("chrome-extension://abc/x.js", "https://a.example/", "moz-extension://abc/x.js"),
        *("file:///etc/hosts", "wss://a.example/feed"),
    ]

    entries = read_har(har(*(exchange(request__url=url) for url in urls)))

    assert [(entry.index, entry.request.url) for entry in entries] == [(4, urls[4]), (7, urls[7])]


@pytest.mark.parametrize(
    "status",
    [pytest.param(0, id="as browsers write it"), pytest.param(-1, id="as Playwright writes it")],
)
def test_no_status_is_no_response(status: int) -> None:
    assert only(response__status=status).response is None


def test_null_is_as_good_as_missing() -> None:
    entry = only(request__postData=None, response__content={"text": None}, comment=None)

    assert (entry.request.body, entry.response, entry.comment) == (None, Response(200), "")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        pytest.param("2026-11-24T09:30:00.000Z", 0.0, id="in UTC"),
        pytest.param("2026-11-24T09:30:00.5+00:00", 0.5, id="with an offset of nothing"),
        pytest.param("2026-11-24T04:30:01.25-05:00", 1.25, id="with an offset"),
        pytest.param("2026-11-24T09:30:00.1234567Z", 0.123456, id="with too many digits"),
        pytest.param("2026-11-24T09:30:02", 2.0, id="without a zone, taken for UTC"),
    ],
)
def test_the_time_becomes_unix_seconds(text: str, seconds: float) -> None:
    entry = only(startedDateTime=text)

    assert entry.request.at == HALF_PAST_NINE + seconds


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("posted", "body"),
    [
        pytest.param({"mimeType": "text/plain", "text": "a=\xe9"}, "a=\xe9".encode(), id="a text"),
        pytest.param({"mimeType": "text/plain", "text": ""}, b"", id="an empty text"),
        pytest.param({"text": "/wA=", "encoding": "base64"}, b"\xff\0", id="a text in base64"),
        pytest.param(
            {"mimeType": FORM, "params": [{"name": "a b", "value": "&"}, {"name": "c"}]},
            b"a+b=%26&c=",
            id="parameters alone",
        ),
        pytest.param(
            {"mimeType": FORM, "text": "a=%20", "params": [{"name": "a", "value": " "}]},
            b"a=%20",
            id="a text beside parameters",
        ),
        pytest.param(
            {"mimeType": "multipart/form-data; boundary=x", "params": [{"name": "a"}]},
            None,
            id="parts that cannot be put together again",
        ),
    ],
)
def test_what_was_posted_is_the_body(posted: dict[str, Any], body: bytes | None) -> None:
    assert only(request__postData=posted).request.body == body


@given(st.binary())
def test_any_content_comes_through_base64(content: bytes) -> None:
    text = b64encode(content).decode()

    entry = only(response__content={"text": text, "encoding": "base64"})

    assert entry.response == Response(200, (), content)


def test_what_an_entry_shows_of_itself_holds_no_secret() -> None:
    fields = [{"name": "Authorization", "value": "Bearer s3cr3t"}]

    entry = only(request__headers=fields, request__url="https://a.example/x?key=s3cr3t")

    assert repr(entry) == "Entry(0, Request(GET https://a.example/x, client=127.0.0.1), 200)"


# Mistakes.

SAVE = "save it again, with the browser's `Save all as HAR`"
THERE = "t.har: log/entries/0"
DEEP = "[" * 200_000
HUGE = "9" * 5_000


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param(
            "",
            f"t.har:1: the file cannot be read as JSON: expecting value, at column 1; {SAVE}",
            id="nothing",
        ),
        pytest.param(
            '{"log":\n  {"entries": [}}',
            f"t.har:2: the file cannot be read as JSON: expecting value, at column 16; {SAVE}",
            id="a bracket too few",
        ),
        pytest.param(
            '{"log": {\n"entries": [\n{"a": 1',
            "t.har:3: the file cannot be read as JSON: "
            f"expecting ',' delimiter, at column 8; {SAVE}",
            id="a file cut off",
        ),
        pytest.param(
            DEEP,
            "t.har: the file cannot be read as JSON: "
            f"it is nested too deeply, or holds a number of thousands of digits; {SAVE}",
            id="lists in lists",
        ),
        pytest.param(
            HUGE,
            "t.har: the file cannot be read as JSON: "
            f"it is nested too deeply, or holds a number of thousands of digits; {SAVE}",
            id="a huge number",
        ),
        pytest.param(
            "[]",
            f"t.har: a list cannot stand here: it must be an object with `log`; {SAVE}",
            id="another JSON file",
        ),
        pytest.param(
            '{"openapi": "3.1.0"}',
            f"t.har: log: `log` is missing: it must be an object; {SAVE}",
            id="no log",
        ),
        pytest.param(
            '{"log": 7}',
            f"t.har: log: `7` cannot stand here: it must be an object; {SAVE}",
            id="a number as the log",
        ),
        pytest.param(
            '{"log": {}}',
            f"t.har: log/entries: `entries` is missing: it must be a list; {SAVE}",
            id="no entries",
        ),
        pytest.param(
            har("s3cr3t"),
            f"{THERE}: a text cannot stand here: it must be an object; {SAVE}",
            id="text",
        ),
        pytest.param(
            har(exchange(startedDateTime="yesterday")),
            f"{THERE}/startedDateTime: `yesterday` is not a time: HAR's times are ISO 8601's; "
            "write it as `2026-03-01T09:30:00.000Z`",
            id="no time",
        ),
        pytest.param(
            har(exchange(startedDateTime=1795512600)),
            f"{THERE}/startedDateTime: `1795512600` cannot stand here: it must be a text; {SAVE}",
            id="a number as the time",
        ),
        pytest.param(
            har(exchange(request=None)),
            f"{THERE}/request: `request` is missing: it must be an object; {SAVE}",
            id="no request",
        ),
        pytest.param(
            har(exchange(request__method="GET /")),
            f"{THERE}/request/method: `GET /` is not a method: it is not a word; {SAVE}",
            id="no method",
        ),
        pytest.param(
            har(exchange(request__url="/v1/orders?key=s3cr3t")),
            f"{THERE}/request/url: `/v1/orders` is not an HTTP URL: "
            f"it does not begin with `https://` or `http://` and a host; {SAVE}",
            id="a URL without a host",
        ),
        pytest.param(
            har(exchange(request__url="https://ann:s3cr3t@a.example:https/?key=s3cr3t")),
            f"{THERE}/request/url: `https://a.example:https/` is not an HTTP URL: "
            f"its port is not a number up to 65535; {SAVE}",
            id="a URL without a port",
        ),
        pytest.param(
            har(exchange(request__headers={"Authorization": "s3cr3t"})),
            f"{THERE}/request/headers: an object cannot stand here: it must be a list; {SAVE}",
            id="fields that are no list",
        ),
        pytest.param(
            har(exchange(request__headers=["Authorization: s3cr3t"])),
            f"{THERE}/request/headers/0: a text cannot stand here: it must be an object; {SAVE}",
            id="a field that is no object",
        ),
        pytest.param(
            har(exchange(request__headers=[{"name": "Authorization", "value": ["s3cr3t"]}])),
            f"{THERE}/request/headers/0/value: a list cannot stand here: it must be a text; {SAVE}",
            id="a field's value that is no text",
        ),
        pytest.param(
            har(exchange(response__headers=[{"value": "a"}])),
            f"{THERE}/response/headers/0/name: `name` is missing: it must be a text; {SAVE}",
            id="a field without a name",
        ),
        pytest.param(
            har(exchange(request__postData="a=1")),
            f"{THERE}/request/postData: a text cannot stand here: it must be an object; {SAVE}",
            id="a body that is no object",
        ),
        pytest.param(
            har(exchange(request__postData={"params": [7]})),
            f"{THERE}/request/postData/params/0: `7` cannot stand here: "
            f"it must be an object; {SAVE}",
            id="a parameter that is no object",
        ),
        pytest.param(
            har(exchange(response__status="403")),
            f"{THERE}/response/status: a text cannot stand here: it must be a whole number; {SAVE}",
            id="a text as the status",
        ),
        pytest.param(
            har(exchange(response__status=True)),
            f"{THERE}/response/status: `true` cannot stand here: it must be a whole number; {SAVE}",
            id="true as the status",
        ),
        pytest.param(
            har(exchange(response__status=42)),
            f"{THERE}/response/status: `42` is not a status code: "
            f"a status code has three digits; {SAVE}",
            id="a status of two digits",
        ),
        pytest.param(
            har(exchange(response__content={"text": "s3cr3t!", "encoding": "base64"})),
            f"{THERE}/response/content/text: the text is not base64: "
            f"it has other characters, or is cut off; {SAVE}",
            id="content that is not base64",
        ),
        pytest.param(
            har(exchange(comment=["a"])),
            f"{THERE}/comment: a list cannot stand here: it must be a text; {SAVE}",
            id="a comment that is no text",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, problem: str) -> None:
    with pytest.raises(HarError) as caught:
        read_har(text, name="t.har")

    assert caught.value.problems == (problem,)


def test_all_mistakes_are_told_at_once_in_their_order() -> None:
    entries = (
        exchange(startedDateTime="now", request__method=1, response__status=None),
        exchange(),
        exchange(request__url=None, response=None),
    )

    with pytest.raises(HarError) as caught:
        read_har(har(*entries))

    places = [problem.split(": ")[1] for problem in caught.value.problems]
    assert places == [
        "log/entries/0/startedDateTime",
        "log/entries/0/request/method",
        "log/entries/0/response/status",
        "log/entries/2/request/url",
        "log/entries/2/response",
    ]
    assert str(caught.value) == "\n".join(caught.value.problems)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every member of every object and list, as its holder and its key."""
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from places(value[key])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.data())
def test_any_value_in_any_place_is_read_or_told(data: st.DataObject) -> None:
    document = json.loads(CHROMIUM)
    holder, key = data.draw(st.sampled_from(list(places(document))))
    holder[key] = data.draw(JSON)
    try:
        read_har(json.dumps(document))
    except HarError as error:
        problems = error.problems
    else:
        problems = ()

    assert all("\n" not in problem and "; " in problem for problem in problems)
