"""What do Python's frameworks answer?

Run with one job a line on standard input: `{"family", "options", "requests": [[method, path,
fields], …]}`; each gives a line with `[[status, fields, body], …]`. All frameworks serve the same:
`/items` with GET, POST and PUT, `/boom` which raises.
"""

from __future__ import annotations

import asyncio
import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any
from wsgiref.util import setup_testing_defaults

type Fields = list[list[str]]
type Answer = list[Any]  # status, fields, body
METHODS = ["GET", "POST", "PUT"]


def call_asgi(app: Any, method: str, path: str, fields: Fields) -> Answer:
    """One request to an ASGI application (PEP-less: asgi.readthedocs.io, HTTP scope)."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def run() -> None:
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
            "scheme": "http", "path": path, "raw_path": path.encode(), "root_path": "",
            "query_string": b"", "client": ("127.0.0.1", 1), "server": ("api.test", 80),
            "headers": [(n.lower().encode(), v.encode()) for n, v in fields], "state": {},
        }  # fmt: skip
        try:
            await app(scope, receive, send)
        except RuntimeError:  # Starlette raises it again, for the server to log
            if not sent:
                raise

    asyncio.run(run())
    head = sent[0]
    body = b"".join(message.get("body", b"") for message in sent[1:])
    fields = [[n.decode(), v.decode()] for n, v in head["headers"]]
    return [head["status"], fields, body.decode()]


def call_wsgi(app: Any, method: str, path: str, fields: Fields) -> Answer:
    """One request to a WSGI application (PEP 3333); lines of one name are joined by commas."""
    environ: dict[str, Any] = {"REQUEST_METHOD": method, "PATH_INFO": path, "HTTP_HOST": "api.test"}
    for name, value in fields:
        key = "HTTP_" + name.upper().replace("-", "_")
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    setup_testing_defaults(environ)
    environ["wsgi.errors"] = io.StringIO()
    head: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
        head[:] = [int(status[:3]), [list(pair) for pair in headers]]

    body = b"".join(app(environ, start))
    return [*head, body.decode()]


def starlette(options: dict[str, Any]) -> Callable[..., Answer]:
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.middleware.cors import CORSMiddleware
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    async def items(_: Any) -> PlainTextResponse:
        return PlainTextResponse("ok")

    async def boom(_: Any) -> PlainTextResponse:
        raise RuntimeError("boom")

    app = Starlette(
        routes=[Route("/items", items, methods=METHODS), Route("/boom", boom)],
        middleware=[Middleware(CORSMiddleware, **options)],
    )
    return lambda *request: call_asgi(app, *request)


def litestar(options: dict[str, Any]) -> Callable[..., Answer]:
    from litestar import Litestar, route
    from litestar.config.cors import CORSConfig
    from litestar.logging import LoggingConfig

    @route("/items", http_method=METHODS, status_code=200, sync_to_thread=False)
    def items() -> str:
        return "ok"

    @route("/boom", http_method=["GET"], status_code=200, sync_to_thread=False)
    def boom() -> str:
        raise RuntimeError("boom")

    app = Litestar(
        [items, boom],
        cors_config=CORSConfig(**options),
        logging_config=LoggingConfig(log_exceptions="never"),
        openapi_config=None,
    )
    return lambda *request: call_asgi(app, *request)


def flask(options: dict[str, Any]) -> Callable[..., Answer]:
    from flask import Flask
    from flask_cors import CORS

    app = Flask("app")
    app.logger.disabled = True
    CORS(app, **options)

    @app.route("/items", methods=METHODS)
    def items() -> str:
        return "ok"

    @app.route("/boom")
    def boom() -> str:
        raise RuntimeError("boom")

    return lambda *request: call_wsgi(app, *request)


URLS: list[Any] = []


def django(options: dict[str, Any]) -> Callable[..., Answer]:
    import django
    from django.conf import settings
    from django.http import HttpResponse
    from django.test.utils import override_settings
    from django.urls import path
    from django.views.decorators.http import require_http_methods

    if not settings.configured:
        settings.configure(
            ALLOWED_HOSTS=["*"],
            INSTALLED_APPS=["corsheaders"],
            MIDDLEWARE=["corsheaders.middleware.CorsMiddleware"],
            ROOT_URLCONF=sys.modules[__name__],
            LOGGING_CONFIG=None,
        )
        django.setup()

        def boom(_: Any) -> HttpResponse:
            raise RuntimeError("boom")

        items = require_http_methods(METHODS)(lambda _: HttpResponse("ok"))
        URLS[:] = [path("items", items), path("boom", boom)]
    from django.core.handlers.wsgi import WSGIHandler

    app = WSGIHandler()

    def call(*request: Any) -> Answer:
        with override_settings(**options):
            return call_wsgi(app, *request)

    return call


urlpatterns = URLS


def aiohttp(options: dict[str, Any]) -> Callable[..., Answer]:
    import aiohttp_cors
    from aiohttp import ClientSession, web

    async def items(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def boom(_: web.Request) -> web.Response:
        raise RuntimeError("boom")

    async def ask(method: str, path: str, fields: Fields) -> Answer:
        app = web.Application()
        cors = aiohttp_cors.setup(app)
        per_origin = {
            origin: aiohttp_cors.ResourceOptions(**rest)
            for origin, rest in options["origins"].items()
        }
        for where, methods, handler in (("/items", METHODS, items), ("/boom", ["GET"], boom)):
            resource = app.router.add_resource(where)
            cors.add(resource, per_origin)
            for name in methods:
                route = resource.add_route(name, handler)
                if options["methods"] is None or name in options["methods"]:
                    cors.add(route, per_origin)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        async with (
            ClientSession() as session,
            session.request(method, f"http://{host}:{port}{path}", headers=fields) as response,
        ):
            fields_back = [list(pair) for pair in response.headers.items()]
            found = [response.status, fields_back, await response.text()]
        await runner.cleanup()
        return found

    return lambda *request: asyncio.run(ask(*request))


FRAMEWORKS = {
    "starlette": starlette,
    "litestar": litestar,
    "flask-cors": flask,
    "django-cors-headers": django,
    "aiohttp-cors": aiohttp,
}


def answers(job: dict[str, Any]) -> Iterator[Answer]:
    call = FRAMEWORKS[job["family"]](job["options"])
    for method, path, fields in job["requests"]:
        yield call(method, path, fields)


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    for line in sys.stdin:
        sys.stdout.write(json.dumps(list(answers(json.loads(line)))) + "\n")
