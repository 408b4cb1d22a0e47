"""The CORS check: what passes, and in which way the rest fails."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.browser.cors_check import check_fields, cors_check
from simulator.message import Headers, Response

PAGE = "https://app.test"
ALLOW_ORIGIN = "Access-Control-Allow-Origin"
ALLOW_CREDENTIALS = "Access-Control-Allow-Credentials"


def fields(origin: str | None, credentials: str | None = None) -> Headers:
    pairs = [(ALLOW_ORIGIN, origin), (ALLOW_CREDENTIALS, credentials)]
    return Headers([(name, value) for name, value in pairs if value is not None])


@pytest.mark.parametrize(
    ("origin", "credentials", "include"),
    [
        pytest.param("*", None, False, id="* without credentials"),
        pytest.param("*", "nonsense", False, id="* whatever is said of credentials"),
        pytest.param(PAGE, None, False, id="the origin without credentials"),
        pytest.param(PAGE, "nonsense", False, id="the origin whatever is said of credentials"),
        pytest.param(PAGE, "true", True, id="the origin and true with credentials"),
        pytest.param(f" \t{PAGE} ", "\ttrue ", True, id="blanks around the values"),
    ],
)
def test_the_check_passes(origin: str, credentials: str | None, include: bool) -> None:
    assert check_fields(fields(origin, credentials), PAGE, include=include) is None


def test_an_opaque_origin_is_granted_by_its_word_with_credentials_too() -> None:
    assert check_fields(fields("null", "true"), "null", include=True) is None


@pytest.mark.parametrize(
    ("origin", "credentials", "include", "code", "step", "chromium", "parameter"),
    [
        pytest.param(
            None, None, False, "cors.no-fields", "step 2", "MissingAllowOriginHeader", "",
            id="no field",
        ),
        pytest.param(
            None, "true", True, "cors.no-fields", "step 2", "MissingAllowOriginHeader", "",
            id="no field, with credentials",
        ),
        pytest.param(
            "*", "true", True, "cors.wildcard-with-credentials", "steps 3 and 4",
            "WildcardOriginNotAllowed", "", id="* with credentials",
        ),
        pytest.param(
            "http://app.test", None, False, "cors.origin-not-allowed", "step 4",
            "AllowOriginMismatch", "http://app.test", id="another scheme",
        ),
        pytest.param(
            "https://app.test/", "true", True, "cors.origin-not-allowed", "step 4",
            "AllowOriginMismatch", "https://app.test/", id="a slash at the end",
        ),
        pytest.param(
            "https://app.test:443", None, False, "cors.origin-not-allowed", "step 4",
            "AllowOriginMismatch", "https://app.test:443", id="the default port",
        ),
        pytest.param(
            "https://APP.test", None, False, "cors.origin-not-allowed", "step 4",
            "AllowOriginMismatch", "https://APP.test", id="capitals",
        ),
        pytest.param(
            "null", None, False, "cors.origin-not-allowed", "step 4", "AllowOriginMismatch",
            "null", id="null",
        ),
        pytest.param(
            "app.test:80", None, False, "cors.origin-not-allowed", "step 4",
            "AllowOriginMismatch", "app.test:80", id="a host that reads like a scheme",
        ),
        pytest.param(
            "app.test", None, False, "cors.invalid-origin", "step 4", "InvalidAllowOriginValue",
            "app.test", id="no scheme",
        ),
        pytest.param(
            "NULL", None, False, "cors.invalid-origin", "step 4", "InvalidAllowOriginValue",
            "NULL", id="NULL",
        ),
        pytest.param(
            "", None, False, "cors.invalid-origin", "step 4", "InvalidAllowOriginValue", "",
            id="an empty field",
        ),
        pytest.param(
            "**", None, False, "cors.invalid-origin", "step 4", "InvalidAllowOriginValue", "**",
            id="two stars",
        ),
        pytest.param(
            "https://", None, False, "cors.invalid-origin", "step 4", "InvalidAllowOriginValue",
            "https://", id="no host",
        ),
        pytest.param(
            "https://app.test\xa0", None, False, "cors.invalid-origin", "step 4",
            "InvalidAllowOriginValue", "https://app.test\xa0", id="bytes that are no text",
        ),
        pytest.param(
            f"{PAGE}, {PAGE}", None, False, "cors.multiple-origins", "step 4",
            "MultipleAllowOriginValues", f"{PAGE}, {PAGE}", id="a list",
        ),
        pytest.param(
            f"{PAGE} /", None, False, "cors.multiple-origins", "step 4",
            "MultipleAllowOriginValues", f"{PAGE} /", id="a space",
        ),
        pytest.param(
            PAGE, None, True, "cors.credentials-not-allowed", "steps 7 and 8",
            "InvalidAllowCredentials", "", id="nothing said of credentials",
        ),
        pytest.param(
            PAGE, "True", True, "cors.credentials-not-allowed", "steps 7 and 8",
            "InvalidAllowCredentials", "True", id="True",
        ),
    ],
)  # fmt: skip
def test_a_failure_says_which_step_and_what_chromium_calls_it(
    origin: str | None,
    credentials: str | None,
    include: bool,
    code: str,
    step: str,
    chromium: str,
    parameter: str,
) -> None:
    failed = check_fields(fields(origin, credentials), PAGE, include=include)

    assert failed is not None
    assert failed.reason.code == code
    assert failed.step == f"Fetch, CORS check, {step}"
    assert failed.chromium == chromium
    assert failed.parameter == parameter


@pytest.mark.parametrize("value", ["*", PAGE])
def test_two_lines_are_a_list_even_if_both_are_right(value: str) -> None:
    headers = Headers([(ALLOW_ORIGIN, value), (ALLOW_ORIGIN, value)])

    failed = check_fields(headers, PAGE, include=False)

    assert failed is not None
    assert failed.chromium == "MultipleAllowOriginValues"
    assert failed.parameter == f"{value}, {value}"


def test_true_twice_is_not_true() -> None:
    headers = Headers(
        [(ALLOW_ORIGIN, PAGE), (ALLOW_CREDENTIALS, "true"), (ALLOW_CREDENTIALS, "true")]
    )

    failed = check_fields(headers, PAGE, include=True)

    assert failed is not None
    assert failed.parameter == "true, true"


def test_bytes_that_are_text_are_a_url_whatever_script_they_are_in() -> None:
    failed = check_fields(fields("https://b\xc3\xbccher.test"), PAGE, include=False)

    assert failed is not None
    assert failed.chromium == "AllowOriginMismatch"


def test_a_host_that_cannot_be_judged_still_is_not_the_pages() -> None:
    failed = check_fields(fields("https://\u115f.test"), PAGE, include=False)

    assert failed is not None
    assert failed.reason.code == "cors.origin-not-allowed"
    assert failed.chromium is None


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (200, "cors.no-fields"),
        (302, "cors.no-fields"),
        (400, "cors.error-without-fields"),
        (503, "cors.error-without-fields"),
    ],
)
def test_of_an_error_without_fields_the_error_is_what_is_told(status: int, code: str) -> None:
    failed = cors_check(Response(status), PAGE, include=False)

    assert failed is not None
    assert failed.reason.code == code
    assert failed.values == {"origin": PAGE, "status": status}


def test_an_error_with_the_right_fields_passes() -> None:
    assert cors_check(Response(403, fields("*")), PAGE, include=False) is None


# Properties

VALUES = st.one_of(
    st.sampled_from([None, "*", PAGE, "null", "", f"{PAGE}/", f"{PAGE}, *", "true", "True"]),
    st.text(max_size=8),
    st.text(st.characters(max_codepoint=0xFF), max_size=8).map("https://{}".format),
)


@given(VALUES, VALUES, st.sampled_from([PAGE, "null"]), st.booleans())
def test_the_check_passes_just_where_the_standard_says_so(
    allowed: str | None, credentials: str | None, origin: str, include: bool
) -> None:
    headers = fields(allowed, credentials)
    value = headers.get("access-control-allow-origin")

    failed = check_fields(headers, origin, include=include)

    if include:
        passes = value == origin and headers.get("access-control-allow-credentials") == "true"
    else:
        passes = value in ("*", origin)
    assert (failed is None) == passes


@given(VALUES, VALUES)
def test_what_fails_without_credentials_fails_with_them(
    allowed: str | None, credentials: str | None
) -> None:
    headers = fields(allowed, credentials)

    without = check_fields(headers, PAGE, include=False)

    if without is not None:
        assert check_fields(headers, PAGE, include=True) is not None
