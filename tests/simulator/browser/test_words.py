"""What is told to the developer: the sentence of every failure there is, whole and harmless."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.browser.address_space import check_local_network
from simulator.browser.cors_check import cors_check
from simulator.browser.embedding import check_resource_policy
from simulator.browser.engine import ENGINES
from simulator.browser.exchange import judge_exchange
from simulator.browser.failure import Failure
from simulator.browser.integrity import check_integrity
from simulator.browser.preflight import Asked, judge_preflight
from simulator.browser.redirect import Hop, check_location
from simulator.browser.url import parse
from simulator.browser.words import sentence, without_secrets
from simulator.decision import Finding, Outcome, Reason
from simulator.message import Headers, Request, Response
from simulator.reasons import cors, local_network, page, preflight

PAGE = "https://app.test"
EVERY = (*cors.REASONS, *preflight.REASONS, *page.REASONS, *local_network.REASONS)


def checked(
    origin: str | None, credentials: str | None = None, *, status: int = 200, include: bool = False
) -> Failure:
    fields = {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": credentials,
    }
    headers = [(name, value) for name, value in fields.items() if value is not None]
    failed = cors_check(Response(status, headers), PAGE, include=include)
    assert failed is not None
    return failed


def asked(
    status: int = 204,
    origin: str | None = PAGE,
    *,
    methods: str | None = None,
    headers: str | None = None,
    location: str | None = None,
    method: str = "PUT",
    names: tuple[str, ...] = (),
    include: bool = False,
) -> Failure:
    """How a preflight fails, by the standard."""
    fields = {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": headers,
        "Location": location,
    }
    response = Response(status, [(n, value) for n, value in fields.items() if value is not None])
    failed = judge_preflight(response, Asked(PAGE, method, names, include), "standard")
    assert isinstance(failed, Failure)
    return failed


@pytest.mark.parametrize(
    ("failed", "said"),
    [
        pytest.param(
            checked(None),
            "the answer has no `Access-Control-Allow-Origin`, and the page at `https://app.test` "
            "is of another origin",
            id="no fields",
        ),
        pytest.param(
            checked(None, status=502),
            "the server answered 502 without `Access-Control-Allow-Origin`; the page at "
            "`https://app.test` sees only `Failed to fetch`",
            id="an error without fields",
        ),
        pytest.param(
            checked("*", include=True),
            "`Access-Control-Allow-Origin: *` admits no request with credentials; the origin "
            "`https://app.test` must be named",
            id="* with credentials",
        ),
        pytest.param(
            checked("https://app.test/"),
            "`Access-Control-Allow-Origin: https://app.test/` is not the page's origin "
            "`https://app.test`: it ends in a slash",
            id="a slash",
        ),
        pytest.param(
            checked(""),
            "`Access-Control-Allow-Origin:` is not the page's origin `https://app.test`: it is "
            "empty: a variable was not set where the field is made",
            id="an empty field",
        ),
        pytest.param(
            checked("*, *"),
            "`Access-Control-Allow-Origin: *, *` is not the page's origin `https://app.test`: it "
            "is there twice: two layers add it",
            id="two lines",
        ),
        pytest.param(
            checked("https://b\xc3\xbccher.test"),
            "`Access-Control-Allow-Origin: https://bücher.test` is not the page's origin "
            "`https://app.test`: it is another host",
            id="beyond ASCII",
        ),
        pytest.param(
            checked(PAGE, include=True),
            "the origin is admitted and `Access-Control-Allow-Credentials: true` is missing, "
            "which a request with credentials needs",
            id="nothing said of credentials",
        ),
        pytest.param(
            checked(PAGE, "TRUE", include=True),
            "`Access-Control-Allow-Credentials: TRUE` is not `true`, byte for byte, and a request "
            "with credentials needs it",
            id="TRUE",
        ),
        pytest.param(
            checked(PAGE, "true, true", include=True),
            "`Access-Control-Allow-Credentials: true, true` is not `true`, byte for byte, and a "
            "request with credentials needs it: it is there twice",
            id="true twice",
        ),
        pytest.param(
            asked(200, None),
            "the preflight: the answer has no `Access-Control-Allow-Origin`, and the page at "
            "`https://app.test` is of another origin",
            id="a preflight without fields",
        ),
        pytest.param(
            asked(origin="http://app.test"),
            "the preflight: `Access-Control-Allow-Origin: http://app.test` is not the page's "
            "origin `https://app.test`: its scheme is `http`, the page's is `https`",
            id="a preflight with another origin",
        ),
        pytest.param(
            asked(401, None),
            "the preflight was refused with 401: it never carries cookies, keys or `Authorization`",
            id="a preflight asked for a login",
        ),
        pytest.param(
            asked(302, location="https://me:secret@login.test/in?next=/x"),
            "the preflight was answered 302 with a redirect to `https://login.test/in?…`; "
            "browsers follow none",
            id="a preflight redirected",
        ),
        pytest.param(
            asked(methods="PUT; GET"),
            "the preflight: `Access-Control-Allow-Methods: PUT; GET` is not a list of methods",
            id="methods that cannot be read",
        ),
        pytest.param(
            asked(),
            "the preflight: there is no `Access-Control-Allow-Methods`, which has to grant `PUT`",
            id="no methods",
        ),
        pytest.param(
            asked(methods="GET, POST"),
            "the preflight: `Access-Control-Allow-Methods: GET, POST` does not grant `PUT`",
            id="another method",
        ),
        pytest.param(
            asked(methods="PATCH", method="patch"),
            "the preflight: `Access-Control-Allow-Methods: PATCH` does not grant `patch`: methods "
            "compare by case",
            id="the method in another case",
        ),
        pytest.param(
            asked(methods="*", include=True),
            "the preflight: `Access-Control-Allow-Methods: *` does not grant `PUT`: with "
            "credentials `*` is a name like any other",
            id="any method, with credentials",
        ),
        pytest.param(
            asked(methods="PUT", names=("x-a",)),
            "the preflight: there is no `Access-Control-Allow-Headers`, which has to grant `x-a`",
            id="no headers",
        ),
        pytest.param(
            asked(methods="PUT", headers="x-b", names=("x-a", "x-b", "x-c")),
            "the preflight: `Access-Control-Allow-Headers: x-b` does not grant `x-a` and `x-c`",
            id="some of the headers",
        ),
        pytest.param(
            asked(methods="PUT", headers="x", names=tuple(f"x-{i}" for i in range(8))),
            "the preflight: `Access-Control-Allow-Headers: x` does not grant `x-0`, `x-1`, `x-2`, "
            "`x-3`, `x-4`, `x-5` and 2 more",
            id="many headers",
        ),
        pytest.param(
            asked(methods="PUT", headers="*", names=("authorization",)),
            "the preflight: `Access-Control-Allow-Headers: *` does not grant `authorization`: `*` "
            "does not cover it",
            id="Authorization under *",
        ),
        pytest.param(
            asked(methods="PUT", headers="*", names=("authorization",), include=True),
            "the preflight: `Access-Control-Allow-Headers: *` does not grant `authorization`: "
            "with credentials `*` is a name like any other",
            id="Authorization under *, with credentials",
        ),
    ],
)
def test_a_failure_is_told_in_a_sentence(failed: Failure, said: str) -> None:
    assert sentence(failed) == said


# Whole and harmless


def is_whole(said: str) -> bool:
    """One line, with every place filled: no `?`, and nothing between backticks left empty."""
    inside = said.split("`")[1::2]
    return (
        said.isprintable()
        and said == said.strip()
        and said.count("`") % 2 == 0
        and all(part.strip() for part in inside)
        and not re.search(r"\?(?!…)|[{}]|\bNone\b", said)
    )


VALUES: dict[str, object] = {
    "url": "https://api.test/", "origin": PAGE, "section": "cors", "value": "words", "status": 403,
    "location": "https://login.test/", "scheme": "ftp", "port": 6000, "method": "PUT",
    "headers": ("x-a", "x-b"), "granted": "x-c", "parameter": "local", "star": True,
}  # fmt: skip


@pytest.mark.parametrize("reason", EVERY, ids=[reason.code for reason in EVERY])
def test_every_reason_has_a_whole_sentence(reason: Reason) -> None:
    said = sentence(Failure(reason, reason.spec, values=VALUES))

    assert is_whole(said)
    assert not said[0].isupper()


def produced() -> Iterator[Failure]:
    """A failure of each kind by each module that makes them, and by both engines."""
    for include in (False, True):
        for status in (200, 500):
            yield checked(None, status=status, include=include)
        for origin in ("", "null", "app.test", "https://other.test", f"{PAGE}, *"):
            yield checked(origin, include=include)
        for status in (200, 300, 302, 401, 403, 404, 405, 500, 501):
            yield asked(status, None, include=include)
        for status in (302, 403, 404, 500):
            yield asked(status, include=include)
        yield asked(302, location="/x", include=include)
        for methods, headers in (
            (None, None),
            ("a b", None),
            ("PUT", "a b"),
            ("*", ""),
            ("PUT", "*"),
        ):
            names = ("authorization", "x-a")
            yield asked(methods=methods, headers=headers, names=names, include=include)
    yield checked("*", include=True)
    yield checked(PAGE, include=True)
    yield checked(PAGE, "yes", include=True)
    for secure, wanted in ((False, None), (True, "loopback"), (True, None)):
        failed = check_local_network(
            "public", "local", secure=secure, wanted=wanted, permission="denied"
        )
        assert failed is not None
        yield failed
    own, api = parse(f"{PAGE}/"), parse("https://me:secret@api.test/x?k=secret")
    assert own is not None
    assert api is not None
    for policy in ({}, {"Cross-Origin-Resource-Policy": "same-site"}):
        failed = check_resource_policy(Headers(policy), own, api, "require-corp")
        assert failed is not None
        yield failed
    for engine in ENGINES:
        for location in ("", "data:,x", "https://[", "https://me:secret@other.test/"):
            response = Response(302, {"Location": location})
            hop = Hop(api, "GET", (), None)
            found = check_location(response, hop, PAGE, "cors", "cors", engine)
            if isinstance(found, Failure):
                yield found
        failed = check_integrity("sha256-x", Response(200), "cors", engine)
        assert failed is not None
        yield failed
    cacheable = {"Access-Control-Allow-Origin": PAGE, "Cache-Control": "max-age=60"}
    starred = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*"}
    preflight_fields = {
        "Origin": PAGE,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
    }
    for request, response in (
        (Request("GET", "https://api.test/", {"Origin": PAGE}), Response(200, cacheable)),
        (Request("OPTIONS", "https://api.test/", preflight_fields), Response(204, starred)),
    ):
        verdict = judge_exchange(request, response)
        assert verdict is not None
        yield from verdict.remarks
    verdict = judge_exchange(
        Request("GET", "https://me:secret@api.test/x?k=secret", {"Origin": PAGE}), Response(407)
    )
    assert verdict is not None
    assert verdict.failure is not None
    yield verdict.failure


PRODUCED = list(produced())


@pytest.mark.parametrize("failed", PRODUCED, ids=[failed.reason.code for failed in PRODUCED])
def test_every_failure_has_what_its_sentence_needs(failed: Failure) -> None:
    # Which URL it was about, and whose page, is the exchange's to know.
    told = failed.completed(url="https://api.test/", origin=PAGE)

    assert is_whole(sentence(told))
    assert "secret" not in sentence(told)


@pytest.mark.parametrize("failed", PRODUCED, ids=[failed.reason.code for failed in PRODUCED])
def test_every_failure_can_be_told_as_a_finding_too(failed: Failure) -> None:
    told = failed.completed(url="https://api.test/", origin=PAGE)

    finding = Finding("cors", Outcome.FAIL, None, told.values, told.reason)

    assert finding.text
    assert "secret" not in finding.text


def test_what_makes_failures_makes_all_that_are_of_cors() -> None:
    made = {failed.reason.code for failed in PRODUCED}
    elsewhere = {"cors.scheme-not-supported", "cors.mode-same-origin", "cors.no-cors-redirect"}

    expected = {r.code for r in (*cors.REASONS, *preflight.REASONS, *local_network.REASONS)}
    assert expected - made == elsewhere


# Values of strangers


@given(st.text(), st.text(), st.sampled_from(EVERY))
def test_a_strangers_value_does_not_break_the_line(one: str, other: str, reason: Reason) -> None:
    values: dict[str, object] = {
        **dict.fromkeys(VALUES, one), "origin": other, "headers": (one, other), "granted": other,
    }  # fmt: skip

    said = sentence(Failure(reason, "step", values=values, preflight=True))

    assert said.isprintable()


def test_what_nobody_filled_in_is_marked_and_breaks_nothing() -> None:
    said = sentence(Failure(page.BAD_PORT, "step"))

    assert said == "? is a port that browsers never connect to"


def test_a_long_value_is_cut() -> None:
    said = sentence(checked("https://" + "a" * 10_000))

    assert len(said) < 400
    assert "a…`" in said


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        pytest.param("https://api.test/x", "https://api.test/x", id="nothing to hide"),
        pytest.param("https://u:p@api.test/x", "https://api.test/x", id="user and password"),
        pytest.param("https://u@api.test", "https://api.test", id="a user"),
        pytest.param("https://u:p@q@api.test/@x", "https://api.test/@x", id="two at signs"),
        pytest.param("//u:p@api.test/", "//api.test/", id="no scheme"),
        pytest.param("https:u:p@api.test/", "https:api.test/", id="no slashes"),
        pytest.param("https:/u:p@api.test/", "https:/api.test/", id="one slash"),
        pytest.param("HTTPS:\\\\u:p@api.test\\", "HTTPS:\\\\api.test\\", id="backslashes"),
        pytest.param(" ht\ttps://u:\n@api.test/", "https://api.test/", id="blanks inside"),
        pytest.param("https://u:p@[/", "https://[/", id="no URL"),
        pytest.param("/x@y", "/x@y", id="an at sign in a path"),
        pytest.param("mailto:a@b.test", "mailto:a@b.test", id="an address of mail"),
        pytest.param("/in?code=1&next=/#t", "/in?…", id="a query"),
        pytest.param("/in#access_token=1", "/in#…", id="a fragment"),
        pytest.param("/in?", "/in?", id="an empty query"),
    ],
)
def test_a_url_is_shown_without_what_may_be_secret(url: str, shown: str) -> None:
    assert without_secrets(url) == shown


LOGINS = st.text(st.characters(codec="ascii", exclude_characters="/\\?#"), max_size=5)


@given(LOGINS, st.sampled_from(["https://", "http:\\\\", "//", "https:", "ws://"]))
def test_no_form_of_a_login_is_shown(login: str, start: str) -> None:
    shown = without_secrets(f"{start}{login}hunter2@api.test/")

    assert "hunter2" not in shown
    assert shown.endswith("api.test/")
