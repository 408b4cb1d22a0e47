"""A pasted curl command becomes the request that curl would send."""

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.curl import read_arguments, read_curl
from simulator.message import Request

# Where everything is required a missing tool is a failure.
MISSING = shutil.which("curl") is None and not os.environ.get("WHY403_REQUIRE_ALL")

UA, ACCEPT = ("User-Agent", "curl/8"), ("Accept", "*/*")
ENCODING = ("Accept-Encoding", "deflate, gzip, br, zstd")
URLENCODED = ("Content-Type", "application/x-www-form-urlencoded")
BOUNDARY = "------------------------why403Wlb5WFzUxT"


def fields(request: Request) -> list[tuple[str, str]]:
    return list(request.headers)


def length(body: bytes) -> tuple[str, str]:
    return ("Content-Length", str(len(body)))


# What browsers copy.

CHROME_BASH = r"""curl 'https://api.shop.example/v1/orders?state=open&page=2' \
  -X 'PATCH' \
  -H 'accept: application/json' \
  -H 'accept-language: en-GB,en;q=0.9' \
  -H 'authorization: Bearer eyJhbGciOiJIUzI1NiJ9.e30.sig' \
  -b 'sid=a1b2; theme="dark"' \
  -H 'content-type: application/json' \
  -H 'origin: https://app.shop.example' \
  -H 'sec-ch-ua: "Chromium";v="142", "Not_A Brand";v="99"' \
  --data-raw $'{"note":"it\'s 5 o\'clock\u0021","tab":"a\\tb"}' ; """

CHROME_CMD = r"""curl ^"https://api.shop.example/v1/orders?state=open^&page=2^&q=^%^41^" ^
  -H ^"accept: application/json^" ^
  -H ^"sec-ch-ua: ^\^"Chromium^\^";v=^\^"142^\^", ^\^"Not_A Brand^\^";v=^\^"99^\^"^" ^
  -H ^"x-path: C:^\^\temp^\^\^" ^
  --data-raw ^"^{^\^"note^\^":^\^"50^% ^& more^\^"^

^}^" """

CHROME_CMD_OF_2022 = r"""curl "https://api.shop.example/v1/orders?page=2^&state=open" ^
  -H "authority: api.shop.example" ^
  -H "sec-ch-ua: ^\^"Chromium^\^";v=^\^"107^\^", ^\^"Not=A?Brand^\^";v=^\^"24^\^"" ^
  --data-raw "^{^\^"a^\^":^[1,2^]^}" ^
  --compressed"""

CHROME_CMD_OF_2016 = """curl "https://api.shop.example/v1/orders" ^
  -H "accept: a/b" --data "{""a"":""b c""}" --compressed"""

FIREFOX_BASH = r"""curl 'https://api.shop.example/v1/orders' --compressed -X POST \
  -H 'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0' \
  -H 'Accept: */*' -H 'Origin: https://app.shop.example' \
  --data-raw $'caf\u00e9=\ud83d\ude00'"""

SAFARI_BASH = r"""curl 'https://api.shop.example/v1/orders' \
-X 'OPTIONS' \
-H 'Access-Control-Request-Method: PUT' \
-H 'Origin: https://app.shop.example'"""

