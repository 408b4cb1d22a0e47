"""What a person reads, at a fixed width and without colour."""

from __future__ import annotations

from simulator import REASONS, Problem, Request, evaluate, load_policy
from simulator.render.terminal import (
    as_text,
    explanation,
    headline,
    problem_list,
    reason_list,
    reason_markdown,
    reason_page,
    reasons_markdown,
)

POLICY = load_policy(
    """\
trusted_proxies: [10.0.0.0/8]
network:
  deny: [203.0.113.0/24]
cors:
  origins: [https://shop.example]
keys:
  - {id: web, key: "s3cret, with a comma", networks: [192.0.2.0/24]}
""",
    name="shop.yaml",
)


def explained(request: Request) -> str:
    return as_text(explanation(POLICY, request, evaluate(POLICY, request)), width=100)


def test_every_refusal_is_told_the_deciding_one_first_and_the_way_of_the_request() -> None:
    request = Request(
        "GET",
        "https://api.example/orders?token=s3cret",
        {"Origin": "http://shop.example", "X-Forwarded-For": "203.0.113.9, 10.0.0.7"},
        client="10.0.0.5",
    )

    assert explained(request) == (
        "GET https://api.example/orders\n"
        "✗ 403 Forbidden  network.denied  and 2 more that would refuse next\n"
        "\n"
        "  the address 203.0.113.9 is denied by `203.0.113.0/24`\n"
        "  shop.yaml:3  deny: [203.0.113.0/24]\n"
        "\n"
        "  next: the origin `http://shop.example` is not among the origins of `cors`"
        "  cors.origin-not-allowed\n"
        "  shop.yaml:4\n"
        "  → `https://shop.example` is listed: the scheme differs: http was sent, https is listed\n"
        "  shop.yaml:5\n"
        "\n"
        "  next: the request has no credential in the header `x-api-key` or "
        "`Authorization: Bearer`\n"
        "  authenticate.no-credential\n"
        "  shop.yaml:6\n"
        "\n"
        "  the page sees only `Failed to fetch`, not the 403: the error carries no CORS fields\n"
        "\n"
        "  ✗  network       the client's address is denied\n"
        "  ✗  cors          the origin is not allowed\n"
        "  ·  route         the policy has no `routes`\n"
        "  ✗  authenticate  no credential was sent\n"
        "  ·  authorize     no route, so no scope is needed\n"
        "  ·  rate_limit    the policy has no `rate_limits`\n"
        "\n"
        "  from 10.0.0.5 (peer) ← 10.0.0.7 (trusted proxy) ← 203.0.113.9 (client)\n"
        "\n"
        "  more: why403 reasons network.denied\n"
    )


def test_an_answer_that_the_browser_hides_says_so_at_the_top() -> None:
    request = Request(
        "GET",
        "https://api.example/",
        {"Origin": "https://evil.example", "X-Api-Key": "s3cret, with a comma"},
        client="192.0.2.1",
    )

    assert explained(request).splitlines()[1] == (
        "✗ 200 OK, hidden by the browser  cors.origin-not-allowed"
    )


def test_a_line_of_the_policy_is_shown_without_the_secret_in_it() -> None:
    request = Request("GET", "https://api.example/", {"X-Api-Key": "s3cret, with a comma"})

    text = explained(request)

    assert "  shop.yaml:7  - {id: web, key: •••, networks: [192.0.2.0/24]}\n" in text
    assert "s3cret" not in text


def test_what_a_terminal_would_act_on_is_not_shown_to_it() -> None:
    request = Request("GET", "https://api.example/\x1b]0;gotcha\x07\u202e")

    text = explained(request)

    assert "\x1b" not in text
    assert "\u202e" not in text


def test_a_stream_tells_a_request_in_a_line_and_why_in_the_next() -> None:
    request = Request("GET", "https://api.example/orders", client="203.0.113.9")

    assert as_text(headline(request, evaluate(POLICY, request))) == (
        "✗ 403 Forbidden  GET api.example/orders  network.denied\n"
        "    the address 203.0.113.9 is denied by `203.0.113.0/24` (and 1 more would refuse)\n"
    )


