"""The console's lines, word for word."""

from __future__ import annotations

import pytest

from simulator.browser.address_space import check_local_network
from simulator.browser.console import chromium_console, firefox_console
from simulator.browser.cors_check import cors_check
from simulator.browser.failure import Failure
from simulator.browser.preflight import Asked, judge_preflight
from simulator.message import Response
from simulator.reasons.console import CONSOLE
from simulator.reasons.cors import (
    MODE_SAME_ORIGIN,
    NO_CORS_REDIRECT,
    NO_FIELDS,
    REDIRECT_WITH_CREDENTIALS,
    SCHEME_NOT_SUPPORTED,
)
from simulator.reasons.page import INTEGRITY, MIXED_CONTENT

PAGE, URL = "http://app.test", "http://api.test/x"
FROM = f"Access to fetch at '{URL}' from origin '{PAGE}' has been blocked by CORS policy: "
XHR = FROM.replace("fetch", "XMLHttpRequest")
PREFLIGHT = f"{FROM}Response to preflight request doesn't pass access control check: "
ALLOW = "Access-Control-Allow-"


def line(failure: Failure | None, api: str = "fetch", *, url: str = URL, first: str = URL) -> str:
    assert failure is not None
    said = chromium_console(failure, api=api, url=url, first_url=first, origin=PAGE)
    assert said is not None
    return said


def check(origin: str | None, credentials: str | None = None, *, include: bool) -> Failure | None:
    fields = {f"{ALLOW}Origin": origin, f"{ALLOW}Credentials": credentials}
    headers = [(name, value) for name, value in fields.items() if value is not None]
    return cors_check(Response(200, headers), PAGE, include=include)


def preflight(status: int = 204, *, include: bool = False, **fields: str) -> Failure:
    headers = [(name.replace("_", "-"), value) for name, value in fields.items()]
    asked = Asked(PAGE, "PUT", ("x-a",), include)
    found = judge_preflight(Response(status, headers), asked, "chromium")
    assert isinstance(found, Failure)
    return found


@pytest.mark.parametrize(
    ("failure", "words", "of_fetch", "of_xhr"),
    [
        pytest.param(
            check(None, include=False),
            "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
            "", "", id="MissingAllowOriginHeader",
        ),
        pytest.param(
            check("*", include=True),
            "The value of the 'Access-Control-Allow-Origin' header in the response must not be "
            "the wildcard '*' when the request's credentials mode is 'include'.",
            "",
            " The credentials mode of requests initiated by the XMLHttpRequest is controlled by "
            "the withCredentials attribute.",
            id="WildcardOriginNotAllowed",
        ),
        pytest.param(
            check("*, *", include=False),
            "The 'Access-Control-Allow-Origin' header contains multiple values '*, *', but only "
            "one is allowed.",
            " Have the server send the header with a valid value.", "",
            id="MultipleAllowOriginValues",
        ),
        pytest.param(
            check("app.test", include=False),
            "The 'Access-Control-Allow-Origin' header contains the invalid value 'app.test'.",
            " Have the server send the header with a valid value.", "",
            id="InvalidAllowOriginValue",
        ),
        pytest.param(
            check("http://b\xc3\xbccher.test", include=False),
            "The 'Access-Control-Allow-Origin' header has a value "
            "'http://b\\u00C3\\u00BCcher.test' that is not equal to the supplied origin.",
            " Have the server send the header with a valid value.", "",
            id="AllowOriginMismatch, beyond ASCII",
        ),
        pytest.param(
            check(PAGE, include=True),
            "The value of the 'Access-Control-Allow-Credentials' header in the response is '' "
            "which must be 'true' when the request's credentials mode is 'include'.",
            "",
            " The credentials mode of requests initiated by the XMLHttpRequest is controlled by "
            "the withCredentials attribute.",
            id="InvalidAllowCredentials",
        ),
    ],
)  # fmt: skip
def test_the_line_of_a_failed_check_ends_as_its_api_has_it(
    failure: Failure, words: str, of_fetch: str, of_xhr: str
) -> None:
    assert line(failure) == FROM + words + of_fetch
    assert line(failure, "xhr") == XHR + words + of_xhr


ORIGIN = {"access_control_allow_origin": PAGE}


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        pytest.param(
            preflight(),
            f"{PREFLIGHT}No 'Access-Control-Allow-Origin' header is present on the requested "
            "resource.",
            id="PreflightMissingAllowOriginHeader",
        ),
        pytest.param(
            preflight(access_control_allow_origin="http://other.test"),
            f"{PREFLIGHT}The 'Access-Control-Allow-Origin' header has a value "
            "'http://other.test' that is not equal to the supplied origin. Have the server send "
            "the header with a valid value.",
            id="PreflightAllowOriginMismatch",
        ),
        pytest.param(
            preflight(404, **ORIGIN),
            f"{PREFLIGHT}It does not have HTTP ok status.",
            id="PreflightInvalidStatus",
        ),
        pytest.param(
            preflight(301, location="/x"),
            f"{PREFLIGHT}Redirect is not allowed for a preflight request.",
            id="PreflightDisallowedRedirect",
        ),
        pytest.param(
            preflight(**ORIGIN, access_control_allow_methods="PUT;"),
            f"{FROM}Cannot parse Access-Control-Allow-Methods response header field in preflight "
            "response.",
            id="InvalidAllowMethodsPreflightResponse",
        ),
        pytest.param(
            preflight(**ORIGIN, access_control_allow_headers="x-a;"),
            f"{FROM}Cannot parse Access-Control-Allow-Headers response header field in preflight "
            "response.",
            id="InvalidAllowHeadersPreflightResponse",
        ),
        pytest.param(
            preflight(**ORIGIN),
            f"{FROM}Method PUT is not allowed by Access-Control-Allow-Methods in preflight "
            "response.",
            id="MethodDisallowedByPreflightResponse",
        ),
        pytest.param(
            preflight(**ORIGIN, access_control_allow_methods="PUT"),
            f"{FROM}Request header field x-a is not allowed by Access-Control-Allow-Headers in "
            "preflight response.",
            id="HeaderDisallowedByPreflightResponse",
        ),
    ],
)
def test_the_line_of_a_failed_preflight_says_so_where_the_check_failed(
    failure: Failure, said: str
) -> None:
    assert line(failure) == said


