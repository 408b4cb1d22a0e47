"""Whether the server is asked, and what is kept of what it says."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from simulator.browser.engine import Engine, Unsupported
from simulator.browser.failure import Failure
from simulator.browser.http_cache import HttpCache, Question
from simulator.browser.network import Network, NetworkError
from simulator.browser.page import Sent
from simulator.browser.raw import CutShort
from simulator.browser.url import WebUrl, parse
from simulator.browser.wire import no_answer
from simulator.message import Response

FRESH = {"Cache-Control": "max-age=600"}
STALE = {"Cache-Control": "max-age=0", "ETag": '"1"'}

type Answer = Response | CutShort | Failure | None


def url(text: str = "http://api.test/") -> WebUrl:
    found = parse(text)
    assert found is not None
    return found


def message(*, preflight: bool = False) -> Sent:
    return Sent(preflight, "OPTIONS" if preflight else "GET", url(), "http://app.test")


def question(mode: str = "default", method: str = "GET") -> Question:
    return Question(url("http://app.test/"), url(), method, "http://app.test", (), mode)


def network(
    answers: Iterable[Answer], stored: HttpCache | None = None, engine: Engine = "chromium"
) -> Network:
    """The network before a server that gives these answers, one after the other."""
    left = iter(answers)
    return Network(
        lambda sent: next(left), stored or HttpCache(), engine, 0.0, logs_in=lambda url: True
    )


def kept(answer: Answer) -> HttpCache:
    wire = network([answer])
    wire.answer(message(), question())
    return wire.stored


# The server


def test_what_was_sent_is_written_down() -> None:
    wire = network([Response(200)])

    wire.send(message())

    assert [sent.response for sent in wire.sent] == [Response(200)]


@pytest.mark.parametrize(("engine", "times"), [("chromium", 2), ("standard", 1)])
def test_a_preflight_may_be_sent_twice(engine: Engine, times: int) -> None:
    wire = network([Response(408), Response(204)], engine=engine)

    response = wire.send(message(preflight=True))

    assert len(wire.sent) == times
    assert response.status == (204 if times == 2 else 408)


def test_where_nobody_is_nothing_is_sent() -> None:
    wire = network([None])

    with pytest.raises(NetworkError) as error:
        wire.send(message())

    assert error.value.failure.reason.code == "page.network-error"
    assert wire.sent == []


def test_what_is_no_answer_was_sent_for() -> None:
    wire = network([no_answer("a step")])

    with pytest.raises(NetworkError) as error:
        wire.send(message())

    assert error.value.failure.step == "a step"
    assert [sent.response for sent in wire.sent] == [None]


def test_an_answer_of_the_stack_never_comes_up() -> None:
    wire = network([Response(407)])

    with pytest.raises(NetworkError):
        wire.send(message())

    assert len(wire.sent) == 1


def test_a_login_is_waited_for() -> None:
    wire = network([Response(401, {"WWW-Authenticate": "Basic"})])

    with pytest.raises(Unsupported):
        wire.send(message())


def test_an_answer_may_break_off() -> None:
    wire = network([CutShort(Response(200)), Response(200)])

    wire.send(message())
    assert wire.cut_short
    wire.send(message())
    assert not wire.cut_short


# The cache


def test_what_is_kept_need_not_be_asked_for() -> None:
    wire = network([], kept(Response(200, FRESH, b"x")))

    assert wire.answer(message(), question()) == Response(200, FRESH, b"x")
    assert wire.sent == []


def test_what_is_stale_is_confirmed() -> None:
    wire = network([Response(304, {"X": "new"})], kept(Response(200, STALE, b"x")))

    response = wire.answer(message(), question())

    assert (response.status, response.body) == (200, b"x")
    assert wire.sent[0].conditions == (("If-None-Match", '"1"'),)
    assert wire.sent[0].response == Response(304, {"X": "new"})


def test_what_is_only_to_be_cached_is_not_asked_for() -> None:
    wire = network([])

    with pytest.raises(NetworkError) as error:
        wire.answer(message(), question("only-if-cached"))

    assert error.value.failure.reason.code == "page.network-error"
    assert wire.sent == []


def test_a_new_answer_can_be_dropped() -> None:
    wire = network([Response(200, FRESH)])

    wire.answer(message(), question())
    wire.drop()

    assert wire.stored == HttpCache()


def test_one_that_was_kept_before_cannot() -> None:
    before = kept(Response(200, FRESH))
    wire = network([], before)

    wire.answer(message(), question())
    wire.drop()

    assert wire.stored == before


def test_nor_one_that_was_confirmed() -> None:
    wire = network([Response(304)], kept(Response(200, STALE)))

    wire.answer(message(), question())
    wire.drop()

    assert wire.stored.find(question("force-cache"), 0.0, "chromium").response is not None


def test_nor_what_another_method_left() -> None:
    before = kept(Response(200, FRESH))
    wire = network([Response(500)], before)

    wire.answer(message(), question(method="POST"))
    wire.drop()

    assert wire.stored == before


def test_what_becomes_of_it_may_be_uncertain() -> None:
    wire = network([Response(200, FRESH)])

    wire.answer(message(), question())
    wire.drop(certain=False)

    with pytest.raises(Unsupported):
        wire.answer(message(), question())


@pytest.mark.parametrize("resumed", [True, False])
def test_a_part_is_kept_only_if_the_rest_can_be_asked_for(resumed: bool) -> None:
    part = CutShort(Response(200, {**FRESH, **({"ETag": '"1"'} if resumed else {})}))
    wire = network([part, Response(200)])

    wire.answer(message(), question())

    if resumed:
        with pytest.raises(Unsupported):
            wire.answer(message(), question())
    else:
        assert wire.stored == HttpCache()
