"""What people may write: every key described, every reason known, a schema for editors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from simulator import ORDER, REASONS, policy_schema

SCHEMA = policy_schema()

# ARCHITECTURE section 4, as far as it can be written in one file.
EXAMPLE: dict[str, Any] = {
    "hosts": ["api.shop.example"],
    "trusted_proxies": ["10.0.0.0/8"],
    "network": {"default": "allow", "deny": ["203.0.113.0/24"]},
    "cors": {
        "behaviour": "starlette",
        "origins": ["https://shop.example", "https://*.preview.shop.example"],
        "methods": ["DELETE"],
        "headers": ["x-api-key"],
        "credentials": True,
        "max_age": 600,
    },
    "errors": {"style": "problem+json", "cors_fields": False},
    "roles": {
        "reader": ["orders:read"],
        "clerk": {"inherits": ["reader"], "scopes": ["orders:write"]},
    },
    "keys": [
        {"id": "web", "key": "web-demo", "roles": ["reader"], "expires": "2027-01-31"},
        {"id": "batch", "sha256": "0" * 64, "roles": ["clerk"], "networks": ["10.0.0.0/8"]},
    ],
    "routes": [
        {"path": "/orders/{id}", "methods": ["GET"], "scopes": ["orders:read"]},
        {"path": "/orders/{id}", "methods": ["DELETE"], "scopes": ["orders:write"]},
        {"path": "/health", "methods": ["GET"], "public": True},
    ],
    "rate_limits": [{"per": "principal", "quota": "100/minute", "burst": 20}],
    "credentials": [
        {"header": "x-api-key"}, "bearer", "basic", {"query": "api_key"}, {"cookie": "session"},
    ],
    "order": ["network", "cors", "route", "authenticate", "authorize", "rate_limit"],
}  # fmt: skip


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return {**SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]], **schema}
    return schema


def accepts(schema: dict[str, Any], value: Any) -> bool:
    """Whether the schema admits the value; as much of JSON Schema as the schema uses."""
    schema = resolved(schema)
    for choices in ("anyOf", "oneOf"):
        if choices in schema:
            return any(accepts(choice, value) for choice in schema[choices])
    if "enum" in schema or "const" in schema:
        return value in schema.get("enum", [schema.get("const")])
    kind = schema.get("type")
    if kind == "object":
        if not isinstance(value, dict) or not set(schema.get("required", ())) <= set(value):
            return False
        properties, rest = schema.get("properties", {}), schema.get("additionalProperties", True)
        return all(
            accepts(properties[name], item)
            if name in properties
            else isinstance(rest, dict) and accepts(rest, item)
            for name, item in value.items()
        )
    if kind == "array":
        return isinstance(value, list) and all(accepts(schema["items"], item) for item in value)
    kinds = {"string": str, "integer": int, "boolean": bool, "null": type(None), "number": float}
    return isinstance(value, kinds[kind])


def test_the_schema_admits_the_designs_example() -> None:
    assert accepts(SCHEMA, EXAMPLE)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"host": ["a"]}, id="an unknown key"),
        pytest.param({"network": {"default": "maybe"}}, id="a word that is no choice"),
        pytest.param({"network": {"deny": "10.0.0.0/8"}}, id="a word for a list"),
        pytest.param({"keys": [{"key": "x"}]}, id="a key without an id"),
        pytest.param({"order": ["cors", "csrf"]}, id="a check that there is not"),
    ],
)
def test_the_schema_refuses(wrong: dict[str, Any]) -> None:
    assert not accepts(SCHEMA, wrong)


def properties(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for name, definition in {"": SCHEMA, **SCHEMA["$defs"]}.items():
        for key, value in definition.get("properties", {}).items():
            yield f"{name}.{key}", value


def test_every_key_is_described() -> None:
    undescribed = [
        path for path, value in properties(SCHEMA) if not resolved(value).get("description")
    ]

    assert undescribed == []


def test_every_section_is_closed_and_described() -> None:
    definitions = {"policy": SCHEMA, **SCHEMA["$defs"]}
    sections = {name: d for name, d in definitions.items() if d["type"] == "object"}

    assert [
        name for name, d in sections.items() if d.get("additionalProperties") is not False
    ] == []
    assert [name for name, d in sections.items() if not d.get("description")] == []


def test_the_schema_says_what_it_is() -> None:
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMA["title"] == "why403 policy"


def test_every_example_is_admitted() -> None:
    wrong = [
        (path, example)
        for path, value in properties(SCHEMA)
        for example in value.get("examples", ())
        if not accepts(value, example)
    ]

    assert wrong == []


# Reasons

# A code is never renamed or reused.
PROMISED = {
    "network.denied": 403,
    "network.not-allowed": 403,
    "cors.origin-not-allowed": 403,
    "cors.method-not-allowed": 403,
    "cors.header-not-allowed": 403,
    "cors.wildcard-with-credentials": 403,
    "cors.no-fields": 403,
    "route.not-found": 404,
    "route.method-not-allowed": 405,
    "authenticate.no-credential": 401,
    "authenticate.unknown-key": 401,
    "authenticate.malformed": 401,
    "authenticate.expired": 401,
    "authenticate.not-yet-valid": 401,
    "authenticate.revoked": 401,
    "authenticate.key-network": 403,
    "authenticate.key-origin": 403,
    "authorize.missing-scope": 403,
    "rate-limit.exceeded": 429,
}


@pytest.mark.parametrize(("code", "status"), PROMISED.items())
def test_a_promised_code_exists_with_its_status(code: str, status: int) -> None:
    assert REASONS[code].status == status


def test_a_reason_is_told_in_full() -> None:
    wanting = [
        code
        for code, reason in REASONS.items()
        if code != reason.code
        or not all((reason.title, reason.text, reason.meaning, reason.spec))
        or not reason.causes
        or not reason.remedies
    ]

    assert wanting == []


def test_messages_of_reasons_are_in_small_letters_and_on_one_line() -> None:
    texts = [text for r in REASONS.values() for text in (r.title, r.text, *r.causes, *r.remedies)]

    assert [t for t in texts if t[0].isupper() and not t.partition(" ")[0].isupper()] == []
    assert [t for t in texts if "\n" in t or t.endswith(".")] == []


def test_the_order_is_the_designs() -> None:
    assert ORDER == ("network", "cors", "route", "authenticate", "authorize", "rate_limit")
