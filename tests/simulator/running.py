"""How the tests of the verbs run the command, and the policy they run it on."""

from __future__ import annotations

from collections.abc import Sequence

from click.testing import CliRunner, Result

from simulator.cli import why403

POLICY = """\
hosts: [api.shop.example]
network:
  deny: [203.0.113.0/24]
roles:
  reader: [orders:read]
  clerk: [orders:read, orders:write]
keys:
  - {id: web, key: web-demo, roles: [reader]}
  - {id: desk, key: desk-demo, roles: [clerk], expires: 2026-06-01}
routes:
  - {path: "/orders/{id}", methods: [GET], scopes: [orders:read]}
  - {path: "/orders/{id}", methods: [DELETE], scopes: [orders:write]}
  - path: /search
    public: true
    rate_limits: [{per: client, quota: 1/minute}]
"""
URL = "https://api.shop.example/orders/7"
KEY = "X-Api-Key: web-demo"


def run(arguments: Sequence[str], *, given: str = "") -> Result:
    result = CliRunner().invoke(why403, arguments, input=given)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result
