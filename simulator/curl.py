"""Which request does this curl command send?

curl 8's manual (https://curl.se/docs/manpage.html) for the options; for a command's text POSIX XCU
section 2.2 with bash's `$'…'`, or cmd.exe's carets. Files are not read: they come in as values.
Messages name options, never what was given to them: that is where credentials stand.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
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
        J=remote-header-name K=config L=location M=manual N=no-buffer O=remote-name P=ftp-port
        Q=quote R=remote-time S=show-error T=upload-file U=proxy-user V=version X=request
        Y=speed-limit Z=parallel a=append b=cookie c=cookie-jar d=data e=referer f=fail g=globoff
        h=help i=include j=junk-session-cookies k=insecure l=list-only m=max-time n=netrc o=output
        p=proxytunnel q=disable r=range s=silent t=telnet-option u=user v=verbose w=write-out
        x=proxy y=speed-time z=time-cond""",
    )
)
# Options whose request cannot be known from the command: why, and what to write instead.
_IN_A_FILE = "what it sends stands in a file"
_CHALLENGED = "the credential is worked out while sending"
_PASTE_FIELD = "paste the field that was sent, as `-H 'Authorization: …'`"
_UNREADABLE: Mapping[str, tuple[str, str]] = {
    "upload-file": (_IN_A_FILE, "paste the body, as `-X PUT --data-binary 'BODY'`"),
    "config": ("its options stand in a file", "write them into the command"),
    **dict.fromkeys(
        ("netrc", "netrc-file", "netrc-optional"),
        ("the credential stands in a file", "write it into the command, with `-u`"),
    ),
    **dict.fromkeys(
        ("anyauth", "aws-sigv4", "digest", "negotiate", "ntlm", "ntlm-wb"),
        (_CHALLENGED, _PASTE_FIELD),
    ),
    "next": ("it begins a second request", "paste the commands one by one"),
    "etag-compare": (_IN_A_FILE, "paste the field, as `-H 'If-None-Match: …'`"),
    "time-cond": ("curl works out the date", "paste the field, as `-H 'If-Modified-Since: …'`"),
    "request-target": ("its path is not the URL's", "put the path into the URL"),
    "variable": ("other options expand it", "write its value where it is used"),
}
_BOUNDARY = "------------------------why403Wlb5WFzUxT"  # as long as curl's own, which are random
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
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
    if words and re.search(r"(?:\A|[/\\])curl(?:\.exe)?\Z", words[0]):
        words = words[1:]
    given = tuple(_options(words))
    last, files = dict(given), files or {}
    data, form = _data(given, files), _form(given, files)
    in_query = bool(last.get("get")) and form is None
    if (form and data is not None) or (last.get("head") and (form or data) and not in_query):
        chosen = ("--head" if last.get("head") else "--data", "--form" if form else "--data")
        raise _fault(
            f"`{chosen[0]}` and `{chosen[1]}` exclude each other",
            "each of them chooses the method and the body",
            "leave one of them out",
        )
    url, authority, login = _url(given, data if in_query else None)
    body = form if form is not None else None if in_query else data
    custom = _custom_fields(given, files)
    fields = _fields(given, custom, authority, login, body)
    host = next((value for name, value in fields if name.lower() == "host"), "")
    if host and host != authority:
        # The server sees no other authority than the Host field's (RFC 9112 section 3.3).
        url = url.replace(authority, host, 1)
    method = "HEAD" if last.get("head") else "GET" if body is None else "POST"
    method = last.get("request", method)
    if not _TOKEN.match(method):
        raise _fault(
            "`--request` names no method", "a method is one word", "write it as `-X DELETE`"
        )
    try:
        return Request(method, url, fields, client=client, at=at, body=body)
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

_FIRST_MARK = re.compile(r"""\s(\^)(?:"|[ \t]*\n)|\s(`)[ \t]*\n|(\^)(?:\\\^"|&)|\s(?:\$?'|\\\n)""")
_PROMPT = re.compile(r"""\A(?!curl\b)[^\n'"]{0,80}?[$%>#]\s*(?=curl(?:\.exe)?\s)""")


def split_command(text: str) -> list[str]:
    """The words of one curl command. Raises ValueError when the text is anything else."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").strip()
    text = _PROMPT.sub("", text)
    mark = _FIRST_MARK.search(text)
    if (mark and mark[2]) or re.match(r"(?i)\$\w+\s*=|(?:invoke-\w+|iwr|irm)\s", text):
        raise _fault(
            "the command cannot be read",
            "it is written for PowerShell",
            "copy it as cURL (bash) or cURL (cmd)",
        )
    words = list(_cmd_words(text) if mark and (mark[1] or mark[3]) else _shell_words(text))
    while words and re.match(r"[A-Za-z_]\w*=", words[0]):
        words = words[1:]  # variables for the command's environment
    if not words or not re.search(r"(?:\A|[/\\])curl(?:\.exe)?\Z", words[0]):
        raise _fault(
            "the text is not a curl command",
            "it does not begin with `curl`",
            "copy the request as cURL and paste all of it",
        )
    return words


_SHELL = re.compile(
    r"""(?P<join>\\\n) | (?P<blank>[ \t]+) | \$'(?P<ansi>[^'\\]*(?:\\.[^'\\]*)*)'
    | '(?P<single>[^']*)' | \$?"(?P<double>[^"\\]*(?:\\.[^"\\]*)*)" | \\(?P<escaped>.)
    | (?P<variable>\$(?:\w+|[({@*#?!$-])|`) | (?P<output>&?>[>&|]?) | (?P<end>[\n;&|])
    | (?P<stray>['"<>()“”‘’\\]) | (?P<plain>\$|[^\s'"\\$`;&|<>()“”‘’]+|\s)""",
    re.X | re.S,
)


def _shell_words(text: str) -> Iterator[str]:
    word: str | None = None
    into_file = False  # the word under way names where the output goes
    position = 0
    while position < len(text):
        if word is None and text[position] == "#":
            position = text.find("\n", position) % (len(text) + 1)
            continue
        match = _SHELL.match(text, position)
        assert match is not None  # the last two alternatives take every character
        position, kind, piece = match.end(), match.lastgroup, match[match.lastgroup or 0]
        if kind in ("blank", "output", "end"):
            digits = kind == "output" and word is not None and word.isdigit()
            if word is not None and not into_file and not digits:
                yield word
            into_file = kind == "output" or (into_file and word is None)
            word = None
            if kind == "end":
                if _ends(text, match.start(), piece):
                    return
        elif kind == "stray":
            raise _stray(piece)
        elif kind == "variable":
            raise _variable(piece)
        elif kind == "ansi":
            word = (word or "") + _ANSI.sub(_ansi_character, piece)
        elif kind == "double":
            word = (word or "") + _IN_DOUBLE.sub(_double_character, piece)
        elif kind != "join":
            word = (word or "") + piece
    if word is not None and not into_file:
        yield word
