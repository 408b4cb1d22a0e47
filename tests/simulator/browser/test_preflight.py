"""What a preflight's answer grants, and what fails first where it grants nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.browser.engine import ENGINES, Engine
from simulator.browser.failure import Failure
from simulator.browser.preflight import Asked, Grant, judge_preflight, tokens
from simulator.message import Response

PAGE = "https://app.test"
PUT = Asked(PAGE, "PUT", (), include=False)
STEP = "Fetch, CORS-preflight fetch, step"
BOTH = pytest.mark.parametrize("engine", ENGINES)


def answer(
    status: int = 204,
    *,
    origin: str | None = PAGE,
    credentials: str | None = None,
    methods: str | None = None,
    headers: str | None = None,
    location: str | None = None,
) -> Response:
    fields = {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": credentials,
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": headers,
        "Location": location,
    }
    return Response(status, [(name, value) for name, value in fields.items() if value is not None])


def failure(response: Response, asked: Asked, engine: Engine = "chromium") -> Failure:
    found = judge_preflight(response, asked, engine)
    assert isinstance(found, Failure)
    return found


# What stands in the way before the lists are read


@pytest.mark.parametrize(
    ("response", "code", "step", "chromium"),
    [
        pytest.param(
            answer(307, origin=None, location="https://other.test/"),
            "cors.preflight-redirected", f"{STEP} 7", "PreflightDisallowedRedirect",
            id="a redirect comes before what its fields say",
        ),
        pytest.param(
            answer(304, location="/elsewhere"),
            "cors.preflight-not-ok", f"{STEP} 7", "PreflightInvalidStatus",
            id="a 304 is no redirect",
        ),
        pytest.param(
            answer(302),
            "cors.preflight-not-ok", f"{STEP} 7", "PreflightInvalidStatus",
            id="a redirect that leads nowhere",
        ),
        pytest.param(
            answer(302, location=""),
            "cors.preflight-not-ok", f"{STEP} 7", "PreflightInvalidStatus",
            id="an empty Location",
        ),
        pytest.param(
            answer(200, origin=None),
            "cors.no-fields", "Fetch, CORS check, step 2", "PreflightMissingAllowOriginHeader",
            id="no fields, though the status is right",
        ),
        pytest.param(
            answer(401, origin=None),
            "cors.preflight-unauthenticated", "Fetch, CORS check, step 2",
            "PreflightMissingAllowOriginHeader", id="401 without fields",
        ),
        pytest.param(
            answer(405, origin=None),
            "cors.preflight-unrouted", "Fetch, CORS check, step 2",
            "PreflightMissingAllowOriginHeader", id="405 without fields",
        ),
        pytest.param(
            answer(500, origin=None),
            "cors.preflight-not-ok", "Fetch, CORS check, step 2",
            "PreflightMissingAllowOriginHeader", id="500 without fields",
        ),
        pytest.param(
            answer(500, origin="https://other.test"),
            "cors.origin-not-allowed", "Fetch, CORS check, step 4",
            "PreflightAllowOriginMismatch", id="the origin comes before the status",
        ),
        pytest.param(
            answer(404, methods="PUT"),
            "cors.preflight-unrouted", f"{STEP} 7", "PreflightInvalidStatus",
            id="404 with the right fields",
        ),
        pytest.param(
            answer(199), "cors.preflight-not-ok", f"{STEP} 7", "PreflightInvalidStatus", id="199",
        ),
        pytest.param(
            answer(300), "cors.preflight-not-ok", f"{STEP} 7", "PreflightInvalidStatus", id="300",
        ),
    ],
)  # fmt: skip
@BOTH
def test_what_is_looked_at_first_fails_first(
    response: Response, code: str, step: str, chromium: str, engine: Engine
) -> None:
    failed = failure(response, PUT, engine)

    assert failed.reason.code == code
    assert failed.step == step
    assert failed.chromium == chromium
    assert failed.preflight


@pytest.mark.parametrize(
    ("origin", "chromium"),
    [
        ("*", "PreflightWildcardOriginNotAllowed"),
        (PAGE, "PreflightInvalidAllowCredentials"),
        (f"{PAGE}, {PAGE}", "PreflightMultipleAllowOriginValues"),
        ("app.test", "PreflightInvalidAllowOriginValue"),
    ],
)
def test_the_check_is_made_for_the_credentials_of_the_request_that_follows(
    origin: str, chromium: str
) -> None:
    failed = failure(answer(origin=origin, methods="PUT"), PUT._replace(include=True))

    assert failed.chromium == chromium


def test_a_redirects_login_and_query_are_kept_to_ourselves() -> None:
    response = answer(302, location="https://user:secret@login.test/in?token=abc#part")

    failed = failure(response, PUT)

    assert failed.values["location"] == "https://login.test/in?…"


# The lists


@pytest.mark.parametrize(
    ("methods", "headers", "code", "chromium"),
    [
        pytest.param(
            "PUT; DELETE", "x y", "cors.unreadable-methods",
            "InvalidAllowMethodsPreflightResponse", id="the methods are read first",
        ),
        pytest.param(
            "PUT", "x-a:", "cors.unreadable-headers", "InvalidAllowHeadersPreflightResponse",
            id="a colon",
        ),
        pytest.param(
            "PUT", '"x-a"', "cors.unreadable-headers", "InvalidAllowHeadersPreflightResponse",
            id="quotes",
        ),
        pytest.param(
            "PUT, DEL\xc9TE", None, "cors.unreadable-methods",
            "InvalidAllowMethodsPreflightResponse", id="beyond ASCII",
        ),
    ],
)  # fmt: skip
@BOTH
def test_a_word_that_is_no_token_spoils_the_whole(
    methods: str, headers: str | None, code: str, chromium: str, engine: Engine
) -> None:
    failed = failure(answer(methods=methods, headers=headers), PUT, engine)

    assert failed.reason.code == code
    assert failed.step == f"{STEP} 7.3"
    assert failed.chromium == chromium
    assert failed.parameter == ""


def test_methods_that_cannot_be_read_fail_a_method_that_needs_no_naming() -> None:
    failed = failure(answer(methods="GET POST"), PUT._replace(method="POST"))

    assert failed.reason.code == "cors.unreadable-methods"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        pytest.param(None, (), id="no field"),
        pytest.param("", (), id="an empty field"),
        pytest.param(",, PUT,\t,DELETE ,", ("PUT", "DELETE"), id="empty elements"),
        pytest.param("a b", None, id="a space inside"),
        pytest.param("a\vb", None, id="a control character"),
        pytest.param("a\n", None, id="a line break at the end"),
        pytest.param("*", ("*",), id="a star"),
    ],
)
def test_a_list_is_tokens_between_commas(value: str | None, words: tuple[str, ...] | None) -> None:
    assert tokens(value) == words


# Methods


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@BOTH
def test_safelisted_methods_need_no_naming(method: str, engine: Engine) -> None:
    found = judge_preflight(answer(), PUT._replace(method=method), engine)

    assert isinstance(found, Grant)


@pytest.mark.parametrize(
    ("methods", "method", "include"),
    [
        pytest.param(None, "PUT", False, id="no field"),
        pytest.param("DELETE", "PUT", False, id="another"),
        pytest.param("put", "PUT", False, id="small letters in the answer"),
        pytest.param("PATCH", "patch", False, id="small letters in the request"),
        pytest.param("*", "PUT", True, id="* with credentials"),
    ],
)
@BOTH
def test_a_method_must_be_named_as_it_is(
    methods: str | None, method: str, include: bool, engine: Engine
) -> None:
    response = answer(credentials="true", methods=methods)

    failed = failure(response, Asked(PAGE, method, (), include), engine)

    assert failed.reason.code == "cors.method-not-allowed"
    assert failed.step == f"{STEP} 7.5"
    assert failed.chromium == "MethodDisallowedByPreflightResponse"
    assert failed.parameter == method
    assert failed.values["granted"] == (methods or "")


def test_with_credentials_a_star_grants_the_method_of_that_name() -> None:
    response = answer(credentials="true", methods="*")

    found = judge_preflight(response, Asked(PAGE, "*", (), include=True), "standard")

    assert isinstance(found, Grant)


def test_the_method_fails_before_the_headers() -> None:
    failed = failure(answer(), Asked(PAGE, "PUT", ("x-a",), include=False))

    assert failed.reason.code == "cors.method-not-allowed"


def test_by_the_standard_a_forced_preflight_without_a_list_grants_the_method_that_asked() -> None:
    forced = PUT._replace(forced=True)

    assert judge_preflight(answer(), forced, "standard") == Grant(
        frozenset({"PUT"}), frozenset(), include=False
    )
    assert isinstance(judge_preflight(answer(), forced, "chromium"), Failure)
    assert isinstance(judge_preflight(answer(methods="DELETE"), forced, "standard"), Failure)


# Headers


@BOTH
def test_header_names_compare_without_case(engine: Engine) -> None:
    found = judge_preflight(
        answer(headers="X-Api-KEY, Content-Type"),
        Asked(PAGE, "GET", ("content-type", "x-api-key"), include=False),
        engine,
    )

    assert isinstance(found, Grant)


@pytest.mark.parametrize(
    ("headers", "asked", "missing", "step"),
    [
        pytest.param(None, ("x-a", "x-b"), ("x-a", "x-b"), "7.7", id="no field"),
        pytest.param("x-a", ("x-a", "x-b"), ("x-b",), "7.7", id="one is not named"),
        pytest.param(
            "x-a", ("authorization", "x-a"), ("authorization",), "7.6", id="authorization"
        ),
        pytest.param("x-b", ("authorization", "x-a"), ("authorization", "x-a"), "7.6", id="both"),
    ],
)
@BOTH
def test_every_header_that_is_not_granted_is_told(
    headers: str | None,
    asked: tuple[str, ...],
    missing: tuple[str, ...],
    step: str,
    engine: Engine,
) -> None:
    failed = failure(answer(headers=headers), Asked(PAGE, "GET", asked, include=False), engine)

    assert failed.reason.code == "cors.header-not-allowed"
    assert failed.values["headers"] == missing
    assert failed.parameter in missing
    assert failed.step == f"{STEP} {step}"
    assert failed.chromium == "HeaderDisallowedByPreflightResponse"


def test_authorization_under_a_star_is_where_the_engines_part() -> None:
    asked = Asked(PAGE, "GET", ("authorization", "x-a"), include=False)

    failed = failure(answer(headers="*"), asked, "standard")

    assert failed.values["headers"] == ("authorization",)
    assert failed.step == f"{STEP} 7.6"
    assert isinstance(judge_preflight(answer(headers="*"), asked, "chromium"), Grant)


@BOTH
def test_authorization_beside_a_star_is_granted(engine: Engine) -> None:
    asked = Asked(PAGE, "GET", ("authorization", "x-a"), include=False)

    found = judge_preflight(answer(headers="*, Authorization"), asked, engine)

    assert isinstance(found, Grant)


@BOTH
def test_with_credentials_a_star_is_a_headers_name(engine: Engine) -> None:
    asked = Asked(PAGE, "GET", ("*", "authorization", "x-a"), include=True)

    failed = failure(answer(credentials="true", headers="*"), asked, engine)

    assert failed.values["headers"] == ("authorization", "x-a")


# Properties

METHODS = st.sampled_from(["GET", "POST", "PUT", "put", "PATCH", "*"])
HEADERS = st.sampled_from(["x-a", "x-b", "authorization", "*"])
LISTS = st.one_of(
    st.none(),
    st.lists(METHODS | HEADERS | st.sampled_from(["", "X-A", "no token"]), max_size=3).map(
        ", ".join
    ),
)
ASKED = st.builds(
    Asked,
    st.just(PAGE),
    METHODS,
    st.lists(HEADERS, unique=True, max_size=3).map(sorted).map(tuple),
    st.booleans(),
    st.booleans(),
)
ANSWERS = st.builds(
    answer,
    st.sampled_from([200, 204, 299, 302, 401, 403, 404, 500]),
    origin=st.sampled_from([PAGE, PAGE, "*", "null", None]),
    credentials=st.sampled_from(["true", "true", "True", None]),
    methods=LISTS,
    headers=LISTS,
    location=st.sampled_from([None, None, "", "/x"]),
)


def passes_by_the_standard(response: Response, asked: Asked) -> bool:
    """Steps 7 to 7.7 as one condition."""
    get = response.headers.get
    origin, include = get("access-control-allow-origin"), asked.include
    if include:
        check = origin == asked.origin and get("access-control-allow-credentials") == "true"
    else:
        check = origin in ("*", asked.origin)
    methods = tokens(get("access-control-allow-methods"))
    if asked.forced and "access-control-allow-methods" not in response.headers:
        methods = (asked.method,)
    names = tokens(get("access-control-allow-headers"))
    if not (check and 200 <= response.status <= 299) or methods is None or names is None:
        return False
    star = not include
    named = {name.lower() for name in names}
    return (
        asked.method in methods
        or asked.method in ("GET", "HEAD", "POST")
        or (star and "*" in methods)
    ) and all(
        name in named or (star and "*" in named and name != "authorization")
        for name in asked.headers
    )


@given(ANSWERS, ASKED)
def test_leave_is_granted_just_where_every_condition_of_the_standard_holds(
    response: Response, asked: Asked
) -> None:
    found = judge_preflight(response, asked, "standard")

    assert isinstance(found, Grant) == passes_by_the_standard(response, asked)


@given(ANSWERS, ASKED)
def test_the_engines_agree_but_for_authorization_under_a_star(
    response: Response, asked: Asked
) -> None:
    asked = asked._replace(forced=False)
    by_standard = judge_preflight(response, asked, "standard")

    by_chromium = judge_preflight(response, asked, "chromium")

    if by_standard != by_chromium:
        assert isinstance(by_standard, Failure)
        assert by_standard.values["headers"] == ("authorization",)
        assert isinstance(by_chromium, Grant)
        assert "*" in by_chromium.headers
        assert not asked.include


@given(ANSWERS, ASKED, st.sampled_from(ENGINES))
def test_what_fails_without_credentials_fails_with_them(
    response: Response, asked: Asked, engine: Engine
) -> None:
    without = judge_preflight(response, asked._replace(include=False), engine)

    if isinstance(without, Failure):
        included = judge_preflight(response, asked._replace(include=True), engine)
        assert isinstance(included, Failure)
