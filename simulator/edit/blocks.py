"""How does an entry come into a block, leave it or get another value?

Block style: every entry in lines of its own, `- item` or `key: value` (YAML 1.2, section 8.2).
"""

from __future__ import annotations

from simulator.edit.changes import Change
from simulator.edit.places import Entry, Place
from simulator.edit.site import Site
from simulator.edit.text import Splice, Text
from simulator.edit.writing import (
    is_block,
    is_example,
    nearest,
    write_block,
    write_entry,
    write_inline,
    write_item,
)
from simulator.problem import Fault
from simulator.source import Data


def insert(site: Site, change: Change) -> list[Splice]:
    """A new entry: an item ahead of another or at the end, a key at the end."""
    text, block, newline = site.text, site.container, site.manner.newline
    entries, key, value = block.entries, change.key, change.value
    column = text.column(entries[0].start)
    pad = " " * column
    index = key if isinstance(key, int) else len(entries)
    like = nearest(entries, index, value) or site.example
    if isinstance(key, int):
        written = write_item(value, column, site.manner, like, _gap(site, index))
    else:
        written = write_entry(key, value, column, site.manner, like)
    new = pad + site.commented(written, column, change.comment, change.depth)
    if index < len(entries):
        entry = entries[index]
        beyond = entries[index or 1] if len(entries) > 1 else None
        blank = newline * (beyond is not None and text.follows_blank_line(beyond.start))
        if not text.is_first(entry.start):  # `- - item`: it shares its line with its owner's dash
            return [Splice(entry.start, entry.start, f"{new.lstrip(' ')}{newline}{blank}{pad}")]
        at = text.line_start(entry.start)
        if index or not site.is_root:  # what stands above a policy's first line is about the policy
            at = text.above(entry.start, entries[index - 1].end if index else 0)
        return [Splice(at, at, new + newline + blank)]
    last = entries[-1]
    at = text.below(last.end, column)
    blank = newline * (site.before + len(entries) > 1 and text.follows_blank_line(last.start))
    if _ends_line(text, last.end):  # a text that keeps the blank lines below it would keep this
        blank = ""
    if at != text.line_start(at):  # the text ends without a line break, and goes on to
        leaf = last.value.last_leaf()
        if leaf.style in ("|", ">") and "-" not in text.rest(leaf.start).partition("#")[0]:
            raise Fault(
                "nothing can be written below the policy's last line",
                "a text in lines ends there without a line break, and would get one",
                "end the policy with a line break",
            )
        return [Splice(at, at, newline + blank + new)]
    return [Splice(at, at, blank + new + newline)]


def _gap(site: Site, index: int) -> int:
    """How many spaces stand between the dash and the item beside the one at `index`."""
    beside = site.container.entries[max(index - 1, 0)]
    between = site.text[beside.indicator : beside.value.head]
    return len(between) if between and not between.strip(" ") else 1


def replace(site: Site, change: Change) -> list[Splice]:
    """Another value for an entry."""
    text, manner, entry = site.text, site.manner, site.entry(change)
    old, value, comment = entry.value, change.value, change.comment
    entries = site.container.entries
    like = old if is_example(old, value) else nearest(entries, entries.index(entry), value)
    like = like or site.example
    line = entry if text.is_first(entry.start) else site.line
    if not is_block(value, manner, like):
        quote = old.style if isinstance(value, str) and old.style in ("'", '"') else manner.quote
        column = len(text.indentation(entry.start))
        new = write_inline(value, manner._replace(quote=quote), like, column)
        if _ends_line(text, old.end):
            remark = site.above(comment, line, entry.start)
        else:
            remark = site.remark(old.after if is_below(site, old) else old.end, comment, line)
        return [*_inline(site, entry, new), *remark]
    column = text.column(entry.start)
    column += 2 if entry.key is None else manner.indent(value)
    if (is_example(old, value) and not old.flow) or _shares_line(site, entry):
        column = text.column(old.head)
    new = write_block(value, column, manner, like)
    if change.depth:
        new, comment = site.commented(new, column, comment, change.depth - 1), ""
    return [*site.above(comment, line, entry.start), *_block(site, entry, new, column)]


def _shares_line(site: Site, entry: Entry) -> bool:
    """Whether an item stands on the line of its dash."""
    between = site.text[entry.indicator : entry.value.head]
    return entry.key is None and bool(between) and not between.strip(" ")


def _inline(site: Site, entry: Entry, new: str) -> list[Splice]:
    text, old = site.text, entry.value
    if is_below(site, old):
        return [_beside(old, new), text.cut(text.line_start(old.start), _last(text, old))]
    if old.kind == "nothing":
        return [_beside(old, new if entry.indicator >= 0 else f": {new}")]
    end = _last(text, old)
    return [Splice(old.head, end, new + site.manner.newline * _ends_line(text, end))]


