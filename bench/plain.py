"""The yardstick: the same decisions by plain Python written for this one workload.

Five stages, all asked, each giving a tuple; flattened intervals and bisect, a dict of segments,
sets of scopes. No policy language beyond the workload's, no places, no near misses, no answer.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from socket import AF_INET, AF_INET6, inet_pton

import netaddr
from ruamel.yaml import YAML

type Verdict = tuple[tuple[str, bool, str], ...]


def compile_plain(policy: str) -> Callable[[str, str, dict[str, str], str], Verdict]:
    """A function of method, path, headers in lower case and client."""
    data = YAML(typ="safe", pure=True).load(policy)
    points: list[tuple[int, int, int, bool]] = []
    for deny in (False, True):
        for text in data["network"]["deny" if deny else "allow"]:
            network = netaddr.IPNetwork(text)
            shift = 1 << 128 if network.version == 6 else 0
            points.append((network.first + shift, -(network.last + shift), network.prefixlen, deny))
    starts, wins = _flatten(sorted(points))
    exact = {o for o in data["cors"]["origins"] if "*" not in o}
    below = {o.partition("*.")[2] for o in data["cors"]["origins"] if "*" in o}
    keys = {key["key"]: set(data["roles"][key["roles"][0]]) for key in data["keys"]}
    tree: dict[str, dict] = {}
    for route in data["routes"]:
        node = tree
        for segment in route["path"][1:].split("/"):
            node = node.setdefault("*" if segment.startswith("{") else segment, {})
        node[""] = (frozenset(route["methods"]), frozenset(route["scopes"]))

    def judge(method: str, path: str, headers: dict[str, str], client: str) -> Verdict:
        if ":" in client:
            address = int.from_bytes(inet_pton(AF_INET6, client)) + (1 << 128)
        else:
            address = int.from_bytes(inet_pton(AF_INET, client))
        win = wins[bisect_right(starts, address) - 1]
        network = ("network", win == 1, "allowed" if win == 1 else "denied" if win else "default")
        origin = headers.get("origin")
        good = origin is None or origin in exact or origin.partition(".")[2] in below
        cors = ("cors", good, origin or "")
        node = tree
        for segment in path[1:].split("/"):
            node = node.get(segment) or node.get("*")
            if node is None:
                break
        leaf = node.get("") if node else None
        route = ("route", leaf is not None and method in leaf[0], path)
        scopes = keys.get(headers.get("x-api-key", ""))
        known = ("authenticate", scopes is not None, "")
        enough = leaf is None or scopes is None or leaf[1] <= scopes
        return (network, cors, route, known, ("authorize", enough, ""))

    return judge


def _flatten(points: list[tuple[int, int, int, bool]]) -> tuple[list[int], list[int]]:
    """Nested blocks to disjoint intervals: 0 none, 1 allow, 2 deny."""
    starts, wins, stack = [0], [0], []
    for first, negative_last, _, deny in [*points, (1 << 130, 0, 0, False)]:
        while stack and stack[-1][0] < first:
            last, _ = stack.pop()
            starts.append(last + 1)
            wins.append(stack[-1][1] if stack else 0)
        stack.append((-negative_last, 2 if deny else 1))
        starts.append(first)
        wins.append(stack[-1][1])
    return starts, wins
