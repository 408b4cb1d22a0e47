"""How does recorded traffic get from files into the library?"""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from traffic import NOON, exchange, har_text

from simulator import Fault
from simulator.verbs.traffic import read_file, read_flows, read_hars, read_traffic

with warnings.catch_warnings():
    # What mitmproxy is made of warns of its own future when it is imported, and only then.
    warnings.simplefilter("ignore", DeprecationWarning)
    from mitmproxy import connection, http, io
    from mitmproxy.tcp import TCPFlow


def flow(
    path: str = "/a", status: int | None = 200, content: bytes = b"", **metadata: object
) -> http.HTTPFlow:
    client = connection.Client(peername=("192.0.2.7", 50000), sockname=("127.0.0.1", 8080))
    made = http.HTTPFlow(client, connection.Server(address=("api.test", 443)))
    made.request = http.Request.make("GET", f"https://api.test{path}", headers={"X-Api-Key": "k"})
    made.request.timestamp_start = NOON
    if status is not None:
        made.response = http.Response.make(status, content, {"X-B": "c"})
    made.metadata.update(metadata)
    return made


def save(path: Path, *flows: http.HTTPFlow | TCPFlow) -> str:
    with path.open("wb") as file:
        writer = io.FlowWriter(file)
        for one in flows:
            writer.add(one)
    return str(path)


def test_flows_are_exchanges_with_their_peers(tmp_path: Path) -> None:
    tcp = TCPFlow(flow().client_conn, flow().server_conn)
    saved = save(tmp_path / "saved.flow", flow(), tcp, flow("/b?x=1", 403, b"no"), flow("/c", None))

    first, second, third = read_flows(saved)

    target = first.request.target
    assert (first.request.method, target.origin, target.path) == ("GET", "https://api.test", "/a")
    assert (first.request.client, first.request.at) == ("192.0.2.7", NOON)
    assert first.request.headers.get("x-api-key") == "k"
    assert second.response is not None
    assert (second.response.status, second.response.body) == (403, b"no")
    assert (second.place, second.reason) == (f"{saved}, flow 1", None)
    assert third.response is None


def test_what_why403_said_of_a_flow_counts(tmp_path: Path) -> None:
    said = {
        "reason": "network.denied",
        "client": {"address": "203.0.113.9", "hops": [{"entry": "10.0.0.1", "verdict": "peer"}]},
    }
    saved = save(tmp_path / "saved.flow", flow(why403=said), flow(why403={"allowed": True}))

    first, second = read_flows(saved)

    assert (first.reason, first.request.client) == ("network.denied", "10.0.0.1")
    assert (second.reason, second.request.client) == (None, "192.0.2.7")


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"no flows", "cannot be read as flows"), (None, "cannot be read: no such file")],
)
def test_a_file_that_holds_no_flows_is_refused(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    path = tmp_path / "saved.flow"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(Fault, match=message):
        read_flows(str(path))


def test_the_exchanges_of_several_har_files_follow_each_other(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.har").write_text(har_text([exchange(f"GET /{name}")]))

    found = read_hars([str(tmp_path / "a.har"), str(tmp_path / "b.har")])

    assert [e.request.target.path for e in found] == ["/a", "/b"]


def test_the_problems_of_every_file_are_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken, binary = tmp_path / "broken.har", tmp_path / "binary.har"
    broken.write_text("{")
    binary.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(SystemExit) as ended:
        read_hars([str(broken), str(binary), str(tmp_path / "none.har")])

    assert ended.value.code == 2
    told = capsys.readouterr().err
    for words in ("cannot be read as JSON", "it is not UTF-8", "no such file or directory"):
        assert words in told


def test_flows_and_har_files_may_be_read_side_by_side(tmp_path: Path) -> None:
    saved = save(tmp_path / "saved.flow", flow())
    har = tmp_path / "page.har"
    har.write_text(har_text([exchange("GET /b")]))

    found = read_traffic([saved, str(har)])

    assert [one.request.target.path for one in found] == ["/a", "/b"]


def test_the_problems_of_flows_and_har_files_are_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.flow"
    broken.write_bytes(b"7:abc")
    nothing = tmp_path / "nothing.har"

    with pytest.raises(SystemExit) as end:
        read_traffic([str(broken), str(nothing)])

    assert end.value.code == 2
    told = capsys.readouterr().err.splitlines()
    assert [line.partition(" cannot be read")[1] for line in told] == [" cannot be read"] * 2


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes("\ufeffé".encode())

    assert read_file(str(tmp_path / "x")) == "é"
