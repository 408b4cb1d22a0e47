"""From where is a key good, and is that anywhere at all?

The networks and origins that keys are bound to, against what `network` and `cors` admit.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from simulator.addresses import show_address
from simulator.edit import Edit, Remove
from simulator.hazard import Hazard, Rule
from simulator.lint.asking import ask, asking_route, show
from simulator.lint.coverage import covered
from simulator.lint.hosts import is_public_suffix
from simulator.lint.subject import Subject, sample
from simulator.lint.weighing import called, idle_entries
from simulator.principals import Key
from simulator.problem import list_words, sentence
from simulator.source import join

NETWORK_REFUSED = Rule(
    "keys/network-refused",
    "error",
    "a key bound to networks that the policy refuses",
    "The key is good from its `networks` alone, and `network` lets none of them in. It can never "
    "be used.",
    "Allow the key's networks, or correct them.",
    """\
network:
  default: deny
  allow: [10.0.0.0/8]
keys:
  - id: build
    env: BUILD_KEY
    networks: [192.168.7.0/24] # keys/network-refused
""",
)


ORIGIN_NOT_ADMITTED = Rule(
    "keys/origin-not-admitted",
    "warning",
    "a key bound to an origin that CORS does not admit",
    "The key is meant for a page, and the page cannot read a single answer: no section `cors` "
    "admits its origin.",
    "Add the origin to `cors.origins`, or correct it.",
    """\
cors:
  origins: [https://shop.example]
  headers: [x-api-key]
keys:
  - id: web
    env: WEB_KEY
    origins: [https://www.shop.example] # keys/origin-not-admitted
""",
)


BOUND_TO_STRANGERS = Rule(
    "keys/bound-to-strangers",
    "warning",
    "a key bound to origins that anybody can have",
    "`null` is sent by every sandboxed frame, and below a public suffix everybody can have a "
    "name. `*` admits every origin, and only shuts out programs that send none.",
    "Bind the key to your own origins, or to none.",
    """\
keys:
  - id: web
    env: WEB_KEY
    origins: ["null"] # keys/bound-to-strangers
""",
)


COVERED = Rule(
    "keys/covered-entry",
    "note",
    "a network or origin of a key inside another of it",
    "The entry changes nothing, since a wider one of the same key covers it.",
    "Remove one of the two: rather the wider.",
    """\
keys:
  - id: build
    env: BUILD_KEY
    networks:
      - 10.0.0.0/8
      - 10.7.0.0/16 # keys/covered-entry
""",
    "removes the entry",
)


def bound(subject: Subject) -> Iterator[Hazard]:
    """What keys are bound to."""
    admitted = _admitted(subject)
    for key in subject.keys:
        if key.networks is not None:
            yield from _networks(subject, key, admitted)
        if key.origins is not None:
            yield from _origins(subject, key)


def _admitted(subject: Subject) -> list[tuple[int, int]] | None:
    """The addresses that `network` lets in, where it is asked everywhere."""
    if len(subject.networks) != 1 or subject.networks[0].route is not None:
        return None
    (network,) = subject.networks
    return [(s.first, s.last) for s in network.stretches if network.verdict(s.rules)]


def _networks(
    subject: Subject, key: Key, admitted: list[tuple[int, int]] | None
) -> Iterator[Hazard]:
    assert key.networks is not None
    path = join(key.rule, "networks")
    blocks = [rule.block for rule in key.networks.rules]
    if admitted is not None and not any(_meets(b.first, b.last, admitted) for b in blocks):
        route, method = asking_route(subject)
        address = blocks[0].first + (blocks[0].first < blocks[0].last)
        request = ask(subject, route, method, client=show_address(address), key=key)
        shown = show(subject, request, "network.")
        message = sentence(
            f"key `{key.id}` can never be used",
            "it is bound to networks that `network` refuses",
            "allow them, or correct `networks`",
        )
        yield subject.hazard(NETWORK_REFUSED, path, message, shown=shown)
    for idle in idle_entries(key.networks, allows=False):
        names = ", ".join(called(subject.policy, key.networks, n) for n in idle.instead[:2])
        message = sentence(
            f"the network `{key.networks.rules[idle.blocks[0]].block.text}` of key `{key.id}` "
            "changes nothing",
            f"{names} has it too",
        )
        edits: tuple[Edit, ...] = (Remove(idle.path),) if idle.removable else ()
        yield subject.hazard(COVERED, idle.path, message, edits=edits)


def _meets(first: int, last: int, admitted: list[tuple[int, int]]) -> bool:
    """Whether any of these stretches has an address from `first` to `last`."""
    place = bisect_left(admitted, first, key=lambda stretch: stretch[1])
    return place < len(admitted) and admitted[place][0] <= last


def _origins(subject: Subject, key: Key) -> Iterator[Hazard]:
    assert key.origins is not None
    patterns = key.origins.patterns
    own = {f"{scheme}://{host}" for host in subject.head.hosts for scheme in ("http", "https")}
    for index, pattern in enumerate(patterns):
        path = join(key.rule, "origins", index)
        below = pattern.origin.host if pattern.origin and pattern.kind == "subdomains" else ""
        if pattern.kind in ("null", "any") or (below and is_public_suffix(below)):
            message = sentence(
                f"key `{key.id}` is bound to `{pattern.text}`",
                "anybody can have a page of such an origin",
                "bind it to your own origins",
            )
            yield subject.hazard(BOUND_TO_STRANGERS, path, message)
            continue
        origin = sample(pattern)
        if not subject.grantings or origin in own:
            continue
        if any(granting.admits(origin) for granting in subject.grantings):
            continue
        route, method = asking_route(subject)
        request = ask(subject, route, method, [("origin", origin)], key=key)
        shown = show(subject, request, "cors.origin-not-allowed")
        message = sentence(
            f"key `{key.id}` is for pages of `{pattern.text}`",
            f"{list_words(g.path for g in subject.grantings)} does not admit them",
            "add the origin there",
        )
        yield subject.hazard(ORIGIN_NOT_ADMITTED, path, message, shown=shown)
    gone: set[int] = set()
    kept: set[int] = set()
    for index, wide in covered(patterns):
        path = join(key.rule, "origins", index)
        edits: tuple[Edit, ...] = ()
        if wide not in gone and index not in kept:
            gone.add(index)
            kept.add(wide)
            edits = (Remove(path),)
        message = sentence(
            f"the origin `{patterns[index].text}` of key `{key.id}` changes nothing",
            f"`{patterns[wide].text}` has it too",
        )
        yield subject.hazard(COVERED, path, message, edits=edits)


RULES = (
    NETWORK_REFUSED,
    ORIGIN_NOT_ADMITTED,
    BOUND_TO_STRANGERS,
    COVERED,
)

CHECKS = (bound,)
