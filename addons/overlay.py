"""Which pages get the panel, and how does it come in?

Documents that a browser shows in a tab of its own, with one inline script ahead of everything else.
They stay what they were: a streamed page is passed on as it comes, its encoding and its policy
hold. What cannot be served correctly with the panel is left byte for byte as it is, and noted for
the dashboard.
"""

from __future__ import annotations

import json
import re
import secrets
import time
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from mitmproxy import http

from addons.bridge import read_request
from addons.csp import FIELDS, Opening, edit_meta, edit_policies, sandbox_of
from addons.dashboard.context import Context
from addons.documents import LeftAlone
from addons.failures import Failures
from addons.inject import Injector
from addons.pages import Page
from addons.reserved import PATH
from addons.settings import Settings

_SCRIPT = Path(__file__).with_name("static") / "overlay.js"
# A page no longer than this is there as a whole when its header is; it is not streamed.
_SMALL = 1 << 18
_CONDITIONS = ("if-none-match", "if-modified-since", "if-range", "range")
# What speaks of the bytes that were, or lets them be used again without us.
_OF_THE_BYTES = (
    "etag", "last-modified", "content-md5", "digest", "content-digest", "repr-digest",
    "accept-ranges", "expires", "age",
)  # fmt: skip
_GZIP = 16 + zlib.MAX_WBITS
# What is read as a whole; mitmproxy takes it off.
_WHOLE = frozenset({"deflate", "br", "zstd"})


class Overlay:
    """Puts the panel's script into documents."""

    def __init__(self, settings: Settings, context: Context, failures: Failures) -> None:
        self._settings = settings
        self._context = context
        self._failures = failures
        # The last decision before each document was asked for, by flow.
        self._asked: dict[str, int] = {}

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Ask for the whole document, as it is: a browser that has it already would get nothing
        that the panel could be put into."""
        if not self._settings.overlay or not self._context.port or not flow.live:
            return
        headers = flow.request.headers
        if flow.request.method == "HEAD" or not is_document(headers):
            return
        self._asked[flow.id] = self._context.journal.count
        for name in _CONDITIONS:
            headers.pop(name, None)
        headers["accept-encoding"] = "identity"

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Decide, and edit the header; a page that is streamed gets its script as it comes."""
        if flow.id not in self._asked or flow.response is None:
            return
        after = self._asked[flow.id]
        try:
            if not is_page(flow.response):
                del self._asked[flow.id]
                return
            why_not = left_alone(flow.response)
            if why_not:
                del self._asked[flow.id]
                self._note(flow, why_not)
                return
            if _is_small(flow.response) or flow.response.stream:
                return  # in `response`; or another addon streams it, and it is not ours to say how
            injector = self._begin(flow, flow.response, after)
            del self._asked[flow.id]
            decode = _decode_for(flow.response, chunked=flow.request.http_version == "HTTP/1.1")
            flow.response.stream = _streaming(injector, decode)
        except Exception as error:
            self._failures.report(error, "putting the panel into a page")

    def response(self, flow: http.HTTPFlow) -> None:
        """A page that is there as a whole."""
        after = self._asked.pop(flow.id, None)
        response = flow.response
        if after is None or response is None:
            return
        if response.stream:
            self._note(flow, "another addon streams it")
            return
        try:
            content = response.get_content(strict=True)
            if content is None:
                return
            injector = self._begin(flow, response, after)
            page = injector.feed(content) + injector.end()
            response.headers.pop("content-encoding", None)
            response.raw_content = page
            response.headers["content-length"] = str(len(page))
        except ValueError:
            self._note(flow, "its body is not what its Content-Encoding says")
        except Exception as error:
            self._failures.report(error, "putting the panel into a page")

    def error(self, flow: http.HTTPFlow) -> None:
        self._asked.pop(flow.id, None)

    def _begin(self, flow: http.HTTPFlow, response: http.Response, after: int) -> Injector:
        """Edit the header of a page, and have its script made."""
        headers = response.headers
        request = read_request(flow, "")
        origin = request.target.origin
        policies = headers.get_all(FIELDS[0])
        sandbox = sandbox_of(policies)
        page = Page(origin if sandbox.same_origin else "null", origin)
        document = self._context.documents.add(page, flow.id, after)
        opening = Opening(secrets.token_urlsafe(16), f"{origin}{PATH}")
        for name in FIELDS:
            values = headers.get_all(name)
            if values:
                headers.set_all(name, [edit_policies(value, opening) for value in values])
        for name in _OF_THE_BYTES:
            headers.pop(name, None)
        headers["cache-control"] = "no-store"
        script = script_element(
            opening.nonce,
            {
                "base": opening.url,
                "token": document.token,
                "live": self._settings.live,
            },
        )
        return Injector(script, charset_of(response), lambda html: edit_meta(html, opening))

    def _note(self, flow: http.HTTPFlow, why: str) -> None:
        request = read_request(flow, "")
        url = f"{request.target.origin}{request.target.path}"
        self._context.documents.leave_alone(LeftAlone(time.time(), url, why))