PATCHED = b'{"note":"it\'s 5 o\'clock!","tab":"a\\tb"}'
CAFE = "caf\xe9=\U0001f600".encode()
MOZILLA = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            CHROME_BASH,
            Request(
                "PATCH",
                "https://api.shop.example/v1/orders?state=open&page=2",
                [
                    ("Host", "api.shop.example"),
                    UA,
                    ("Cookie", 'sid=a1b2; theme="dark"'),
                    ("accept", "application/json"),
                    ("accept-language", "en-GB,en;q=0.9"),
                    ("authorization", "Bearer eyJhbGciOiJIUzI1NiJ9.e30.sig"),
                    ("content-type", "application/json"),
                    ("origin", "https://app.shop.example"),
                    ("sec-ch-ua", '"Chromium";v="142", "Not_A Brand";v="99"'),
                    length(PATCHED),
                ],
                body=PATCHED,
            ),
            id="Chrome for bash",
        ),
        pytest.param(
            CHROME_CMD,
            Request(
                "POST",
                "https://api.shop.example/v1/orders?state=open&page=2&q=%41",
                [
                    ("Host", "api.shop.example"),
                    UA,
                    ("accept", "application/json"),
                    ("sec-ch-ua", '"Chromium";v="142", "Not_A Brand";v="99"'),
                    ("x-path", "C:\\temp\\"),
                    length(b'{"note":"50% & more"\n}'),
                    URLENCODED,
                ],
                body=b'{"note":"50% & more"\n}',
            ),
            id="Chrome for cmd",
        ),
        pytest.param(
            CHROME_CMD_OF_2022,
            Request(
                "POST",
                "https://api.shop.example/v1/orders?page=2&state=open",
                [
                    ("Host", "api.shop.example"),
                    UA,
                    ACCEPT,
                    ENCODING,
                    ("authority", "api.shop.example"),
                    ("sec-ch-ua", '"Chromium";v="107", "Not=A?Brand";v="24"'),
                    length(b'{"a":[1,2]}'),
                    URLENCODED,
                ],
                body=b'{"a":[1,2]}',
            ),
            id="Chrome for cmd in 2022, whose carets cmd.exe itself would have kept",
        ),
        pytest.param(
            CHROME_CMD_OF_2016,
            Request(
                "POST",
                "https://api.shop.example/v1/orders",
                [
                    ("Host", "api.shop.example"),
                    UA,
                    ENCODING,
                    ("accept", "a/b"),
                    length(b'{"a":"b c"}'),
                    URLENCODED,
                ],
                body=b'{"a":"b c"}',
            ),
            id="quotes doubled, as Chrome for cmd once did",
        ),
        pytest.param(
            FIREFOX_BASH,
            Request(
                "POST",
                "https://api.shop.example/v1/orders",
                [
                    ("Host", "api.shop.example"),
                    ENCODING,
                    ("User-Agent", MOZILLA),
                    ("Accept", "*/*"),
                    ("Origin", "https://app.shop.example"),
                    length(CAFE),
                    URLENCODED,
                ],
                body=CAFE,
            ),
            id="Firefox",
        ),
        pytest.param(
            SAFARI_BASH,
            Request(
                "OPTIONS",
                "https://api.shop.example/v1/orders",
                [
                    ("Host", "api.shop.example"),
                    UA,
                    ACCEPT,
                    ("Access-Control-Request-Method", "PUT"),
                    ("Origin", "https://app.shop.example"),
                ],
            ),
            id="Safari",
        ),
    ],
)
def test_what_browsers_copy_is_read(text: str, expected: Request) -> None:
    assert read_curl(text) == expected


def test_time_and_client_are_the_callers() -> None:
    request = read_curl("curl http://a.example/", at=1764000000.5, client="203.0.113.9")

    assert (request.at, request.client) == (1764000000.5, "203.0.113.9")


# Options.


def sent(
    method: str, url: str, *custom: tuple[str, str], body: bytes | None = None, login: str = ""
) -> Request:
    """What curl sends when nothing takes its own fields away."""
    own = [("Host", "a.example"), *([("Authorization", login)] if login else []), UA, ACCEPT]
    after = [] if body is None else [length(body)]
    return Request(method, url, [*own, *custom, *after], body=body)


