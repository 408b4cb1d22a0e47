"""Which request does this curl command send?

curl 8's manual (https://curl.se/docs/manpage.html). Files are not read: they come in as values.
Messages name options, never what was given to them: that is where credentials stand.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from contextlib import suppress
from urllib.parse import quote_from_bytes, quote_plus, unquote_to_bytes

from simulator.curl_options import IN_A_FILE, Options, read_options
from simulator.message import TOKEN, Request
from simulator.problem import Fault
from simulator.shell import CURL, split_command

type Files = Mapping[str, bytes]

_BOUNDARY = "------------------------why403Wlb5WFzUxT"  # as long as curl's own, which are random
_AUTHORITY = re.compile(r"(?:\[[^][/?#@\s]+\]|[^][/?#@:\s]+)(?::[0-9]{1,5})?\Z")
_GLOB = re.compile(r"\\([][{}])|(\[(?:[0-9A-Fa-f.]*:[0-9A-Za-z:.%]*)?\])|\{([^{},]*)\}|([][{}])")
# The content of a form's part, as a sign, a word and parameters: `@photo.png;type=image/png`.
_FORM = re.compile(r'\s*([@<]?)("(?:[^"\\]|\\.)*"(?=\s*(?:;|\Z))|[^;]*)(.*)', re.S)
_FORM_PARAMETER = re.compile(
    r';\s*(type|filename)=("(?:[^"\\]|\\.)*"'
    r"|(?:[^;]|;(?!\s*(?:type|filename|headers|encoder)=))*)"
)
_TYPES = {  # curl's own list
    **{"gif": "image/gif", "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png"},
    **{"svg": "image/svg+xml", "txt": "text/plain", "htm": "text/html", "html": "text/html"},
    **{"pdf": "application/pdf", "xml": "application/xml"},
}
_VISIBLE = "".join(map(chr, range(0x21, 0x7F)))


def read_curl(
    text: str, *, at: float = 0.0, client: str = "127.0.0.1", files: Files | None = None
) -> Request:
    """The request of a pasted command. Raises Fault for what is not exactly one request."""
    words = split_command(text)
    return read_arguments(words, at=at, client=client, files=files)


def read_arguments(
    arguments: Sequence[str],
    *,
    at: float = 0.0,
    client: str = "127.0.0.1",
    files: Files | None = None,
) -> Request:
    """The request of a command that is already split, with or without its leading `curl`.

    `files` holds what `@name` stands for; other files can only be parts of a form, and are empty.
    """
    words = [_mend(word) for word in arguments]
    if words and CURL.match(words[0]):
        words = words[1:]
    given = tuple(read_options(words))
    last, files = dict(given), files or {}
    data, form = _data(given, files), _form(given, files)
    query, body = (data, form) if last.get("get") else (None, data if form is None else form)
    kinds = ["`--head`"] if last.get("head") else []
    kinds += ["`--data`"] if data is not None and query is None else []
    kinds += ["`--form`"] if form is not None else []
    if len(kinds) > 1:
        raise Fault(
            f"{' and '.join(kinds)} exclude each other",
            "each of them chooses the method and the body",
            "leave one of them out",
        )
    method = last.get("request", "HEAD" if last.get("head") else "GET" if body is None else "POST")
    if not TOKEN.match(method):
        raise Fault(
            "`--request` names no method", "a method is one word", "write it as `-X DELETE`"
        )
    scheme, authority, target, login = _url(given, files, query)
    fields = _fields(given, _custom_fields(given, files), authority, login, body)
    # The server sees no other authority than the Host field's (RFC 9112 section 3.3).
    host = next((value for name, value in fields if name.lower() == "host"), "")
    if not _AUTHORITY.match(host):
        host = authority
    try:
        return Request(
            method, f"{scheme}://{host}{target}", fields, client=client, at=at, body=body
        )
    except ValueError:
        raise Fault(
            "the URL names no port",
            "what stands after its host's colon is not a number up to 65535",
            "correct it, or leave it out",
        ) from None


def _mend(word: str) -> str:
    """A word as curl would get it: UTF-8, where bytes and halves of pairs were escaped singly."""
    if word.isascii():
        return word
    word = word.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    word = re.sub("[\ud800-\udc7f\udd00-\udfff]", "\ufffd", word)
    return word.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")


def _each(given: Options, name: str) -> list[str]:
    return [value for option, value in given if option == name]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _file(files: Files, option: str, path: str) -> bytes:
    if path not in files:
        raise Fault(
            f"`--{option} @…` cannot be read",
            IN_A_FILE,
            "paste the file's content in place of `@` and its name",
        )
    return files[path]


def _data(given: Options, files: Files) -> bytes | None:
    data: bytes | None = None
    for name, value in given:
        if name not in ("data", "data-ascii", "data-binary", "data-raw", "data-urlencode", "json"):
            continue
        if name == "data-urlencode":
            piece = _encoded(value, name, files)
        elif value.startswith("@") and name != "data-raw":
            piece = _file(files, name, value[1:])
            if name in ("data", "data-ascii"):
                piece = piece.translate(None, b"\r\n\0")
        else:
            piece = _bytes(value)
        data = (data + (b"" if name == "json" else b"&") if data else b"") + piece
    return data


def _encoded(text: str, option: str, files: Files) -> bytes:
    """`content`, `=content`, `name=content`, `@file` or `name@file`."""
    name, found, content = text.partition("=" if "=" in text else "@")
    if not found:
        name, content = "", text
    value = _file(files, option, content) if found == "@" else _bytes(content)
    return (_bytes(name) + b"=" if name else b"") + quote_plus(value, safe="").encode()


def _form(given: Options, files: Files) -> bytes | None:
    """The body of a multipart form (RFC 7578). A file that is not at hand counts as empty."""
    body = b""
    for option, value in given:
        if option not in ("form", "form-string"):
            continue
        name, equals, content = value.partition("=")
        if not equals:
            raise Fault(
                f"`--{option}` cannot be read", "it has no `=`", f"write `--{option} 'name=value'`"
            )
        sign, word, rest = "", content, ""
        if option == "form":
            match = _FORM.match(content)
            sign, word, rest = match.groups() if match else ("", content, "")
        given_as = {key: _unquoted(text) for key, text in _FORM_PARAMETER.findall(rest)}
        word = _unquoted(word) if option == "form" else word
        filename = given_as.get("filename", re.split(r"[/\\]", word)[-1] if sign == "@" else "")
        kind = given_as.get("type", "")
        if filename and not kind:
            kind = _TYPES.get(filename.rpartition(".")[2].lower(), "application/octet-stream")
        lines = [f"--{_BOUNDARY}", "Content-Disposition: form-data"]
        for key, text in (("name", name), ("filename", filename)):
            if text:
                text = text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
                lines[1] += f'; {key}="{text}"'
        if kind:
            lines.append(f"Content-Type: {kind}")
        body += _bytes("\r\n".join([*lines, "", ""]))
        body += (files.get(word, b"") if sign else _bytes(word)) + b"\r\n"
    return body + f"--{_BOUNDARY}--\r\n".encode() if body else None


def _unquoted(text: str) -> str:
    if not re.fullmatch(r'"(?:[^"\\]|\\.)*"', text, re.S):
        return text
    return re.sub(r"\\([\"\\])", r"\1", text[1:-1])


# From what was asked for to what is sent.


def _url(given: Options, files: Files, query: bytes | None) -> tuple[str, str, str, bytes | None]:
    """Scheme, authority, path with query, and the user and password that the URL held."""
    last, urls = dict(given), _each(given, "url")
    if len(urls) != 1:
        raise Fault(
            f"the command names {len(urls) or 'no'} URL{'s' if urls else ''}",
            "curl sends a request to each, and takes every word that belongs to no option for one",
            "write one URL, and put values that hold blanks in quotes",
        )
    text = urls[0] if last.get("globoff") else _GLOB.sub(_unglobbed, urls[0])
    scheme, separator, rest = text.partition("://")
    if not separator or not scheme.replace("+", "").replace("-", "").isalnum():
        scheme, rest = last.get("proto-default", "http"), text
    if scheme.lower() not in ("http", "https"):
        raise Fault(
            "the URL is not HTTP's",
            f"its scheme is `{scheme[:20]}`",
            "write it with `https://` or `http://`",
        )
    match = re.match(r"([^/?#]*)([^?#]*)(?:\?([^#]*))?", rest)
    assert match is not None  # each part may be empty
    authority, path, search = match.groups()
    login, sign, authority = authority.rpartition("@")
    if not authority.isascii():
        with suppress(UnicodeError):  # else it stays, and no server has that name
            authority = authority.encode("idna").decode()
    if not authority.rpartition(":")[0] and not authority.strip(":"):
        raise Fault("the URL names no host", "its path comes first", "write the host before it")
    if not last.get("path-as-is"):
        path = _without_dots(path)
    added = query or b"&".join(
        _bytes(value[1:]) if value.startswith("+") else _encoded(value, "url-query", files)
        for value in _each(given, "url-query")
    )
    if added:
        search = f"{search}&" if search and not search.endswith("&") else search or ""
        search += added.decode("utf-8", "surrogateescape")
    target = (path or "/") + ("" if search is None else f"?{search}")
    if re.search(r"[\x00-\x20\x7f]", authority + target):
        raise Fault(
            "the URL cannot be sent",
            "it holds a blank or a control character",
            "write a blank as `%20`, and data with blanks as `--data-urlencode`",
        )
    target = quote_from_bytes(_bytes(target), safe=_VISIBLE)
    return scheme.lower(), authority, target, unquote_to_bytes(_bytes(login)) if sign else None


def _unglobbed(match: re.Match[str]) -> str:
    """curl's own patterns: an escaped sign, an IPv6 address or `[]`, `{one}`. Raises Fault."""
    if match[4]:
        raise Fault(
            "the URL is a pattern",
            "curl expands the brackets and braces in it",
            "write one URL, or add `--globoff` to keep them",
        )
    return match[1] or match[2] or match[3]


