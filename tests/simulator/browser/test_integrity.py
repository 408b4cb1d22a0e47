"""Which body has the hash that the page named."""

from __future__ import annotations

import hashlib
from base64 import b64encode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.browser.engine import ENGINES, Engine
from simulator.browser.integrity import check_integrity
from simulator.message import Response

BODY = b"hello"
BOTH = pytest.mark.parametrize("engine", ENGINES)


def digest(algorithm: str, body: bytes = BODY) -> str:
    return b64encode(hashlib.new(algorithm, body).digest()).decode()


RIGHT = {name: f"{name}-{digest(name)}" for name in ("sha256", "sha384", "sha512")}
WRONG = {name: f"{name}-{digest(name, b'other')}" for name in RIGHT}


def fits(metadata: str, *, engine: Engine, kind: str = "cors") -> bool:
    failed = check_integrity(metadata, Response(200, body=BODY), kind, engine)
    return failed is None


@pytest.mark.parametrize(
    ("metadata", "right"),
    [
        pytest.param("", True, id="no hash"),
        pytest.param(RIGHT["sha256"], True, id="the right one"),
        pytest.param(WRONG["sha256"], False, id="a wrong one"),
        pytest.param(f"{WRONG['sha384']} {RIGHT['sha384']}", True, id="one of two"),
        pytest.param(f"{RIGHT['sha256']} {WRONG['sha512']}", False, id="the stronger counts"),
        pytest.param(f"{WRONG['sha256']} {RIGHT['sha384']}", True, id="the weaker does not"),
        pytest.param("md5-abc", True, id="none that is known"),
        pytest.param(f"md5-abc {WRONG['sha256']}", False, id="one of two is known"),
        pytest.param(RIGHT["sha256"].replace("sha", "SHA"), True, id="capitals"),
        pytest.param(f"{RIGHT['sha256']}?ct=text/plain", True, id="options"),
        pytest.param(f"  {RIGHT['sha256']} ", True, id="spaces around it"),
    ],
)
@BOTH
def test_the_body_fits_the_strongest_hashes(metadata: str, right: bool, engine: Engine) -> None:
    assert fits(metadata, engine=engine) == right


def body_with(*marks: str) -> tuple[bytes, str]:
    """A body whose hash has these characters of Base64 in it."""
    for number in range(10_000):
        body = str(number).encode()
        found = digest("sha256", body)
        if all(mark in found for mark in marks):
            return body, found
    raise AssertionError


@pytest.mark.parametrize(
    ("change", "standard"),
    [
        pytest.param(lambda text: text, True, id="as it is"),
        pytest.param(lambda text: text.replace("+", "-").replace("/", "_"), False, id="base64url"),
        pytest.param(lambda text: text.rstrip("="), False, id="no padding"),
    ],
)
def test_chromium_reads_other_forms_of_base64_too(change: object, standard: bool) -> None:
    assert callable(change)
    body, found = body_with("+", "/")
    response = Response(200, body=body)
    metadata = f"sha256-{change(found)}"

    assert check_integrity(metadata, response, "cors", "chromium") is None
    assert (check_integrity(metadata, response, "cors", "standard") is None) == standard


def test_the_other_alphabet_is_that_of_base64url() -> None:
    body, _ = body_with("+", "/")
    metadata = f"sha256-{urlsafe_b64encode(hashlib.sha256(body).digest()).decode()}"

    assert check_integrity(metadata, Response(200, body=body), "cors", "chromium") is None


@pytest.mark.parametrize("metadata", ["sha256-", "sha256", "sha512-!!!"])
def test_what_is_no_hash_chromium_skips_and_the_standard_compares(metadata: str) -> None:
    assert fits(metadata, engine="chromium")
    assert not fits(metadata, engine="standard")


def test_chromium_knows_a_name_with_a_dash() -> None:
    metadata = f"sha-256-{digest('sha256', b'other')}"

    assert not fits(metadata, engine="chromium")
    assert fits(metadata, engine="standard")


@pytest.mark.parametrize("kind", ["opaque", "opaqueredirect"])
@pytest.mark.parametrize("metadata", [RIGHT["sha256"], "md5-abc", " "])
@BOTH
def test_what_may_not_be_read_has_no_hash_to_compare(
    metadata: str, kind: str, engine: Engine
) -> None:
    assert not fits(metadata, engine=engine, kind=kind)
    assert fits("", engine=engine, kind=kind)


def test_a_failure_tells_its_step() -> None:
    failed = check_integrity(WRONG["sha256"], Response(200, body=BODY), "basic")

    assert failed is not None
    assert failed.reason.code == "page.integrity"
    assert failed.step == "Fetch, main fetch, step 23"


@given(st.binary(), st.binary(), st.sampled_from(["sha256", "sha384", "sha512"]))
def test_a_hash_fits_its_body_and_no_other(body: bytes, other: bytes, algorithm: str) -> None:
    metadata = f"{algorithm}-{digest(algorithm, body)}"

    for engine in ENGINES:
        found = check_integrity(metadata, Response(200, body=other), "cors", engine)
        assert (found is None) == (body == other)
