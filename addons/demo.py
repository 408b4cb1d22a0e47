"""What is there to see, before anything is configured?

A small API and a page of another origin, both on this machine, mitmproxy in front of the API with
the policy `policies/demo.yaml`, and each decision as it falls. Nothing leaves the machine.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import tornado.web
from rich.console import Console
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

import simulator
from addons.chain import Chain
from addons.embedding import proxying
from addons.entries import Case
from addons.journal import Journal
from simulator.render.terminal import headline

_STATIC = Path(__file__).with_name("static")


class _Orders(tornado.web.RequestHandler):
    """The API: it admits everybody, since admitting is the gateway's business."""

    def get(self, number: str = "") -> None:
        self.finish({"orders": [7, 8]} if not number else {"order": number, "state": "shipped"})

    delete = get


class _Search(tornado.web.RequestHandler):
    def get(self) -> None:
        self.finish({"found": ["tea", "teapot"]})


class _Local(tornado.web.RequestHandler):
    """What the page's server answers, and only to who calls it by a name of this machine."""

    def prepare(self) -> None:
        name = self.request.host_name
        if name not in ("127.0.0.1", "localhost"):
            raise tornado.web.HTTPError(403, f"{name} is not a name of this server")

    def set_default_headers(self) -> None:
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")


class _Page(_Local):
    def get(self) -> None:
        self.finish((_STATIC / "demo.html").read_text(encoding="utf-8"))


class _Config(_Local):
    def initialize(self, world: World) -> None:
        self.world = world

    def get(self) -> None:
        self.finish({"api": self.world.api, "policy": str(self.world.policy)})


class _Decisions(_Local):
    def initialize(self, world: World) -> None:
        self.world = world

    def get(self) -> None:
        journal = self.world.journal
        after = self.get_query_argument("after", "0")
        number = int(after) if after.lstrip("-").isdigit() else 0
        records = [case.record() for case in journal.since(number)] if number >= 0 else []
        for record in records:
            record["request"] = f"{record['method']} {record['url']}"
        self.finish(json.dumps({"last": journal.count, "records": records}))


@dataclass(slots=True)
class World:
    """The running demo: where the page and the API are, and what was decided."""

    policy: Path
    journal: Journal
    page: str = ""
    api: str = ""


def example_policies() -> Path:
    """The folder of example policies: in the package, or beside it in a checkout."""
    package = Path(simulator.__file__).parent
    inside = package / "policies"
    return inside if inside.is_dir() else package.parent / "policies"


@asynccontextmanager
async def demo_world(port: int = 0) -> AsyncIterator[World]:
    """Start API, page and proxy, and end them."""

    chain = Chain()
    world = World(example_policies() / "demo.yaml", chain.journal)
    orders = tornado.web.Application(
        [
            (r"/orders(?:/([^/]+))?", _Orders),
            (r"/search", _Search),
            (r"/health", _Orders),
        ]
    )
    page = tornado.web.Application(
        [
            (r"/", _Page),
            (r"/config", _Config, {"world": world}),
            (r"/decisions", _Decisions, {"world": world}),
        ]
    )
    with _serving(orders, 0) as origin, _serving(page, port) as world.page:
        async with proxying(
            chain,
            f"reverse:{origin}@127.0.0.1:0",
            keep_host_header=True,
            why403_policy=[str(world.policy)],
            why403_mode="enforce",
            why403_explain_body=True,
        ) as (host, number):
            world.api = f"http://{host}:{number}"
            yield world


@contextmanager
def _serving(application: tornado.web.Application, port: int) -> Iterator[str]:
    sockets = bind_sockets(port, "127.0.0.1")
    server = HTTPServer(application)
    server.add_sockets(sockets)
    try:
        yield f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
    finally:
        server.stop()


def run_demo(port: int) -> int:
    """The demo for people: an address to open, and each decision as it falls."""
    with suppress(KeyboardInterrupt):
        asyncio.run(_watch(port))
    return 0


async def _watch(port: int) -> None:
    console = Console(highlight=False)
    async with demo_world(port) as world:
        console.print(f"\n  open  [bold cyan]{world.page}[/]  in a browser")
        console.print(f"  or    curl -i {world.api}/orders/7")
        console.print(f"\n  the policy, to read and to change while this runs: {world.policy}")
        console.print("  Ctrl-C ends it\n", style="dim")
        seen = 0
        while True:
            await asyncio.sleep(0.1)
            for case in world.journal.since(seen):
                seen = case.number
                if not isinstance(case, Case):
                    continue  # nothing the policy judges
                console.print(headline(case.request, case.decision))
