"""How elements ask, and what they can use."""

from __future__ import annotations

import struct
import zlib

import pytest

from simulator.browser.elements import ELEMENTS, can_use, settings
from simulator.browser.engine import ENGINES, Engine, Unsupported
from simulator.message import Response

GIF = b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\4\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"
WAVE = b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x40\x1f\0\0\1\0\x08\0data\4\0\0\0\x80"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
BOTH = pytest.mark.parametrize("engine", ENGINES)


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


PNG = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))


def uses(
    api: str,
    kind: str | None,
    body: bytes,
    status: int = 200,
    *,
    nosniff: bool = False,
    engine: Engine = "chromium",
) -> bool:
    fields = [("X-Content-Type-Options", "nosniff")] if nosniff else []
    fields += [] if kind is None else [("Content-Type", kind)]
    return can_use(api, Response(status, fields, body), engine)


# How they ask


@pytest.mark.parametrize("api", ["img", "script", "stylesheet", "audio", "preload-fetch", "track"])
@pytest.mark.parametrize(
    ("crossorigin", "credentials"),
    [
        ("anonymous", "same-origin"),
        ("", "same-origin"),
        ("anything", "same-origin"),
        ("use-credentials", "include"),
        ("Use-Credentials", "include"),
    ],
)
def test_the_attribute_asks_for_cors(api: str, crossorigin: str, credentials: str) -> None:
    assert settings(api, crossorigin, None) == ("cors", credentials)


@pytest.mark.parametrize("api", ["img", "script", "stylesheet", "audio", "preload-fetch"])
def test_without_it_anything_may_be_loaded_with_credentials(api: str) -> None:
    assert settings(api, None, None) == ("no-cors", "include")


def test_a_track_without_it_is_of_the_pages_own_origin() -> None:
    assert settings("track", None, None) == ("same-origin", "include")


@pytest.mark.parametrize("crossorigin", [None, "use-credentials"])
def test_a_module_has_no_attribute(crossorigin: str | None) -> None:
    assert settings("module", crossorigin, None) == ("cors", "same-origin")


@pytest.mark.parametrize("credentials", ["same-origin", "include"])
def test_an_event_source_says_whether_with_credentials(credentials: str) -> None:
    assert settings("eventsource", None, credentials) == ("cors", credentials)


def test_directives_fall_back_to_the_default() -> None:
    assert all(element.directives[-1] == "default-src" for element in ELEMENTS.values())


# Images


@pytest.mark.parametrize(
    ("kind", "body", "shown"),
    [
        pytest.param("image/gif", GIF, True, id="GIF"),
        pytest.param("text/plain", GIF, True, id="whatever it says"),
        pytest.param("image/svg+xml", GIF, False, id="but not as SVG"),
        pytest.param("image/gif", GIF[:30], False, id="GIF that breaks off"),
        pytest.param("image/gif", GIF[:13], False, id="GIF without a picture"),
        pytest.param("image/gif", GIF[:10] + b"\0" + GIF[11:13] + GIF[19:], True, id="no colours"),
        pytest.param("image/png", PNG + chunk(b"IDAT", b"x"), True, id="PNG"),
        pytest.param("image/png", PNG, False, id="PNG without a picture"),
        pytest.param("image/svg+xml", SVG, True, id="SVG"),
        pytest.param("text/xml", SVG, False, id="SVG that says it is something else"),
        pytest.param("image/svg+xml", b"<svg/>", False, id="SVG without its namespace"),
        pytest.param("image/svg+xml", b"<svg", False, id="SVG that breaks off"),
        pytest.param("text/javascript", b"1", False, id="a script"),
        pytest.param("image/gif", b"", False, id="nothing"),
    ],
)
def test_an_image_is_known_by_its_content(kind: str, body: bytes, shown: bool) -> None:
    assert uses("img", kind, body) == shown
    assert uses("img", kind, body, 404) == shown
    assert uses("img", kind, body, nosniff=True) == shown


# Scripts


@pytest.mark.parametrize(
    ("kind", "status", "nosniff", "runs"),
    [
        ("text/javascript", 200, True, True),
        ("text/javascript", 302, False, True),
        ("text/javascript", 404, False, False),
        ("text/javascript", 500, False, False),
        ("text/html", 200, False, True),
        ("text/html", 200, True, False),
        (None, 200, False, True),
        (None, 200, True, False),
        ("image/png", 200, False, False),
        ("audio/wav", 200, False, False),
        ("video/mp4", 200, False, False),
        ("text/csv", 200, False, False),
    ],
)
@BOTH
def test_a_script_may_say_that_it_is_text(
    kind: str | None, status: int, nosniff: bool, runs: bool, engine: Engine
) -> None:
    body = b"this is no program"

    assert uses("script", kind, body, status, nosniff=nosniff, engine=engine) == runs


