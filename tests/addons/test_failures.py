"""What happens when why403 itself fails?"""

import json

import pytest

from addons.failures import Failures, internal_error


def break_judging(rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyError("on\npurpose")

    monkeypatch.setattr("addons.simulate.evaluate", fail)


@pytest.mark.parametrize("mode", ["observe", "annotate"])
def test_outside_enforce_the_request_passes_untouched(rig, flow, monkeypatch, mode: str) -> None:
    rig.use(mode=mode)
    break_judging(rig, monkeypatch)
    response = rig.exchange(flow("https://api.test/orders"))
    assert (response.status_code, response.content) == (200, b"real")
    assert list(response.headers) == ["content-length"]


def test_enforce_refuses_with_a_reason_of_its_own(rig, flow, monkeypatch, fields) -> None:
    rig.use(mode="enforce")
    break_judging(rig, monkeypatch)
    response = rig.exchange(flow())
    document = json.loads(response.text)
    assert response.status_code == document["status"] == 500
    assert document["reason"] == "why403.internal-error"
    assert document["detail"].startswith("why403 failed at judging a request: KeyError")
    assert fields(response)["content-type"] == "application/problem+json"
    assert rig.chain.journal.count == 0


def test_head_is_refused_without_a_body(rig, flow, monkeypatch) -> None:
    rig.use(mode="enforce")
    break_judging(rig, monkeypatch)
    response = rig.exchange(flow(method="HEAD"))
    assert (response.status_code, response.raw_content) == (500, b"")


def test_a_url_that_is_none_is_refused_too(rig, flow) -> None:
    rig.use(mode="enforce")
    made = flow()
    made.request.data.scheme = b"gopher"
    assert rig.exchange(made).status_code == 500


def test_a_failure_while_answering_refuses(rig, flow, monkeypatch) -> None:
    rig.use(mode="enforce")
    monkeypatch.setattr("addons.enforce.answer", lambda *_: 1 / 0)
    assert rig.exchange(flow("https://api.test/orders")).status_code == 500


def test_a_body_that_cannot_be_taken_in_closes_the_connection(rig, flow, monkeypatch) -> None:
    rig.use(mode="enforce")
    monkeypatch.setattr("addons.sink.Sink.take", lambda *_: 1 / 0)
    made = flow("https://api.test/orders", "POST", [("Content-Length", "9")])
    made.request.stream = True
    rig.request(made)
    assert made.error is not None
    assert made.live is False


def test_a_failure_while_rewriting_a_response_closes_the_connection(rig, flow, monkeypatch) -> None:
    rig.use(mode="enforce")
    monkeypatch.setattr("addons.enforce.apply_fields", lambda *_: 1 / 0)
    made = flow()
    rig.exchange(made)
    assert made.error is not None
    assert made.error.msg == "Connection killed."


def test_a_failure_while_marking_changes_no_verdict(rig, flow, monkeypatch) -> None:
    rig.use(mode="enforce")
    monkeypatch.setattr("addons.simulate.mark", lambda *_: 1 / 0)
    assert rig.exchange(flow("https://api.test/orders")).status_code == 401
    assert rig.exchange(flow()).status_code == 200


def test_each_distinct_error_is_told_once(rig, flow, monkeypatch, caplog) -> None:
    rig.use(mode="annotate")
    break_judging(rig, monkeypatch)
    for _ in range(5):
        rig.exchange(flow())
    assert caplog.text.count("why403 failed at judging a request: KeyError: 'on\\npurpose'") == 1
    assert caplog.text.count("Traceback") == 1


def test_an_error_without_a_traceback_is_told_too(caplog) -> None:
    failure = Failures().report(ValueError("a\nb"), "thinking")
    assert failure.text == "why403 failed at thinking: ValueError: a b"
    assert internal_error(failure).status == 500
    assert caplog.messages == [f"{failure.text} (told once)"]
