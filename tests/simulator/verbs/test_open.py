"""The verb `open`: a page in a browser that is already set up."""

from __future__ import annotations

import pytest
from running import run

from simulator.problem import Fault
from simulator.verbs.open import read_url


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("localhost:5173", "http://localhost:5173"),
        ("127.0.0.1/a?b", "http://127.0.0.1/a?b"),
        ("[::1]:8080", "http://[::1]:8080"),
        ("app.localhost", "http://app.localhost"),
        ("shop.example/a", "https://shop.example/a"),
        (" http://shop.example ", "http://shop.example"),
        ("HTTPS://shop.example", "HTTPS://shop.example"),
    ],
)
def test_a_scheme_may_be_left_out(given: str, url: str) -> None:
    assert read_url(given) == url


@pytest.mark.parametrize("given", ["", "ftp://a.example", "https://a b", "chrome://version"])
def test_what_no_page_has_is_refused(given: str) -> None:
    with pytest.raises(Fault, match="is no URL that a page has"):
        read_url(given)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["file:///etc/passwd"], "`file:///etc/passwd` is no URL that a page has"),
        (["--browser", "/none/at/all", "localhost"], "no browser that can be started"),
        (["--policy", "none.yaml", "localhost"], "`none.yaml` cannot be read"),
        (["--client", "nobody", "--browser", "/bin/sh", "localhost"], "is not an address"),
        (["--mode", "enforce", "--browser", "/bin/sh", "localhost"], "has nothing to enforce"),
    ],
)
def test_bad_input_ends_with_2(arguments: list[str], message: str) -> None:
    result = run(["open", *arguments])

    assert result.exit_code == 2
    assert message in result.stderr
