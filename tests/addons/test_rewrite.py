"""Do the modes that change real answers change what they say, and nothing else?"""

import pytest

APP = ("Origin", "https://app.test")
MINE = ("Access-Control-Allow-Origin", "https://app.test")
LISTS = [("Access-Control-Allow-Methods", "PUT"), ("Access-Control-Allow-Headers", "x-a")]


def ask(method: str, *names: str) -> list[tuple[str, str]]:
    fields = [APP, ("Access-Control-Request-Method", method)]
    return [*fields, ("Access-Control-Request-Headers", ",".join(names))] if names else fields


@pytest.fixture
def unmasking(rig):
    rig.use(mode="unmask", policy=[])
    return rig


@pytest.fixture
def speaking(rig):
    rig.use(mode="browser-message", policy=[])
    return rig


def test_a_hidden_error_gets_the_fields_and_keeps_everything(unmasking, flow, fields) -> None:
    servers = [("X-Trace", "7"), ("Vary", "Accept")]

    response = unmasking.exchange(flow(headers=[APP]), 403, servers, b"the true reason")

    assert (response.status_code, response.content) == (403, b"the true reason")
    got = fields(response)
    assert got["access-control-allow-origin"] == "https://app.test"
    assert got["access-control-allow-credentials"] == "true"
    assert (got["x-trace"], got["vary"]) == ("7", "Accept")
    assert "cors.error-without-fields" in got["why403"]
    assert got["why403-changed"].startswith("access-control-allow-origin")


def test_what_was_changed_is_saved_with_the_flow(unmasking, flow) -> None:
    made = flow(headers=[APP])

    unmasking.exchange(made, 403)

    changed = "access-control-allow-origin, access-control-allow-credentials"
    assert made.metadata["why403"]["browser"]["changed"] == changed
    assert f"why403: changed in the answer: {changed}" in made.comment


def test_a_wrong_value_is_replaced_not_added_to(unmasking, flow) -> None:
    wrong = [("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Origin", "null")]

    response = unmasking.exchange(flow(headers=[APP]), 500, wrong)

    assert response.headers.get_all("access-control-allow-origin") == ["https://app.test"]


@pytest.mark.parametrize(
    ("headers", "status", "servers"),
    [
        pytest.param([APP], 200, [], id="no error"),
        pytest.param([], 403, [], id="no Origin"),
        pytest.param(ask("PUT"), 403, [], id="a preflight"),
        pytest.param(
            [APP], 403, [MINE, ("Access-Control-Allow-Credentials", "true")], id="shown anyway"
        ),
    ],
)
def test_what_is_no_hidden_error_is_left_as_it_is(
    unmasking, flow, headers, status, servers
) -> None:
    method = "OPTIONS" if len(headers) > 1 else "GET"

    response = unmasking.exchange(flow(method=method, headers=headers), status, servers)

    assert response.status_code == status
    assert "why403-changed" not in response.headers
    names = [name for name in response.headers if name.lower().startswith("access-control-")]
    assert names == [name for name, _ in servers]


def test_a_streamed_error_is_unmasked_too(unmasking, flow) -> None:
    made = unmasking.request(flow(headers=[APP]))
    made.response = unmasking_response(403)
    made.response.stream = True

    assert unmasking.respond(made).headers["access-control-allow-origin"] == "https://app.test"


def unmasking_response(status: int):
    from mitmproxy import http

    return http.Response.make(status, b"x")


@pytest.mark.parametrize(
    ("method", "names"),
    [pytest.param("DELETE", (), id="a method"), pytest.param("PUT", ("x-b",), id="a header")],
)
def test_the_servers_own_lists_are_let_speak(speaking, flow, fields, method, names) -> None:
    made = flow(method="OPTIONS", headers=ask(method, *names))

    response = speaking.exchange(made, 400, [MINE, *LISTS, ("X-Trace", "7")], b"Disallowed")

    assert (response.status_code, response.reason, response.content) == (204, "No Content", b"")
    got = fields(response)
    assert got["access-control-allow-origin"] == "https://app.test"
    assert got["access-control-allow-methods"] == "PUT"
    assert got["access-control-allow-headers"] == "x-a"
    assert got["x-trace"] == "7"
    assert "content-length" not in got
    assert "why403-changed" in got


@pytest.mark.parametrize(
    ("method", "status", "servers"),
    [
        pytest.param("PUT", 400, [MINE, *LISTS], id="the lists grant all: it would pass"),
        pytest.param("DELETE", 400, LISTS, id="the origin is not admitted: the browser says so"),
        pytest.param("DELETE", 204, [MINE, *LISTS], id="the browser names the method already"),
        pytest.param("PUT", 204, [MINE, *LISTS], id="it passes"),
        pytest.param("DELETE", 403, [], id="nothing is known"),
    ],
)
def test_no_preflight_is_changed_where_that_tells_nothing(
    speaking, flow, method, status, servers
) -> None:
    made = flow(method="OPTIONS", headers=ask(method))

    response = speaking.exchange(made, status, servers)

    assert response.status_code == status
    assert "why403-changed" not in response.headers


@pytest.mark.parametrize(
    ("method", "names", "granted"),
    [
        pytest.param("PUT", (), {"access-control-allow-methods": "DELETE"}, id="a method"),
        pytest.param(
            "DELETE", ("x-b",), {"access-control-allow-headers": "x-api-key"}, id="header"
        ),
    ],
)
def test_a_policy_knows_what_the_server_does_not_say(
    rig, flow, fields, method, names, granted
) -> None:
    rig.use(mode="browser-message")
    made = flow("https://api.test/open", "OPTIONS", ask(method, *names))

    response = rig.exchange(made, 403)

    assert response.status_code == 204
    got = fields(response)
    for name, value in granted.items():
        assert value in got[name]


def test_a_preflight_of_a_policy_that_grants_it_is_left_alone(rig, flow) -> None:
    rig.use(mode="browser-message")

    response = rig.exchange(flow("https://api.test/open", "OPTIONS", ask("DELETE")), 403)

    assert response.status_code == 403


def test_a_streamed_answer_is_not_given_a_status_without_a_body(speaking, flow) -> None:
    made = speaking.request(flow(method="OPTIONS", headers=ask("DELETE")))
    made.response = unmasking_response(400)
    made.response.headers["access-control-allow-origin"] = "https://app.test"
    made.response.stream = True

    assert speaking.respond(made).status_code == 400
