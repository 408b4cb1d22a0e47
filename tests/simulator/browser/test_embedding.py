"""Which page may load what it may not read."""

from __future__ import annotations

import pytest

from simulator.browser.embedding import (
    Embedder,
    check_resource_policy,
    embedder_of,
    same_site,
)
from simulator.browser.url import WebUrl, parse
from simulator.message import Headers

PAGE = "https://app.shop.example/"


def url(text: str) -> WebUrl:
    found = parse(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("policy", "target", "embedder"),
    [
        pytest.param(None, "https://other.example/", "unsafe-none", id="no policy"),
        pytest.param("cross-origin", "https://other.example/", "require-corp", id="cross-origin"),
        pytest.param("same-origin", f"{PAGE}x", "require-corp", id="the page's own origin"),
        pytest.param("same-site", "https://api.shop.example/", "unsafe-none", id="one site"),
        pytest.param("SAME-ORIGIN", "https://other.example/", "unsafe-none", id="capitals"),
        pytest.param(
            "same-site, same-origin", "https://other.example/", "unsafe-none", id="a list"
        ),
        pytest.param(None, "https://other.example/", "credentialless", id="credentialless"),
    ],
)
def test_an_answer_may_be_loaded(policy: str | None, target: str, embedder: Embedder) -> None:
    headers = Headers() if policy is None else Headers({"Cross-Origin-Resource-Policy": policy})

    assert check_resource_policy(headers, url(PAGE), url(target), embedder) is None


@pytest.mark.parametrize(
    ("policy", "target", "embedder", "code"),
    [
        pytest.param(
            "same-origin", "https://api.shop.example/", "unsafe-none", "page.resource-policy",
            id="same-origin",
        ),
        pytest.param(
            "same-site", "https://other.example/", "credentialless", "page.resource-policy",
            id="same-site",
        ),
        pytest.param(
            None, "https://api.shop.example/", "require-corp", "page.embedder-policy",
            id="no policy where the page wants one",
        ),
        pytest.param(
            "SAME-SITE", "https://api.shop.example/", "require-corp", "page.embedder-policy",
            id="one that counts for nothing where the page wants one",
        ),
    ],
)  # fmt: skip
def test_an_answer_is_kept_out(
    policy: str | None, target: str, embedder: Embedder, code: str
) -> None:
    headers = Headers() if policy is None else Headers({"Cross-Origin-Resource-Policy": policy})

    failed = check_resource_policy(headers, url(PAGE), url(target), embedder)

    assert failed is not None
    assert failed.reason.code == code
    assert failed.chromium is None
    assert failed.values["url"] == target
    assert failed.values["origin"] == "https://app.shop.example"


@pytest.mark.parametrize("policy", ["same-origin", "same-site"])
def test_an_opaque_page_is_of_no_origin_and_no_site(policy: str) -> None:
    headers = Headers({"Cross-Origin-Resource-Policy": policy})

    failed = check_resource_policy(headers, None, url(PAGE), "unsafe-none")

    assert failed is not None
    assert failed.values["origin"] == "null"


@pytest.mark.parametrize(
    ("page", "target", "same"),
    [
        pytest.param(PAGE, "https://api.shop.example:8443/", True, id="hosts of one domain"),
        pytest.param("https://shop.example/", PAGE, True, id="the domain and a host below"),
        pytest.param(PAGE, "https://app.other.example/", False, id="hosts of two domains"),
        pytest.param("https://a.co.uk/", "https://b.co.uk/", False, id="a public suffix"),
        pytest.param(
            "https://a.github.io/", "https://b.github.io/", False, id="a suffix of a company"
        ),
        pytest.param("https://github.io/", "https://a.github.io/", False, id="a suffix itself"),
        pytest.param(PAGE, "http://app.shop.example/", True, id="down to http"),
        pytest.param("http://app.shop.example/", PAGE, False, id="up to https"),
        pytest.param("http://localhost:1/", "http://localhost:2/", True, id="one name, two ports"),
        pytest.param("http://127.0.0.1/", "http://127.0.0.2/", False, id="two addresses"),
        pytest.param("http://10.0.0.1/", "http://10.0.0.1:8080/", True, id="one address"),
        pytest.param("http://[::1]/", "http://[::2]/", False, id="two addresses of IPv6"),
        pytest.param(
            "https://app.shop.example./", PAGE, False, id="a dot at the end of one of them"
        ),
        pytest.param(
            "https://app.shop.example./", "https://api.shop.example./", True,
            id="a dot at the end of both",
        ),
    ],
)  # fmt: skip
def test_a_site_is_a_registrable_domain(page: str, target: str, same: bool) -> None:
    assert same_site(url(page), url(target)) == same


@pytest.mark.parametrize(
    ("value", "embedder"),
    [
        (None, "unsafe-none"),
        ("require-corp", "require-corp"),
        ('require-corp; report-to="x"', "require-corp"),
        ("credentialless", "credentialless"),
        ("REQUIRE-CORP", "unsafe-none"),
        ("require-corp, require-corp", "unsafe-none"),
    ],
)
def test_a_page_says_what_it_embeds(value: str | None, embedder: Embedder) -> None:
    headers = Headers() if value is None else Headers({"Cross-Origin-Embedder-Policy": value})

    assert embedder_of(headers) == embedder
