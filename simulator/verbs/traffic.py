"""How does recorded traffic get from files into the library?

HAR files, and the flows that mitmproxy saves with `-w`. All that is wrong with all of them is told
at once. mitmproxy is imported when flows are read: whoever has none does not wait for it.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from simulator.learning.exchanges import Exchange, exchanges_of
from simulator.problem import Fault, quote
from simulator.verbs.common import NO_ANSWER

if TYPE_CHECKING:
    from mitmproxy.http import HTTPFlow


def read_hars(paths: Sequence[str]) -> list[Exchange]:
    """The exchanges of HAR files, in their order; or the end, with every problem."""
    found, problems = try_hars(paths)
    if problems:
        fail_all(problems)
    return found


def read_traffic(paths: Sequence[str]) -> list[Exchange]:
    """The exchanges of HAR files and of saved flows, in their order; or the end, with every
    problem."""
    found: list[Exchange] = []
    problems: list[str] = []
    for path in paths:
        try:
            if is_flows(path):
                found += read_flows(path)
                continue
            exchanges, wrong = try_hars((path,))
        except Fault as fault:
            exchanges, wrong = [], [str(fault)]
        found += exchanges
        problems += wrong
    if problems:
        fail_all(problems)
    return found


def is_flows(path: str) -> bool:
    """Whether a file holds flows that mitmproxy saved. Raises Fault."""
    try:
        with Path(path).open("rb") as file:
            return file.read(1).isdigit()  # a netstring begins with its length
    except OSError as error:
        cause = (error.strerror or str(error)).lower()
        raise Fault(f"{quote(path)} cannot be read", cause, "correct its path") from None


def try_hars(paths: Sequence[str]) -> tuple[list[Exchange], list[str]]:
    """The same with the problems as values."""
    from simulator.har import HarError, read_har

    found: list[Exchange] = []
    problems: list[str] = []
    for path in paths:
        try:
            found += exchanges_of(read_har(read_file(path), name=path), path)
        except HarError as error:
            problems += error.problems
        except Fault as fault:
            problems.append(str(fault))
    return found, problems


def read_file(path: str) -> str:
    """The text of a file, UTF-8. Raises Fault."""
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Fault(
            f"{quote(path)} cannot be read", "it is not UTF-8", "correct its path"
        ) from None
    except OSError as error:
        cause = (error.strerror or str(error)).lower()
        raise Fault(f"{quote(path)} cannot be read", cause, "correct its path") from None


def fail_all(problems: Sequence[str]) -> NoReturn:
    """Every problem in a line, and the end."""
    for problem in problems:
        click.echo(f"why403: {problem}", err=True)
    sys.exit(NO_ANSWER)


def read_flows(path: str) -> list[Exchange]:
    """The exchanges of a file that mitmproxy saved. A flow that is none of HTTP is left out."""
    with warnings.catch_warnings():
        # What mitmproxy is made of warns of its own future when it is imported, and only then.
        warnings.simplefilter("ignore", DeprecationWarning)
        from mitmproxy.exceptions import FlowReadException
        from mitmproxy.http import HTTPFlow
        from mitmproxy.io import FlowReader

    try:
        with Path(path).open("rb") as file:
            flows = [f for f in FlowReader(file).stream() if isinstance(f, HTTPFlow)]
    except OSError as error:
        cause = (error.strerror or str(error)).lower()
        raise Fault(f"{quote(path)} cannot be read", cause, "correct its path") from None
    except FlowReadException as error:
        cause = " ".join(str(error).split()).lower()
        raise Fault(
            f"{quote(path)} cannot be read as flows", cause, "save them with `mitmdump -w FILE`"
        ) from None
    return list(_exchanges(flows, path))


def _exchanges(flows: Sequence[HTTPFlow], path: str) -> Iterator[Exchange]:
    from addons.bridge import peer_address, read_request, read_response
    from simulator.message import Response

    for number, flow in enumerate(flows):
        said: Any = flow.metadata.get("why403")
        try:
            request = read_request(flow, _peer(said) or peer_address(flow.client_conn.peername))
        except Fault:
            continue  # no URL can be made of it
        answered = None
        if flow.response is not None:
            head = read_response(flow.response)
            body = flow.response.get_content(strict=False) or b""
            answered = Response(head.status, head.headers, body)
        reason = said.get("reason") if isinstance(said, dict) else None
        yield Exchange(
            request,
            answered,
            f"{path}, flow {number}",
            reason if isinstance(reason, str) else None,
        )


def _peer(said: Any) -> str:
    """The address that was taken for the peer's when why403 judged the flow."""
    try:
        return str(said["client"]["hops"][0]["entry"])
    except (KeyError, IndexError, TypeError):
        return ""
