"""Does a section `cors` grant whatever it did, to whomever it did?

Told from what is added to its lists. `*` changes what everybody else is sent, and a list that is
left out may mean more than any that is written: where either comes into it, the answer is no, and
whoever asks has to look at every kind of request.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator.behaviour import ASKED, ROUTES, Behaviour
from simulator.behaviours import BEHAVIOURS
from simulator.listing import names_of
from simulator.source import Data

type _Section = Mapping[str, Data]

_LISTS = ("origins", "methods", "headers")
_SWITCHES = ("credentials", "private_network")


def grants_widen(old: Mapping[str, Data], new: Mapping[str, Data]) -> bool:
    """Whether each section grants as much. They stand under the number of the route that has them;
    the policy's own under none."""
    for where in {*old, *new}:
        before, after = old.get(where), new.get(where)
        if before == after:
            continue
        if before is None and isinstance(after, dict):
            # It takes over from nothing: the policy's own applied before, if there is one.
            if (where and "" in old) or not _answers_preflights_alone(after):
                return False
        elif not (isinstance(before, dict) and isinstance(after, dict) and _more(before, after)):
            return False
    return True


def _answers_preflights_alone(section: _Section) -> bool:
    """Whether it takes no other OPTIONS request from the routes. Preflights are refused without a
    section."""
    return section.get("behaviour", "standard") == "standard"


def _more(old: _Section, new: _Section) -> bool:
    """Whether the new section has all of the old one, and things are only added."""
    behaviour = BEHAVIOURS[str(old.get("behaviour", "standard"))]
    if not all(_longer(behaviour, name, old.get(name), new.get(name)) for name in _LISTS):
        return False
    if any(bool(old.get(name)) and not new.get(name) for name in _SWITCHES):
        return False
    if old.get("credentials") != new.get("credentials") and _starred(behaviour, new):
        return False
    # Beside another origin, the only one is no more sent to everybody; that helped nobody.
    free = {*_LISTS, *_SWITCHES, "fixed"}
    if new.get("fixed") and not old.get("fixed"):
        return False
    return {k: v for k, v in old.items() if k not in free} == {
        k: v for k, v in new.items() if k not in free
    }


def _longer(behaviour: Behaviour, name: str, old: Data, new: Data) -> bool:
    """Whether the list goes on where it ended, and says the same as before of all else."""
    if old == new:
        return True
    kept = _default(behaviour, name) if old is None else _texts(old)
    added = _texts(new)
    if kept is None or not isinstance(new, list) or added[: len(kept)] != kept:
        return False
    return "*" not in added


def _default(behaviour: Behaviour, name: str) -> tuple[str, ...] | None:
    """What a list means that is left out; None where that is more than a list can say."""
    if name == "origins":
        return None if "*" in behaviour.origins else behaviour.origins
    default = (behaviour.methods if name == "methods" else behaviour.headers).default
    return None if default in (ASKED, ROUTES, "*") else names_of(default)


def _texts(value: Data) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()


def _starred(behaviour: Behaviour, section: _Section) -> bool:
    """Whether any of its lists has a `*`, or may mean as much."""
    for name in _LISTS:
        value = section.get(name)
        found = _default(behaviour, name) if value is None else _texts(value)
        if found is None or "*" in found:
            return True
    return False
