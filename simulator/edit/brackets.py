"""How does an entry come into brackets, leave them or get another value?

Flow style: `[item, item]`, `{key: value}`, on one line or on many, with comments between (YAML
1.2, section 7.4). JSON is nothing else.
"""

from __future__ import annotations

from simulator.edit.changes import Change
from simulator.edit.places import Entry, Place
from simulator.edit.site import Site, split
from simulator.edit.text import Splice
from simulator.edit.writing import WIDTH, is_example, nearest, write_flow, write_pair


def insert(site: Site, change: Change) -> list[Splice]:
    """A new entry: an item ahead of another or at the end, a key at the end."""
    text, flow, key, comment = site.text, site.container, change.key, change.comment
    entries = flow.entries
    if not entries:
        return _fill(site, change)
    index = key if isinstance(key, int) else len(entries)
    if index < len(entries):
        entry = entries[index]
        new = _written(site, change, index, text.indentation(entry.start))
        if not _has_line(site, entry):
            return [
                Splice(entry.start, entry.start, new + _comma(site)),
                *site.remark(entry.start, comment),
            ]
        pad = text.indentation(entry.start)
        at = text.above(entry.start, entries[index - 1].end if index else flow.start)
        return [Splice(at, at, _line(site, f"{new},", comment, pad) + site.manner.newline)]
    last = entries[-1]
    new = _written(site, change, index, text.indentation(last.start))
    if flow.is_bare:
        return [
            Splice(flow.start, flow.start, "{"),
            Splice(flow.end, flow.end, f"{site.manner.comma}{new}}}"),
            *site.remark(flow.end, comment),
        ]
    if text.is_first(last.start):
        return _append_line(site, last, new, comment)
    end = last.end if last.comma is None else last.comma + 1
    wraps = text.line_start(flow.start) != text.line_start(last.start)
    if wraps and text.column(end) + len(new) + 4 > WIDTH:
        return _append_line(site, last, new, comment)
    at, space = last.end, ""
    if last.value.kind == "nothing":  # `{key: }`: but `key:,` is one word
        at, space = (at + 1, "") if text[at] == " " else (at, " ")
    return [Splice(at, at, space + _comma(site) + new), *site.remark(at, comment)]


def _comma(site: Site) -> str:
    """A comma and what stands after the first of them."""
    first, *others = site.container.entries
    if first.comma is None or not others:
        return site.manner.comma
    between = site.text[first.comma + 1 : others[0].start]
    return site.manner.comma if between.strip(" ") else f",{between}"


def _append_line(site: Site, last: Entry, new: str, comment: str) -> list[Splice]:
    """A new last entry on a line of its own."""
    text, flow = site.text, site.container
    pad = text.indentation(last.start)
    end, comma = last.end, [Splice(last.end, last.end, ",")]
    if last.comma is not None:
        end, comma, new = last.comma + 1, [], f"{new},"
    line = site.manner.newline + _line(site, new, comment, pad)
    if text.line_start(flow.end - 1) == text.line_start(end):
        rest = text[end : flow.end - 1]
        after = site.manner.newline + text.indentation(flow.start) if comment else rest
        return [*comma, Splice(end, flow.end - 1, line + after)]
    at = text.line_end(end)
    return [*comma, Splice(at, at, line)]


def _fill(site: Site, change: Change) -> list[Splice]:
    """The first entry between brackets."""
    text, flow, comment = site.text, site.container, change.comment
    inside = text[flow.start + 1 : flow.end - 1]
    outer = text.indentation(flow.end - 1)
    around = None if site.around is None else site.manner.fallback(site.around)
    if around is not None and around.step is not None:
        pad = outer + around.step
        new, newline = pad + _written(site, change, 0, pad), site.manner.newline
        return [Splice(flow.start + 1, flow.end - 1, f"{newline}{new}{newline}{outer}")]
    if not inside.strip(" \t"):
        new = _written(site, change, 0, outer)
        space = inside[:1] or (
            site.manner.bracket if flow.kind == "sequence" else site.manner.brace
        )
        return [
            Splice(flow.start + 1, flow.end - 1, space + new + space),
            *site.remark(flow.end, comment),
        ]
    pad = outer + " " * site.manner.step
    line = _line(site, _written(site, change, 0, pad), comment, pad)
    at = text.line_start(flow.end - 1)
    return [Splice(at, at, line + site.manner.newline)]


