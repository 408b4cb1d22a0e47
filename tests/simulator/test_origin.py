"""Origins compare byte for byte, and a near miss says in what it differs."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import Fault
from simulator.origin import Origin, OriginPattern, Origins, check_origin, split_origin


def origins(*texts: str) -> Origins:
    return Origins([OriginPattern.parse(text) for text in texts])


# Entries


@pytest.mark.parametrize(
    ("text", "kind", "origin"),
    [
        pytest.param("*", "any", None, id="any origin"),
        pytest.param("null", "null", None, id="the opaque origin"),
        pytest.param(
            "https://shop.example", "exact", Origin("https", "shop.example", ""), id="one origin"
        ),
        pytest.param(
            "http://localhost:*", "exact", Origin("http", "localhost", "*"), id="every port"
        ),
        pytest.param(
            "https://*.shop.example",
            "subdomains",
            Origin("https", "shop.example", ""),
            id="all hosts below a name",
        ),
        pytest.param(
            "https://*.shop.example:8443",
            "subdomains",
            Origin("https", "shop.example", "8443"),
            id="all hosts below a name, on one port",
        ),
        pytest.param("https://[::1]", "exact", Origin("https", "[::1]", ""), id="IPv6"),
        pytest.param(
            "https://[::1]:8443", "exact", Origin("https", "[::1]", "8443"), id="IPv6 with a port"
        ),
        pytest.param(
            "chrome-extension://abcdef",
            "exact",
            Origin("chrome-extension", "abcdef", ""),
            id="an extension",
        ),
        pytest.param(
            "https://xn--bcher-kva.example",
            "exact",
            Origin("https", "xn--bcher-kva.example", ""),
            id="an international name as browsers send it",
        ),
        pytest.param("https://a_b.example", "exact", Origin("https", "a_b.example", ""), id="_"),
    ],
)
def test_an_entry_is_read(text: str, kind: str, origin: Origin | None) -> None:
    assert OriginPattern.parse(text) == OriginPattern(text, kind, origin)
    assert check_origin(text) == text


WRONG = [
    pytest.param(
        "https://shop.example/", "it ends in a slash; write `https://shop.example`", id="a slash"
    ),
    pytest.param(
        "https://shop.example/app", "it has a path; write `https://shop.example`", id="a path"
    ),
    pytest.param(
        "https://shop.example?a", "it has a query; write `https://shop.example`", id="a query"
    ),
    pytest.param(
        "https://shop.example#a", "it has a fragment; write `https://shop.example`", id="a fragment"
    ),
    pytest.param(
        "https://u@shop.example", "it has a user; write `https://shop.example`", id="a user"
    ),
    pytest.param(
        "https://Shop.example",
        "browsers send origins in lower case; write `https://shop.example`",
        id="a capital letter",
    ),
    pytest.param(
        "HTTPS://shop.example",
        "browsers send origins in lower case; write `https://shop.example`",
        id="a scheme in capitals",
    ),
    pytest.param("Null", "browsers send it in lower case; write `null`", id="null in capitals"),
    pytest.param(
        "shop.example", "it has no scheme; write `https://shop.example`", id="a bare host"
    ),
    pytest.param(
        "//shop.example", "it has no scheme; write `https://shop.example`", id="only slashes"
    ),
    pytest.param(
        "*.shop.example",
        "it has no scheme; write `https://*.shop.example`",
        id="a wildcard without a scheme",
    ),
    pytest.param("", "it has no scheme; write `https://app.example.com`", id="nothing"),
    pytest.param("  ", "it has spaces around it; write `https://app.example.com`", id="spaces"),
    pytest.param(
        " https://a.example", "it has spaces around it; write `https://a.example`", id="a space"
    ),
    pytest.param(
        "https://shop.example:443",
        "browsers leave out the default port 443; write `https://shop.example`",
        id="the default port",
    ),
    pytest.param(
        "http://a:80", "browsers leave out the default port 80; write `http://a`", id="80 for http"
    ),
    pytest.param("https://a:0", "`0` is no port; write `https://a`", id="port 0"),
    pytest.param("https://a:65536", "`65536` is no port; write `https://a`", id="a port too large"),
    pytest.param("https://a:0443", "`0443` is no port; write `https://a`", id="a leading zero"),
    pytest.param("https://a:", "(nothing) is no port; write `https://a`", id="a colon only"),
    pytest.param(
        "https://bücher.example",
        "browsers send international names in their `xn--` form; write "
        "`https://xn--bcher-kva.example`",
        id="an international name",
    ),
    pytest.param(
        "https://*",
        "`*` stands for whole labels in front of a name, or for the port; write "
        "`https://*.example.com`",
        id="a star for the host",
    ),
    pytest.param(
        "https://*shop.example",
        "`*` stands for whole labels in front of a name, or for the port; write "
        "`https://*.shop.example`",
        id="a star within a label",
    ),
    pytest.param(
        "https://www.*.example",
        "`*` stands for whole labels in front of a name, or for the port; write "
        "`https://*.example`",
        id="a star in the middle",
    ),
    pytest.param(
        "https://a b", "`a b` is no host name; write `https://app.example.com`", id="a space within"
    ),
    pytest.param(
        "https://shop.example.",
        "`shop.example.` is no host name; write `https://app.example.com`",
        id="a dot at the end",
    ),
    pytest.param(
        "file://", "(nothing) is no host name; write `https://app.example.com`", id="a file"
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "rest"), WRONG)
def test_what_no_browser_sends_is_a_fault(text: str, rest: str) -> None:
    with pytest.raises(Fault, match="is not an origin: ") as caught:
        OriginPattern.parse(text)

    assert str(caught.value).partition(" is not an origin: ")[2] == rest


@pytest.mark.parametrize(("text", "rest"), WRONG)
def test_what_a_fault_says_to_write_is_an_entry(text: str, rest: str) -> None:
    suggested = re.findall(r"write `(.*)`", rest)

    assert [check_origin(instead) for instead in suggested] == suggested


# Matching

MATCHES = [
    pytest.param("*", "https://a.example", True, id="any admits every origin"),
    pytest.param("*", "null", True, id="any admits the opaque origin"),
    pytest.param("null", "null", True, id="null admits itself"),
    pytest.param("https://a.example", "null", False, id="nothing else admits null"),
    pytest.param("https://a.example", "https://a.example", True, id="the same"),
    pytest.param("https://a.example", "http://a.example", False, id="another scheme"),
    pytest.param("https://a.example", "https://a.example:8443", False, id="another port"),
    pytest.param("https://a.example", "https://a.example/", False, id="a slash more"),
    pytest.param("https://a.example", "https://A.example", False, id="a capital letter"),
    pytest.param("https://a.example", "https://b.a.example", False, id="a name below"),
    pytest.param("https://*.a.example", "https://b.a.example", True, id="a name below a wildcard"),
    pytest.param("https://*.a.example", "https://c.b.a.example", True, id="at any depth"),
    pytest.param("https://*.a.example", "https://a.example", False, id="not the name itself"),
    pytest.param("https://*.a.example", "https://ba.example", False, id="not a longer label"),
    pytest.param("https://*.a.example", "https://b.a.example:8443", False, id="only its own port"),
    pytest.param("https://*.a.example", "https://b.a.example/", False, id="no slash below either"),
    pytest.param("https://*.a.example", "https://.a.example", False, id="no empty label"),
    pytest.param("https://*.a.example", "https://evil.com/.a.example", False, id="no slash in it"),
    pytest.param("https://*.a.example", "https://evil.com#.a.example", False, id="no fragment"),
    pytest.param("https://*.a.example", "https://x@b.a.example", False, id="no user"),
    pytest.param("https://*.a.example", "https://é.a.example", False, id="nothing past ASCII"),
    pytest.param("https://*.a.example", "https://b.a.example\n", False, id="no newline"),
    pytest.param("https://*.a.example:*", "https://b.a.example", True, id="any port or none"),
    pytest.param("https://*.a.example:*", "https://b.a.example:1", True, id="any port below"),
    pytest.param("http://localhost:*", "http://localhost", True, id="every port, and none"),
    pytest.param("http://localhost:*", "http://localhost:65535", True, id="the last port"),
    pytest.param("http://localhost:*", "http://localhost:65536", False, id="no port past it"),
    pytest.param("http://localhost:*", "http://localhost:80", False, id="never the default port"),
    pytest.param("http://localhost:*", "http://localhost:", False, id="no empty port"),
    pytest.param("http://localhost:*", "https://localhost:3000", False, id="not another scheme"),
    pytest.param("http://[::1]:*", "http://[::1]:3000", True, id="every port of IPv6"),
]


@pytest.mark.parametrize(("entry", "text", "expected"), MATCHES)
def test_an_entry_admits_an_origin(entry: str, text: str, expected: bool) -> None:
    assert OriginPattern.parse(entry).matches(text) is expected
    assert (origins(entry).find(text) is not None) is expected


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        pytest.param(
            ["*", "https://*.a.example", "https://b.a.example"], 2, id="an exact entry wins"
        ),
        pytest.param(["*", "https://*.a.example"], 1, id="then the one below a name"),
        pytest.param(
            ["https://*.example", "https://*.a.example"], 1, id="the longer name of two such"
        ),
        pytest.param(["https://*.b.example", "*"], 1, id="any comes last"),
        pytest.param(["https://*.b.example"], None, id="none"),
    ],
)
def test_of_several_entries_the_narrowest_is_named(
    entries: list[str], expected: int | None
) -> None:
    assert origins(*entries).find("https://b.a.example") == expected


def test_a_host_longer_than_names_can_be_is_refused_without_a_wait() -> None:
    assert origins("https://*.a.example").find("https://" + "b." * 100_000 + "a.example") is None


# Near misses


@pytest.mark.parametrize(
    ("entry", "text", "difference"),
    [
        pytest.param("https://a.example", "https://a.example/", "it ends in a slash", id="slash"),
        pytest.param("https://a.example", '"https://a.example"', "it is in quotes", id="quotes"),
        pytest.param(
            "https://a.example",
            "https://A.example",
            "it has capital letters, and origins compare byte for byte",
            id="capitals",
        ),
        pytest.param(
            "https://a.example", "https://a.example:443", "it names the default port", id="443"
        ),
        pytest.param("https://a.example", "https://a.example/x", "it has a path", id="a path"),
        pytest.param(
            "https://a.example",
            "http://a.example",
            "the scheme differs: http was sent, https is listed",
            id="the scheme",
        ),
        pytest.param(
            "https://a.example",
            "https://a.example:8443",
            "the port differs: 8443 was sent, none is listed",
            id="the port",
        ),
        pytest.param(
            "http://localhost:3000",
            "https://localhost:5173",
            "the scheme and the port differ",
            id="scheme and port",
        ),
        pytest.param(
            "https://a.example", "https://www.a.example", "they differ in `www.`", id="www"
        ),
        pytest.param(
            "https://*.a.example",
            "https://a.example",
            "`*.` stands for names below a.example, not for a.example itself",
            id="the name itself",
        ),
        pytest.param(
            "https://a.example",
            "https://b.a.example",
            "only a.example itself is listed, not the names below it",
            id="a name below",
        ),
        pytest.param(
            "https://shop.example",
            "https://shpo.example",
            "the host is spelled differently: `shpo.example` was sent",
            id="a spelling mistake",
        ),
    ],
)
def test_a_near_miss_says_in_what_it_differs(entry: str, text: str, difference: str) -> None:
    assert origins("https://zzz.invalid", entry).nearest(text) == ((1, difference),)


@pytest.mark.parametrize("text", ["https://other.invalid", "null", "", "é" * 400])
def test_what_is_not_near_is_not_named(text: str) -> None:
    assert origins("https://shop.example", "*.b.example".join(["https://", ""])).nearest(text) == ()


def test_near_misses_are_few_and_the_likeliest_come_first() -> None:
    listed = origins(
        "https://shap.example",
        "https://shop.example:8443",
        "http://shop.example",
        "https://shep.example",
    )

    assert [index for index, _ in listed.nearest("https://shop.example")] == [2, 1, 0]


# Properties

hosts = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,5}[a-z0-9])?(\.[a-z]{2,4}){0,2}", fullmatch=True)
ports = st.just("") | st.integers(1, 65535).map(lambda port: f":{port}")
serialised = st.builds("{}://{}{}".format, st.sampled_from(["http", "https"]), hosts, ports)


@given(serialised)
def test_an_origin_is_its_parts_unless_it_names_the_default_port(text: str) -> None:
    found = split_origin(text)

    if re.search(r"^http:.*:80$|^https:.*:443$", text):
        assert found is None
    else:
        assert str(found) == text


@given(
    st.lists(
        st.one_of(
            serialised,
            hosts.map(lambda host: f"https://*.{host}"),
            hosts.map(lambda host: f"http://{host}:*"),
            st.sampled_from(["*", "null"]),
        ).filter(lambda text: split_origin(text) or "*" in text or text == "null"),
        max_size=5,
    ),
    serialised | st.text(max_size=20),
)
def test_the_compiled_list_admits_what_some_entry_admits(entries: list[str], text: str) -> None:
    index = origins(*entries).find(text)
    admitting = [n for n, entry in enumerate(entries) if OriginPattern.parse(entry).matches(text)]

    assert (index in admitting) if admitting else index is None


@given(st.text(max_size=30) | serialised.map(lambda text: text.swapcase()))
def test_an_entry_is_read_or_what_to_write_is_one(text: str) -> None:
    try:
        OriginPattern.parse(text)
    except Fault as fault:
        for instead in re.findall(r"\Awrite `(.*)`\Z", fault.remedy):
            if "…" not in instead and "\\x" not in instead:
                again = instead
                for _ in range(6):  # one mistake is told at a time
                    try:
                        check_origin(again)
                        break
                    except Fault as next_fault:
                        again = next_fault.remedy.removeprefix("write ").strip("`")
                else:
                    pytest.fail(f"{text!r} → {instead!r}")


@given(st.text(st.characters(codec=None), max_size=40))
def test_near_misses_never_raise(text: str) -> None:
    assert (
        origins("https://shop.example", "https://*.a.example:*", "null").nearest(text) is not None
    )