def _without_dots(path: str) -> str:
    """RFC 3986 section 5.2.4."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for index, segment in enumerate(segments, 1):
        if segment == ".." and kept:
            kept.pop()
        if segment not in (".", ".."):
            kept.append(segment)
        elif index == len(segments):
            kept.append("")
    return "/" + "/".join(kept)


def _custom_fields(given: Options, files: Files) -> list[tuple[str, str | None]]:
    """The fields of `-H`; a value of None keeps curl from sending its own."""
    lines: list[str] = []
    for value in _each(given, "header"):
        if value.startswith("@"):
            lines += _file(files, "header", value[1:]).decode("utf-8", "replace").splitlines()
        else:
            lines.append(value)
    custom: list[tuple[str, str | None]] = []
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            name, semicolon, value = line.partition(";")
            if not semicolon or value.strip():
                continue  # curl drops it without a word
        if not TOKEN.match(name):
            raise Fault(
                "`--header` names no field",
                "what stands before its colon is not one word",
                "write it as `-H 'Name: value'`",
            )
        custom.append((name, (value.strip() or None) if colon else ""))
    return custom


def _fields(
    given: Options,
    custom: list[tuple[str, str | None]],
    authority: str,
    login: bytes | None,
    body: bytes | None,
) -> list[tuple[str, str]]:
    """What curl sends of itself, unless `-H` replaces it; then `-H`; then what the body needs."""
    last = dict(given)
    content_type = "application/x-www-form-urlencoded" if body is not None else None
    if "json" in last:
        content_type = "application/json"
    if "form" in last or "form-string" in last:
        suffix = f"; boundary={_BOUNDARY}"
        content_type = f"multipart/form-data{suffix}"
        custom = [
            (name, value + suffix if value and name.lower() == "content-type" else value)
            for name, value in custom
        ]
    named = {name.lower() for name, _ in custom}
    length = None if body is None or "transfer-encoding" in named else str(len(body))
    before = {
        "Host": authority,
        "Authorization": _authorization(last, login),
        "Range": _range(last) if body is None else None,
        "User-Agent": last.get("user-agent", "curl/8") or None,
        "Accept": "application/json" if "json" in last else "*/*",
        "Accept-Encoding": "deflate, gzip, br, zstd" if last.get("compressed") else None,
        "Referer": last.get("referer", "").partition(";auto")[0] or None,
        "Cookie": _cookie(given),
    }
    after = {"Content-Length": length, "Content-Type": content_type}
    fields = [
        *((name, value) for name, value in before.items() if name.lower() not in named),
        *custom,
        *((name, value) for name, value in after.items() if name.lower() not in named),
    ]
    for name, value in fields:
        if value and re.search(r"[\r\n\0]", value):
            raise Fault(
                f"the field `{name}` cannot be sent",
                "its value holds a line break",
                "write each field with an `-H` of its own",
            )
    return [(name, value) for name, value in fields if value is not None]


def _authorization(last: Mapping[str, str], login: bytes | None) -> str | None:
    if "oauth2-bearer" in last:
        return f"Bearer {last['oauth2-bearer']}"
    if "user" in last:
        login = _bytes(last["user"])
        if b":" not in login:
            raise Fault(
                "`--user` gives no password",
                "curl would ask for it at the terminal",
                "write `-u 'NAME:PASSWORD'`, or `-u 'NAME:'` if there is none",
            )
    if login is None:
        return None
    return f"Basic {b64encode(login if b':' in login else login + b':').decode()}"


def _range(last: Mapping[str, str]) -> str | None:
    wanted, offset = last.get("range", ""), last.get("continue-at", "")
    if wanted:
        return f"bytes={wanted}" if "-" in wanted else f"bytes={wanted}-"
    return f"bytes={offset}-" if offset.strip("0").isdigit() else None


def _cookie(given: Options) -> str | None:
    cookies = [value for value in _each(given, "cookie") if value]
    if not all("=" in value for value in cookies):
        raise Fault(
            "`--cookie` cannot be read",
            "without `=` it is the name of a file with cookies",
            "write them into the command, as `-b 'NAME=VALUE'`",
        )
    return ";".join(cookies) or None
