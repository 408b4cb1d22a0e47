"""Which operations does an API description have?"""

from __future__ import annotations

import json
import re

import pytest
from traffic import API

from simulator import Fault, Request
from simulator.learning.openapi import Api, Need, read_openapi
from simulator.principals import Place

SHOP = """\
openapi: 3.1.0
servers: [{url: "https://{region}.shop.example/v1", variables: {region: {default: api}}}]
security: [{key: []}]
paths:
  /health: {get: {security: []}}
  /orders: {get: {}, post: {security: [{oauth: [orders:write]}, {key: []}]}}
  /orders/{id}: {$ref: "#/components/pathItems/order"}
components:
  pathItems: {order: {get: {}, delete: {security: [{}]}}}
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Api-Key}
    oauth: {type: oauth2, flows: {}}
"""
KEY = Place("header", "x-api-key")


def read(text: str) -> Api:
    return read_openapi(text, name="api.yaml")


def with_paths(paths: str) -> Api:
    return read(f"openapi: 3.0.0\npaths:\n  /a: {{get: {{}}}}\n{paths}")


def test_operations_have_methods_and_what_they_need() -> None:
    api = read(SHOP)

    assert [(str(o), o.needs) for o in api.operations] == [
        ("GET /health", (Need(),)),
        ("GET /orders", (Need((KEY,)),)),
        ("POST /orders", (Need((Place("bearer"),), ("orders:write",)), Need((KEY,)))),
        ("GET /orders/{id}", (Need((KEY,)),)),
        ("DELETE /orders/{id}", (Need(),)),
    ]
    assert api.places == (KEY, Place("bearer"))
    assert (api.base_paths, api.hosts, api.remarks) == (("/v1",), ("api.shop.example",), ())


@pytest.mark.parametrize(
    ("asked", "template", "operation"),
    [
        ("GET /v1/orders/7", "/v1/orders/{id}", "GET /orders/{id}"),
        ("PUT /v1/orders/7", "/v1/orders/{id}", "None"),
        ("GET /v1/order/7", None, "None"),
        ("GET /orders", None, "None"),
    ],
)
def test_a_request_is_found_below_the_servers_path(
    asked: str, template: str | None, operation: str
) -> None:
    method, _, path = asked.partition(" ")

    found = read(SHOP).find(Request(method, API + path))

    assert (found[0], str(found[1])) == (template, operation)


def test_json_and_swagger_2_are_read() -> None:
    api = read(
        json.dumps(
            {
                "swagger": "2.0",
                "host": "api.shop.example",
                "basePath": "/v1/",
                "paths": {"/orders": {"get": {"security": [{"login": []}]}}},
                "securityDefinitions": {"login": {"type": "basic"}},
            }
        )
    )

    assert (api.base_paths, api.hosts) == (("/v1",), ("api.shop.example",))
    assert api.places == (Place("basic"),)


@pytest.mark.parametrize(
    ("paths", "remark"),
    [
        ("  /b: {$ref: 'other.yaml#/b'}", "`/b` was left out: it stands in another document"),
        ("  /b: {$ref: '#/nowhere'}", "`/b` was left out: nothing stands where it points to"),
        ("  /b: {$ref: '#/paths/~1b'}", "`/b` was left out: nothing stands where it points to"),
        ("  /b/{rest+}: {get: {}}", "the path `/b/{rest+}` was left out"),
        ("  /b/{c: {get: {}}", "the path `/b/{c` was left out: its braces do not pair"),
        ("  /b: {servers: [], get: {}}", "the `servers` of `/b` were left out"),
        ("servers: [{url: 'https://{x}/'}]", "the server `https://{x}/` was left out"),
        (
            "  /b: {get: {security: [{tls: []}]}}\n"
            "components: {securitySchemes: {tls: {type: mutualTLS}}}",
            "the security scheme `tls` is none that a policy has",
        ),
        (
            "  /b: {get: {security: [{x: [], y: []}]}}\n"
            "components: {securitySchemes: {x: {type: oauth2}, y: {type: http, scheme: basic}}}",
            "`x` and `y` are needed together: a policy looks at the first alone",
        ),
    ],
)
def test_what_is_not_understood_is_said(paths: str, remark: str) -> None:
    assert any(remark in said for said in with_paths(paths).remarks)


def test_other_keys_and_repeated_ones_are_no_matter() -> None:
    api = with_paths("  x-more: {get: {}}\n  /b: {get: {tags: [a], tags: [b]}, x-a: {}}")

    assert [str(o) for o in api.operations] == ["GET /a", "GET /b"]
    assert api.operations[0].needs is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hosts: [a]", "is no API description: it has no `paths`"),
        ("paths: {/a: {}}", "describes no operation"),
        ('{"paths": ', "cannot be read as YAML or JSON: expecting value, in line 1"),
        ("paths: {", "cannot be read as YAML or JSON"),
        ("- " * 3000, "cannot be read as YAML or JSON: it is nested too deeply"),
    ],
)
def test_what_is_no_description_is_refused(text: str, message: str) -> None:
    with pytest.raises(Fault, match=re.escape(message)):
        read(text)