def _written(site: Site, change: Change, index: int, pad: str) -> str:
    value, manner = change.value, site.manner
    like = nearest(site.container.entries, index, value) or _fallback(site)
    written = write_flow(value, manner, like, pad)
    return written if isinstance(change.key, int) else write_pair(change.key, written, manner)


def _fallback(site: Site) -> Place | None:
    container = site.container if site.container.entries else site.around
    return site.manner.fallback(container)


def _line(site: Site, new: str, comment: str, pad: str) -> str:
    """A line of its own for an entry, with its comment; without the break at its end."""
    above = site.lines(split(comment)[:-1], pad)
    return f"{above}{pad}{new}{site.beside(comment)}"


def _has_line(site: Site, entry: Entry) -> bool:
    """Whether an entry has its lines for itself."""
    text = site.text
    rest = text.rest(entry.end if entry.comma is None else entry.comma + 1).lstrip()
    return text.is_first(entry.start) and (not rest or rest[0] in "#]}")


def replace(site: Site, change: Change) -> list[Splice]:
    """Another value for an entry."""
    entry, value, entries = site.entry(change), change.value, site.container.entries
    old, manner = entry.value, site.manner
    if isinstance(value, str) and old.style in ("'", '"'):
        manner = manner._replace(quote=old.style)
    like = old if is_example(old, value) else nearest(entries, entries.index(entry), value)
    pad = site.text.indentation(entry.start)
    new = write_flow(value, manner, like or _fallback(site), pad)
    if old.kind == "nothing" and old.head == old.end:
        new = f" {new}" if entry.indicator >= 0 else f": {new}"
    end = old.end if entry.comma is None else entry.comma + 1
    remark = site.remark(end, change.comment, start=entry.start)
    return [Splice(old.head, old.end, new), *remark]


def remove(site: Site, change: Change) -> list[Splice]:
    """An entry with its comma, and the comment at the end of its line if it has that for itself."""
    text, flow, entry = site.text, site.container, site.entry(change)
    entries = flow.entries
    index = entries.index(entry)
    end = entry.end if entry.comma is None else entry.comma + 1
    if flow.is_bare:
        return [Splice(flow.start, flow.end, "{}")]
    if len(entries) == 1 and not _around(site, entry, end).strip():
        return [Splice(flow.start + 1, flow.end - 1, "")]
    last = index == len(entries) - 1
    # The last entry goes with the comma ahead of it, unless it has one of its own.
    comma = entries[index - 1].comma if last and index and entry.comma is None else None
    before = [] if comma is None else [Splice(comma, comma + 1, "")]
    if text.is_first(entry.start):
        if _has_line(site, entry) and text.line_start(flow.end - 1) != text.line_start(end):
            return [*before, text.cut(text.line_start(entry.start), text.next_line(end))]
        if not last:
            return [Splice(entry.start, entries[index + 1].start, "")]
        ahead = entries[index - 1].comma if index else None
        if ahead is not None and not text[ahead + 1 : entry.start].strip():
            return [Splice(ahead, entry.end, "")]
        return [*before, Splice(entry.start, end, "")]
    if index:
        start = entries[index - 1].comma
        assert start is not None
        return [Splice(start, entry.end, "")]
    if last or text[end : entries[1].start].strip():  # comments
        return [Splice(entry.start, end, "")]
    return [Splice(entry.start, entries[1].start, "")]


def _around(site: Site, entry: Entry, end: int) -> str:
    """What stands between the brackets besides the entry."""
    flow = site.container
    return site.text[flow.start + 1 : entry.start] + site.text[end : flow.end - 1]