@pytest.mark.parametrize(
    ("kind", "status", "runs"),
    [
        ("text/javascript", 200, True),
        ("application/x-javascript; charset=x", 299, True),
        ("text/javascript", 302, False),
        ("text/javascript", 404, False),
        ("text/plain", 200, False),
        ("application/json", 200, False),
        (None, 200, False),
    ],
)
@BOTH
def test_a_module_says_what_it_is(
    kind: str | None, status: int, runs: bool, engine: Engine
) -> None:
    assert uses("module", kind, b"export default 1", status, engine=engine) == runs


@pytest.mark.parametrize(
    "body",
    [b"", b"export default 1", b"\nexport const a = 'b';\n", b"let a = -1.5", b"export default {}"],
)
def test_a_module_that_names_a_value_runs(body: bytes) -> None:
    assert uses("module", "text/javascript", body)


@pytest.mark.parametrize("body", [b"import './a.js'", b"throw 1", b"a", b"export default f()"])
def test_whether_another_runs_is_not_known(body: bytes) -> None:
    with pytest.raises(Unsupported):
        uses("module", "text/javascript", body)


# Styles


@pytest.mark.parametrize(
    ("kind", "status", "nosniff", "chromium", "standard"),
    [
        ("text/css", 200, True, True, True),
        ("text/css", 404, False, False, False),
        ("text/plain", 200, False, True, False),
        ("text/plain", 200, True, False, False),
        (None, 200, False, True, False),
    ],
)
def test_a_style_says_what_it_is(
    kind: str | None, status: int, nosniff: bool, chromium: bool, standard: bool
) -> None:
    by_engine = [
        uses("stylesheet", kind, b"b{}", status, nosniff=nosniff, engine=engine)
        for engine in ("chromium", "standard")
    ]

    assert by_engine == [chromium, standard]


# Sounds, tracks, events


@pytest.mark.parametrize(
    ("body", "status", "plays"),
    [
        (WAVE, 200, True),
        (WAVE, 404, False),
        (WAVE[:12], 200, False),
        (GIF, 200, False),
        (b"", 200, False),
    ],
)
def test_a_sound_is_known_by_its_content(body: bytes, status: int, plays: bool) -> None:
    assert uses("audio", "text/plain", body, status) == plays


@pytest.mark.parametrize(
    ("body", "reads"),
    [
        (b"WEBVTT", True),
        (b"WEBVTT\n\n", True),
        (b"WEBVTT a title", True),
        (b"\xef\xbb\xbfWEBVTT\t", True),
        (b"WEBVTTS", False),
        (b"webvtt", False),
        (b" WEBVTT", False),
        (b"", False),
    ],
)
def test_a_track_begins_with_its_name(body: bytes, reads: bool) -> None:
    assert uses("track", "text/html", body) == reads
    assert uses("track", "text/html", body, 500) == reads


@pytest.mark.parametrize(
    ("kind", "status", "chromium", "standard"),
    [
        ("text/event-stream", 200, True, True),
        ("text/event-stream;charset=UTF-8", 200, True, True),
        ("text/event-stream; charset=latin1", 200, False, True),
        ("text/event-stream", 204, False, False),
        ("text/event-stream", 299, False, False),
        ("text/plain", 200, False, False),
        (None, 200, False, False),
    ],
)
def test_events_come_as_a_stream(
    kind: str | None, status: int, chromium: bool, standard: bool
) -> None:
    assert uses("eventsource", kind, b"", status, engine="chromium") == chromium
    assert uses("eventsource", kind, b"", status, engine="standard") == standard


def test_what_is_only_preloaded_can_be_anything() -> None:
    assert uses("preload-fetch", None, b"", 500)


# What takes more than the beginning to tell


@pytest.mark.parametrize(
    ("api", "body"),
    [
        ("img", b"\xff\xd8\xff\xe0"),
        ("img", b"RIFF\0\0\0\0WEBPVP8 "),
        ("img", b"\0\0\0\x20ftypavif"),
        ("audio", b"OggS"),
        ("audio", b"ID3\3"),
        ("audio", b"\0\0\0\x20ftypM4A "),
    ],
)
def test_other_formats_are_not_judged(api: str, body: bytes) -> None:
    with pytest.raises(Unsupported):
        uses(api, None, body)


def test_encoded_bodies_are_not_judged() -> None:
    response = Response(200, {"Content-Type": "text/css", "Content-Encoding": "gzip"}, b"x")

    with pytest.raises(Unsupported):
        can_use("stylesheet", response, "chromium")


def test_a_part_of_a_sound_is_not_judged() -> None:
    with pytest.raises(Unsupported):
        uses("audio", "audio/wav", WAVE, 206)
