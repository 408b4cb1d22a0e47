"""Does a section let pass whatever it did before?

For the sections on addresses, keys, order, quotas and proxies it shows in what they are compiled
to: exactly, and in a time that does not grow with the number of kinds of request.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from simulator.addresses import Intervals
from simulator.policy import Policy
from simulator.principals import Key
from simulator.remedies.addresses import Section, ranges, sections_of
from simulator.source import Data
from simulator.usage import parse_quota


def networks_widen(old: Policy, new: Policy) -> bool:
    """Whether each list admits all addresses that it did."""
    before, after = sections_of(old), sections_of(new)
    return before.keys() == after.keys() and all(
        _admits_all(before[path], after[path]) for path in before
    )


def _admits_all(old: Section, new: Section) -> bool:
    if not old.intervals.rules and new.intervals.rules and old.allows:
        return False  # of an address that is not known only a list without rules can tell
    return all(
        new.admits(part.first) or not old.admits(part.first)
        for part in ranges([old.intervals, new.intervals])
    )


def keys_widen(old: Policy, new: Policy) -> bool:
    """Whether each key may do what it might, when it might and from where it might."""
    return len(old.keys) == len(new.keys) and all(map(_as_good, old.keys, new.keys))


def _as_good(old: Key, new: Key) -> bool:
    if (old.id, old.secret, old.digest) != (new.id, new.secret, new.digest):
        return False
    if new.revoked > old.revoked or not old.scopes <= new.scopes:
        return False
    if new.expires is not None and (old.expires is None or new.expires < old.expires):
        return False
    if new.not_before is not None and (old.not_before is None or new.not_before > old.not_before):
        return False
    if new.networks is not None and (
        old.networks is None
        or not _admits_all(Section(old.networks, False), Section(new.networks, False))
    ):
        return False
    if new.origins is None:
        return True
    return old.origins is not None and set(old.origins.patterns) <= set(new.origins.patterns)


def order_widens(old: Policy, new: Policy) -> bool:
    """Whether preflights are asked no more than before; all else is asked everything anyway."""
    return ahead_of_cors(new) <= ahead_of_cors(old)


def ahead_of_cors(policy: Policy) -> frozenset[str]:
    """The checks that preflights are asked before they are answered."""
    names = [check.name for check in policy.checks]
    return frozenset(names[: names.index("cors")])


def quotas_widen(old: Iterable[Data], new: Iterable[Data]) -> bool:
    """Whether the sections hold the same quotas, of which more may come at once."""
    before, after = list(_limits(old)), list(_limits(new))
    return len(before) == len(after) and all(
        {**one, "burst": 0} == {**other, "burst": 0} and _burst(one) <= _burst(other)
        for one, other in zip(before, after, strict=True)
    )


def _limits(sections: Iterable[Data]) -> Iterator[dict[str, Data]]:
    """Every quota, with the number of the section that it stands in."""
    for number, section in enumerate(sections):
        for limit in section if isinstance(section, list) else ():
            if isinstance(limit, dict):
                yield {**limit, "section": number}


def _burst(limit: dict[str, Data]) -> int:
    burst = limit.get("burst")
    return parse_quota(str(limit.get("quota")), burst if isinstance(burst, int) else None).burst


def trust_widens(old: Policy, new: Policy) -> bool:
    """Whether through the proxies that are now trusted nobody was let in, or whoever it was.

    Who comes through one of them is now judged by the address that it forwards, be it any.
    """
    before = old.tables.trusted or Intervals((), "longest")
    after = new.tables.trusted or Intervals((), "longest")
    lists = [before, after, *old.network_sections.values()]
    lists += [key.networks for key in old.keys if key.networks is not None]
    for part in ranges(lists):
        trusted = before.find(part.first) >= 0, after.find(part.first) >= 0
        if trusted == (True, False) or (trusted == (False, True) and _counts(old, part.first)):
            return False
    return True


def _counts(policy: Policy, address: int) -> bool:
    """Whether it makes a difference to somebody to come from this address."""
    sections = sections_of(policy)
    enters = "network" not in sections
    for section in sections.values():
        if section.admits(address):
            enters = True
            if not all(section.admits(part.first) for part in ranges([section.intervals])):
                return True
    return enters and any(
        key.networks is not None and key.networks.find(address) >= 0 for key in policy.keys
    )