A = "http://a.example/"
HOST = ("Host", "a.example")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param([A], sent("GET", A), id="a URL alone is fetched"),
        pytest.param(["curl", A], sent("GET", A), id="the command's name may lead"),
        pytest.param(["/usr/bin/curl", A], sent("GET", A), id="its path may lead"),
        pytest.param(["C:\\bin\\curl.exe", A], sent("GET", A), id="its Windows path may lead"),
        pytest.param([f"{A}curl"], sent("GET", f"{A}curl"), id="a URL may end in `curl`"),
        pytest.param(["a.example"], sent("GET", A), id="without a scheme it is http"),
        pytest.param(
            ["--proto-default", "https", "a.example"],
            sent("GET", "https://a.example/"),
            id="unless another default is given",
        ),
        pytest.param(["HTTP://a.example?q"], sent("GET", f"{A}?q"), id="a path is added"),
        pytest.param([f"{A}x#part"], sent("GET", f"{A}x"), id="a fragment is not sent"),
        pytest.param(
            ["a.example/?back=https://b.example/"],
            sent("GET", f"{A}?back=https://b.example/"),
            id="a URL in the query is no scheme",
        ),
        pytest.param([f"{A}a/../b/./c"], sent("GET", f"{A}b/c"), id="dots are taken out"),
        pytest.param([f"{A}a/.."], sent("GET", A), id="dots at the end leave a slash"),
        pytest.param([f"{A}a/%2e%2e/b"], sent("GET", f"{A}a/%2e%2e/b"), id="but not escaped ones"),
        pytest.param(
            ["--path-as-is", f"{A}a/../b"], sent("GET", f"{A}a/../b"), id="nor with --path-as-is"
        ),
        pytest.param([f"{A}caf\xe9"], sent("GET", f"{A}caf%C3%A9"), id="other letters are escaped"),
        pytest.param([f"{A}?a[]=1"], sent("GET", f"{A}?a[]=1"), id="empty brackets stay"),
        pytest.param([f"{A}\\[1\\]"], sent("GET", f"{A}[1]"), id="escaped brackets are brackets"),
        pytest.param([f"{A}{{id}}"], sent("GET", f"{A}id"), id="braces round one word are dropped"),
        pytest.param(
            ["-g", f"{A}?a[0]={{b,c}}"], sent("GET", f"{A}?a[0]={{b,c}}"), id="--globoff keeps all"
        ),
        pytest.param(["--url", A], sent("GET", A), id="--url names it too"),
        pytest.param(["-s", "--", A], sent("GET", A), id="after `--` come URLs"),
        pytest.param(["-X", "PURGE", A], sent("PURGE", A), id="-X chooses the method"),
        pytest.param(["-XPUT", A], sent("PUT", A), id="its value may be joined to it"),
        pytest.param(["-sSiX", "PUT", A], sent("PUT", A), id="letters may stand together"),
        pytest.param(["-X", "patch", A], sent("patch", A), id="small letters are sent as they are"),
        pytest.param(["-I", A], sent("HEAD", A), id="-I asks for the head"),
        pytest.param(["-I", "-X", "GET", A], sent("GET", A), id="-X wins over -I"),
        pytest.param(
            ["-H", "X-A: 1", "-HX-B:2", "--header", "x-a: 3", A],
            sent("GET", A, ("X-A", "1"), ("X-B", "2"), ("x-a", "3")),
            id="-H adds a field, as often as it is given",
        ),
        pytest.param(["-H", "X-A;", A], sent("GET", A, ("X-A", "")), id="`Name;` sends it empty"),
        pytest.param(["-H", "X-A:", A], sent("GET", A), id="`Name:` sends nothing"),
        pytest.param(["-H", "no field", A], sent("GET", A), id="what is no field is dropped"),
        pytest.param(
            ["-H", "Accept:", "-H", "user-agent:", A],
            Request("GET", A, [HOST]),
            id="`Name:` takes curl's own field away",
        ),
        pytest.param(["-H", "Host:", A], Request("GET", A, [UA, ACCEPT]), id="even the Host field"),
        pytest.param(
            ["-H", "ACCEPT: a/b", A],
            Request("GET", A, [HOST, UA, ("ACCEPT", "a/b")]),
            id="a field replaces curl's own",
        ),
        pytest.param(
            ["-H", "Host: b.example:8080", "https://127.0.0.1/x"],
            Request("GET", "https://b.example:8080/x", [UA, ACCEPT, ("Host", "b.example:8080")]),
            id="the Host field is the authority that the server sees",
        ),
        pytest.param(
            ["-H", "Host: b/c", A],
            Request("GET", A, [UA, ACCEPT, ("Host", "b/c")]),
            id="unless it is no authority",
        ),
        pytest.param(
            ["http://[::1]:8080/"],
            Request("GET", "http://[::1]:8080/", [("Host", "[::1]:8080"), UA, ACCEPT]),
            id="an IPv6 address is no pattern",
        ),
        pytest.param(
            ["http://b\xfccher.example/"],
            Request(
                "GET",
                "http://xn--bcher-kva.example/",
                [("Host", "xn--bcher-kva.example"), UA, ACCEPT],
            ),
            id="an international name is sent in its ASCII form",
        ),
        pytest.param(
            ["-A", "probe/1", A],
            Request("GET", A, [HOST, ("User-Agent", "probe/1"), ACCEPT]),
            id="-A names the user agent",
        ),
        pytest.param(
            ["-A", "", A], Request("GET", A, [HOST, ACCEPT]), id="an empty -A takes it away"
        ),
        pytest.param(
            ["-e", "http://b.example/;auto", A],
            Request("GET", A, [HOST, UA, ACCEPT, ("Referer", "http://b.example/")]),
            id="-e names the referrer",
        ),
        pytest.param(
            ["-b", "a=1", "-b", "b=2; c=3", A],
            sent("GET", A, ("Cookie", "a=1;b=2; c=3")),
            id="-b sends cookies",
        ),
        pytest.param(["-b", "", A], sent("GET", A), id="an empty -b sends none"),
        pytest.param(
            ["-b", "a=1", "-H", "Cookie: b=2", A],
            sent("GET", A, ("Cookie", "b=2")),
            id="a Cookie field wins over -b",
        ),
        pytest.param(
            ["-u", "ann:s:3", A], sent("GET", A, login="Basic YW5uOnM6Mw=="), id="-u is Basic"
        ),
        pytest.param(
            ["http://ann:p%40ss@a.example/"],
            sent("GET", A, login="Basic YW5uOnBAc3M="),
            id="so are user and password in the URL",
        ),
        pytest.param(
            ["http://ann@a.example/"],
            sent("GET", A, login="Basic YW5uOg=="),
            id="there the password may be missing",
        ),
        pytest.param(
            ["-u", "a:b", "http://c:d@a.example/"],
            sent("GET", A, login="Basic YTpi"),
            id="-u wins over the URL",
        ),
        pytest.param(
            ["-u", "a:b", "--oauth2-bearer", "t0k", A],
            sent("GET", A, login="Bearer t0k"),
            id="a bearer token wins over -u",
        ),
        pytest.param(
            ["-u", "a:b", "-H", "Authorization: ApiKey k", A],
            sent("GET", A, ("Authorization", "ApiKey k")),
            id="an Authorization field wins over -u",
        ),
        pytest.param(
            ["--compressed", A], sent("GET", A, ENCODING), id="--compressed names encodings"
        ),
        pytest.param(
            ["--compressed", "--no-compressed", A], sent("GET", A), id="--no- takes a switch back"
        ),
        pytest.param(
            ["-r", "0-99", A],
            Request("GET", A, [HOST, ("Range", "bytes=0-99"), UA, ACCEPT]),
            id="-r asks for a range",
        ),
        pytest.param(
            ["-C", "500", A],
            Request("GET", A, [HOST, ("Range", "bytes=500-"), UA, ACCEPT]),
            id="so does -C",
        ),
        pytest.param(["-C", "-", A], sent("GET", A), id="but not where it looks for a file"),
        pytest.param(
            [
                *["-sSvikLfgN#046", "-o", "out", "-w", "%{http_code}\\n", "--max-time", "5"],
                *["-m3", "--connect-timeout", "2", "--retry", "3", "-x", "http://proxy:3128"],
                *["--resolve", "a.example:80:127.0.0.1", "--cacert", "ca.pem", "-E", "me.pem"],
                *["--key", "me.key", "--http2", "--tlsv1.2", "-D-", "-c", "jar", "-U", "p:q", A],
            ],
            sent("GET", A),
            id="options about the transfer change nothing",
        ),
    ],
)
def test_options_mean_what_curls_manual_says(words: list[str], expected: Request) -> None:
    assert read_arguments(words) == expected


