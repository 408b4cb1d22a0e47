"""Which stretches of a YAML text change when one thing in its data does?

Nothing is written anew but the value itself: the text is cut and mended where the value stands.
What stands in several places (anchors, aliases) or comes from elsewhere (`<<`) is not changed.
"""

from __future__ import annotations

import simulator.edit.blocks as blocks
import simulator.edit.brackets as brackets
from simulator.edit.changes import Change
from simulator.edit.places import Entry, Place
from simulator.edit.site import Site, merged
from simulator.edit.text import Splice, Text
from simulator.edit.writing import Manner, fitting
from simulator.problem import Fault, quote
from simulator.source import join


def find_splices(
    text: Text,
    root: Place,
    change: Change,
    manner: Manner,
    example: Place | None,
    *,
    is_part: bool,
    before: int,
) -> list[Splice]:
    """The splices that make the change, in order. Raises Fault where there are none.

    `root` has the places; if it is but a part of a block, there are entries `before` it. `example`
    is a value beside the new one that may stand elsewhere.
    """
    trail = _trail(root, change)
    container = trail[-1].value if trail else root
    owner = trail[-1] if trail else None
    around = trail[-2].value if len(trail) > 1 else root if trail else None
    lines = (entry for entry in reversed(trail) if _begins_line(text, entry))
    manner = fitting(text, container, manner)
    site = Site(
        text,
        manner,
        container,
        owner,
        around,
        next(lines, None),
        example,
        before if not trail else 0,
        is_root=not trail and not is_part,
    )
    if owner is None and _is_empty(text, root):
        return blocks.begin(site, change)
    style = brackets if container.flow else blocks
    if change.kind != "insert" and change.kind != "add":
        _check_gone(root, site.entry(change).value)
    work = {"remove": style.remove, "set": style.replace}.get(change.kind, style.insert)
    # Stable: at one place the first comes first.
    return sorted(work(site, change), key=lambda splice: (splice.start, splice.end))


def _begins_line(text: Text, entry: Entry) -> bool:
    """Whether it is an entry of a block, in lines of its own."""
    return entry.in_block and text.is_first(entry.start)


def _is_empty(text: Text, root: Place) -> bool:
    """Whether the policy holds nothing yet: no value, null, or brackets with nothing in them."""
    inside = text[root.start + 1 : root.end - 1] if root.flow else ""
    return not root.entries and not inside.strip()


def _trail(root: Place, change: Change) -> list[Entry]:
    """The entries on the way to the list or mapping that changes."""
    trail: list[Entry] = []
    place, used = root, _used(root)
    for depth in range(len(change.path) + 1):
        path = join("", *change.path[:depth])
        if place.kind == "alias" or place.name in used:
            raise Fault(
                f"what {quote(path) if path else 'the policy'} holds stands in several places",
                f"`*{place.name}` repeats it",
                "write it out in each of them first",
            )
        if depth < len(change.path):
            entry = place.find(change.path[depth])
            if entry is None:
                raise merged(join("", *change.path[: depth + 1]))
            trail.append(entry)
            place = entry.value
    return trail


def _used(place: Place) -> set[str]:
    """The names of the anchors that aliases repeat."""
    return {inner.name for inner in place.walk() if inner.kind == "alias"}


def _check_gone(root: Place, value: Place) -> None:
    """What goes must not be what an alias elsewhere repeats."""
    for inner in value.walk():
        if inner.name and inner.kind != "alias" and inner.name in _used(root):
            raise Fault(
                f"what goes holds `&{inner.name}`",
                f"`*{inner.name}` repeats it elsewhere",
                "write it out in each place first",
            )
