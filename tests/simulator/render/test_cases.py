"""Is a case that turns out otherwise told with all that came of it, and what would mend it?"""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.coverage import cover
from simulator.render.cases import case_list, coverage_table, diff_text
from simulator.render.terminal import as_text
from simulator.suite import Suite, open_suite
from simulator.tested import Tested, ask_all_statements, ask_case, results_of

POLICY = """\
keys: [{id: web, key: web-1, scopes: [read, write]}]
routes:
  - {path: /a, methods: [GET], scopes: [read]}
  - {path: /a, methods: [PUT], scopes: [write]}
"""
CASES = """\
cases:
  - {name: web reads, request: {url: "https://api.example/a", key: web}, expect: {status: 200}}
  - name: web writes nothing
    request: {method: PUT, url: "https://api.example/a", key: web}
    expect: {reason: authorize.missing-scope}
never: {route: /b}
"""


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Suite:
    monkeypatch.chdir(tmp_path)
    Path("shop.yaml").write_text(POLICY)
    Path("shop.cases.yaml").write_text(CASES)
    return open_suite("shop.yaml")


def asked(suite: Suite) -> list[Tested]:
    return [*(ask_case(suite, n, at=0.0) for n in (0, 1)), *ask_all_statements(suite, at=0.0)]


def test_each_case_is_a_line_and_a_wrong_one_says_all(suite: Suite) -> None:
    text = as_text(case_list(suite.policy, asked(suite)))

    assert (
        text
        == """\
shop.yaml
  ✓ web reads
  ✗ web writes nothing  shop.cases.yaml:3
    reason is none, `authorize.missing-scope` was expected

      PUT https://api.example/a
      ✓ 200 OK

        ·  network       the policy has no `network`
        ·  cors          not a CORS request: it has no Origin field
        ✓  route         `PUT /a`
        ✓  authenticate  key `web`
        ✓  authorize     the key has `write`
        ·  rate_limit    the policy has no `rate_limits`

    smallest fix: change `keys/0/scopes/1` so that key `web` lacks the scope `write`
      --- shop.yaml
      +++ shop.yaml (fixed)
      @@ -1,4 +1,4 @@
      -keys: [{id: web, key: •••, scopes: [read, write]}]
      +keys: [{id: web, key: •••, scopes: [read]}]
       routes:
         - {path: /a, methods: [GET], scopes: [read]}
         - {path: /a, methods: [PUT], scopes: [write]}

  ✓ never route /b
    no route has such a path as `/b`
  1 of 3 otherwise
"""
    )


def test_what_is_covered_and_what_is_not(suite: Suite) -> None:
    coverage = cover(suite.policy, results_of(asked(suite)))

    text = as_text(coverage_table(suite.policy, coverage))

    assert (
        text
        == """\
shop.yaml  64 % covered  7 of 11 sides of 7 rules
  no case in which
    shop.yaml:3  the route `GET /a`    another method is refused
    shop.yaml:3  `GET /a` needs a key  it is refused without
    shop.yaml:4  the route `PUT /a`    another method is refused
    shop.yaml:4  `PUT /a` needs a key  it is refused without
"""
    )


def test_a_policy_that_is_covered_is_a_line(suite: Suite) -> None:
    Path("shop.yaml").write_text("{}")
    Path("shop.cases.yaml").write_text(CASES.replace(", key: web", ""))
    open_again = open_suite("shop.yaml")

    coverage = cover(open_again.policy, [])

    assert as_text(coverage_table(open_again.policy, coverage)) == (
        "shop.yaml  100 % covered  0 of 0 sides of 0 rules\n"
    )


def test_only_the_first_rules_are_shown_to_people(suite: Suite) -> None:
    routes = ", ".join(f"{{path: /{n}}}" for n in range(50))
    Path("shop.yaml").write_text(f"routes: [{routes}]")
    Path("shop.cases.yaml").write_text(CASES.replace(", key: web", ""))
    large = open_suite("shop.yaml")

    lines = as_text(coverage_table(large.policy, cover(large.policy, []))).splitlines()

    assert len(lines) == 43
    assert lines[-1].strip() == "and of 10 more rules; --json lists them all"


def test_a_diff_has_its_usual_colours() -> None:
    text = diff_text("--- a\n+++ b\n@@ -1 +1 @@\n-old\n+new\n same\x1b")

    assert text.plain.endswith("\n same\\x1b")
    assert [(span.start, span.style) for span in text.spans] == [
        (0, "bold"),
        (6, "bold"),
        (12, "cyan"),
        (24, "red"),
        (29, "green"),
    ]
