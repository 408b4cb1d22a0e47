"""Who may ask?"""

from __future__ import annotations

import json
from typing import Any

import pytest

STATE = "/api/state"


def told(response: Any) -> str:
    return str(json.loads(response.body)["error"]["problem"])


@pytest.mark.parametrize(
    ("headers", "problem"),
    [
        pytest.param({}, "the token is missing", id="no token"),
        pytest.param({"Authorization": "Bearer x"}, "the token is missing", id="a wrong token"),
        pytest.param({"Authorization": "Basic {token}"}, "the token is missing", id="no bearer"),
        pytest.param({"Cookie": "why403=x"}, "the token is missing", id="a wrong cookie"),
        pytest.param(
            {"Authorization": "Bearer {token}", "Host": "evil.test:{port}"},
            "`evil.test:{port}` is not the dashboard's name",
            id="another name that leads here",
        ),
        pytest.param(
            {"Authorization": "Bearer {token}", "Host": "127.0.0.1:1"},
            "`127.0.0.1:1` is not the dashboard's name",
            id="another port",
        ),
        pytest.param(
            {"Authorization": "Bearer {token}", "Host": "why403.test"},
            "`why403.test` is not the dashboard's name",
            id="the reserved name, but not through the proxy",
        ),
        pytest.param(
            {"Authorization": "Bearer {token}", "Origin": "https://evil.test"},
            "the page at `https://evil.test` may not ask the dashboard",
            id="another page",
        ),
        pytest.param(
            {"Authorization": "Bearer {token}", "Origin": "null"},
            "the page at `null` may not ask the dashboard",
            id="a sandboxed page",
        ),
        pytest.param(
            {"Authorization": "Bearer {token}", "Sec-Fetch-Site": "cross-site"},
            "the page at `cross-site` may not ask the dashboard",
            id="another site",
        ),
        pytest.param(
            {"Authorization": "Bearer {token}", "Sec-Fetch-Site": "same-site"},
            "the page at `same-site` may not ask the dashboard",
            id="another port of this machine",
        ),
        pytest.param(
            {"Authorization": "Bearer {token}", "x-why403-inside": "x", "Host": "why403.test"},
            "`why403.test` is not the dashboard's name",
            id="a guessed secret",
        ),
    ],
)
def test_strangers_are_refused(play: Any, headers: dict[str, str], problem: str) -> None:
    async def story(asking: Any) -> None:
        known = {"token": asking.context.token, "port": asking.context.port}
        sent = {name: value.format_map(known) for name, value in headers.items()}

        response = await asking.ask(STATE, sent)

        assert response.code == 403
        assert told(response).startswith(problem.format_map(known))

    play(story)


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer {token}"},
        {"Authorization": "bearer  {token}"},
        {"Cookie": "a=b; why403={token}"},
        {"Cookie": "why403={token}", "Sec-Fetch-Site": "same-origin"},
        {"Cookie": "why403={token}", "Origin": "http://127.0.0.1:{port}"},
        {"Cookie": "why403={token}", "Host": "localhost:{port}"},
    ],
)
def test_whoever_has_the_token_is_let_in(play: Any, headers: dict[str, str]) -> None:
    async def story(asking: Any) -> None:
        known = {"token": asking.context.token, "port": asking.context.port}

        response = await asking.ask(
            STATE, {name: value.format_map(known) for name, value in headers.items()}
        )

        assert response.code == 200

    play(story)


def test_through_the_proxy_it_has_its_reserved_name(play: Any) -> None:
    async def story(asking: Any) -> None:
        let_in = await asking.ask(STATE, asking.token | asking.inside())
        without = await asking.ask(STATE, asking.inside())
        from_path = await asking.ask(STATE, asking.token | asking.inside("https://app.test"))

        assert let_in.code == 200
        assert (without.code, told(without)) == (403, "the token is missing, or another run's")
        assert (from_path.code, told(from_path)) == (404, "there is no such page")

    play(story)


def test_a_change_needs_a_field_that_no_other_page_can_send(play: Any) -> None:
    async def story(asking: Any) -> None:
        response = await asking.ask("/api/clear", asking.token, method="POST")

        assert response.code == 403
        assert told(response) == "the request field `x-why403` is missing"

    play(story)


@pytest.mark.parametrize("path", [STATE, "/api/nothing", "/", "/__why403__/entries"])
def test_every_answer_says_how_it_may_be_used(play: Any, path: str) -> None:
    async def story(asking: Any) -> None:
        for headers in ({}, asking.token):
            response = await asking.ask(path, headers)
            policy = response.headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
            assert "frame-ancestors 'none'" in policy
            assert response.headers["Cache-Control"] == "no-store"
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
            assert "Server" not in response.headers

    play(story)


def test_what_there_is_not_is_told_as_json(play: Any) -> None:
    async def story(asking: Any) -> None:
        missing = await asking.ask("/api/nothing", asking.token)
        method = await asking.ask(STATE, asking.token | {"x-why403": "1"}, method="PUT", body="")

        assert (missing.code, told(missing)) == (404, "there is no such page")
        assert (method.code, told(method)) == (405, "the method is not allowed here")

    play(story)


def test_a_failure_of_ours_is_told_once_and_without_its_traceback(
    play: Any, rig: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a secret place")

    monkeypatch.setattr("addons.dashboard.entries.state", fail)

    async def story(asking: Any) -> None:
        response = await asking.ask(STATE, asking.token)

        assert response.code == 500
        assert b"secret" not in response.body

    play(story)
    assert "why403 failed at answering the dashboard: RuntimeError" in caplog.text
