"""What passed, and what is there to say of it?"""

from __future__ import annotations

from typing import Any

CHANGE = {"x-why403": "1"}


def test_the_list_tells_what_is_new_since_a_revision(play: Any, rig: Any, flow: Any) -> None:
    rig.use()
    rig.exchange(flow())
    waiting = flow("https://api.test/orders")
    rig.request(waiting)

    async def story(asking: Any) -> None:
        whole = await asking.json("/api/entries")
        assert [e["number"] for e in whole["entries"]] == [1, 2]

        rig.chain.response(waiting_answered())
        news = await asking.json(f"/api/entries?after={whole['revision']}")
        assert [(e["number"], e["served"]) for e in news["entries"]] == [(2, 401)]
        assert (await asking.json(f"/api/entries?after={news['revision']}"))["entries"] == []
        # What is no number counts as nothing seen.
        assert len((await asking.json("/api/entries?after=x"))["entries"]) == 2

    def waiting_answered() -> Any:
        from mitmproxy import http

        waiting.response = http.Response.make(401)
        return waiting

    play(story)


def test_an_entry_is_told_whole(play: Any, rig: Any, flow: Any) -> None:
    rig.use()
    rig.exchange(flow("https://api.test/orders", "DELETE", [("X-Api-Key", "web-demo")]), 403)

    async def story(asking: Any) -> None:
        told = await asking.json("/api/entries/1")
        assert told["reason"] == "authorize.missing-scope"
        assert told["about"]["title"]
        assert (await asking.ask("/api/entries/2", asking.token)).code == 404

        fixes = await asking.json("/api/entries/1/fixes")
        assert fixes["none"] is None
        assert "orders:write" in fixes["fixes"][0]["say"]

    play(story)


def test_the_state_tells_what_is_in_force(play: Any, rig: Any) -> None:
    rig.use(mode="annotate", client="192.0.2.1")

    async def story(asking: Any) -> None:
        told = await asking.json("/api/state")
        assert (told["mode"], told["client"], told["paused"]) == ("annotate", "192.0.2.1", False)
        (policy,) = told["policies"]
        assert (policy["name"], policy["keys"]) == (str(rig.policy), ["web"])
        assert (policy["broken"], policy["lines"]) == (
            None,
            len(rig.policy.read_text().splitlines()),
        )

    play(story)


def test_it_may_be_paused_and_cleared(play: Any, rig: Any, flow: Any) -> None:
    rig.use()
    rig.exchange(flow())

    async def story(asking: Any) -> None:
        paused = await asking.json("/api/pause", CHANGE, method="POST", body='{"paused": true}')
        assert paused["paused"] is True
        on = await asking.json("/api/pause", CHANGE, method="POST", body='{"paused": false}')
        assert on["paused"] is False
        wrong = await asking.ask("/api/pause", asking.token | CHANGE, method="POST", body="[1]")
        assert wrong.code == 400

        await asking.json("/api/clear", CHANGE, method="POST")
        assert (await asking.json("/api/entries"))["entries"] == []

    play(story)
