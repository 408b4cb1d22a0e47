"""How does a draft read?"""

from __future__ import annotations

from traffic import NOON, READ, SHOP, exchange, keyed, preflight

from simulator.learning import learn, read_openapi
from simulator.learning.text import count_of, show_span


def test_a_draft_is_a_line_for_each_permission_with_what_shows_it() -> None:
    traffic = [
        exchange("GET /health"),
        preflight("/orders/7", "DELETE", "x-api-key"),
        keyed("GET /orders/7", "secret-a", Origin=SHOP)._replace(
            response=exchange("GET /", 200, {}, READ).response
        ),
        keyed("GET /orders/8", "secret-b"),
        keyed("DELETE /orders/8", "secret-b", 204),
    ]

    text = learn(traffic, sources=["shop.har"]).text

    assert text == (
        "# Drafted by why403 from shop.har:\n"
        "# 5 requests, 2026-03-02 12:00 UTC.\n"
        "# It admits the 5 that were let in, and what is like them; all else is\n"
        "# refused. Behind each permission stands how many requests show it: review each line.\n"
        "# Not in it: `network`, since a recording does not tell where requests came from.\n"
        "hosts: [api.shop.example]  # 5 requests\n"
        "\n"
        "cors:\n"
        "  origins:\n"
        "    - https://shop.example  # 2 requests\n"
        "  methods: [DELETE]  # requests: DELETE 1\n"
        "  headers: [x-api-key]  # requests: x-api-key 1\n"
        "\n"
        "credentials:\n"
        "  - {header: x-api-key}  # 3 requests; guess: by its name\n"
        "\n"
        "keys:\n"
        "  - id: key-1  # 1 request\n"
        "    sha256: 8766b9cb08e6040b704f1e3ee1e186efccf2635b1d2634d6525333007e6aeae1\n"
        "    scopes: [orders:read]\n"
        "  - id: key-2  # 2 requests\n"
        "    sha256: ff492ef788c89b555e6f738b33d2422f57dbb6656af2402155672c5f123a90af\n"
        "    scopes: [orders:read, orders:write]\n"
        "\n"
        "routes:\n"
        "  - {path: /health, methods: [GET], public: true}  # 1 request\n"
        '  - {path: "/orders/{id}", methods: [GET], scopes: [orders:read]}'
        "  # 2 requests; guess: `{id}` stood for 2 numbers\n"
        '  - {path: "/orders/{id}", methods: [DELETE], scopes: [orders:write]}  # 1 request\n'
    )


def test_several_hosts_are_told_apart_by_route() -> None:
    text = learn(
        [
            exchange("GET /health"),
            exchange("GET https://b.example/health"),
            exchange("GET https://b.example/x"),
        ]
    ).text

    assert "hosts:\n  - api.shop.example  # 1 request\n  - b.example  # 2 requests\n" in text
    assert "public: true, hosts: [api.shop.example, b.example]}  # 2 requests\n" in text
    assert "public: true, hosts: [b.example]}  # 1 request\n" in text


def test_roles_and_web_tokens_are_told() -> None:
    token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiI3In0.x"
    bearer = [
        exchange("GET /orders", 200, {"Authorization": f"Bearer {value}"})
        for value in (token, "plain")
    ]

    text = learn(bearer).text

    assert "credentials:\n  - bearer  # 2 requests\n" in text
    assert "roles:\n  reader: [orders:read]  # shared by 2 keys\n" in text
    assert "  - id: key-1  # 1 request; a JSON Web Token, which expires\n" in text
    assert "    roles: [reader]\n" in text


def test_what_a_description_has_and_nobody_used_admits_nothing() -> None:
    api = read_openapi('{"paths": {"/a": {"get": {}, "put": {}}, "/z": {"get": {}}}}', name="api")

    learned = learn([exchange("GET /a"), exchange("DELETE /a"), exchange("GET /b")], api)

    assert "  # - {path: /a, methods: [PUT]}  # documented, never used\n" in learned.text
    assert "  # - {path: /z, methods: [GET]}  # documented, never used\n" in learned.text
    assert "  # 2 requests; DELETE is not in the API description\n" in learned.text
    assert "  # 1 request; not in the API description\n" in learned.text
    assert len(learned.policy.tables.routes.routes) == 2


def test_a_name_from_the_wire_cannot_leave_its_comment() -> None:
    learned = learn([exchange("GET /a")], sources=["shop\nkeys: []"])

    assert "# Drafted by why403 from shop\\x0akeys: []:\n" in learned.text


def test_counts_and_spans_in_words() -> None:
    assert (count_of(1, "key"), count_of(1200, "key")) == ("1 key", "1,200 keys")
    assert show_span((NOON, NOON + 30)) == "2026-03-02 12:00 UTC"
    assert show_span((NOON, NOON + 3600)) == "2026-03-02 12:00 to 13:00 UTC"
    assert show_span((NOON, NOON + 86400)) == "2026-03-02 12:00 to 2026-03-03 12:00 UTC"