def _beside(place: Place, new: str) -> Splice:
    """What is written on the line of a key or dash, in the place of an anchor or tag."""
    if place.head < place.after:
        return Splice(place.head, place.after, new)
    return Splice(place.after, place.after, new if new.startswith(":") else f" {new}")


def _block(site: Site, entry: Entry, new: str, column: int) -> list[Splice]:
    """A block where a value was: below its key, or right after its dash."""
    text, newline, old = site.text, site.manner.newline, entry.value
    pad, end = " " * column, _last(text, old)
    ending = newline * _ends_line(text, end)
    if old.kind != "nothing" and old.head > entry.start and text.is_first(old.head):
        return [Splice(text.line_start(old.head), end, pad + new + ending)]
    if entry.key is None:
        start = entry.indicator if old.kind == "nothing" else old.head
        return [Splice(start, end, " " * (column - text.column(start)) + new + ending)]
    if ending:
        return [Splice(entry.indicator, end, newline + pad + new + ending)]
    line = text.line_end(end)
    return [Splice(entry.indicator, end, ""), Splice(line, line, newline + pad + new)]


def _last(text: Text, old: Place) -> int:
    """Where a value ends; where the lines of a block over several lines do.

    That may be where a line begins, and so may the end of a text that keeps its blank lines.
    """
    if not old.entries or old.flow or text.line_start(old.start) == text.line_start(old.end):
        return old.end
    return text.below(old.end, text.column(old.start))


def _ends_line(text: Text, end: int) -> bool:
    return end == text.line_start(end)


def is_below(site: Site, value: Place) -> bool:
    """Whether it is a block in lines of its own below its key or dash."""
    return bool(value.entries) and not value.flow and site.text.is_first(value.start)


def remove(site: Site, change: Change) -> list[Splice]:
    """An entry, with the comments at the end of its lines and those inside it."""
    text, block, entry = site.text, site.container, site.entry(change)
    entries = block.entries
    if len(entries) == 1:
        return _empty(site)
    if text.is_first(entry.start):
        start, end = text.line_start(entry.start), text.below(entry.end, text.column(entry.start))
        index = entries.index(entry)
        above = entries[index - 1] if index else None
        if above is not None and start == above.end:
            # A text that keeps the blank lines below it would keep these.
            return [Splice(start, text.after_blank_lines(end), "")]
        start, end = _with_blank_line(site, entry, start, end)
        if above is not None and above.value.last_leaf().style in ("|", ">"):
            return [Splice(start, end, "")]  # and it keeps the line break at its end
        return [text.cut(start, end)]
    # Only the first entry can share its line with what is around it, its owner's dash.
    end = text.below(entry.end, text.column(entry.start))
    if "#" in text[end : entries[1].start]:
        return [Splice(entry.start, text.line_end(text.previous_line(end)), "")]
    return [Splice(entry.start, entries[1].start, "")]


def _with_blank_line(site: Site, entry: Entry, start: int, end: int) -> tuple[int, int]:
    """The lines of an entry, with the blank line that parts it from another."""
    text, entries = site.text, site.container.entries
    below = end == len(text) or text.is_blank_line(end)
    if start and text.is_blank_line(text.previous_line(start)):
        if below or entry is entries[-1]:
            return text.previous_line(start), end
    elif entry is entries[0] and below and text.above(entry.start) == start:
        return start, text.next_line(end)
    return start, end


def _empty(site: Site) -> list[Splice]:
    """A block without entries is `[]` or `{}`: a key with nothing after it would be null."""
    text, block = site.text, site.container
    new = "[]" if block.kind == "sequence" else "{}"
    if site.owner is None or not is_below(site, block):
        return [
            Splice(block.start, block.end, new + site.manner.newline * _ends_line(text, block.end))
        ]
    end = text.below(block.end, text.column(block.start))
    return [
        Splice(block.after, block.after, " " + new),
        text.cut(text.line_start(block.start), end),
    ]


def begin(site: Site, change: Change) -> list[Splice]:
    """The first entry of a policy that has none: `{}`, null or nothing but comments."""
    text, root, newline = site.text, site.container, site.manner.newline
    value: Data = {change.key: change.value} if isinstance(change.key, str) else [change.value]
    new = site.commented(write_block(value, 0, site.manner), 0, change.comment, change.depth)
    if root.kind == "nothing":
        at = text.below(root.after, -1) if root.after else len(text)
        start = "" if _ends_line(text, at) else newline
        return [Splice(at, at, start + new + newline)]
    if "#" in text.rest(root.end):
        end, next_line = text.line_end(root.end), root.end
        next_line += len(text.rest(next_line)) - len(text.rest(next_line).lstrip())
        return [Splice(root.start, next_line, ""), Splice(end, end, newline + new)]
    return [Splice(root.start, root.end, newline * (not text.is_first(root.start)) + new)]