@pytest.mark.parametrize(
    ("words", "method", "url", "body"),
    [
        pytest.param(["-d", "a=1"], "POST", A, b"a=1", id="-d posts"),
        pytest.param(["-d", "a=1", "-d", "b=2"], "POST", A, b"a=1&b=2", id="several are joined"),
        pytest.param(["-d", "", "-d", "b"], "POST", A, b"b", id="an empty one joins nothing"),
        pytest.param(["-d", ""], "POST", A, b"", id="an empty one is a body"),
        pytest.param(["-d", "a", "-X", "PUT"], "PUT", A, b"a", id="-X changes the method only"),
        pytest.param(["-d", "a", "-X", "GET"], "GET", A, b"a", id="even a GET has the body then"),
        pytest.param(["--data-raw", "@a"], "POST", A, b"@a", id="--data-raw reads no file"),
        pytest.param(
            ["--data-urlencode", "a b&c", "--data-urlencode", "n=\xe9=f"],
            "POST",
            A,
            b"a+b%26c&n=%C3%A9%3Df",
            id="--data-urlencode encodes the value and not the name",
        ),
        pytest.param(["--data-urlencode", "=a=b"], "POST", A, b"a%3Db", id="which may be missing"),
        pytest.param(["-G", "-d", "a=1"], "GET", f"{A}?a=1", None, id="-G puts data in the URL"),
        pytest.param(
            ["-G", "-d", "a=1", "-d", "b=2", "--url", f"{A}?c#d"],
            "GET",
            f"{A}?c&a=1&b=2",
            None,
            id="after what the query holds",
        ),
        pytest.param(["-I", "-G", "-d", "a"], "HEAD", f"{A}?a", None, id="-I goes with -G"),
        pytest.param(["-G"], "GET", A, None, id="-G alone changes nothing"),
        pytest.param(
            ["--url-query", "a=b c", "--url-query", "+d&e"],
            "GET",
            f"{A}?a=b+c&d&e",
            None,
            id="--url-query adds to the query",
        ),
    ],
)
def test_data_go_where_curl_puts_them(
    words: list[str], method: str, url: str, body: bytes | None
) -> None:
    request = read_arguments([*words, *([] if "--url" in words else [A])])

    assert (request.method, request.url, request.body) == (method, url, body)
    assert request.headers.get("content-length") == (None if body is None else str(len(body)))
    assert request.headers.get("content-type") == (None if body is None else URLENCODED[1])


def test_json_brings_its_fields_and_is_joined_to_itself() -> None:
    request = read_arguments(["--json", '{"a":', "--json", "1}", A])

    body = b'{"a":1}'
    after = [length(body), ("Content-Type", "application/json")]
    assert request == Request(
        "POST", A, [HOST, UA, ("Accept", "application/json"), *after], body=body
    )


def test_a_field_of_ones_own_wins_over_jsons() -> None:
    request = read_arguments(["--json", "{}", "-H", "Accept: a/b", "-H", "Content-Type: c/d", A])

    assert fields(request)[2:] == [("Accept", "a/b"), ("Content-Type", "c/d"), length(b"{}")]


def test_a_chunked_body_has_no_length() -> None:
    request = read_arguments(["-d", "a", "-H", "Transfer-Encoding: chunked", A])

    assert fields(request)[3:] == [("Transfer-Encoding", "chunked"), URLENCODED]


def part(head: str, content: str) -> str:
    return f"--{BOUNDARY}\r\nContent-Disposition: form-data{head}\r\n\r\n{content}\r\n"


