"""Which kinds of origin do lists of patterns tell apart?

Origins compare byte for byte (Fetch section 3.3.6), and some families of servers fold case, a slash
at the end, a path or the default port: what is told apart then are spellings too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from simulator.origin import Origin, OriginPattern

_PORTS = ("8443", "9443", "7443", "6443")
_USUAL = {"http": "80", "https": "443"}


def origin_candidates(
    patterns: Sequence[OriginPattern], folds: frozenset[str] = frozenset()
) -> list[str]:
    """Origins among which there is one of every kind that these patterns tell apart: each host that
    is listed, one below each parent, one that is neither, with each scheme and each port."""
    exact: dict[str, None] = {}
    schemes: dict[str, None] = {"https": None, "http": None}
    hosts: dict[str, None] = {}
    parents: dict[str, None] = {}
    ports: dict[str, None] = {"": None}
    for pattern in patterns:
        origin = pattern.origin
        if origin is None:
            continue
        schemes[origin.scheme] = None
        if origin.port != "*":
            ports[origin.port] = None
        if pattern.kind == "subdomains":
            parents[origin.host] = None
        else:
            hosts[origin.host] = None
            if origin.port != "*":
                exact[pattern.text] = None
    for parent in parents:
        hosts[_free(hosts, f".{parent}")] = None
    stranger = _free(hosts, ".example")
    hosts[_free(hosts, "") if any(stranger.endswith(f".{p}") for p in parents) else stranger] = None
    ports[next(n for n in (*_PORTS, *map(str, range(5000, 9000))) if n not in ports)] = None
    found = dict.fromkeys([*exact, "null", ""])
    wild = bool(parents) or any(p.origin is not None and p.origin.port == "*" for p in patterns)
    for host in hosts:
        for scheme in schemes:
            # Where every entry is one origin, another port or scheme is as good as another host.
            for port in ports if wild else ("",):
                if port != _USUAL.get(scheme):
                    found[str(Origin(scheme, host, port))] = None
    found["file://"] = None  # no host, and no entry that is not `*` admits it
    spelled = [s for origin in found for s in _spelled(origin, folds)] if folds else []
    return list(dict.fromkeys([*found, *spelled]))


def _spelled(origin: str, folds: frozenset[str]) -> Iterator[str]:
    """The origin in spellings that only some servers take for the same."""
    scheme = origin.partition("://")[0]
    ends = [""]
    if "port" in folds and scheme in _USUAL and not origin.rpartition(":")[2].isdigit():
        ends.append(f":{_USUAL[scheme]}")
    if "slash" in folds:
        ends += [f"{end}/" for end in ends]
    if "path" in folds:
        ends += [f"{end.rstrip('/')}/path" for end in ends]
    for end in dict.fromkeys(ends):
        text = origin + end
        yield text
        if "case" in folds:
            yield text.upper()


def _free(taken: Iterable[str], end: str) -> str:
    used = set(taken)
    names = ("other", *(f"other{n}" for n in range(len(used) + 1)))
    return next(name for word in names if (name := f"{word}{end}") not in used)
