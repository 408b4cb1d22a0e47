"""A policy with its cases: which file belongs to which, and everything that is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator import Fault, PolicyError, Span
from simulator.suite import open_suite, paths_of, place_of, statements_of

POLICY = """\
keys: [{id: support, key: support-1, scopes: [read, write]}]
routes:
  - {path: /orders, methods: [GET], scopes: [read]}
  - {path: /orders, methods: [DELETE], scopes: [write]}
"""
CASES = """\
fix: {say: take it away, replace: "[read, write]}]", by: "[read]}]"}
cases:
  - name: support reads
    request: {url: "https://api.example/orders", headers: {X-Api-Key: support-1}}
    expect: {status: 200}

  - name: support deletes nothing
    request: {method: DELETE, url: "https://api.example/orders", headers: {X-Api-Key: support-1}}
    expect: {status: 403, reason: authorize.missing-scope}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "shop.cases.yaml").write_text(CASES)
    path = tmp_path / "shop.yaml"
    path.write_text(POLICY)
    return path


@pytest.mark.parametrize(
    ("file", "pair"),
    [
        ("a/shop.yaml", ("a/shop.yaml", "a/shop.cases.yaml")),
        ("shop.yml", ("shop.yml", "shop.cases.yaml")),
        ("shop.prod.json", ("shop.prod.json", "shop.prod.cases.yaml")),
        ("shop", ("shop", "shop.cases.yaml")),
        ("a.b/shop", ("a.b/shop", "a.b/shop.cases.yaml")),
        ("a/shop.cases.yaml", ("a/shop.yaml", "a/shop.cases.yaml")),
    ],
)
def test_a_policy_has_its_cases_beside_it(file: str, pair: tuple[str, str]) -> None:
    assert paths_of(file) == pair


def test_cases_are_of_the_policy_that_is_there(shop: Path) -> None:
    other = shop.with_suffix(".yml")
    shop.rename(other)

    assert paths_of(str(shop.with_name("shop.cases.yaml")))[0] == str(other)
    assert open_suite(str(shop.with_name("shop.cases.yaml"))).policy.name == str(other)


def test_problems_of_both_files_are_told_at_once(shop: Path) -> None:
    shop.write_text("corz: {}")
    shop.with_name("shop.cases.yaml").write_text("cases: [{nam: x}]")

    with pytest.raises(PolicyError) as caught:
        open_suite(str(shop))

    assert [p.file.rpartition("/")[2] for p in caught.value.problems][-1] == "shop.yaml"
    assert {p.file.rpartition("/")[2] for p in caught.value.problems} == {
        "shop.cases.yaml",
        "shop.yaml",
    }


def test_a_fix_that_is_not_there(shop: Path) -> None:
    cases = shop.with_name("shop.cases.yaml")
    cases.write_text(CASES.partition("\n")[2])

    with pytest.raises(Fault, match="holds no fix"):
        open_suite(str(shop), fixed=True)


def test_what_names_something_that_the_policy_does_not_have(shop: Path) -> None:
    cases = shop.with_name("shop.cases.yaml")
    cases.write_text("""\
cases:
  - {name: a, request: {url: /orders, key: suport}, expect: {status: 200}}
  - name: b
    page: {origin: https://app.example}
    after: [{url: /orders, key: support}, {url: /orders, key: none}]
    request: {url: /orders}
    expect: {status: 200}
never:
  - {route: /orders, key: web}
""")

    with pytest.raises(PolicyError) as caught:
        open_suite(str(shop))

    assert [(p.line, p.path, p.problem) for p in caught.value.problems] == [
        (2, "cases/0/request/key", "there is no key `suport`"),
        (5, "cases/1/after/1/key", "there is no key `none`"),
        (9, "never/0", "there is no key `web`"),
    ]
    assert caught.value.problems[0].remedy == "did you mean `support`?"


STATEMENTS = """\
clients: {office: [198.51.100.0/24]}
never:
  - {route: [/admin/*, /orders], client: not office, because: it is ours}
  - {method: DELETE, preflights: false}
always:
  route: /orders
  key: support
"""


def test_statements_are_called_what_they_say(shop: Path) -> None:
    shop.with_name("shop.cases.yaml").write_text(STATEMENTS)

    suite = open_suite(str(shop))

    assert statements_of(suite) == [
        ("never/0", "never route /admin/* or /orders, client not office"),
        ("never/1", "never method DELETE, preflights false"),
        ("always", "always route /orders, key support"),
    ]
    assert suite.span("never/1") == Span(str(shop.with_name("shop.cases.yaml")), 4)
    assert (place_of(suite, "never", 1), suite.size) == ("never/1", 3)
