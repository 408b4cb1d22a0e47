"""Does every fix turn its request, shut nobody out, and leave the rest of the file alone?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fixing import NOON, ask, fixes, preflight, turns
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.compat import StringIO
from strategies import policies, rate_limits, requests

from simulator import Decision, Request, Usage, evaluate, load_policy
from simulator.cases import read_cases, run_case
from simulator.fixes import find_fixes, find_page_fixes
from simulator.visit import Visit, page_of

SHOP = """\
# The shop's API.
hosts: [api.shop.example]
network:
  default: deny
  allow:
    - 198.51.100.0/24 # the office
cors: # what pages may do
  origins: [https://shop.example]
  methods: [DELETE]
roles:
  reader: [orders:read] # no more
  clerk: { inherits: [reader], scopes: [orders:write] }
keys:
  - { id: web, key: web-demo, roles: [reader] }
  - { id: batch, key: batch-demo, roles: [clerk] }
routes:
  - { path: "/orders/{id}", methods: [GET], scopes: [orders:read] }
  - { path: "/orders/{id}", methods: [DELETE], scopes: [orders:write] }
"""
URL = "https://api.shop.example/orders/7"
WEB = {"X-Api-Key": "web-demo"}
OFFICE = "198.51.100.7"


def deleting(**headers: str) -> Request:
    return ask(URL, WEB | headers, method="DELETE", client=OFFICE)


def test_both_sides_are_shown_the_clients_first() -> None:
    found = fixes(SHOP, deleting())

    assert [(fix.side, fix.say) for fix in found] == [
        ("client", "use key `batch`"),
        ("server", "grant `orders:write` to key `web`"),
        ("server", "give key `web` the role `clerk`"),
        ("server", "grant `orders:write` to role `reader`"),
    ]
    assert all(map(turns, found))


def test_a_fix_of_the_policy_is_a_diff_of_its_file() -> None:
    fix = fixes(SHOP, deleting())[3]

    assert (
        fix.diff
        == """\
--- p.yaml
+++ p.yaml (fixed)
@@ -8,7 +8,7 @@
   origins: [https://shop.example]
   methods: [DELETE]
 roles:
-  reader: [orders:read] # no more
+  reader: [orders:read, orders:write] # no more
   clerk: { inherits: [reader], scopes: [orders:write] }
 keys:
   - { id: web, key: web-demo, roles: [reader] }
"""
    )
    assert fix.also_allows == ("role `reader` gains `orders:write`",)
    assert fix.request == deleting()


def test_a_fix_of_the_client_leaves_the_policy_alone() -> None:
    fix = fixes(SHOP, deleting())[0]

    assert (fix.edits, fix.text, fix.diff, fix.also_allows) == ((), "", "", ())
    assert fix.request.headers.get("x-api-key") == "batch-demo"


def test_the_fixed_policy_knows_its_new_text_and_where_things_stand_in_it() -> None:
    text = SHOP.replace("    - 198.51.100.0/24 # the office\n", "    - 10.0.0.0/8\n    - all\n")
    refused = text.replace("    - all\n", "")

    fix = next(f for f in fixes(refused, deleting()) if f.side == "server")

    assert fix.policy.document.text == fix.text
    assert fix.policy.span("cors").line == load_policy(fix.text).span("cors").line


def test_all_that_fails_is_turned() -> None:
    request = Request("DELETE", URL, WEB | {"Origin": "https://app.example"}, client="203.0.113.9")

    found = fixes(SHOP, request)

    assert found[0].steps == (
        "allow the address `203.0.113.9`",
        "admit the origin `https://app.example`",
        "grant `orders:write` to key `web`",
    )
    assert all(map(turns, found))


def test_what_only_shows_after_a_change_is_turned_too() -> None:
    request = ask(URL, WEB, method="PUT", client=OFFICE)

    found = fixes(SHOP, request)
    lacking = fixes(SHOP.replace("[orders:read] # no more", "[] # no more"), request)

    assert found[0].steps == ("let the route `GET /orders/{id}` take `PUT` too",)
    assert len(lacking[0].steps) == 2
    assert all(map(turns, [*found, *lacking]))


def test_where_neither_side_can_alone_both_do_something() -> None:
    request = ask(URL, {"X-Api-Key": "nobody's"}, client="203.0.113.9")

    found = fixes(SHOP, request)

    assert [fix.side for fix in found] == ["both", "both"]
    assert found[0].steps == ("allow the address `203.0.113.9`", "use key `web`")
    assert found[0].text
    assert all(map(turns, found))


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_no_more_are_found_than_are_asked_for(limit: int) -> None:
    found = fixes(SHOP, deleting(), limit=limit)

    assert len(found) == limit
    assert any(fix.side == "server" for fix in found)


def test_nothing_is_to_be_fixed_where_nothing_is_refused_or_nobody_knows() -> None:
    unknown = ask(URL, WEB, client="")

    assert fixes(SHOP, ask(URL, WEB, client=OFFICE)) == []
    assert fixes("network: {allow: [10.0.0.0/8]}", unknown) == []


def test_what_was_revoked_or_was_never_known_has_no_fix() -> None:
    text = "keys: [{id: web, key: web-demo, revoked: true}]"

    assert fixes(text, ask(headers={"X-Api-Key": "web-demo"})) == []
    assert fixes(text, ask(headers={"X-Api-Key": "other"})) == []


def test_a_change_that_would_shut_others_out_is_refused() -> None:
    """Trusting the proxy would turn it, and whoever comes by the proxy is let in today."""
    text = """
network: {default: deny, allow: [10.0.0.0/8]}
keys: [{id: web, key: web-demo, networks: [198.51.100.0/24]}, {id: any, key: any-demo}]
"""
    request = ask(headers={"X-Api-Key": "web-demo", "X-Forwarded-For": "198.51.100.7"})

    says = [fix.say for fix in fixes(text, request, limit=9)]

    assert says
    assert not any("trust" in say for say in says)


def test_a_comment_that_goes_with_what_it_stood_beside_is_told() -> None:
    text = "network:\n  deny:\n    - 203.0.113.9 # a scraper\n    - 192.0.2.0/24\n"

    found = fixes(text, ask(client="203.0.113.9"))

    assert found[0].cares == ("the comment goes with it: `# a scraper`",)


def test_it_is_told_what_becomes_of_the_request_that_follows_a_preflight() -> None:
    request = preflight("https://shop.example", "PATCH", url=URL)

    found = fixes(SHOP.replace("default: deny", "default: allow"), request)

    assert found[0].say == "grant the method `PATCH` to pages"
    assert found[0].cares == (
        "the `PATCH` that follows is refused: `/orders/7` does not take the method `PATCH`",
        "the `PATCH` that follows is refused: the request has no credential in the header "
        "`x-api-key` or `Authorization: Bearer`",
    )


def test_what_cannot_be_written_truly_is_no_fix() -> None:
    text = """
a: &block {allow: [10.0.0.0/8], default: deny}
""".replace("a: ", "network: ")
    shared = f"{text}routes: [{{path: /, network: *block}}, {{path: /b, network: *block}}]\n"

    found = fixes(shared, ask(client="203.0.113.9"))

    assert all(map(turns, found))


def test_a_page_may_ask_from_elsewhere_or_without_its_cookies() -> None:
    policy = load_policy("cors: {origins: ['*']}")
    request = ask("https://api.example/")

    found = list(
        find_page_fixes(policy, request, page_of("https://app.example"), credentials="include")
    )

    assert [(fix.side, fix.say) for fix in found] == [
        ("client", "send no cookies: `credentials: 'omit'`"),
        ("server", "admit the origin `https://app.example` by name, with cookies"),
    ]


def test_the_browser_says_whose_page_it_is() -> None:
    policy = load_policy("cors: {origins: [https://shop.example]}", name="p.yaml")
    request = ask("https://api.example/", {"Origin": "https://shop.example"})

    found = list(find_page_fixes(policy, request, page_of("https://app.example")))

    assert [fix.say for fix in found] == ["admit the origin `https://app.example`"]


def test_a_page_is_not_asked_for_what_a_browser_would_not_send() -> None:
    """A page cannot say whose cookie it is."""
    policy = load_policy(
        """
cors: {origins: [https://app.example], credentials: true}
credentials: [{cookie: session}]
keys: [{id: alice, key: alice-demo}]
"""
    )

    found = list(
        find_page_fixes(policy, ask("https://api.example/"), page_of("https://app.example"))
    )

    assert found == []


# What must hold of every fix.


def commented(text: str, marks: list[int]) -> str:
    """The text with comments at the end of some of its lines, and on lines between."""
    lines = text.splitlines()
    for n, mark in enumerate(marks):
        index = mark % len(lines)
        if "#" not in lines[index]:
            lines[index] += f"  # note {n}"
    return "# above\n" + "\n".join(lines) + "\n# below\n"


_NOTES = re.compile(r"# note \d+|# above|# below")


def as_yaml(policy: dict[str, Any]) -> str:
    """The policy as people write it, block style with short lists in brackets."""
    yaml = YAML()
    yaml.default_flow_style = None
    yaml.width = 10_000
    stream = StringIO()
    yaml.dump(json.loads(json.dumps(policy)), stream)
    return str(stream.getvalue())


@given(st.data())
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_fix_turns_its_request_shuts_nobody_out_and_keeps_comments(
    data: st.DataObject,
) -> None:
    written = data.draw(policies())
    text = commented(as_yaml(written), data.draw(st.lists(st.integers(0, 99), max_size=6)))
    old = load_policy(text, name="p.yaml")
    asked = [data.draw(requests(written)) for _ in range(8)]
    refused = [request for request in asked if evaluate(old, request).allowed is False]
    admitted = [request for request in asked if evaluate(old, request).allowed is True]

    found = [(request, fix) for request in refused[:2] for fix in find_fixes(old, request)]

    for request, fix in found:
        assert turns(fix)
        if not fix.text:
            assert fix.request != request
            continue
        new = load_policy(fix.text, name="p.yaml")
        assert fix.also_allows
        assert all(evaluate(new, other).allowed is True for other in admitted)
        gone = set(_NOTES.findall(text)) - set(_NOTES.findall(fix.text))
        assert gone <= {note for care in fix.cares for note in _NOTES.findall(care)}


@given(rate_limits(), st.integers(1, 9), st.floats(0, 20))
@settings(max_examples=25, deadline=None)
def test_quotas_that_are_used_up_are_no_obstacle(
    limits: list[dict[str, Any]], times: int, every: float
) -> None:
    text = json.dumps({"rate_limits": limits})
    policy, usage = load_policy(text), Usage()
    for number in range(times):
        usage.record(evaluate(policy, ask(at=NOON + every * number), usage))
    request = ask(at=NOON + every * times)
    refused = evaluate(policy, request, usage).allowed is False

    found = fixes(text, request, usage)

    assert bool(found) is refused
    assert all(turns(fix, usage) for fix in found)


# The examples.

POLICIES = Path(__file__).parents[2] / "policies"
# Where the cause is elsewhere: the browser asks its user.
ELSEWHERE = {"lna-public-to-loopback: the user said no, or cannot be asked, before and after"}


def refused() -> Iterator[tuple[str, str, Request, Visit | Decision]]:
    """What is refused in each example: its policy's text, the request, and what comes of it."""
    for path in sorted(POLICIES.glob("*.cases.yaml")):
        text = path.with_name(path.name.replace(".cases", "")).read_text(encoding="utf-8")
        policy = load_policy(text, name="p.yaml")
        for case in read_cases(path.read_text(encoding="utf-8"), name=path.name).cases:
            story = run_case(policy, case, at=NOON).story
            asked, url = case.request, case.request.url
            if story.allowed is not False or (isinstance(story, Visit) and case.repeat > 1):
                continue
            request = Request(
                asked.method,
                f"http://127.0.0.1{url}" if url.startswith("/") else url,
                asked.headers,
                client=case.client,
                at=NOON,
                body=asked.body,
            )
            yield f"{path.name.partition('.')[0]}: {case.name}", text, request, story


def test_whatever_the_examples_refuse_has_a_fix_or_its_cause_elsewhere() -> None:
    without = set()
    for name, text, request, story in refused():
        policy = load_policy(text, name="p.yaml")
        usage = Usage()
        if isinstance(story, Visit):
            credentials = story.request.credentials
            found = list(find_page_fixes(policy, request, story.page, credentials=credentials))
        else:
            if story.reason == "rate-limit.exceeded":
                for _ in range(3):
                    usage.record(evaluate(policy, request, usage))
            found = list(find_fixes(policy, request, usage))
            assert all(turns(fix, usage) for fix in found), name
        if not found:
            without.add(name)

    assert without == ELSEWHERE
