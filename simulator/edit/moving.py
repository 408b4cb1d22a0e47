"""Where does everything stand after a few lines of a document have become others?

Reading the whole text again would tell; moving what is known takes a fiftieth of the time.
"""

from __future__ import annotations

from simulator.edit.windows import Window
from simulator.source import Data, Document, Span, join


def moved(document: Document, window: Window, after: Document, data: Data, text: str) -> Document:
    """The document as if its new text had been read: `after` is what the window is now."""
    assert window.end is not None
    base = join("", *window.path)
    prefix = f"{base}/" if base else ""
    old, new = window.data, after.data
    assert isinstance(old, (list, dict))
    assert isinstance(new, (list, dict))
    high, shift = window.low + len(old), len(new) - len(old)
    keys = {join("", key) for key in old} if isinstance(old, dict) else set[str]()

    def kept(path: str) -> str | None:
        """What the path of something outside the window is now; None for what is inside."""
        if not path or not path.startswith(prefix):
            return path
        step, slash, rest = path[len(prefix) :].partition("/")
        if isinstance(old, dict):
            return None if step in keys else path
        number = int(step)
        if number < window.low:
            return path
        return None if number < high else f"{prefix}{number + shift}{slash}{rest}"

    def placed(path: str) -> str:
        """What the path of something inside the window is in the document."""
        if isinstance(old, list):
            step, slash, rest = path.partition("/")
            path = f"{int(step) + window.low}{slash}{rest}"
        return prefix + path

    further = len(after.lines) - (window.end - window.first)
    spans: dict[str, Span] = {}
    for path, span in document.spans.items():
        if (now := kept(path)) is not None:
            late = span.line > window.end
            spans[now] = Span(span.file, span.line + further) if late else span
    for path, span in after.spans.items():
        # The block itself stands where its first entry does, unless its key is above.
        if path or (not window.low and document.spans[base].line > window.first):
            spans[placed(path) if path else base] = Span(span.file, span.line + window.first)
    blocks = {
        now: column for path, column in document.blocks.items() if (now := kept(path)) is not None
    }
    blocks.update({placed(path): column for path, column in after.blocks.items() if path})
    all_lines = (*document.lines[: window.first], *after.lines, *document.lines[window.end :])
    return Document(document.name, data, spans, (), all_lines, text, blocks)
