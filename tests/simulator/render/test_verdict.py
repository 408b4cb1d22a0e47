"""Is a browser's verdict on a real answer told in full, and in few words where it travels?"""

import json

import pytest

from simulator import Request, Response
from simulator.browser import Verdict, judge_exchange
from simulator.render.verdict import failure_record, verdict_fields, verdict_record

APP = "https://app.example"


def verdict(headers: dict[str, str], status: int = 200, **more: str) -> Verdict:
    request = Request("GET", "https://api.example/", {"origin": APP, **more})
    found = judge_exchange(request, Response(status, headers))
    assert found is not None
    return found


def test_what_the_page_can_read_needs_no_fields() -> None:
    passing = verdict(
        {"access-control-allow-origin": APP, "access-control-allow-credentials": "true"}
    )

    assert verdict_fields(passing) == ()
    record = verdict_record(passing)
    assert (record["passes"], record["reason"]) == (True, None)


def test_what_the_browser_hides_is_told_with_its_step() -> None:
    (name, told), (timing, words) = verdict_fields(verdict({}, 403))

    assert (name, timing) == ("why403", "server-timing")
    assert told.startswith('hidden; reason="cors.error-without-fields"; by="browser"; spec="Fetch')
    assert words == 'why403;desc="cors.error-without-fields"'


def test_where_credentials_decide_both_verdicts_stand_in_the_record() -> None:
    star = verdict({"access-control-allow-origin": "*"})

    record = verdict_record(star)

    assert record["passes"] is None
    credentials = record["credentials"]
    assert isinstance(credentials, dict)
    assert credentials["without"] is None
    assert credentials["include"] == failure_record(star.included)
    (field,) = verdict_fields(star)
    assert field[1].startswith('depends; detail="the page can read the 200, unless')


@pytest.mark.parametrize("value", ['"quoted"', "bücher", "back\\slash", "tab\there"])
def test_what_a_server_says_cannot_break_out_of_the_field(value: str) -> None:
    told = verdict_fields(verdict({"access-control-allow-origin": value}))[0][1]

    assert told.isascii()
    assert told.isprintable()
    assert told.count('"') - 2 * told.count('\\"') <= 8


def test_the_record_is_json() -> None:
    cacheable = {"access-control-allow-origin": APP, "cache-control": "max-age=60"}

    record = json.loads(json.dumps(verdict_record(verdict(cacheable))))

    assert [remark["reason"] for remark in record["remarks"]] == ["cors.vary-missing"]
