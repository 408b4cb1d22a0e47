"""Hazards as they are read, by people and by programs."""

from __future__ import annotations

import json

import pytest
from linting import policy
from rich.console import RenderableType
from strategies import NOON

from simulator.edit import Insert, Put, Remove
from simulator.hazard import Hazard
from simulator.lint import RULES, lint
from simulator.render.hazards import (
    edit_record,
    hazard_list,
    hazard_record,
    rule_list,
    rule_markdown,
    rule_page,
    rules_markdown,
    shown_by,
    summary,
)
from simulator.render.terminal import as_text
from simulator.standin import stand_in

POLICY = """\
order: [network, authenticate, cors, route, authorize, rate_limit]
cors:
  origins: ["null"]
  headers: [x-api-key]
  credentials: true
  max_age: 1728000
keys: [{id: web, key: example-key-1, expires: 2037-01-31}] # why403: ignore keys/secret-in-file: no
"""


def found(text: str = POLICY) -> tuple[Hazard, ...]:
    return lint(policy(text), at=NOON)


def plain(renderable: RenderableType) -> str:
    return as_text(renderable, width=1000)


def test_a_hazard_is_told_with_place_source_witness_and_fix() -> None:
    live = [hazard for hazard in found() if not hazard.suppressed]

    assert plain(hazard_list(policy(POLICY), live)) == (
        "policy.yaml:1: error: `authenticate` stands ahead of `cors`: a preflight carries no key, "
        "so each of them is refused; put `cors` ahead of it  order/authenticate-before-cors\n"
        "    order: [network, authenticate, cors, route, authorize, rate_limit]\n"
        "    shown by: the preflight of `null` for `GET https://api.example.com/` from 203.0.113.9 "
        "→ 401 `authenticate.no-credential`\n"
        "    --fix: puts `cors` ahead; preflights of admitted origins pass then, and nothing else "
        "does\n"
        "policy.yaml:2: note: a page cannot read the server's errors, such as the 401: `standard` "
        "sends no CORS fields with them; send them with errors too, and write `errors: "
        "{cors_fields: true}`  errors/hidden-from-pages\n"
        "policy.yaml:3: error: `null` is admitted with cookies: every page can make a frame whose "
        "origin is `null`; list the page's real origin  cors/null-origin\n"
        '    origins: ["null"]\n'
        "    shown by: `GET https://api.example.com/` from 203.0.113.9 with key `web`, `origin: "
        "null`, `cookie: theme=dark` → 200, let in\n"
        "policy.yaml:6: note: `max_age: 1728000` is longer than any browser keeps it: Chromium "
        "caps it at 7200 seconds, Firefox at 86400  cors/max-age-capped  (--fix)\n"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (POLICY, "2 errors, 2 notes; `--fix` mends 2; 1 suppressed\n"),
        ("{}", "no hazards\n"),
        ("cors: {}", "1 warning\n"),
    ],
)
def test_the_end_says_how_many_there_are(text: str, said: str) -> None:
    assert plain(summary(found(text), policies=1)) == said