@pytest.mark.parametrize(
    ("value", "head", "content"),
    [
        pytest.param("a=b", '; name="a"', "b", id="a value"),
        pytest.param("a= b=c", '; name="a"', "b=c", id="blanks before it are dropped"),
        pytest.param('a="b;c"', '; name="a"', "b;c", id="quotes keep a semicolon"),
        pytest.param('a="b', '; name="a"', '"b', id="an open quote is a sign like others"),
        pytest.param(
            "a={};type=application/json; charset=utf-8",
            '; name="a"\r\nContent-Type: application/json; charset=utf-8',
            "{}",
            id="a type with a parameter",
        ),
        pytest.param(
            'a=b;filename="c d.txt"',
            '; name="a"; filename="c d.txt"\r\nContent-Type: text/plain',
            "b",
            id="a file's name and the type that curl guesses from it",
        ),
        pytest.param(
            "a=@pics/cat.png",
            '; name="a"; filename="cat.png"\r\nContent-Type: image/png',
            "PNG",
            id="a file at hand",
        ),
        pytest.param(
            "a=@other.bin;type=x/y",
            '; name="a"; filename="other.bin"\r\nContent-Type: x/y',
            "",
            id="a file that is not",
        ),
        pytest.param("a=<pics/cat.png", '; name="a"', "PNG", id="a file's content as a value"),
        pytest.param('a"\n=b', '; name="a%22%0A"', "b", id="signs that would end the name"),
        pytest.param("=b", "", "b", id="no name"),
    ],
)
def test_a_form_has_parts(value: str, head: str, content: str) -> None:
    request = read_arguments(["-F", value, A], files={"pics/cat.png": b"PNG"})

    assert request.method == "POST"
    assert request.headers.get("content-type") == f"multipart/form-data; boundary={BOUNDARY}"
    assert (request.body or b"").decode() == f"{part(head, content)}--{BOUNDARY}--\r\n"


def test_form_strings_are_taken_as_they_are() -> None:
    request = read_arguments(["--form-string", "a=@b;type=c", A])

    whole = part('; name="a"', "@b;type=c") + f"--{BOUNDARY}--\r\n"
    assert request.body == whole.encode()


def test_a_type_of_ones_own_gets_the_forms_boundary() -> None:
    request = read_arguments(["-F", "a=b", "-H", "Content-Type: multipart/mixed", A])

    assert request.headers.get("content-type") == f"multipart/mixed; boundary={BOUNDARY}"


@pytest.mark.parametrize(
    ("words", "body"),
    [
        pytest.param(["-d", "@f"], b"a=1b", id="--data loses line breaks"),
        pytest.param(["--data-binary", "@f"], b"a=1\r\nb\0", id="--data-binary keeps them"),
        pytest.param(["--json", "@f"], b"a=1\r\nb\0", id="so does --json"),
        pytest.param(["--data-urlencode", "n@f"], b"n=a%3D1%0D%0Ab%00", id="a name before it"),
    ],
)
def test_a_file_at_hand_is_a_body(words: list[str], body: bytes) -> None:
    assert read_arguments([*words, A], files={"f": b"a=1\r\nb\0"}).body == body


def test_a_file_at_hand_is_a_list_of_fields() -> None:
    request = read_curl(f"curl -H @f {A}", files={"f": b"X-A: 1\r\nX-B: 2\n"})

    assert fields(request)[3:] == [("X-A", "1"), ("X-B", "2")]


# Mistakes.

