"""All hazards together: each rule's example, the policies of the repository, and any policy."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from linting import SECRETS, policy
from strategies import NOON, policies

from simulator import load_policy
from simulator.files import open_policy
from simulator.hazard import SEVERITIES, Rule
from simulator.lint import RULES, lint
from simulator.lint.asking import reproduces
from simulator.render.hazards import rules_markdown
from simulator.standin import stand_in

ROOT = Path(__file__).parents[3]
POLICIES = sorted(p for p in (ROOT / "policies").glob("*.yaml") if not p.stem.endswith(".cases"))

# What the policies of the gallery demonstrate, as far as a policy shows it by itself.
DEMONSTRATED = {
    "apigw-unknown-route-403": ("errors/hidden-from-pages", 14),
    "auth-before-cors": ("order/authenticate-before-cors", 12),
    "authorization-under-star": ("cors/star-hides-authorization", 14),
    "cdn-missing-vary": ("cors/vary-missing", 12),
    "double-acao-nginx-app": ("cors/two-layers", 20),
    "expose-headers-missing": ("cors/field-not-exposed", 18),
    "ipv4-mapped-client": ("network/one-family", 12),
    "istio-rbac-preflight": ("order/authenticate-before-cors", 12),
    "key-cidr-bound": ("proxies/none-trusted", 16),
    "key-scope-missing": ("routes/ungranted-scope", 21),
    "kong-route-without-options": ("cors/route-without-options", 20),
    "nginx-without-always": ("errors/hidden-from-pages", 13),
    "preflight-redirect": ("cors/application-answers-preflights", 23),
    "rate-limit-429-no-cors": ("errors/hidden-from-pages", 11),
    "s3-presigned-put": ("cors/field-not-exposed", 19),
    "same-origin-behind-proxy": ("cors/own-page-refused", 12),
    "samesite-lax-cookie": ("cors/same-site-cookie", 27),
    "starlette-unhandled-500": ("errors/unhandled-hidden", 20),
    "trailing-slash-origin": ("cors/response-origin", 18),
    "xff-spoof": ("proxies/trusts-everybody", 12),
}
# Errors and warnings of the gallery beside what a policy demonstrates.
BESIDE = {"nginx-without-always": {"routes/ungranted-scope"}}


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_rules_example_has_the_hazard_in_the_line_that_says_so(rule: Rule) -> None:
    lines = rule.example.splitlines()
    marked = [n for n, line in enumerate(lines, 1) if f"# {rule.code}" in line]

    found = [h for h in lint(policy(rule.example), at=NOON) if h.code == rule.code]

    assert [(h.span.line, h.severity) for h in found] == [(marked[0], rule.severity)]
    assert not found[0].edits or rule.mends


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_rules_example_has_hardly_anything_else(rule: Rule) -> None:
    others = {
        hazard.code
        for hazard in lint(policy(rule.example), at=NOON)
        if hazard.code != rule.code and hazard.severity != "note"
    }

    assert others <= {
        "keys/expired": {"keys/none-valid"},
        "keys/unneeded-scope": {"routes/ungranted-scope"},
    }.get(rule.code, set())


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_rule_says_what_it_is_why_and_what_to_do(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z]+/[a-z]+(-[a-z]+)*", rule.code)
    assert rule.severity in SEVERITIES
    assert not rule.title.endswith(".")
    assert rule.why.endswith(".")
    assert rule.instead.endswith(".")
    assert rule.mends == "" or not rule.mends.endswith(".")


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
def test_the_gallery_has_the_hazards_that_it_demonstrates_and_little_else(path: Path) -> None:
    found = lint(open_policy(path), at=NOON)
    serious = {(h.code, h.span.line) for h in found if h.severity != "note"}
    wanted = DEMONSTRATED.get(path.stem)

    if wanted is not None:
        assert wanted in {(h.code, h.span.line) for h in found}
    beside = {code for code, line in serious if (code, line) != wanted}
    assert beside == BESIDE.get(path.stem, set())
    assert len(found) <= 7


def test_the_policy_of_the_documentation_has_notes_alone() -> None:
    page = (ROOT / "docs" / "policy.md").read_text()
    (text, *_) = re.findall(r"^```yaml\n(hosts:.*?)^```$", page, re.DOTALL | re.MULTILINE)

    found = lint(load_policy(text, environment={"BATCH_KEY": "b"}), at=NOON)

    assert {hazard.severity for hazard in found} == {"note"}
    assert len(found) <= 5


def test_a_policy_that_was_thought_about_has_nothing() -> None:
    text = """\
