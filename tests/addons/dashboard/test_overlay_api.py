"""What may the panel in a page ask?"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from addons.pages import Page

APP, OTHER = "https://app.test", "https://other.test"
PATH = "/__why403__/"


@pytest.fixture
def document(rig: Any, flow: Any) -> Any:
    """A document of APP, and what it and another asked for."""
    rig.use()
    document = rig.chain.documents.add(Page(APP, APP), "its flow", 0)
    rig.exchange(flow("https://api.test/orders", "GET", [("Origin", APP)]), 401)
    rig.exchange(flow("https://api.test/orders", "GET", [("Origin", OTHER)]), 401)
    rig.exchange(flow("https://api.test/open", "GET", [("Origin", APP)]), 200)
    return document


def fields(asking: Any, document: Any, asked: str = APP) -> dict[str, str]:
    return asking.inside(asked) | {"x-why403-token": document.token}


def test_a_document_is_told_what_of_its_own_was_refused(play: Any, document: Any) -> None:
    async def story(asking: Any) -> None:
        response = await asking.ask(f"{PATH}entries", fields(asking, document))

        told = json.loads(response.body)
        # The third passes by the policy; what the real server answered, the browser hides.
        assert [(e["number"], e["reason"]) for e in told["entries"]] == [
            (1, "authenticate.no-credential"),
            (3, "cors.no-fields"),
        ]
        again = await asking.ask(
            f"{PATH}entries?after={told['revision']}", fields(asking, document)
        )
        assert json.loads(again.body)["entries"] == []

    play(story)


def test_one_of_them_is_told_whole_with_its_fix(play: Any, document: Any) -> None:
    async def story(asking: Any) -> None:
        one = await asking.ask(f"{PATH}entries/1", fields(asking, document))
        fix = await asking.ask(f"{PATH}entries/1/fix", fields(asking, document))

        assert json.loads(one.body)["cors"]["asked"] == [["origin", APP]]
        assert json.loads(fix.body)["fix"]["say"]

    play(story)


@pytest.mark.parametrize("path", ["entries", "stream", "entries/1", "entries/1/fix"])
@pytest.mark.parametrize("wrong", ["token", "no token", "not inside", "another site", "direct"])
def test_for_all_others_there_is_nothing_here(
    play: Any, document: Any, path: str, wrong: str
) -> None:
    async def story(asking: Any) -> None:
        right = fields(asking, document)
        headers = {
            "token": right | {"x-why403-token": "x" * 24},
            "no token": asking.inside(APP),
            "not inside": right | {"x-why403-inside": "x"},
            "another site": fields(asking, document, OTHER),
            "direct": {"x-why403-token": document.token} | asking.token,
        }[wrong]

        response = await asking.ask(f"{PATH}{path}", headers)

        assert response.code == 404
        assert b"origin" not in response.body

    play(story)


@pytest.mark.parametrize("path", ["entries/2", "entries/2/fix", "entries/99"])
def test_what_is_another_page_s_is_not_told(play: Any, document: Any, path: str) -> None:
    async def story(asking: Any) -> None:
        response = await asking.ask(f"{PATH}{path}", fields(asking, document))

        assert response.code == 404

    play(story)


def test_a_sandboxed_page_may_read_its_own(play: Any, rig: Any) -> None:
    boxed = rig.chain.documents.add(Page("null", APP), "flow", 0)
    other = rig.chain.documents.add(Page(APP, APP), "flow", 0)

    async def story(asking: Any) -> None:
        origin = {"Origin": "null"}
        asked = {"Access-Control-Request-Headers": "x-why403-token"}
        preflight = await asking.ask(
            f"{PATH}entries", asking.inside(APP) | origin | asked, method="OPTIONS"
        )
        assert preflight.code == 204
        assert preflight.headers["Access-Control-Allow-Origin"] == "null"
        assert preflight.headers["Access-Control-Allow-Headers"] == "x-why403-token"

        mine = await asking.ask(f"{PATH}entries", fields(asking, boxed) | origin)
        assert (mine.code, mine.headers["Access-Control-Allow-Origin"]) == (200, "null")
        # A page that has an origin lets no sandboxed one read.
        others = await asking.ask(f"{PATH}entries", fields(asking, other) | origin)
        assert "Access-Control-Allow-Origin" not in others.headers
        direct = await asking.ask(f"{PATH}entries", origin | asked, method="OPTIONS")
        assert direct.code == 404

    play(story)


def test_news_come_at_once(play: Any, document: Any, rig: Any, flow: Any) -> None:
    async def story(asking: Any) -> None:
        seen = rig.chain.journal.revision
        reader, writer = await asking.raw(f"{PATH}stream?after={seen}", fields(asking, document))
        await reader.readuntil(b"retry: 1000\n\n")

        rig.chain.requestheaders(flow("https://api.test/orders", "PUT", [("Origin", APP)]))

        async with asyncio.timeout(5):
            while not (line := await reader.readline()).startswith(b"data: "):
                pass
        (entry,) = json.loads(line[6:])["entries"]
        assert (entry["number"], entry["method"]) == (4, "PUT")
        writer.close()

    play(story)
