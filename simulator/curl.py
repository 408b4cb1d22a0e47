"""Which request does this curl command send?

curl 8's manual (https://curl.se/docs/manpage.html) for the options; for a command's text POSIX XCU
section 2.2 with bash's `$'…'`, or cmd.exe's carets. Files are not read: they come in as values.
Messages name options, never what was given to them: that is where credentials stand.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from urllib.parse import quote_from_bytes, quote_plus, unquote_to_bytes

from simulator.message import Request

type Options = tuple[tuple[str, str], ...]  # long names with their values; switches: "yes" or ""
type Files = Mapping[str, bytes]

_SWITCHES = frozenset(
    """alpn anyauth append basic buffer ca-native cert-status clobber compressed compressed-ssh
    create-dirs crlf digest disable disable-eprt disable-epsv disallow-username-in-url
    doh-cert-status doh-insecure fail fail-early fail-with-body false-start follow form-escape
    ftp-create-dirs ftp-pasv ftp-pret ftp-skip-pasv-ip ftp-ssl-ccc get globoff haproxy-protocol head
    help http0.9 http1.0 http1.1 http2 http2-prior-knowledge http3 http3-only ignore-content-length
    include insecure ipv4 ipv6 junk-session-cookies keepalive list-only location location-trusted
    mail-rcpt-allowfails manual metalink mptcp negotiate netrc netrc-optional next npn ntlm ntlm-wb
    out-null parallel parallel-immediate path-as-is post301 post302 post303 progress-bar
    progress-meter proxy-anyauth proxy-basic proxy-ca-native proxy-digest proxy-http2 proxy-insecure
    proxy-negotiate proxy-ntlm proxy-ssl-allow-beast proxy-ssl-auto-client-cert proxy-tlsv1
    proxytunnel raw remote-header-name remote-name remote-name-all remote-time remove-on-error
    retry-all-errors retry-connrefused sasl-ir sessionid show-error show-headers silent
    skip-existing socks5-basic socks5-gssapi socks5-gssapi-nec ssl ssl-allow-beast
    ssl-auto-client-cert ssl-no-revoke ssl-reqd ssl-revoke-best-effort sslv2 sslv3 styled-output
    suppress-connect-headers tcp-fastopen tcp-nodelay tftp-no-options tls-earlydata tlsv1 tlsv1.0
    tlsv1.1 tlsv1.2 tlsv1.3 tr-encoding trace-ids trace-time use-ascii verbose version
    xattr""".split()
)
_VALUED = frozenset(
    """abstract-unix-socket alt-svc aws-sigv4 cacert capath cert cert-type ciphers config
    connect-timeout connect-to continue-at cookie cookie-jar create-file-mode crlfile curves data
    data-ascii data-binary data-raw data-urlencode delegation dns-interface dns-ipv4-addr
    dns-ipv6-addr dns-servers doh-url dump-header ech egd-file engine etag-compare etag-save
    expect100-timeout form form-string ftp-account ftp-alternative-to-user ftp-method ftp-port
    ftp-ssl-ccc-mode happy-eyeballs-timeout-ms haproxy-clientip header hostpubmd5 hostpubsha256 hsts
    interface ip-tos ipfs-gateway json keepalive-cnt keepalive-time key key-type krb libcurl
    limit-rate local-port login-options mail-auth mail-from mail-rcpt max-filesize max-redirs
    max-time netrc-file noproxy oauth2-bearer output output-dir parallel-max parallel-max-host pass
    pinnedpubkey preproxy proto proto-default proto-redir proxy proxy-cacert proxy-capath proxy-cert
    proxy-cert-type proxy-ciphers proxy-crlfile proxy-header proxy-key proxy-key-type proxy-pass
    proxy-pinnedpubkey proxy-service-name proxy-tls13-ciphers proxy-tlsauthtype proxy-tlspassword
    proxy-tlsuser proxy-user proxy1.0 pubkey quote random-file range rate referer request
    request-target resolve retry retry-delay retry-max-time sasl-authzid service-name sigalgs socks4
    socks4a socks5 socks5-gssapi-service socks5-hostname speed-limit speed-time ssl-sessions stderr
    telnet-option tftp-blksize time-cond tls-max tls13-ciphers tlsauthtype tlspassword tlsuser trace
    trace-ascii trace-config unix-socket upload-file upload-flags url url-query user user-agent
    variable vlan-priority write-out""".split()
)
_LETTERS: Mapping[str, str] = dict(
    re.findall(
        r"(\S)=(\S+)",
        """0=http1.0 1=tlsv1 2=sslv2 3=sslv3 4=ipv4 6=ipv6 :=next #=progress-bar A=user-agent
        B=use-ascii C=continue-at D=dump-header E=cert F=form G=get H=header I=head
        J=remote-header-name K=config L=location M=manual N=buffer O=remote-name P=ftp-port
        Q=quote R=remote-time S=show-error T=upload-file U=proxy-user V=version X=request
        Y=speed-limit Z=parallel a=append b=cookie c=cookie-jar d=data e=referer f=fail g=globoff
        h=help i=include j=junk-session-cookies k=insecure l=list-only m=max-time n=netrc o=output
        p=proxytunnel q=disable r=range s=silent t=telnet-option u=user v=verbose w=write-out
        x=proxy y=speed-time z=time-cond""",
    )
)
# Options whose request cannot be known from the command: why, and what to write instead.
_IN_A_FILE = "what it sends stands in a file"
_UNREADABLE: Mapping[str, tuple[str, str]] = {
    "upload-file": (_IN_A_FILE, "paste the body, as `-X PUT --data-binary 'BODY'`"),
    "config": ("its options stand in a file", "write them into the command"),
    **dict.fromkeys(
        ("netrc", "netrc-file", "netrc-optional"),
        ("the credential stands in a file", "write it into the command, with `-u`"),
    ),
    **dict.fromkeys(
        ("anyauth", "aws-sigv4", "digest", "negotiate", "ntlm", "ntlm-wb"),
        (
            "the credential is worked out while sending",
            "paste the field that was sent, as `-H 'Authorization: …'`",
        ),
    ),
    "next": ("it begins a second request", "paste the commands one by one"),
    "etag-compare": (_IN_A_FILE, "paste the field, as `-H 'If-None-Match: …'`"),
    "time-cond": ("curl works out the date", "paste the field, as `-H 'If-Modified-Since: …'`"),
    "request-target": ("its path is not the URL's", "put the path into the URL"),
    "variable": ("other options expand it", "write its value where it is used"),
}
_BOUNDARY = "------------------------why403Wlb5WFzUxT"  # as long as curl's own, which are random
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
_CURL = re.compile(r"(?:(?:[A-Za-z]:|~|\.{0,2})[/\\](?:.*[/\\])?)?curl(?:\.exe)?\Z")
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
    """The request of a pasted command. Raises ValueError for what is not exactly one request."""
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
    if words and _CURL.match(words[0]):
        words = words[1:]
    given = tuple(_options(words))
    last, files = dict(given), files or {}
    data, form = _data(given, files), _form(given, files)
    query, body = (data, form) if last.get("get") else (None, data if form is None else form)
    kinds = ["`--head`"] if last.get("head") else []
    kinds += ["`--data`"] if data is not None and query is None else []
    kinds += ["`--form`"] if form is not None else []
    if len(kinds) > 1:
        raise _fault(
            f"{' and '.join(kinds)} exclude each other",
            "each of them chooses the method and the body",
            "leave one of them out",
        )
    method = last.get("request", "HEAD" if last.get("head") else "GET" if body is None else "POST")
    if not _TOKEN.match(method):
        raise _fault(
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
        raise _fault(
            "the URL names no port",
            "what stands after its host's colon is not a number up to 65535",
            "correct it, or leave it out",
        ) from None


def _fault(problem: str, cause: str, remedy: str) -> ValueError:
    return ValueError(f"{problem}: {cause}; {remedy}")


def _mend(word: str) -> str:
    """A word as curl would get it: UTF-8, where bytes and halves of pairs were escaped singly."""
    if word.isascii():
        return word
    word = word.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    word = re.sub("[\ud800-\udc7f\udd00-\udfff]", "\ufffd", word)
    return word.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")


# From text to words.

_PROMPT = re.compile(r"""\A(?!curl\b)[^\n'"]{0,80}?[$%>#]\s*(?=curl(?:\.exe)?\s)""")
_POWERSHELL = re.compile(r"(?i)\$\w+\s*=|(?:invoke-\w+|iwr|irm)\s")
# The first mark that only one of the three shells' commands can have where it stands.
_MARK = re.compile(r"""\s(\^)(?:"|[ \t]*\n)|(\^)(?:\\\^"|&)|\s(`)[ \t]*\n|\s(?:\$?'|\\\n)""")
_SHELL = re.compile(
    r"""(?P<join>\\(?:\n|\Z)) | (?P<blank>[ \t]+) | (?P<output>&?>[>&|]?) | (?P<end>[\n;&|])
    | \$'(?P<ansi>[^'\\]*(?:\\.[^'\\]*)*)' | \$?"(?P<double>[^"\\]*(?:\\.[^"\\]*)*)"
    | '(?P<single>[^']*)' | \\(?P<escaped>.)
    | (?P<stray>['"<()\u2018-\u201d`]|\$[A-Za-z0-9_({@*#?!$-])
    | (?P<plain>[^ \t\n'"<>()\u2018-\u201d`;&|\\$]+|\$)""",
    re.X | re.S,
)
_IN_DOUBLE = re.compile(r"""\\([$`"\\\n])|(`|\$[A-Za-z0-9_({@*#?!$-])""")
_ANSI = re.compile(
    r"\\(?:x([0-9A-Fa-f]{1,2})|([0-7]{1,3})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|c(.)|(.))", re.S
)
_ANSI_LETTERS = dict(zip("abeEfnrtv\\'\"?", "\a\b\x1b\x1b\f\n\r\t\v\\'\"?", strict=True))
# Chromium puts carets before all but these signs and doubles backslashes, also where cmd.exe keeps
# the former (in quotes, until 2023) and programs keep the latter: what was meant is read.
_CMD = re.compile(
    r"""(?P<joint>\^[ \t]*\n\n?) | \^\\\^(?P<escaped>["\\]) | (?P<slashes>\\*)\^?"
    | \^(?P<careted>[^a-zA-Z0-9\s_\-:=+~'/.,?;()*`]) | (?P<percent>(?<=%)\^) | (?P<blank>[ \t]+)
    | (?P<output>>[>&]?) | (?P<end>[\n&|]) | (?P<plain>\\+|\^|[^\\^" \t\n&|>]+)""",
    re.X,
)


@dataclass(slots=True)
class _Words:
    """Words under way, the last in pieces. One that names where output goes is no argument."""

    done: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    into_file: bool = False

    def end(self) -> None:
        if self.pieces:
            if not self.into_file:
                self.done.append("".join(self.pieces))
            self.pieces, self.into_file = [], False

    def redirect(self) -> None:
        if "".join(self.pieces).isdigit():
            self.pieces = []  # `2>`: which output it is
        self.end()
        self.into_file = True


def split_command(text: str) -> list[str]:
    """The words of one curl command as bash or cmd.exe would split it. Raises ValueError."""
    text = _PROMPT.sub("", text.removeprefix("\ufeff").replace("\r\n", "\n").strip())
    mark = _MARK.search(text)
    if _POWERSHELL.match(text) or (mark and mark[3]):
        raise _fault(
            "the command cannot be read",
            "it is written for PowerShell",
            "copy it as cURL (bash) or as cURL (cmd)",
        )
    words = _cmd_words(text) if mark and (mark[1] or mark[2]) else _shell_words(text)
    while words and re.match(r"[A-Za-z_]\w*=", words[0]):
        del words[0]  # a variable for the command's environment
    if not words or not _CURL.match(words[0]):
        raise _fault(
            "the text is not a curl command",
            "it does not begin with `curl`",
            "copy the request as cURL and paste all of it",
        )
    return words


def _shell_words(text: str) -> list[str]:
    words, position = _Words(), 0
    while position < len(text):
        if text[position] == "#" and not words.pieces:
            end = text.find("\n", position)
            position = len(text) if end < 0 else end
            continue
        match = _SHELL.match(text, position)
        assert match is not None  # INVARIANT: the alternatives leave no character out
        kind, start, position = match.lastgroup or "", position, match.end()
        piece = match[kind]
        if kind == "stray":
            raise _stray(piece, text, start)
        if kind == "blank":
            words.end()
        elif kind == "output":
            words.redirect()
        elif kind == "end":
            words.end()
            if words.done and _ends(text, start):
                break
        elif kind == "ansi":
            words.pieces.append(_ANSI.sub(_ansi_character, piece))
        elif kind == "double":
            expanded = next((m for m in _IN_DOUBLE.finditer(piece) if m[2]), None)
            if expanded:
                raise _stray(expanded[2], text, start)
            words.pieces.append(_IN_DOUBLE.sub(lambda m: m[1].strip("\n"), piece))
        elif kind != "join":
            words.pieces.append(piece)
    words.end()
    return words.done


def _ansi_character(match: re.Match[str]) -> str:
    byte, octal, short, long, control, letter = match.groups()
    if byte or octal:
        code = int(byte, 16) if byte else int(octal, 8) & 0xFF
        return chr(code) if code < 0x80 else chr(0xDC00 + code)  # PEP 383, until `_mend`
    if short or long:
        code = int(short or long, 16)
        return chr(code) if code <= 0x10FFFF else "\ufffd"
    if control:
        return chr(ord(control) & 0x1F)
    return _ANSI_LETTERS.get(letter, f"\\{letter}")


def _cmd_words(text: str) -> list[str]:
    """As cmd.exe hands it on, and Microsoft's C runtime splits it."""
    words, position, opened = _Words(), 0, -1
    while position < len(text):
        match = _CMD.match(text, position)
        assert match is not None  # INVARIANT: here too
        kind, start, position = match.lastgroup or "", position, match.end()
        if kind == "joint":
            words.pieces += ["\n"] * (match[0].count("\n") - 1)
        elif kind == "slashes":
            slashes, odd = divmod(len(match[kind]), 2)
            words.pieces.append("\\" * slashes)
            if odd or (opened >= 0 and text.startswith('"', position)):
                words.pieces.append('"')
                position += not odd
            else:
                opened = -1 if opened >= 0 else start
        elif opened >= 0 or kind in ("escaped", "careted", "plain"):
            words.pieces.append("" if kind == "percent" else match[kind])
        elif kind == "output":
            words.redirect()
        elif kind != "percent":
            words.end()
            if kind == "end" and words.done and _ends(text, start):
                break
    if opened >= 0:
        raise _stray('"', text, opened)
    words.end()
    return words.done


def _ends(text: str, position: int) -> bool:
    """Whether the command ends here: always, but it must be the last. Raises ValueError."""
    mark, after = text[position], text[position + 1 :]
    if mark == "|" and not after.startswith("|"):
        return True  # what follows reads the answer
    lines = (line.strip(" \t;&|") for line in after.split("\n"))
    if all(not line or line.startswith("#") for line in lines):
        return True
    if mark == "\n":
        raise _fault(
            f"the command ends in {_line(text, position)}, but more follows",
            "a line goes on in the next one only with `\\` (cmd: `^`) as its very last character",
            "add that, or paste one command only",
        )
    raise _fault(
        f"the command ends at the `{mark}` in {_line(text, position)}, but more follows",
        "outside quotes it ends a command",
        "put the URL and the values in quotes, or paste one command only",
    )


def _stray(piece: str, text: str, position: int) -> ValueError:
    place = f"in {_line(text, position)}"
    if piece[0] in "$`":
        # What follows `$` is not shown: it may be the middle of a password.
        return _fault(
            f"the {'`$`' if piece[0] == '$' else 'backtick'} {place} cannot be read",
            "the shell would put something in its place that the text does not hold",
            "write that out, or put the word in single quotes",
        )
    if piece in "'\"":
        return _fault(
            f"the `{piece}` {place} opens a quotation that does not end",
            "the text stops before it is closed",
            "copy the whole command",
        )
    return _fault(
        f"the `{piece}` {place} stands outside quotes",
        "the shell takes it for itself" if piece in "<()" else "the shell knows only `'` and `\"`",
        "put the word in single quotes",
    )


def _line(text: str, position: int) -> str:
    return f"line {text.count(chr(10), 0, position) + 1}"


# From words to what was asked for.


def _options(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each option by its long name, in the order given; a word that is no option is a URL."""
    left = iter(words)
    for word in left:
        if word == "--":
            yield from (("url", url) for url in left)
        elif word.startswith("--"):
            name = word[2:]
            if name.startswith("no-") and name[3:] in _SWITCHES:
                yield name[3:], ""
            else:
                yield name, _value(name, word, left)
        elif word.startswith("-"):
            for place, letter in enumerate(word[1:], 2):
                name, option = _LETTERS.get(letter, ""), f"-{letter}"
                if name in _VALUED and word[place:]:
                    yield name, _value(name, option, iter([word[place:]]))
                    break
                yield name, _value(name, option, left)
        else:
            yield "url", word


def _value(name: str, option: str, left: Iterator[str]) -> str:
    """The option's value, taken from the words that are left; "yes" for a switch."""
    if name in _UNREADABLE:
        raise _fault(f"`{option}` cannot be read", *_UNREADABLE[name])
    if name in _SWITCHES:
        return "yes"
    if name in _VALUED:
        value = next(left, None)
        if value is None:
            raise _fault(f"`{option}` has no value", "it is the last word", "write one after it")
        return value
    name, equals, _ = name.partition("=")
    if equals and name in _VALUED:
        raise _fault(
            f"`--{name}=` is not an option",
            "curl takes the value as a word of its own",
            f"write `--{name} VALUE`",
        )
    # What follows `=` may be a credential.
    shown = "".join(c if c.isprintable() else "?" for c in option.partition("=")[0][:40])
    near = get_close_matches(name[:40], sorted(_SWITCHES | _VALUED), n=1)
    raise _fault(
        f"`{shown}` is not an option",
        "curl has none of this name",
        f"did you mean `--{near[0]}`?" if near else "see `curl --help all`",
    )


def _each(given: Options, name: str) -> list[str]:
    return [value for option, value in given if option == name]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _file(files: Files, option: str, path: str) -> bytes:
    if path not in files:
        raise _fault(
            f"`--{option} @…` cannot be read",
            _IN_A_FILE,
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
            raise _fault(
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
    return re.sub(r"\\([\"\\])", r"\1", text[1:-1]) if text.startswith('"') else text


# From what was asked for to what is sent.


def _url(given: Options, files: Files, query: bytes | None) -> tuple[str, str, str, bytes | None]:
    """Scheme, authority, path with query, and the user and password that the URL held."""
    last, urls = dict(given), _each(given, "url")
    if len(urls) != 1:
        raise _fault(
            f"the command names {len(urls) or 'no'} URL{'s' if urls else ''}",
            "curl sends a request to each, and takes every word that belongs to no option for one",
            "write one URL, and put values that hold blanks in quotes",
        )
    text = urls[0] if last.get("globoff") else _GLOB.sub(_unglobbed, urls[0])
    scheme, separator, rest = text.partition("://")
    if not separator or not scheme.replace("+", "").replace("-", "").isalnum():
        scheme, rest = last.get("proto-default", "http"), text
    if scheme.lower() not in ("http", "https"):
        raise _fault(
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
        raise _fault("the URL names no host", "its path comes first", "write the host before it")
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
        raise _fault(
            "the URL cannot be sent",
            "it holds a blank or a control character",
            "write a blank as `%20`, and data with blanks as `--data-urlencode`",
        )
    target = quote_from_bytes(_bytes(target), safe=_VISIBLE)
    return scheme.lower(), authority, target, unquote_to_bytes(_bytes(login)) if sign else None


def _unglobbed(match: re.Match[str]) -> str:
    """curl's own patterns: an escaped sign, an IPv6 address or `[]`, `{one}`. Raises ValueError."""
    if match[4]:
        raise _fault(
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
        if not _TOKEN.match(name):
            raise _fault(
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
            raise _fault(
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
            raise _fault(
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
        raise _fault(
            "`--cookie` cannot be read",
            "without `=` it is the name of a file with cookies",
            "write them into the command, as `-b 'NAME=VALUE'`",
        )
    return ";".join(cookies) or None