def test_of_several_policies_the_end_says_so() -> None:
    assert plain(summary(found("cors: {}"), policies=2)) == "1 warning in 2 policies\n"


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        pytest.param(
            "credentials: [basic]\nkeys: [{id: a, key: s3cret}]\n"
            "routes: [{path: /pay, methods: [POST]}]",
            "cors/side-effects-without-preflight",
            "`POST https://api.example.com/pay` from 203.0.113.9 with key `a`, `origin: "
            "https://stranger.example`, `content-type: text/plain` → 200 `cors.no-fields`, hidden "
            "from the page",
            id="the key, and not the field that carries it",
        ),
        pytest.param(
            "cors: {origins: [https://a.example]}\nresponse: {headers: "
            "{access-control-allow-origin: https://a.example}}",
            "cors/two-layers",
            "a page of `https://a.example` fetches `GET https://api.example.com/` → 200 "
            "`cors.multiple-origins`, hidden from the page",
            id="a page",
        ),
        pytest.param(
            "cors: {behaviour: tower-http, origins: [https://a.example], methods: ['*'], "
            "credentials: true}",
            "cors/literal-star",
            "a page of `https://a.example` fetches `DELETE https://api.example.com/` with "
            "credentials with `origin: https://a.example` → 200 `cors.method-not-allowed`, hidden "
            "from the page",
            id="a page with credentials",
        ),
        pytest.param(
            "cors: {origins: [https://a.example]}\nkeys: [{id: a, env: WEB_KEY}]",
            "cors/key-not-sendable",
            "the preflight of `https://a.example` for `GET https://api.example.com/` with the "
            "header `x-api-key` from 203.0.113.9 → 403 `cors.header-not-allowed`",
            id="a preflight for a header",
        ),
        pytest.param(
            "cors: {behaviour: starlette, origins: [https://a.example]}\n"
            "response: {status: 500, unhandled: true}",
            "errors/unhandled-hidden",
            "`GET https://api.example.com/` from 203.0.113.9 with `origin: https://a.example` → "
            "500, which the page cannot read",
            id="an answer that is let in and hidden",
        ),
        pytest.param("cors: {}", "cors/admits-nobody", "", id="no witness"),
    ],
)
def test_a_witness_is_told_in_a_line(text: str, code: str, said: str) -> None:
    (hazard,) = [hazard for hazard in found(text) if hazard.code == code]

    assert shown_by(stand_in(policy(text)), hazard) == said


def test_a_record_has_everything_and_no_secret() -> None:
    judge = stand_in(policy(POLICY))
    records = [hazard_record(judge, hazard) for hazard in found()]
    order, _, null, _, secret = records

    assert "example-key-1" not in json.dumps(records)
    assert (order["code"], order["file"], order["line"], order["path"]) == (
        "order/authenticate-before-cors", "policy.yaml", 1, "order/1",
    )  # fmt: skip
    assert order["fix"] == {
        "does": RULES["order/authenticate-before-cors"].mends,
        "edits": [
            {"op": "remove", "path": "/order/2"},
            {"op": "add", "path": "/order/1", "value": "cors"},
        ],
    }
    assert null["witness"] == {
        "method": "GET",
        "url": "https://api.example.com/",
        "headers": [("origin", "null"), ("cookie", "theme=dark")],
        "key": "web",
        "client": "203.0.113.9",
        "at": NOON,
        "page": None,
        "credentials": None,
        "allowed": True,
        "status": 200,
        "reason": None,
        "hidden": False,
    }
    assert (secret["suppressed"], secret["witness"], secret["fix"]) == ("no", None, None)


def test_an_edit_is_an_operation_of_json_patch() -> None:
    assert edit_record(Remove("a/1")) == {"op": "remove", "path": "/a/1"}
    assert edit_record(Put("a/b", 7)) == {"op": "replace", "path": "/a/b", "value": 7}
    assert edit_record(Insert("a", "x")) == {"op": "add", "path": "/a/-", "value": "x"}


def test_a_hazard_is_explained() -> None:
    page = plain(rule_page(RULES["cors/max-age-capped"]))

    assert page.startswith("cors/max-age-capped  note  a lifetime that no browser keeps to\n")
    assert "\n  what to do\n  Write what is meant: 7200, or 86400 at most.\n" in page
    assert "  `--fix` writes 86400, which means the same to every browser.\n" in page
    assert page.endswith("    max_age: 1728000 # cors/max-age-capped\n")


def test_all_hazards_are_listed() -> None:
    lines = plain(rule_list(RULES)).splitlines()

    assert len(lines) == len(RULES)
    assert lines[0].split(maxsplit=2)[:2] == ["cors/admits-nobody", "warning"]


def test_the_page_of_hazards_leads_to_each() -> None:
    page = rules_markdown([RULES["cors/null-origin"], RULES["cors/any-port"]])

    assert page.startswith(
        "| area | hazards |\n| --- | --- |\n"
        "| cors | [null-origin](#corsnull-origin), [any-port](#corsany-port) |\n\n"
        "## cors/null-origin\n\nThe origin `null` is admitted.\n"
    )
    assert rule_markdown(RULES["cors/null-origin"]).endswith(
        '```yaml\ncors:\n  origins: ["null"] # cors/null-origin\n  credentials: true\n```'
    )
