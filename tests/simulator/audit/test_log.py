"""What does a line of a log say?"""

from __future__ import annotations

import json
import re

import pytest
from traffic import API, NOON, SHOP

from simulator import Fault, Policy, Request, Usage, evaluate, load_policy
from simulator.audit.log import count_record, read_log_line
from simulator.audit.uses import Uses
from simulator.render.record import decision_record

TEXT = f"""\
network: {{default: deny, allow: [10.0.0.0/8, {{file: office.txt}}]}}
trusted_proxies: [10.1.0.0/16]
cors: {{origins: [{SHOP}], methods: [PUT]}}
keys:
  - {{id: web, key: web, scopes: [a, b]}}
routes:
  - {{path: /a, methods: [GET, PUT], scopes: [a]}}
  - {{path: /b, methods: [GET], public: true}}
rate_limits: [{{per: client, quota: 5/minute}}]
"""


def load(text: str = TEXT) -> Policy:
    return load_policy(text, name="shop.yaml", read_file=lambda _: "# office\n192.0.2.0/24\n")


def counted(asked: str, client: str = "10.0.0.1", **fields: str) -> tuple[Uses, set[str]]:
    method, _, path = asked.partition(" ")
    headers = {name.replace("_", "-"): value for name, value in fields.items()}
    policy = load()
    request = Request(method, API + path, headers, client=client, at=NOON)
    record = json.loads(json.dumps(decision_record(policy, request, evaluate(policy, request))))
    uses = Uses()
    count_record(uses, policy, record)
    return uses, {" ".join(filter(None, use)) for use in uses.counts}


def test_a_decision_shows_the_rules_that_passed() -> None:
    uses, found = counted("GET /a", X_Api_Key="web", Origin=SHOP)

    assert found == {"network/allow/0", "cors/origins/0", "keys/0", "scope keys/0 a", "routes/0"}
    assert (uses.decisions, uses.let_in, uses.spent) == (1, 1, {"rate_limits/0": 1})


def test_of_a_route_with_several_methods_it_does_not_tell_which() -> None:
    uses, found = counted("GET /b")

    assert found == {"network/allow/0", "routes/1", "routes/1/methods/0"}
    assert "routes/0" in counted("GET /a", X_Api_Key="web")[0].untold
    assert "routes/1" not in uses.untold
    assert "method granted" in uses.untold


def test_of_a_preflight_it_does_not_tell_the_route() -> None:
    uses, found = counted("OPTIONS /a", Origin=SHOP, Access_Control_Request_Method="PUT")

    assert found == {"network/allow/0", "cors/origins/0"}
    assert {"route", "method"} <= uses.untold


def test_a_list_and_the_proxies_on_the_way_are_seen() -> None:
    _, found = counted("GET /b", "10.1.0.7", X_Forwarded_For="192.0.2.9")

    assert found == {"network/allow/1", "trusted_proxies/0", "routes/1", "routes/1/methods/0"}


def test_what_the_server_refused_used_nothing() -> None:
    uses, found = counted("GET /a")

    assert (found, uses.let_in) == (set(), 0)


def test_what_only_a_quota_keeps_out_had_its_permissions() -> None:
    policy = load()
    request = Request("GET", f"{API}/b", client="10.0.0.1", at=NOON)
    usage, uses = Usage(), Uses()
    for _ in range(6):
        decision = evaluate(policy, request, usage)
        usage.record(decision)

    count_record(uses, policy, decision_record(policy, request, decision))

    assert (uses.let_in, uses.counts["routes/1", ""]) == (0, 1)


def test_what_a_browser_hides_was_let_in() -> None:
    uses, found = counted("GET /b", Origin="https://evil.example")

    assert "routes/1" in found
    assert uses.let_in == 1


def test_a_record_that_tells_more_is_read_to_the_end() -> None:
    policy = load()
    request = Request("PUT", f"{API}/a", {"X-Api-Key": "web"}, client="10.0.0.1")
    record = decision_record(policy, request, evaluate(policy, request))
    uses = Uses()

    count_record(uses, policy, {**record, "method": "PUT", "at": NOON})

    assert uses.counts["routes/0/methods/1", ""] == 1
    assert (uses.first, uses.last) == (NOON, NOON)


def test_a_decision_by_another_text_is_refused() -> None:
    policy = load()
    request = Request("GET", f"{API}/b", client="10.0.0.1")
    record = decision_record(policy, request, evaluate(policy, request))
    later = load("# a line more\n" + TEXT)
    shorter = load(TEXT.replace("  - {path: /b, methods: [GET], public: true}\n", ""))

    with pytest.raises(
        Fault, match="its rule `network/allow/0` stood in line 1, and stands in line 2"
    ):
        count_record(Uses(), later, record)
    with pytest.raises(Fault, match="`routes/1` stood in line 8, and stands in nowhere"):
        count_record(Uses(), shorter, record)
    with pytest.raises(Fault, match="has no findings"):
        count_record(Uses(), policy, {**record, "trace": []})


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('{"policy": null, "trace": []}', "no policy judged"),
        ('{"id": 1, "error": {"problem": "x"}}', "could not be read when they were judged"),
        ('{"policy": null, "browser": {}}', "no policy judged"),
    ],
)
def test_lines_that_tell_of_no_policy_are_known(line: str, why: str) -> None:
    assert read_log_line(line, now=NOON).why == why


def test_a_request_is_read_as_decide_reads_it() -> None:
    asked = {"method": "GET", "url": f"{API}/a"}

    without = read_log_line(json.dumps(asked), now=NOON)
    timed = read_log_line(json.dumps({**asked, "at": 7}), now=NOON)

    assert without.request is not None
    assert (without.request.at, without.timed) == (NOON, False)
    assert timed.request is not None
    assert (timed.request.at, timed.timed) == (7, True)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "the line is not JSON"),
        ("[]", "the line is not an object"),
        ('{"url": "https://a"}', "the request has no `method`"),
    ],
)
def test_what_is_neither_is_refused(line: str, message: str) -> None:
    with pytest.raises(Fault, match=re.escape(message)):
        read_log_line(line, now=NOON)
