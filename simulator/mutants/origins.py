"""Which small mistakes are made with CORS?

An origin too many or too few, or a pattern too loose (HTML section 7.1.1); a method, a header or
credentials granted or not (Fetch section 3.3.3).
"""

from __future__ import annotations

from collections.abc import Iterator

from simulator.behaviours import BEHAVIOURS
from simulator.edit import Insert, Put, Remove
from simulator.mutants.change import Change, text, words
from simulator.origin import OriginPattern
from simulator.problem import quote
from simulator.source import Data, join

# What pages use beyond the safelisted methods.
_METHODS = ("PUT", "PATCH", "DELETE")
# Names below these, and below an address, do not exist.
_ALONE = ("localhost",)


def cors_changes(section: Data, path: str) -> Iterator[Change]:
    """Those of a section `cors`."""
    yield from _origin_changes(section, join(path, "origins"))
    yield from _grants(section, path, "methods", "the method", _METHODS)
    yield from _grants(section, path, "headers", "the header", ("*",))
    yield from _settings(section, path)


def _origin_changes(section: Data, path: str) -> Iterator[Change]:
    listed = words(section, "origins")
    for index, origin in enumerate(listed):
        here = join(path, index)
        yield Change(here, f"the origin {quote(origin)} is not admitted", (Remove(here),))
        for looser, beside in _looser(OriginPattern.parse(origin)):
            if looser in listed:
                continue
            edit = Insert(path, looser) if beside else Put(here, looser)
            place = "too" if beside else f"in place of `{origin}`"
            yield Change(here, f"the origin `{looser}` is admitted {place}", (edit,))
    if listed and "*" not in listed:
        yield Change(path, "every origin is admitted", (Insert(path, "*"),))
        if "null" not in listed:
            said = "the origin `null` is admitted too, any sandboxed page's"
            yield Change(path, said, (Insert(path, "null"),))


def _looser(pattern: OriginPattern) -> Iterator[tuple[str, bool]]:
    """Patterns that admit a little more, and whether they stand beside this one or in its place."""
    origin = pattern.origin
    if origin is None:
        return
    scheme, host, port = origin
    suffix = f":{port}" if port else ""
    below = "*." if pattern.kind == "subdomains" else ""
    named = not host.startswith("[") and not host.rpartition(".")[2].isdigit()
    if below:
        yield f"{scheme}://{host}{suffix}", True
        parent = host.partition(".")[2]
        if "." in parent:
            yield f"{scheme}://*.{parent}{suffix}", False
    elif named and host not in _ALONE:
        yield f"{scheme}://*.{host}{suffix}", True
    if port != "*":
        yield f"{scheme}://{below}{host}:*", False
    if scheme == "https":
        yield f"http://{below}{host}{suffix}", True


def _grants(
    section: Data, path: str, key: str, what: str, common: tuple[str, ...]
) -> Iterator[Change]:
    """One granted name less, or more."""
    listed = words(section, key)
    for index, name in enumerate(listed):
        here = join(path, key, index)
        named = f"every {what.removeprefix('the ')}" if name == "*" else f"{what} {quote(name)}"
        yield Change(here, f"{named} is not granted", (Remove(here),))
    # Where the list is left out the family's own stands for it, which one more name would replace.
    if "*" in listed or not (listed or _behaviour(section) == "standard"):
        return
    for name in common:
        if name not in listed:
            named = f"every {what.removeprefix('the ')}" if name == "*" else f"{what} `{name}`"
            place = join(path, key)
            yield Change(place, f"{named} is granted", (Insert(place, name),))


def _settings(section: Data, path: str) -> Iterator[Change]:
    behaviour = BEHAVIOURS[_behaviour(section)]
    if behaviour.credentials != "always":
        granted = _flag(section, "credentials", behaviour.credentials == "yes")
        said = "requests with cookies are " + ("not admitted" if granted else "admitted")
        yield _flip(join(path, "credentials"), said, granted)
    enforced = _flag(section, "enforce", behaviour.enforces)
    said = "refuses other origins itself" if not enforced else "leaves it to browsers to refuse"
    yield _flip(join(path, "enforce"), f"the server {said}", enforced)
    if behaviour.private_network in ("denied", "refused"):
        private = _flag(section, "private_network", False)
        said = "not granted" if private else "granted"
        yield _flip(join(path, "private_network"), f"reaching a private network is {said}", private)


def _behaviour(section: Data) -> str:
    return text(section, "behaviour", "standard")


def _flag(section: Data, key: str, default: bool) -> bool:
    found = section.get(key) if isinstance(section, dict) else None
    return found if isinstance(found, bool) else default


def _flip(path: str, said: str, value: bool) -> Change:
    return Change(path, said, (Put(path, not value),))
