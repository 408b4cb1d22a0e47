"""The demo: its page is served to this machine only, and shows what was decided."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from queue import Queue

import pytest

from addons.demo import example_policies

pytestmark = pytest.mark.proxy


@pytest.fixture(scope="module")
def demo() -> Iterator[tuple[int, int, Queue[str]]]:
    """The running demo: the ports of page and API, and the lines it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator", "demo"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1", "COLUMNS": "200"},
    )
    assert process.stdout is not None
    lines: Queue[str] = Queue()
    output = process.stdout
    reader = threading.Thread(target=lambda: [lines.put(line) for line in output], daemon=True)
    reader.start()
    ports: list[int] = []
    while len(ports) < 2:
        ports += map(int, re.findall(r"http://127\.0\.0\.1:(\d+)", lines.get(timeout=60)))
    yield ports[0], ports[1], lines
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0
    reader.join(timeout=10)
    output.close()


def ask(port: int, path: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path, headers=headers or {})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def test_the_page_knows_where_the_api_is(demo: tuple[int, int, Queue[str]]) -> None:
    page, api, _ = demo

    status, text = ask(page, "/")
    config = json.loads(ask(page, "/config")[1])

    assert status == 200
    assert "What the page sees, and why" in text
    assert config["api"] == f"http://127.0.0.1:{api}"
    assert config["policy"] == str(example_policies() / "demo.yaml")


def test_a_refusal_is_seen_by_the_page_and_printed(demo: tuple[int, int, Queue[str]]) -> None:
    page, api, lines = demo
    last = json.loads(ask(page, "/decisions?after=-1")[1])["last"]

    status, text = ask(api, "/orders/7")
    decided = json.loads(ask(page, f"/decisions?after={last}")[1])

    assert status == 401
    assert json.loads(text)["reason"] == "authenticate.no-credential"
    assert decided["last"] == last + 1
    (record,) = decided["records"]
    assert record["request"] == f"GET http://127.0.0.1:{api}/orders/7"
    assert record["trace"][3]["title"] == "no credential was sent"
    while "authenticate.no-credential" not in (line := lines.get(timeout=20)):
        pass
    assert line == (
        f"✗ 401 Unauthorized  GET 127.0.0.1:{api}/orders/7  authenticate.no-credential\n"
    )


def test_a_navigation_gets_the_page_that_explains(demo: tuple[int, int, Queue[str]]) -> None:
    status, text = ask(demo[1], "/orders/7", {"Accept": "text/html"})

    assert status == 401
    assert "the request has no credential in" in text
    assert "every check, in order" in text


def test_another_name_for_this_server_is_refused(demo: tuple[int, int, Queue[str]]) -> None:
    assert ask(demo[0], "/decisions", {"Host": "rebound.example"})[0] == 403
    assert ask(demo[0], "/decisions", {"Host": "localhost"})[0] == 200


def test_numbers_that_are_none_are_taken_for_the_beginning(
    demo: tuple[int, int, Queue[str]],
) -> None:
    assert ask(demo[0], "/decisions?after=x")[0] == 200