def test_a_problem_is_its_place_cause_and_remedy() -> None:
    problem = Problem("shop.yaml", 3, "cors", "`x` is wrong", "because", "write `y`")

    assert as_text(problem_list([problem])) == "shop.yaml:3: `x` is wrong: because; write `y`\n"


def test_a_page_and_a_section_exist_for_every_reason() -> None:
    for reason in REASONS.values():
        page = as_text(reason_page(reason))
        assert page.startswith(f"{reason.code}  {reason.status or '-'} ")
        for item in (*reason.causes, *reason.remedies, *reason.chromium, reason.firefox):
            assert " ".join(item.split())[:30] in page
        assert reason_markdown(reason).startswith(f"## {reason.code}\n")


def test_a_page_tells_what_stands_in_the_browsers_consoles() -> None:
    assert as_text(reason_page(REASONS["cors.method-not-allowed"]), width=100).endswith(
        "  in the browser's console\n"
        "  - Chromium: Method … is not allowed by Access-Control-Allow-Methods in preflight "
        "response.\n"
        "    (MethodDisallowedByPreflightResponse)\n"
        "  - Firefox: Did not find method in CORS header ‘Access-Control-Allow-Methods’ "  # noqa: RUF001
        "(CORSMethodNotFound)\n"
        "\n"
        "  worth repeating: no: the same request ends the same\n"
    )


def test_a_page_is_silent_on_consoles_where_no_browser_has_words() -> None:
    page = as_text(reason_page(REASONS["route.not-found"]))

    assert "console" not in page
    assert "console" not in reason_markdown(REASONS["route.not-found"])


def test_only_what_passes_by_itself_is_worth_repeating_and_a_server_may_say_when() -> None:
    told = {
        code: as_text(reason_page(reason)).rpartition("worth repeating: ")[2]
        for code, reason in REASONS.items()
        if reason.retryable
    }

    assert told == {
        "rate-limit.exceeded": "yes, after the time it names\n",
        "page.network-error": "yes\n",
    }


def test_a_list_has_a_dash_where_the_status_is_the_answers_own() -> None:
    reasons = [REASONS["cors.no-fields"], REASONS["cors.vary-missing"]]

    assert as_text(reason_list(reasons)) == (
        "cors.no-fields     403  the server sends no CORS fields at all\n"
        "cors.vary-missing  -    a cache may hand one origin's answer to another\n"
    )


def test_a_section_quotes_the_consoles_and_leads_to_firefoxs_own_page() -> None:
    section = reason_markdown(REASONS["page.network-error"])

    assert section.splitlines()[4:7] == [
        "| status | who refuses | worth repeating | standard |",
        "| --- | --- | --- | --- |",
        "| - | browser | yes | Fetch, HTTP-network fetch |",
    ]
    assert section.endswith(
        "In the browser's console:\n"
        "- Chromium: `net::ERR_CONNECTION_REFUSED`\n"
        "- Firefox: `CORS request did not succeed` ([CORSDidNotSucceed]"
        "(https://developer.mozilla.org/docs/Web/HTTP/Guides/CORS/Errors/CORSDidNotSucceed))\n"
        "\n"
        "In a decision it reads: no answer came from `{url}`"
    )


def test_words_with_backticks_in_them_are_fenced_by_two() -> None:
    section = reason_markdown(REASONS["local-network.permission-denied"])

    assert (
        "- Chromium: `` Permission was denied for this request to access the `…` address space. `` "
        "(`LocalNetworkAccessPermissionDenied`)\n"
    ) in section


def test_the_sections_are_led_to_from_a_table_by_their_check() -> None:
    reasons = [REASONS[code] for code in ("route.not-found", "cors.no-fields", "cors.vary-missing")]

    page = reasons_markdown(reasons)

    assert page.startswith(
        "| check | reasons |\n"
        "| --- | --- |\n"
        "| route | [not-found](#routenot-found) |\n"
        "| cors | [no-fields](#corsno-fields), [vary-missing](#corsvary-missing) |\n"
        "\n"
        "## route.not-found\n"
    )
    assert page.count("\n## ") == 3