NOT_CURL = (
    "the text is not a curl command: it does not begin with `curl`; "
    "copy the request as cURL and paste all of it"
)
POWERSHELL = (
    "the command cannot be read: it is written for PowerShell; "
    "copy it as cURL (bash) or as cURL (cmd)"
)
EXPANDED = (
    "cannot be read: the shell would put something in its place that the text does not hold; "
    "write that out, or put the word in single quotes"
)
MORE = (
    "but more follows: outside quotes it ends a command; "
    "put the URL and the values in quotes, or paste one command only"
)
MORE_LINES = (
    "but more follows: a line goes on in the next one only with `\\` (cmd: `^`) as its very last "
    "character; add that, or paste one command only"
)
TAKEN = (
    "in line 1 stands outside quotes: the shell takes it for itself; put the word in single quotes"
)
OPEN = (
    "in line 2 opens a quotation that does not end: the text stops before it is closed; "
    "copy the whole command"
)
INVOKE = """Invoke-WebRequest -UseBasicParsing -Uri "https://a.example/" `
-Method "POST" """
SESSION = """$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession
Invoke-WebRequest -Uri "https://a.example/" -WebSession $session"""
ALL_BASH = "curl 'http://a.example/' \\\n  -H 'a: b' ;\ncurl 'http://b.example/'"
ALL_CMD = 'curl ^"http://a.example/^" ^\n  -H ^"a: b^" &\ncurl ^"http://b.example/^"'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", NOT_CURL, id="nothing"),
        pytest.param("wget http://a.example/", NOT_CURL, id="another program"),
        pytest.param('fetch("http://a.example/")', f"the `(` {TAKEN}", id="JavaScript"),
        pytest.param(INVOKE, POWERSHELL, id="PowerShell"),
        pytest.param(SESSION, POWERSHELL, id="PowerShell with a session"),
        pytest.param("curl.exe http://a.example/ `\n -d a", POWERSHELL, id="curl in PowerShell"),
        pytest.param(
            "curl http://a.example/ \\\n -H 'a: b", f"the `'` {OPEN}", id="an open quotation"
        ),
        pytest.param(
            'curl ^"http://a.example/^" ^\n  -H ^"a: b',
            f'the `"` {OPEN}',
            id="an open quotation for cmd",
        ),
        pytest.param(
            "curl http://a.example/?a=1&b=2",
            f"the command ends at the `&` in line 1, {MORE}",
            id="a query outside quotes",
        ),
        pytest.param(
            ALL_BASH,
            f"the command ends at the `;` in line 2, {MORE}",
            id="all requests copied at once",
        ),
        pytest.param(
            ALL_CMD,
            f"the command ends at the `&` in line 2, {MORE}",
            id="all requests copied at once for cmd",
        ),
        pytest.param(
            "curl http://a.example/ || exit",
            f"the command ends at the `|` in line 1, {MORE}",
            id="another command where curl fails",
        ),
        pytest.param(
            "curl http://a.example/\n-H 'a: b'",
            f"the command ends in line 1, {MORE_LINES}",
            id="a line that does not go on",
        ),
        pytest.param(
            "curl http://a.example/ \\ \n-H 'a: b'",
            f"the command ends in line 1, {MORE_LINES}",
            id="a blank after the backslash",
        ),
        pytest.param(
            "curl http://a.example/ \\\n-u $USER:x",
            f"the `$` in line 2 {EXPANDED}",
            id="a variable",
        ),
        pytest.param(
            'curl http://a.example/ -H "Authorization: Bearer ${TOKEN}"',
            f"the `$` in line 1 {EXPANDED}",
            id="a variable in double quotes",
        ),
        pytest.param(
            'curl "http://a.example/?$top=5"',
            f"the `$` in line 1 {EXPANDED}",
            id="a query that holds a dollar, in double quotes",
        ),
        pytest.param(
            'curl http://a.example/ -d "`date`"',
            f"the backtick in line 1 {EXPANDED}",
            id="a command in backticks",
        ),
        pytest.param(
            "curl http://a.example/ -d @- <<EOF\n{}\nEOF",
            f"the `<` {TAKEN}",
            id="a body on the lines that follow",
        ),
        pytest.param(
            "curl -H \u201ca: b\u201d http://a.example/",
            "the `\u201c` in line 1 stands outside quotes: the shell knows only `'` and `\"`; "
            "put the word in single quotes",
            id="a word processor's quotes",
        ),
    ],
)
def test_a_text_that_is_no_command_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        read_curl(text)


