"""What keeps a request from being sent."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.browser.address_space import Permission, Space
from simulator.browser.api import Normalised, check_call
from simulator.browser.csp import read_policies
from simulator.browser.engine import ENGINES, Engine, Unsupported
from simulator.browser.page import Page, PageRequest
from simulator.browser.reach import check_policy, check_reach
from simulator.message import Headers

BOTH = pytest.mark.parametrize("engine", ENGINES)


def page(
    url: str = "http://app.test/",
    policy: str = "",
    *,
    space: Space | None = None,
    permission: Permission = "disabled",
) -> Page:
    policies = read_policies(Headers({"Content-Security-Policy": policy}))
    origin = url.removesuffix("/")
    spaces: dict[str, Space] = {"api.test": "public", "inside.test": "local"}
    return Page(url, origin, "unsafe-none", space, permission, spaces.get, policies)


def call(target: str, asking: Page, engine: Engine = "chromium", **more: Any) -> Normalised:
    found = check_call(PageRequest(target, **more), asking, engine)
    assert isinstance(found, Normalised)
    return found


def why(
    target: str, asking: Page | None = None, *, engine: Engine = "chromium", **more: Any
) -> str | None:
    """The reason's code."""
    asking = asking or page()
    asked = call(target, asking, engine, **more)
    failed = check_reach(asked.url, asked, asking, engine)
    return None if failed is None else failed.reason.code


@BOTH
def test_ports_of_other_protocols_are_shut(engine: Engine) -> None:
    assert why("http://api.test:25/", engine=engine) == "page.bad-port"
    assert why("http://api.test:8080/", engine=engine) is None
    assert why("ftp://api.test:25/", engine=engine) is None


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("http://api.test/", "page.mixed-content"),
        ("https://api.test/", None),
        ("http://localhost:8000/", None),
        ("http://127.0.0.1/", None),
    ],
)
@BOTH
def test_a_secure_page_asks_securely(target: str, code: str | None, engine: Engine) -> None:
    assert why(target, page("https://app.test/"), engine=engine) == code


@pytest.mark.parametrize("api", ["script", "stylesheet", "module", "eventsource", "preload-fetch"])
def test_so_do_its_elements(api: str) -> None:
    secure = page("https://app.test/")

    assert why("http://api.test/", secure, api=api, crossorigin="") == "page.mixed-content"


@pytest.mark.parametrize("api", ["img", "audio"])
def test_but_pictures_are_asked_for_otherwise(api: str) -> None:
    with pytest.raises(Unsupported):
        why("http://api.test/", page("https://app.test/"), api=api)


@pytest.mark.parametrize(
    ("url", "space", "permission", "code"),
    [
        ("http://app.test/", "public", "disabled", None),
        ("http://app.test/", "public", "granted", "local-network.insecure-page"),
        ("https://app.test/", "public", "granted", None),
        ("https://app.test/", "public", "denied", "local-network.permission-denied"),
        ("https://app.test/", "local", "denied", None),
    ],
)
def test_the_local_network_is_guarded(
    url: str, space: Space, permission: Permission, code: str | None
) -> None:
    asking = page(url, space=space, permission=permission)

    assert why("https://inside.test/", asking) == code


def test_an_address_that_is_not_known_is_not_judged() -> None:
    asking = page("https://app.test/", space="public", permission="denied")

    with pytest.raises(Unsupported, match=r"elsewhere\.test"):
        why("https://elsewhere.test/", asking)
    assert why("https://app.test/", asking) is None


@pytest.mark.parametrize(
    ("api", "policy", "refused"),
    [
        ("fetch", "connect-src 'none'", True),
        ("fetch", "img-src 'none'", False),
        ("xhr", "default-src 'none'", True),
        ("img", "img-src 'none'", True),
        ("img", "connect-src 'none'", False),
        ("script", "script-src-elem 'none'; script-src *", True),
        ("script", "script-src 'none'", True),
        ("module", "script-src 'none'", True),
        ("stylesheet", "style-src 'none'", True),
        ("audio", "media-src 'none'", True),
        ("track", "media-src 'none'", True),
        ("preload-fetch", "connect-src 'none'", True),
        ("eventsource", "connect-src 'none'", True),
        ("img", "default-src 'none'; img-src *", False),
    ],
)
@BOTH
def test_each_element_has_its_directive(
    api: str, policy: str, refused: bool, engine: Engine
) -> None:
    asking = page(policy=policy)
    asked = call("http://api.test/", asking, engine, api=api)

    failed = check_policy(asked.url, asked, asking, engine, redirected=False)

    assert (failed is not None) == refused


def test_a_policy_forgets_paths_after_a_redirect() -> None:
    asking = page(policy="connect-src http://api.test/v1/")
    asked = call("http://api.test/v2/", asking)

    assert check_policy(asked.url, asked, asking, "chromium", redirected=False) is not None
    assert check_policy(asked.url, asked, asking, "chromium", redirected=True) is None
