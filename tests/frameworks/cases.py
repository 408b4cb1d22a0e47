"""What is asked of each framework: policies of every kind, and requests of every kind."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any

A, B = "https://app.example.com", "http://localhost:3000"
PATTERN = "https://*.preview.example.net"
ROUTES = [
    {"path": "/items", "methods": ["GET", "POST", "PUT"]},
    {"path": "/boom", "methods": ["GET"]},
]
CHOICES: Mapping[str, list[Any]] = {
    "origins": [None, ["*"], [A], [A, B], [A, PATTERN]],
    "methods": [None, ["GET", "PUT"], ["*"]],
    "headers": [None, ["X-Api-Key", "Content-Type"], ["*"]],
    "expose": [None, ["X-Request-Id", "ETag"]],
    "credentials": [None, True],
    "max_age": [None, 0, 60],
}
FIXING = ("express", "koa", "fastify")
PRIVATE = ("starlette", "flask-cors", "django-cors-headers", "koa")


def sections(family: str, count: int = 36) -> Iterator[dict[str, Any]]:
    """Sections `cors`: some at random, so that every pair of choices is there several times."""
    rng = random.Random(family)
    for _ in range(count):
        section: dict[str, Any] = {"behaviour": family}
        for key, values in CHOICES.items():
            value = rng.choice(values)
            if value is not None:
                section[key] = value
        if family == "aiohttp-cors":
            # It has neither patterns nor a default, and grants methods by setting up their routes.
            if section.get("origins") not in (["*"], [A]):
                section["origins"] = [A, B]
            if section.get("methods") == ["*"]:
                del section["methods"]
        if family in FIXING and section.get("origins") == [A] and rng.random() < 0.5:
            section["fixed"] = True
        if family in PRIVATE and rng.random() < 0.3:
            section["private_network"] = True
        yield section


def _preflight(origin: str, method: str = "PUT", *lines: str) -> list[tuple[str, str]]:
    asked = [("Access-Control-Request-Headers", line) for line in lines]
    return [("Origin", origin), ("Access-Control-Request-Method", method), *asked]


ORIGINS = (
    A, B, "https://a.preview.example.net", "https://preview.example.net", "https://evil.example",
    "null", "https://APP.example.com", f"{A}:443", f"{A}/", "http://app.example.com",
)  # fmt: skip
COOKIE, PRIVATE_NETWORK = ("Cookie", "a=b"), ("Access-Control-Request-Private-Network", "true")
REQUESTS: list[tuple[str, str, list[tuple[str, str]]]] = [
    *(("GET", "/items", [("Origin", origin)]) for origin in ORIGINS),
    *(("OPTIONS", "/items", _preflight(origin)) for origin in ORIGINS),
    *(
        ("OPTIONS", "/items", _preflight(A, method))
        for method in ("GET", "POST", "put", "DELETE", "PURGE")
    ),
    *(
        ("OPTIONS", "/items", _preflight(A, "PUT", *lines))
        for lines in (
            ("x-api-key",), ("content-type,x-api-key",), ("X-Api-Key, Content-Type",),
            ("x-api-key,x-other",), ("authorization",), ("content-type", "x-api-key"),
            ("accept",),
        )
    ),
    ("OPTIONS", "/items", _preflight("https://evil.example", "DELETE", "x-other")),
    ("OPTIONS", "/nope", _preflight(A, "PUT", "x-api-key")),
    ("OPTIONS", "/nope", _preflight("https://evil.example")),
    ("OPTIONS", "/items", [*_preflight(A), PRIVATE_NETWORK]),
    ("OPTIONS", "/items", [*_preflight("https://evil.example"), PRIVATE_NETWORK]),
    ("OPTIONS", "/items", [("Origin", A)]),
    ("OPTIONS", "/items", [("Origin", "https://evil.example")]),
    ("OPTIONS", "/items", _preflight(A)[1:]),
    ("OPTIONS", "/items", []),
    ("OPTIONS", "/items", _preflight("")),
    ("OPTIONS", "/items", _preflight(A, "")),
    ("GET", "/items", [("Origin", "")]),
    ("GET", "/items", []),
    ("GET", "/items", [("Origin", "http://api.test")]),
    ("OPTIONS", "/items", _preflight("http://api.test")),
    ("GET", "/items", [("Origin", A), COOKIE]),
    ("GET", "/items", [("Origin", "https://evil.example"), COOKIE]),
    ("POST", "/items", [("Origin", A)]),
    ("GET", "/nope", [("Origin", A)]),
    ("GET", "/nope", []),
    ("DELETE", "/items", [("Origin", A)]),
    ("DELETE", "/items", [("Origin", "https://evil.example")]),
    ("GET", "/boom", [("Origin", A)]),
]  # fmt: skip
