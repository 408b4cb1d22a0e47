"""Where a page lets itself connect."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.browser.csp import CONNECT, Policy, check_policies, read_policies
from simulator.browser.engine import ENGINES, Engine, Unsupported
from simulator.browser.url import WebUrl, parse
from simulator.message import Headers

PAGE = "http://app.test/"
BOTH = pytest.mark.parametrize("engine", ENGINES)


def url(text: str) -> WebUrl:
    found = parse(text)
    assert found is not None
    return found


def policies(*values: str) -> tuple[Policy, ...]:
    return read_policies(Headers([("Content-Security-Policy", value) for value in values]))


def lets(
    sources: str,
    target: str,
    *,
    page: str = PAGE,
    engine: Engine = "chromium",
    redirected: bool = False,
) -> bool:
    """Whether `connect-src` with these sources lets the page connect to the target."""
    found = policies(f"connect-src {sources}")
    failed = check_policies(found, url(target), url(page), CONNECT, engine, redirected=redirected)
    assert failed is None or failed.reason.code == "page.content-security-policy"
    return failed is None


# Source expressions


@pytest.mark.parametrize(
    ("sources", "target"),
    [
        pytest.param("*", "http://other.test:8080/", id="a star is every server"),
        pytest.param("*", "https://other.test/", id="by either scheme"),
        pytest.param("'self'", "http://app.test/x", id="the page's own origin"),
        pytest.param("'SELF'", "http://app.test/x", id="in capitals"),
        pytest.param("'self'", "https://app.test/", id="and more securely"),
        pytest.param("http:", "http://api.test:9000/", id="a scheme"),
        pytest.param("HTTP:", "https://api.test/", id="a scheme, more securely"),
        pytest.param("api.test", "http://api.test/", id="a host by the page's scheme"),
        pytest.param("API.TEST", "http://api.test/", id="a host in capitals"),
        pytest.param("api.test", "https://api.test/", id="a host, more securely"),
        pytest.param("http://api.test", "http://api.test/a?b", id="a scheme and a host"),
        pytest.param("*.test", "http://a.b.test/", id="every host below"),
        pytest.param("http://*", "http://api.test/", id="every host of a scheme"),
        pytest.param("api.test:8080", "http://api.test:8080/", id="a port"),
        pytest.param("api.test:0080", "http://api.test/", id="a port that is the usual one"),
        pytest.param("api.test:*", "http://api.test:9000/", id="every port"),
        pytest.param("http://api.test/v1/", "http://api.test/v1/orders", id="below a path"),
        pytest.param("http://api.test/v1", "http://api.test/v1", id="a path"),
        pytest.param("http://api.test/%761/", "http://api.test/v1/", id="an encoded path"),
        pytest.param("http://api.test/", "http://api.test/v1", id="the root is every path"),
        pytest.param("'none' api.test", "http://api.test/", id="`none` counts only alone"),
        pytest.param("a_b.test api.test", "http://api.test/", id="what is no source is skipped"),
        pytest.param("'nonce-x' api.test", "http://api.test/", id="a nonce is none for script"),
    ],
)
@BOTH
def test_a_source_lets_the_page_connect(sources: str, target: str, engine: Engine) -> None:
    assert lets(sources, target, engine=engine)


@pytest.mark.parametrize(
    ("sources", "target"),
    [
        pytest.param("", "http://app.test/", id="an empty list"),
        pytest.param("'none'", "http://app.test/", id="none"),
        pytest.param("'self'", "http://api.test/", id="another host"),
        pytest.param("'self'", "http://app.test:8080/", id="another port"),
        pytest.param("self", "http://app.test/", id="a word without quotes is a host"),
        pytest.param("*", "ftp://api.test/", id="a star is no other scheme"),
        pytest.param("*", "data:text/plain,x", id="a star is no data"),
        pytest.param("https:", "http://api.test/", id="a scheme, less securely"),
        pytest.param("https://api.test", "http://api.test/", id="a source, less securely"),
        pytest.param("*.test", "http://test/", id="a star is not the domain itself"),
        pytest.param("*.*.test", "http://a.b.test/", id="two stars"),
        pytest.param("api.test", "http://api.test:8080/", id="a port that is not the usual one"),
        pytest.param("api.test:8080", "http://api.test/", id="the usual port"),
        pytest.param("http://api.test/v1", "http://api.test/v1/orders", id="below a single path"),
        pytest.param("http://api.test/V1/", "http://api.test/v1/", id="a path in capitals"),
        pytest.param("//api.test", "http://api.test/", id="a source without a scheme's colon"),
        pytest.param("api.test.", "http://api.test/", id="a dot at the end"),
        pytest.param("http://u@api.test", "http://api.test/", id="a user"),
        pytest.param("[::1]:80", "http://[::1]/", id="an address of IPv6"),
    ],
)
@BOTH
def test_what_no_source_matches_is_refused(sources: str, target: str, engine: Engine) -> None:
    assert not lets(sources, target, engine=engine)


@pytest.mark.parametrize(
    ("sources", "target", "chromium", "standard"),
    [
        pytest.param("api.test:80", "https://api.test/", True, False, id="both upgraded"),
        pytest.param(
            "http://api.test:8080", "https://api.test:8080/", False, True, id="the scheme alone"
        ),
        pytest.param("https://api.test:80", "https://api.test/", False, False, id="the port alone"),
        pytest.param("api.test:443", "https://api.test/", True, True, id="the secure port named"),
        pytest.param("ws://api.test", "http://api.test/", False, True, id="a WebSocket's source"),
        pytest.param("127.0.0.1:80", "http://127.0.0.1/", True, False, id="an address"),
        pytest.param(
            "http://api.test/v1/?x", "http://api.test/v1/", True, False, id="a query in a source"
        ),
    ],
)
def test_chromium_and_the_standard_differ(
    sources: str, target: str, chromium: bool, standard: bool
) -> None:
    assert lets(sources, target, engine="chromium") == chromium
    assert lets(sources, target, engine="standard") == standard


def test_a_port_of_the_pages_own_is_not_upgraded_by_chromium() -> None:
    page, target = "http://app.test:8080/", "https://app.test:8080/"

    assert not lets("'self'", target, page=page, engine="chromium")
    assert lets("'self'", target, page=page, engine="standard")


@BOTH
def test_after_a_redirect_paths_do_not_count(engine: Engine) -> None:
    assert not lets("http://api.test/v1/", "http://api.test/v2/", engine=engine)
    assert lets("http://api.test/v1/", "http://api.test/v2/", engine=engine, redirected=True)
    assert not lets("http://api.test/v1/", "http://b.test/v1/", engine=engine, redirected=True)


LABEL = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)


@given(LABEL, LABEL, st.sampled_from(["http", "https"]), st.sampled_from(ENGINES))
def test_a_host_is_matched_by_itself_and_by_a_star_above(
    name: str, domain: str, scheme: str, engine: Engine
) -> None:
    target = f"{scheme}://{name}.{domain}.test/"

    assert lets(f"{scheme}://{name}.{domain}.test", target, engine=engine)
    assert lets(f"{scheme}://*.{domain}.test", target, engine=engine)
    assert lets("*", target, engine=engine)
    assert not lets(f"{scheme}://{name}x.{domain}.test", target, engine=engine)


# Policies


@pytest.mark.parametrize(
    ("values", "let"),
    [
        pytest.param((), True, id="no policy"),
        pytest.param(("script-src 'self'",), True, id="a policy about something else"),
        pytest.param(("default-src 'none'",), False, id="the default"),
        pytest.param(("default-src 'none'; connect-src *",), True, id="not where it is named"),
        pytest.param(("connect-src *; connect-src 'none'",), True, id="the first of two"),
        pytest.param(("CONNECT-SRC *",), True, id="a directive in capitals"),
        pytest.param((" ; ;connect-src\t'none' ;",), False, id="blanks and empty directives"),
        pytest.param(("connect-src *", "connect-src 'none'"), False, id="two policies"),
        pytest.param(("connect-src *, connect-src 'none'",), False, id="two in one line"),
        pytest.param(("connect-src\xa0'none'",), True, id="a directive past ASCII"),
    ],
)
def test_every_policy_has_to_agree(values: tuple[str, ...], let: bool) -> None:
    target, page = url("http://api.test/"), url(PAGE)

    failed = check_policies(policies(*values), target, page, CONNECT, "chromium")

    assert (failed is None) == let


def test_what_only_reports_is_no_policy() -> None:
    headers = Headers({"Content-Security-Policy-Report-Only": "connect-src 'none'"})

    assert read_policies(headers) == ()


@pytest.mark.parametrize(
    ("value", "opaque"),
    [
        ("sandbox", True),
        ("sandbox allow-scripts", True),
        ("Sandbox Allow-Same-Origin", False),
        ("connect-src 'self'", False),
    ],
)
def test_a_sandbox_makes_the_origin_opaque(value: str, opaque: bool) -> None:
    (policy,) = policies(value)

    assert policy.makes_opaque == opaque


def test_a_page_without_a_url_has_no_self() -> None:
    found = policies("connect-src 'self' *:*")

    assert check_policies(found, url(PAGE), None, CONNECT, "chromium") is not None


# What is not modelled


@pytest.mark.parametrize("name", ["upgrade-insecure-requests", "treat-as-public-address"])
def test_directives_that_change_the_request_are_not_judged(name: str) -> None:
    with pytest.raises(Unsupported, match=name):
        check_policies(policies(name), url(PAGE), url(PAGE), CONNECT, "chromium")


@pytest.mark.parametrize(
    ("sources", "known"),
    [
        pytest.param("'nonce-x' http://app.test", True, id="the URL matches"),
        pytest.param("'nonce-x'", False, id="only the nonce may match"),
        pytest.param("'SHA256-x'", False, id="only the hash may match"),
        pytest.param("'strict-dynamic' http://app.test", False, id="the URL does not count"),
        pytest.param("'unsafe-inline'", True, id="a word that is about no URL"),
    ],
)
def test_what_only_the_element_shows_is_not_known(sources: str, known: bool) -> None:
    found = policies(f"script-src {sources}")
    names = ("script-src-elem", "script-src")

    if known:
        check_policies(found, url(PAGE), url(PAGE), names, "chromium")
    else:
        with pytest.raises(Unsupported):
            check_policies(found, url(PAGE), url(PAGE), names, "chromium")