EACH_URL = (
    "curl sends a request to each, and takes every word that belongs to no option for one; "
    "write one URL, and put values that hold blanks in quotes"
)
UNKNOWN = "is not an option: curl has none of this name"
IN_A_FILE = "cannot be read: what it sends stands in a file"
PASTE = "paste the file's content in place of `@` and its name"
SENDING = (
    "cannot be read: the credential is worked out while sending; "
    "paste the field that was sent, as `-H 'Authorization: …'`"
)
EXCLUDE = "exclude each other: each of them chooses the method and the body; leave one of them out"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param([], f"the command names no URL: {EACH_URL}", id="no URL"),
        pytest.param(
            ["-H", "Authorization:", "Bearer", "s3cr3t", A],
            f"the command names 3 URLs: {EACH_URL}",
            id="several URLs",
        ),
        pytest.param(
            ["ftp://ann:s3cr3t@a.example/"],
            "the URL is not HTTP's: its scheme is `ftp`; write it with `https://` or `http://`",
            id="another scheme",
        ),
        pytest.param(
            ["https:///x?key=s3cr3t"],
            "the URL names no host: its path comes first; write the host before it",
            id="no host",
        ),
        pytest.param(
            ["http://ann:s3cr3t"],
            "the URL names no port: what stands after its host's colon is not a number up to "
            "65535; correct it, or leave it out",
            id="no port",
        ),
        pytest.param(
            [f"{A}?q=a b"],
            "the URL cannot be sent: it holds a blank or a control character; write a blank as "
            "`%20`, and data with blanks as `--data-urlencode`",
            id="a blank in the URL",
        ),
        pytest.param(
            [f"{A}[1-9]"],
            "the URL is a pattern: curl expands the brackets and braces in it; "
            "write one URL, or add `--globoff` to keep them",
            id="a pattern",
        ),
        pytest.param(
            ["--headr", "s3cr3t", A],
            f"`--headr` {UNKNOWN}; did you mean `--header`?",
            id="an unknown option that is nearly one",
        ),
        pytest.param(
            ["--frobnicate=s3cr3t", A],
            f"`--frobnicate` {UNKNOWN}; see `curl --help all`",
            id="an unknown option",
        ),
        pytest.param(["-s@", A], f"`-@` {UNKNOWN}; see `curl --help all`", id="an unknown letter"),
        pytest.param(
            ["--no-data", A], f"`--no-data` {UNKNOWN}; did you mean `--data`?", id="no switch"
        ),
        pytest.param(
            ["--header=Authorization: s3cr3t", A],
            "`--header=` is not an option: curl takes the value as a word of its own; "
            "write `--header VALUE`",
            id="a value after an equals sign",
        ),
        pytest.param(
            [A, "-sX"], "`-X` has no value: it is the last word; write one after it", id="no value"
        ),
        pytest.param(
            ["-X", "s3cr3t s3cr3t", A],
            "`--request` names no method: a method is one word; write it as `-X DELETE`",
            id="no method",
        ),
        pytest.param(
            ["-H", "Bearer s3cr3t: x", A],
            "`--header` names no field: what stands before its colon is not one word; "
            "write it as `-H 'Name: value'`",
            id="no field's name",
        ),
        pytest.param(
            ["-H", "X-Key: s3cr3t\nX-B: b", A],
            "the field `X-Key` cannot be sent: its value holds a line break; "
            "write each field with an `-H` of its own",
            id="two fields in one",
        ),
        pytest.param(
            ["-u", "s3cr3t", A],
            "`--user` gives no password: curl would ask for it at the terminal; "
            "write `-u 'NAME:PASSWORD'`, or `-u 'NAME:'` if there is none",
            id="no password",
        ),
        pytest.param(
            ["-b", "s3cr3t", A],
            "`--cookie` cannot be read: without `=` it is the name of a file with cookies; "
            "write them into the command, as `-b 'NAME=VALUE'`",
            id="a file of cookies",
        ),
        pytest.param(
            ["-d", "@body.json", A], f"`--data @…` {IN_A_FILE}; {PASTE}", id="a file as a body"
        ),
        pytest.param(
            ["-H", "@fields", A], f"`--header @…` {IN_A_FILE}; {PASTE}", id="a file of fields"
        ),
        pytest.param(
            ["-T", "file", A],
            f"`-T` {IN_A_FILE}; paste the body, as `-X PUT --data-binary 'BODY'`",
            id="an upload",
        ),
        pytest.param(
            ["-F", "s3cr3t", A],
            "`--form` cannot be read: it has no `=`; write `--form 'name=value'`",
            id="a form's part without a name",
        ),
        pytest.param(
            ["-K", "file", A],
            "`-K` cannot be read: its options stand in a file; write them into the command",
            id="a file of options",
        ),
        pytest.param(
            ["--netrc", A],
            "`--netrc` cannot be read: the credential stands in a file; "
            "write it into the command, with `-u`",
            id="a file of credentials",
        ),
        pytest.param(
            ["--digest", "-u", "ann:s3cr3t", A], f"`--digest` {SENDING}", id="an answered challenge"
        ),
        pytest.param(["--aws-sigv4", "aws:amz", A], f"`--aws-sigv4` {SENDING}", id="a signature"),
        pytest.param(
            [A, "--next", A],
            "`--next` cannot be read: it begins a second request; paste the commands one by one",
            id="a second request",
        ),
        pytest.param(
            ["-I", "-d", "s3cr3t", A], f"`--head` and `--data` {EXCLUDE}", id="a head with data"
        ),
        pytest.param(
            ["-d", "a", "-F", "b=c", A], f"`--data` and `--form` {EXCLUDE}", id="data and a form"
        ),
    ],
)
def test_a_command_without_one_request_is_refused(words: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        read_arguments(words)


def complaint(read: Callable[[], Request]) -> str | None:
    try:
        read()
    except ValueError as error:
        return str(error)
    return None


ONE_LINE = re.compile(r"[^\n]+: [^\n]+; [^\n]+")
SIGNS = "'\"\\$`^&|;<>#-Hd:@=?/ \n\t{}[]%ax0u\xe9\udc80\ud83d\ude00"
WORDS = ["-d", "-H", "-F", "-u", "-b", "-G", "-I", "--json", "--url-query", "--frob", "-X", "-r"]


@given(st.text() | st.text(SIGNS))
def test_any_text_is_a_request_or_one_line_about_why_not(text: str) -> None:
    message = complaint(lambda: read_curl(f"curl {text}"))

    assert message is None or ONE_LINE.fullmatch(message)


@given(st.lists(st.sampled_from(WORDS) | st.text() | st.text(SIGNS) | st.just(A)))
def test_any_words_are_a_request_or_one_line_about_why_not(words: list[str]) -> None:
    message = complaint(lambda: read_arguments(words))

    assert message is None or ONE_LINE.fullmatch(message)


@given(st.lists(st.sampled_from(WORDS) | st.just(A)), st.integers(0, 9))
def test_no_message_repeats_a_value(words: list[str], place: int) -> None:
    words.insert(min(place, len(words)), "\u2603s3cr3t\u2603")

    assert "s3cr3t" not in (complaint(lambda: read_arguments(words)) or "")


# curl itself.

type Received = tuple[str, str, list[tuple[str, str]], bytes]


class Listener(HTTPServer):
    received: list[Received]


class Handler(BaseHTTPRequestHandler):
    server: Listener

    def handle_one_request(self) -> None:
        self.close_connection = True
        self.raw_requestline = self.rfile.readline()
        if not self.parse_request():
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        target = self.requestline.split(" ")[1]  # `path` loses slashes at its front
        self.server.received.append((self.command, target, self.headers.items(), body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    with Listener(("127.0.0.1", 0), Handler) as server:
        server.received = []
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def comparable(received: Received) -> Received:
    """Without what depends on curl's version, on chance, or on the port."""
    method, target, sent_fields, body = received
    found = re.search(r"boundary=(\S+)", dict(sent_fields).get("Content-Type", ""))
    boundary = found[1] if found else "no boundary"
    kept = [
        (name.lower(), re.sub(r"\Acurl/\S+", "curl", value.replace(boundary, "B")))
        for name, value in sent_fields
        if name.lower() not in ("host", "accept-encoding", "content-length")
    ]
    return method, target, sorted(kept), body.replace(boundary.encode(), b"B")


@pytest.mark.skipif(MISSING, reason="no curl here")
@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["URL"], id="nothing asked for"),
        pytest.param(["-X", "DELETE", "URLv1/orders/7?dry=1#top"], id="a method, query, fragment"),
        pytest.param(["-sSiX", "PUT", "-HX-A:1", "-dx", "URL"], id="letters together"),
        pytest.param(
            ["-H", "X-A;", "-H", "Accept:", "-H", "user-agent: probe", "-H", "X-B:  ", "URL"],
            id="fields empty, removed and replaced",
        ),
        pytest.param(["-H", "no field", "-H", "X-C; d", "URL"], id="fields that are none"),
        pytest.param(["-d", "a=1", "-d", "b=\xe9", "URL"], id="data joined"),
        pytest.param(
            ["-d", "a", "-X", "GET", "-H", "Content-Type: b/c", "URL"], id="GET with data"
        ),
        pytest.param(["-d", "a=1", "-H", "Content-Type:", "URL"], id="data without a type"),
        pytest.param(
            ["--data-urlencode", "a=b c&d~*", "--data-urlencode", "=\xe9", "URL"], id="data encoded"
        ),
        pytest.param(["--json", '{"a":', "--json", "1}", "-d", "b", "URL"], id="JSON"),
        pytest.param(["--json", "{}", "-H", "Accept: a/b", "URL"], id="JSON, another answer"),
        pytest.param(["-G", "-d", "a=1", "-d", "b", "URL?c"], id="data in the query"),
        pytest.param(["--url-query", "a=b c", "--url-query", "+d&e", "URL?f"], id="--url-query"),
        pytest.param(["-I", "-r", "5", "URL"], id="a head and a range"),
        pytest.param(["-u", "ann:p\xe4ss:w", "-e", "http://b/;auto", "URL"], id="-u and -e"),
        pytest.param(["-u", "a:b", "--oauth2-bearer", "t0k", "URL"], id="a bearer token"),
        pytest.param(["-u", "a:b", "-H", "Authorization: c", "URL"], id="a credential's field"),
        pytest.param(["-b", "a=1", "-b", "b=2; c=3", "-A", "", "URL"], id="-b and no user agent"),
        pytest.param(["--compressed", "--no-compressed", "-A", "me", "URL"], id="a switch and -A"),
        pytest.param(
            ["-F", "a= b;type=x/y; q=1", "-F", 'c="d;e";filename=f.pdf', "-F", "=g", "URL"],
            id="a form",
        ),
        pytest.param(["--form-string", "a=@b;type=c", "URL"], id="a form's string"),
        pytest.param(["URLa/../b/./c//d/%2e%2e/.."], id="dots in the path"),
        pytest.param(["--path-as-is", "URLa/../b"], id="dots that stay"),
        pytest.param(["URL\\[a\\]{b}?c[]=d"], id="a pattern of one"),
        pytest.param(["-g", "URL?a[0]={b,c}"], id="no pattern"),
    ],
)
def test_curl_sends_the_same(words: list[str], listener: Listener) -> None:
    listener.received.clear()
    words = [word.replace("URL", f"http://127.0.0.1:{listener.server_port}/") for word in words]
    done = subprocess.run(
        ["curl", "-q", "-sS", "--noproxy", "*", "--max-time", "20", *words],
        capture_output=True,
        check=False,
        timeout=60,
    )
    if done.returncode == 2:
        pytest.skip("this curl is older than the option")
    request = read_arguments(words)
    target = request.target
    query = "" if target.query is None else f"?{target.query}"

    ours = (request.method, f"{target.path}{query}", fields(request), request.body or b"")
    assert [comparable(one) for one in listener.received] == [comparable(ours)]
