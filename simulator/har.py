"""Which exchanges does this HAR file hold?

HTTP Archive 1.2 (http://www.softwareishard.com/blog/har-12-spec/), as browsers really write it:
status 0 or -1 where no response was to be had, `null` for what is missing, HTTP/2's pseudo-fields
among the fields. What is no HTTP exchange (`data:`, `blob:`, an extension's file) is left out.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlencode

from simulator.message import Headers, Request, Response
from simulator.problem import quote

type Json = bool | int | float | str | list[Json] | dict[str, Json] | None
type Object = dict[str, Json]

_SAVE = "save it again, with the browser's `Save all as HAR`"
_METHOD = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
_HTTP = re.compile(r"(?i)(?:https?|wss?)://[^/?#]")
_NOT_HTTP = re.compile(
    r"(?i)(?:about|blob|chrome|chrome-extension|data|devtools|edge|file|filesystem|javascript"
    r"|moz-extension|resource|safari-web-extension):"
)
_KINDS: dict[type, str] = {dict: "an object", list: "a list", str: "a text", int: "a whole number"}


class HarError(ValueError):
    """The file cannot be read as a HAR: all that is wrong, in its order, in `.problems`."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """One exchange. `response` is None where the browser got none, or withheld it."""

    index: int  # among `log/entries`, from 0 on
    request: Request
    response: Response | None
    comment: str = ""

    def __repr__(self) -> str:
        status = self.response.status if self.response else "no response"
        return f"Entry({self.index}, {self.request!r}, {status})"


def read_har(text: str, *, name: str = "<har>") -> tuple[Entry, ...]:
    """The file's HTTP exchanges in its order; `name` stands in messages. Raises HarError.

    A HAR does not tell the address that a request came from: `client` is Request's default.
    """
    reader = _Reader(name)
    root = reader.parse(text.removeprefix("\ufeff"))
    log = reader.take(root, "log", "", dict) if root is not None else None
    items = reader.take(log, "entries", "log", list) if log is not None else None
    found: list[Entry] = []
    for index, item in enumerate(items or ()):
        place = f"log/entries/{index}"
        if not isinstance(item, dict):
            reader.mistyped(place, item, "an object")
        elif (entry := reader.entry(item, index, place)) is not None:
            found.append(entry)
    if reader.problems:
        raise HarError(tuple(reader.problems))
    return tuple(found)


@dataclass(slots=True)
class _Reader:
    """Reads on after a mistake, so that all of them are told at once."""

    name: str
    problems: list[str] = field(default_factory=list)

    def complain(self, place: str, problem: str, cause: str, remedy: str = _SAVE) -> None:
        where = f"{self.name}: {place}" if place else self.name
        self.problems.append(f"{where}: {problem}: {cause}; {remedy}")

    def mistyped(self, place: str, value: Json, wanted: str) -> None:
        # A text is not shown: what stands in a wrong place may be a credential.
        shown = _KINDS[type(value)] if type(value) in (dict, list, str) else _quoted(value)
        self.complain(place, f"{shown} cannot stand here", f"it must be {wanted}")

    def parse(self, text: str) -> Object | None:
        try:
            root: Json = json.loads(text)
        except json.JSONDecodeError as error:
            self.problems.append(
                f"{self.name}:{error.lineno}: the file cannot be read as JSON: "
                f"{error.msg[0].lower()}{error.msg[1:]}, at column {error.colno}; {_SAVE}"
            )
            return None
        except (RecursionError, ValueError):
            cause = "it is nested too deeply, or holds a number of thousands of digits"
            self.complain("", "the file cannot be read as JSON", cause)
            return None
        if not isinstance(root, dict):
            self.mistyped("", root, "an object with `log`")
            return None
        return root

    def take[T: (dict[str, Json], list[Json], str, int)](
        self, parent: Object, key: str, place: str, kind: type[T], default: T | None = None
    ) -> T | None:
        """The member `key`, or `default` where it is missing or null; None after a complaint."""
        value = parent.get(key)
        place = f"{place}/{key}" if place else key
        if isinstance(value, kind) and not isinstance(value, bool):
            return value
        if value is not None:
            self.mistyped(place, value, _KINDS[kind])
        elif default is None:
            self.complain(place, f"`{key}` is missing", f"it must be {_KINDS[kind]}")
        else:
            return default
        return None

    def entry(self, item: Object, index: int, place: str) -> Entry | None:
        """One exchange; None when it is not HTTP's, or after a complaint."""
        told = len(self.problems)
        sent = self.take(item, "request", place, dict)
        if sent is not None and _NOT_HTTP.match(str(sent.get("url"))):
            return None
        at = self.time(item, place)
        request = self.request(sent, f"{place}/request", at) if sent is not None else None
        received = self.take(item, "response", place, dict)
        response = self.response(received, f"{place}/response") if received is not None else None
        comment = self.take(item, "comment", place, str, "")
        if request is None or len(self.problems) > told:
            return None
        return Entry(index, request, response, comment or "")

    def time(self, item: Object, place: str) -> float:
        text = self.take(item, "startedDateTime", place, str)
        if text is None:
            return 0.0
        try:
            time = datetime.fromisoformat(text)
        except ValueError:
            self.complain(
                f"{place}/startedDateTime",
                f"{_quoted(text)} is not a time",
                "HAR's times are ISO 8601's",
                "write it as `2026-03-01T09:30:00.000Z`",
            )
            return 0.0
        # Without an offset it is the browser's zone, which nobody knows here; what counts are the
        # times between requests.
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()

    def request(self, sent: Object, place: str, at: float) -> Request | None:
        method = self.take(sent, "method", place, str)
        url = self.take(sent, "url", place, str)
        fields = self.fields(sent, place)
        body = self.body(sent, place)
        if method is not None and not _METHOD.match(method):
            self.complain(
                f"{place}/method", f"{_quoted(method)} is not a method", "it is not a word"
            )
        if url is None or method is None:
            return None
        try:
            if _HTTP.match(url):
                return Request(method, url, fields, at=at, body=body)
            cause = "it does not begin with `https://` or `http://` and a host"
        except ValueError:
            cause = "its port is not a number up to 65535"
        shown = re.split(r"[?#]", re.sub(r"//[^/?#]*@", "//", url))[0]  # the rest may be secret
        self.complain(f"{place}/url", f"{_quoted(shown)} is not an HTTP URL", cause)
        return None

    def response(self, received: Object, place: str) -> Response | None:
        status = self.take(received, "status", place, int)
        if status is None or status <= 0:
            return None  # Chromium and Firefox write 0, Playwright -1
        if not 100 <= status <= 999:
            cause = "a status code has three digits"
            self.complain(f"{place}/status", f"`{status}` is not a status code", cause)
        fields = self.fields(received, place)
        content = self.take(received, "content", place, dict, {})
        return Response(status, fields, self.text(content or {}, f"{place}/content") or b"")

    def fields(self, message: Object, place: str) -> Headers:
        pairs: list[tuple[str, str]] = []
        for index, item in enumerate(self.take(message, "headers", place, list) or ()):
            here = f"{place}/headers/{index}"
            if not isinstance(item, dict):
                self.mistyped(here, item, "an object")
                continue
            name = self.take(item, "name", here, str)
            value = self.take(item, "value", here, str)
            if name is None or value is None or name.startswith(":"):
                continue
            # Chromium puts the lines of a repeated field (Set-Cookie) into one value.
            pairs += [(name, line) for line in value.split("\n")]
        return Headers(pairs)

    def body(self, sent: Object, place: str) -> bytes | None:
        posted = self.take(sent, "postData", place, dict, {})
        if not posted:
            return None
        place = f"{place}/postData"
        text = self.text(posted, place)
        mime = self.take(posted, "mimeType", place, str, "") or ""
        pairs: list[tuple[str, str]] = []
        for index, item in enumerate(self.take(posted, "params", place, list, []) or ()):
            here = f"{place}/params/{index}"
            if not isinstance(item, dict):
                self.mistyped(here, item, "an object")
                continue
            name = self.take(item, "name", here, str)
            pairs.append((name or "", self.take(item, "value", here, str, "") or ""))
        # HAR 1.2: `text` and `params` exclude each other; browsers write both, and `text` is the
        # body itself. The parts of a multipart body cannot be put together again.
        if not text and pairs and not mime.lower().startswith("multipart/"):
            return urlencode(pairs).encode()
        return text

    def text(self, holder: Object, place: str) -> bytes | None:
        """The bytes that `text` stands for; None where there is none."""
        text = self.take(holder, "text", place, str) if holder.get("text") is not None else None
        if text is None:
            return None
        if (self.take(holder, "encoding", place, str, "") or "").lower() != "base64":
            return text.encode("utf-8", "replace")
        try:
            return b64decode("".join(text.split()), validate=True)
        except ValueError:
            cause = "it has other characters, or is cut off"
            self.complain(f"{place}/text", "the text is not base64", cause)
            return None


def _quoted(value: Json) -> str:
    return quote(value if isinstance(value, str) else json.dumps(value))