def is_document(headers: http.Headers) -> bool:
    """Whether a browser asks for what it will show in a tab (Fetch Metadata; else by Accept)."""
    destination = headers.get("sec-fetch-dest")
    if destination is not None:
        return str(destination) == "document"
    if "x-requested-with" in headers or "sec-fetch-mode" in headers:
        return False
    # A browser that asks a server without TLS, on another machine, sends no Fetch Metadata.
    return str(headers.get("accept", "")).lower().startswith("text/html")


def is_page(response: http.Response) -> bool:
    """Whether it is shown as a document of HTML; there is nothing to say of what is not."""
    status = response.status_code
    if status < 200 or status in (204, 205, 304) or 300 <= status < 400:
        return False
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind in ("text/html", "application/xhtml+xml")


def left_alone(response: http.Response) -> str:
    """Why the page cannot have the panel; empty where it can."""
    headers = response.headers
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/xhtml+xml":
        return "it is XHTML, in which a script has to be XML"
    if headers.get("content-disposition", "").strip().lower().startswith("attachment"):
        return "it is a download"
    if response.status_code == 206:
        return "it is a part of a page"
    if not sandbox_of(headers.get_all(FIELDS[0])).scripts:
        return "its policy is `sandbox` without `allow-scripts`: no script runs in it"
    codings = _codings(response)
    if len(codings) > 1 or not set(codings) <= {"gzip", "x-gzip", *_WHOLE}:
        return f"its Content-Encoding is `{', '.join(codings)[:60]}`"
    return ""


def charset_of(response: http.Response) -> str:
    """The charset that Content-Type names, if it names one."""
    found = re.search(
        r";\s*charset\s*=\s*(\"[^\"]*\"|[^\s;]+)", response.headers.get("content-type", ""), re.I
    )
    return found[1] if found else ""


def script_element(nonce: str, config: dict[str, object]) -> str:
    """The panel's script with what it has to know: text of ASCII, in which no `<` ends it."""
    told = json.dumps(config).replace("<", "\\u003c")
    return f'<script nonce="{nonce}">{_source().replace("__CONFIG__", told, 1)}</script>'


@cache
def _source() -> str:
    text = _SCRIPT.read_text(encoding="utf-8")
    # Comments on lines of their own stay at home.
    lines = [line.strip() for line in text.splitlines()]
    code = "\n".join(line for line in lines if line and not line.startswith("//"))
    return code.encode("ascii", "backslashreplace").decode()


def _codings(response: http.Response) -> list[str]:
    found = response.headers.get("content-encoding", "").lower().split(",")
    return [coding.strip() for coding in found if coding.strip() not in ("", "identity")]


def _is_small(response: http.Response) -> bool:
    """Whether it is taken as a whole: it is short, or packed so that only the whole is read."""
    if _WHOLE.intersection(_codings(response)):
        return True
    length = str(response.headers.get("content-length", ""))
    return length.isascii() and length.isdigit() and int(length) <= _SMALL


def _decode_for(response: http.Response, *, chunked: bool) -> Callable[[bytes], bytes]:
    """What takes the coding off piece by piece; the header says so from now on."""
    headers = response.headers
    codings = _codings(response)
    headers.pop("content-encoding", None)
    headers.pop("content-length", None)
    if chunked:
        headers["transfer-encoding"] = "chunked"
    return _Gunzip().feed if codings else bytes


class _Gunzip:
    """Takes gzip off (RFC 1952); there may be several members, one after another."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)

    def feed(self, piece: bytes) -> bytes:
        found = [self._member.decompress(piece)]
        while self._member.eof and self._member.unused_data:
            rest, self._member = self._member.unused_data, zlib.decompressobj(_GZIP)
            found.append(self._member.decompress(rest))
        return b"".join(found)


def _streaming(injector: Injector, decode: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """What mitmproxy calls with each piece, and with nothing at the end."""

    def piece(data: bytes) -> bytes:
        return injector.feed(decode(data)) if data else injector.end()

    return piece
