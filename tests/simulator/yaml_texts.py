"""YAML as people write it: random data in random styles, with a numbered comment anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from hypothesis import strategies as st

from simulator.edit import Edit, Insert, Put, Remove
from simulator.source import Data, join

WORDS = (
    "x", "GET", "10.0.0.0/8", "https://a.example", "2001:db8::1", "a b c", "-x", "3", "1.5",
    "true", "~", "'it''s'", '"q, # none"', '"*"', "'[x]'", '"\\u00e9\\n"',
)  # fmt: skip
KEYS = ("k{}", "key-{}", '"q{}"', "'s{}'")
VALUES: tuple[Data, ...] = (
    "v", "*", "# h", "12", "two\nlines", 7, None, True, [], {}, ["a"], [{"x": [1]}, "u"],
    {"id": "n", "roles": ["s", {"t": 1}]},
)  # fmt: skip


class Writer:
    """One text; every choice is `random`'s."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.comments = self.keys = 0

    def chance(self, likely: float) -> bool:
        return self.random.random() >= 1 - likely  # the least random number is the simplest

    def comment(self) -> str:
        self.comments += 1
        return f"# c{self.comments}"

    def key(self) -> str:
        self.keys += 1
        return self.random.choice(KEYS).format(self.keys)

    def end(self) -> str:
        return f"  {self.comment()}\n" if self.chance(0.3) else "\n"

    def between(self, column: int) -> str:
        lines = ""
        while self.chance(0.25):
            depth = self.random.choice((0, column, column, column + 2))
            lines += "\n" if self.chance(0.2) else f"{' ' * depth}{self.comment()}\n"
        return lines

    def flow(self, column: int, depth: int = 0) -> str:
        count, is_list = self.random.randrange(4), self.chance(0.6)
        in_lines, ends_in_comma = self.chance(0.3), self.chance(0.2)
        pad = " " * (column + 4)
        text = "[" if is_list else "{"
        for number in range(count):
            if in_lines and self.chance(0.8):
                text += self.end()
                text += f"{pad}{self.comment()}\n" if self.chance(0.15) else ""
                text += pad
            elif number:
                text += " "
            nested = depth < 3 and self.chance(0.2)
            value = self.flow(column, depth + 1) if nested else self.random.choice(WORDS)
            if not is_list:
                text += self.key() + (f": {value}" if self.chance(0.95) else "")
            else:
                text += f"{self.key()}: {value}" if self.chance(0.05) else value
            if number < count - 1 or ends_in_comma:
                text += " ," if self.chance(0.2) else ","
        if in_lines:
            text += self.end() + " " * (column + 2)
        return text + ("]" if is_list else "}")

    def value(self, column: int, depth: int, *, is_item: bool) -> str:
        """What comes after a colon or dash at `column`."""
        inner = column + 2
        kind = self.random.choice(("word", "word", "flow", "flow", "block", "block", "block", ""))
        if kind == "word" or (kind == "block" and depth > 3):
            return f" {self.random.choice(WORDS)}{self.end()}"
        if kind == "flow":
            return f" {self.flow(column)}{self.end()}"
        if kind == "block":
            if is_item and self.chance(0.6):
                gap = self.random.choice((1, 1, 3))
                return " " * gap + self.block(column + 1 + gap, depth + 1).lstrip(" ")
            is_list = self.chance(0.5)
            step = 0 if is_list and not is_item and self.chance(0.4) else 2 * (1 + self.chance(0.2))
            return (
                self.end()
                + self.between(column + step)
                + self.block(column + step, depth + 1, is_list=is_list)
            )
        kind = self.random.choice(("nothing", "below", "text", "over lines"))
        if kind == "nothing":
            return self.end()
        if kind == "below":
            word = self.random.choice(WORDS)
            return f"{self.end()}{self.between(inner)}{' ' * inner}{word}{self.end()}"
        if kind == "over lines":
            return f" plain\n{' ' * inner}and more{self.end()}"
        lines = f" {self.random.choice('|>')}{self.random.choice(('', '-', '+'))}{self.end()}"
        for _ in range(self.random.randrange(1, 3)):
            line = self.random.choice(("some text", "# none", "- x"))
            lines += f"{' ' * inner}{line}\n" + "\n" * self.random.randrange(2)
        return lines

    def block(self, column: int, depth: int = 0, *, is_list: bool | None = None) -> str:
        is_list = self.chance(0.5) if is_list is None else is_list
        lines = ""
        for number in range(self.random.randrange(1, 5)):
            lines += self.between(column) if number else ""
            lines += " " * column + ("-" if is_list else f"{self.key()}:")
            lines += self.value(column, depth, is_item=is_list)
        return lines

    def document(self) -> str:
        text = self.between(0)
        if self.chance(0.1):
            text += self.random.choice(("---\n", "%YAML 1.2\n---\n", "--- # doc\n"))
        text += self.between(0)
        text += f"{self.flow(0)}{self.end()}" if self.chance(0.1) else self.block(0)
        text += self.between(0)
        text += "...\n" if self.chance(0.05) else ""
        text = text[:-1] if self.chance(0.1) else text
        text = text.replace("\n", "\r\n") if self.chance(0.2) else text
        return "\ufeff" + text if self.chance(0.05) else text


def texts() -> st.SearchStrategy[str]:
    """Texts of YAML, of blocks and brackets in one another."""
    return st.randoms(use_true_random=False).map(lambda random: Writer(random).document())


def comments(text: str) -> list[str]:
    """The comments of such a text, in order."""
    return re.findall(r"# c\d+", text)


def values(data: Data, path: str = "") -> Iterator[tuple[str, Data]]:
    """Every value with its path."""
    yield path, data
    if isinstance(data, dict):
        for key, value in data.items():
            yield from values(value, join(path, key))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from values(value, join(path, number))


@st.composite
def edits(draw: st.DrawFn, data: Data) -> Edit:
    """An edit that means something in this data, which is a list or mapping."""
    places = list(values(data))
    lists = [(path, len(value)) for path, value in places if isinstance(value, list)]
    mappings = [path for path, value in places if isinstance(value, dict) and "other" not in value]
    value, comment = draw(st.sampled_from(VALUES)), draw(st.sampled_from(("", "n", "n\nm")))
    kinds = ["replace", "remove"] * (len(places) > 1) + ["item"] * bool(lists)
    kinds += ["key", "list"] * bool(mappings)
    kind = draw(st.sampled_from(kinds))
    if kind == "item":
        path, length = draw(st.sampled_from(lists))
        return Insert(path, value, draw(st.none() | st.integers(0, length)), comment)
    if kind == "key":
        return Put(join(draw(st.sampled_from(mappings)), "new"), value, comment)
    if kind == "list":
        return Insert(join(draw(st.sampled_from(mappings)), "other", "deep"), value, None, comment)
    path = draw(st.sampled_from([path for path, _ in places if path]))
    return Remove(path) if kind == "remove" else Put(path, value, comment)
