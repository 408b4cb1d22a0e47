"""Cases files run among other tests as pytest does it, in a pytest of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

POLICY = """\
network: {deny: [203.0.113.0/24]}
keys: [{id: web, key: web-1, scopes: [read, write]}]
routes:
  - {path: /a, methods: [GET], scopes: [read]}
  - {path: /a, methods: [PUT], scopes: [write]}
"""
CASES = """\
cases:
  - {name: web reads, request: {url: "https://api.example/a", key: web}, expect: {status: 200}}
  - name: "web writes nothing: [never]"
    request: {method: PUT, url: "https://api.example/a", key: web}
    expect: {reason: authorize.missing-scope}
never:
  - {route: /a, key: none}
  - {route: /b}
"""
TESTS = """\
import pytest
from simulator.testing import assert_denied

def test_web_writes_nothing():
    assert_denied("shop.yaml", "PUT /a", key="web", reason="authorize.missing-scope")

def test_other():
    pass
"""


# Workers of pytest-xdist send reports, and nothing else, to where they are shown.
REPORTS = """\
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report):
    again = type(report)._from_json(report._to_json())
    report.__dict__ = again.__dict__
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "shop.yaml").write_text(POLICY)
    (tmp_path / "shop.cases.yaml").write_text(CASES)
    return tmp_path


def pytest_in(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Pytest with the plugin alone, as somebody's who has no other."""
    command = [sys.executable, "-m", "pytest", "-p", "pytest_why403", "-p", "no:cacheprovider"]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "COLUMNS": "80"}
    return subprocess.run(
        [*command, *options],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_each_case_and_statement_is_a_test_and_a_failure_is_told_without_our_code(
    shop: Path,
) -> None:
    (shop / "conftest.py").write_text(REPORTS)

    ran = pytest_in(shop, "-v", "--why403-coverage", "--strict-markers")

    assert ran.returncode == 1, ran.stdout
    results = re.findall(r"^shop\.cases\.yaml::(.*) (PASSED|FAILED) ", ran.stdout, re.MULTILINE)
    assert results == [
        ("web reads", "PASSED"),
        ("web writes nothing: [never]", "FAILED"),
        ("never route /a, key none", "PASSED"),
        ("never route /b", "PASSED"),
    ]
    assert (
        """\
reason is none, `authorize.missing-scope` was expected
shop.cases.yaml:3

PUT https://api.example/a
✓ 200 OK

  ✓  network       no rule matches; the default is allow
  ·  cors          not a CORS request: it has no Origin field
  ✓  route         `PUT /a`
  ✓  authenticate  key `web`
  ✓  authorize     the key has `write`
  ·  rate_limit    the policy has no `rate_limits`

smallest fix: change `keys/0/scopes/1` so that key `web` lacks the scope `write`
--- shop.yaml
+++ shop.yaml (fixed)
@@ -1,5 +1,5 @@
 network: {deny: [203.0.113.0/24]}
-keys: [{id: web, key: •••, scopes: [read, write]}]
+keys: [{id: web, key: •••, scopes: [read]}]
"""
        in ran.stdout
    )
    assert re.search(r"^_+ web writes nothing: \[never\] _+$", ran.stdout, re.MULTILINE)
    assert "Traceback" not in ran.stdout
    assert "\nshop.yaml  64 % covered  9 of 14 sides of 9 rules\n" in ran.stdout
    assert "shop.cases.yaml:8: PytestWarning: no route has such a path as `/b`" in ran.stdout
    assert "\nFAILED shop.cases.yaml::web writes nothing: [never] - reason is none" in ran.stdout


def test_they_are_chosen_and_counted_among_others(shop: Path) -> None:
    (shop / "test_shop.py").write_text(TESTS)

    ran = pytest_in(shop, "-k", "reads or test_", "-q")

    assert "1 failed, 2 passed, 3 deselected" in ran.stdout
    # A test of one's own shows its own line, and no frame of the library.
    assert '>       assert_denied("shop.yaml"' in ran.stdout
    assert "should be refused with `authorize.missing-scope`: it is allowed" in ran.stdout
    assert "simulator/testing.py" not in ran.stdout


def test_collecting_asks_nothing_and_tells_every_problem_of_a_file(shop: Path) -> None:
    (shop / "z.yaml").write_text("{}")
    (shop / "z.cases.yaml").write_text(
        "cases:\n  - {nam: x}\n  - {name: y, request: {url: /}, expect: {reason: network.deny}}\n"
    )

    ran = pytest_in(shop, "--collect-only", "-q", "--why403-coverage")

    assert ran.returncode == 2
    assert ran.stdout.splitlines()[:2] == [
        "shop.cases.yaml::web reads",
        "shop.cases.yaml::web writes nothing: [never]",
    ]
    assert "z.cases.yaml:2: `nam` is not known in `cases/0`" in ran.stdout
    assert "z.cases.yaml:3: `network.deny` is not the code of a reason" in ran.stdout
    assert "Traceback" not in ran.stdout
    assert "covered" not in ran.stdout


def test_without_a_cases_file_next_to_nothing_is_imported(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import sys\n\ndef test_it():\n"
        "    assert not {'simulator', 'pydantic', 'mitmproxy'} & set(sys.modules)\n"
    )

    ran = pytest_in(tmp_path, "-q")

    assert ran.returncode == 0, ran.stdout