def test_a_preflight_for_xhr_speaks_of_its_attribute() -> None:
    failure = preflight(include=True, access_control_allow_origin="*")

    said = line(failure, "xhr")

    assert said.startswith(PREFLIGHT.replace("fetch", "XMLHttpRequest"))
    assert said.endswith("is controlled by the withCredentials attribute.")


def test_after_a_redirect_the_line_says_where_it_began() -> None:
    failure = Failure(REDIRECT_WITH_CREDENTIALS, "step", chromium="RedirectContainsCredentials")

    said = line(failure, first="http://app.test/r")

    assert said == (
        f"Access to fetch at '{URL}' (redirected from 'http://app.test/r') from origin '{PAGE}' "
        "has been blocked by CORS policy: Redirect location '' contains a username and password, "
        "which is disallowed for cross-origin requests."
    )


@pytest.mark.parametrize(
    ("wanted", "secure", "words"),
    [
        (None, True, "Permission was denied for this request to access the `local` address space."),
        (
            None,
            False,
            "The request client is not a secure context and the resource is in more-private "
            "address space `local`.",
        ),
        (
            "loopback",
            True,
            "Request had a target IP address space of `loopback` yet the resource is in address "
            "space `local`.",
        ),
    ],
)
def test_the_line_of_the_local_network_names_the_spaces(
    wanted: str | None, secure: bool, words: str
) -> None:
    failure = check_local_network(
        "public", "local", secure=secure, wanted=wanted, permission="denied"
    )

    assert line(failure) == FROM + words


# Lines with nothing before them


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (
            Failure(MODE_SAME_ORIGIN, "step", chromium="DisallowedByMode"),
            f'Fetch API cannot load {URL}. Request mode is "same-origin" but the URL\'s origin is '
            f"not same as the request origin {PAGE}.",
        ),
        (
            Failure(NO_CORS_REDIRECT, "step", chromium="NoCorsRedirectModeNotFollow"),
            f'Fetch API cannot load {URL}. Request mode is "no-cors" but the redirect mode is not '
            '"follow".',
        ),
        (
            Failure(INTEGRITY, "step"),
            f"Fetch API cannot load {URL}. SRI's integrity checks failed.",
        ),
    ],
)
def test_some_lines_are_the_apis_own(failure: Failure, said: str) -> None:
    assert line(failure) == said


SCHEMES = (
    "Cross origin requests are only supported for protocol schemes: chrome, "
    "chrome-experimental-site-token-provider, chrome-extension, chrome-untrusted, data, http, "
    "https, isolated-app."
)


def test_a_scheme_is_named_where_fetch_was_given_it() -> None:
    failure = Failure(SCHEME_NOT_SUPPORTED, "step", "foo", "CorsDisabledScheme")

    direct = line(failure, url="foo:x", first="foo:x")
    redirected = line(failure._replace(parameter=""), url="foo:x")
    by_xhr = line(failure, "xhr", url="foo:x", first="foo:x")

    assert direct == 'Fetch API cannot load foo:x. URL scheme "foo" is not supported.'
    assert redirected == (
        f"Access to fetch at 'foo:x' (redirected from '{URL}') from origin '{PAGE}' has been "
        f"blocked by CORS policy: {SCHEMES}"
    )
    assert by_xhr == (
        f"Access to XMLHttpRequest at 'foo:x' from origin '{PAGE}' has been blocked by CORS "
        f"policy: {SCHEMES}"
    )


@pytest.mark.parametrize(
    ("failure", "api"),
    [
        pytest.param(Failure(MIXED_CONTENT, "step"), "fetch", id="another subject"),
        pytest.param(Failure(INTEGRITY, "step"), "xhr", id="another API"),
        pytest.param(Failure(NO_FIELDS, "step", chromium="New"), "fetch", id="an unknown name"),
    ],
)
def test_where_no_line_is_known_none_is_made_up(failure: Failure, api: str) -> None:
    assert chromium_console(failure, api=api, url=URL, first_url=URL, origin=PAGE) is None


@pytest.mark.parametrize("name", CONSOLE)
@pytest.mark.parametrize("api", ["fetch", "xhr"])
def test_every_name_makes_a_line_with_no_place_left_open(name: str, api: str) -> None:
    failure = Failure(NO_FIELDS, "step", "parameter", name, {"value": "local"})

    said = line(failure, api)

    assert "{" not in said
    assert said.isprintable()


# Firefox


def test_firefox_gives_its_reason_in_brackets() -> None:
    failure = check("http://other.test", include=False)

    assert failure is not None
    assert firefox_console(failure, URL) == (
        "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote "
        f"resource at {URL}. (Reason: CORS header ‘Access-Control-Allow-Origin’ does not match "  # noqa: RUF001 - as Firefox writes it
        "‘http://other.test’)."  # noqa: RUF001
    )


def test_firefox_is_silent_where_it_has_no_reason() -> None:
    failure = Failure(REDIRECT_WITH_CREDENTIALS, "step")

    assert firefox_console(failure, URL) is None