hosts: [api.shop.example]
trusted_proxies: [10.0.0.5]
network:
  default: deny
  allow: [198.51.100.0/24, "2001:db8:f00d::/48"]
cors:
  origins: [https://shop.example, https://www.shop.example]
  methods: [DELETE]
  headers: [x-api-key]
  max_age: 600
errors: {cors_fields: true}
roles:
  reader: ["orders:read"]
  clerk: {inherits: [reader], scopes: ["orders:write"]}
keys:
  - {id: web, env: WEB_KEY, roles: [reader], expires: 2037-01-31}
  - {id: desk, env: DESK_KEY, roles: [clerk], expires: 2037-01-31}
routes:
  - {path: "/orders/{id}", methods: [GET], scopes: ["orders:read"]}
  - {path: "/orders/{id}", methods: [DELETE], scopes: ["orders:write"]}
  - {path: /health, methods: [GET], public: true}
rate_limits:
  - {per: principal, quota: 100/minute, burst: 20}
"""

    assert lint(policy(text), at=NOON) == ()


def test_an_empty_policy_has_nothing() -> None:
    assert lint(policy("{}"), at=NOON) == ()


def test_hazards_are_told_in_the_order_of_their_lines_the_worst_first() -> None:
    text = "cors: {origins: ['null', 'http://shop.example'], credentials: true, headers: [x-a]}\n"
    text += "routes: [{path: /a, scopes: [b]}]\n"

    found = [(h.span.line, h.severity, h.code) for h in lint(policy(text))]

    assert found == [
        (1, "error", "cors/null-origin"),
        (1, "warning", "cors/plain-http-origin"),
        (1, "note", "cors/no-max-age"),
        (2, "error", "routes/scopes-without-keys"),
    ]


def test_the_page_of_hazards_is_what_the_command_prints() -> None:
    page = (ROOT / "docs" / "lint.md").read_text()
    printed = page[page.index("| area |") :].rstrip("\n")

    assert printed == rules_markdown(RULES.values())


def test_the_page_shows_what_the_command_prints_of_an_example() -> None:
    page = (ROOT / "docs" / "lint.md").read_text()
    found = lint(open_policy(ROOT / "policies" / "xff-spoof.yaml"), at=NOON)

    for hazard in found:
        line = f"policies/xff-spoof.yaml:{hazard.span.line}: {hazard.severity}: {hazard.message}"
        assert f"{line}  {hazard.code}\n" in page


# Properties


@settings(max_examples=60, deadline=None)
@given(policies())
def test_witnesses_reproduce(written: dict[str, object]) -> None:
    text = json.dumps(written)
    found = lint(load_policy(text), at=NOON)

    judge = stand_in(load_policy(text))
    secrets = [key.secret or "" for key in judge.keys]
    for hazard in found:
        assert not any(secret in hazard.message for secret in secrets)
        assert hazard.code in RULES
        assert hazard.path in judge.document.spans
        assert "\n" not in hazard.message
        if hazard.witness is not None and hazard.claim is not None:
            assert reproduces(judge, hazard.witness, hazard.claim), hazard


def test_the_secrets_of_the_examples_are_not_told() -> None:
    for rule in RULES.values():
        for hazard in lint(policy(rule.example), at=NOON):
            assert not any(secret in hazard.message for secret in SECRETS.values())
