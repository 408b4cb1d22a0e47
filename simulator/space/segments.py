"""Which kinds of one path segment does a set of templates tell apart?

A segment is one that some template spells out, or one of those that fill the same partial templates
(`report-{n}`): a parameter in part of a segment stands for at least one character. The kinds are
found by running all partial templates at once over every text there is (subset construction).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

type Parts = tuple[str, ...]  # the fixed text of a partial template, around its parameters

# What stands for itself in a path, in a policy's templates seldom, and reads well in an example.
_FRESH = ("7", "x", "other", "q", "z", "_")
_MANY = 50_000
_STEP, _LOOP = "one", "more"


class TooMany(Exception):
    """There are more kinds than can be told in reasonable time."""


def kinds(literals: Iterable[str], partial: Sequence[Parts]) -> list[str]:
    """A segment of each kind: every literal, nothing, and one for each set of partial templates
    that a segment which is no literal can fill. Raises TooMany."""
    spelled = list(dict.fromkeys(literals))
    found = [*spelled, *([] if "" in spelled else [""])]
    if not partial:
        return [*found, fresh(spelled)]
    # A single or a double dot is no segment: it is taken out of every path first.
    return [*found, *_others(frozenset([*spelled, ".", ".."]), list(dict.fromkeys(partial)))]


def fresh(taken: Iterable[str]) -> str:
    """A segment that is none of these."""
    used = set(taken)
    free = next((text for text in _FRESH if text not in used), None)
    if free is not None:
        return free
    text = "x"
    while text in used:
        text += "x"
    return text


def fills(text: str, parts: Parts) -> bool:
    """Whether the segment fills the partial template."""
    states = _start(_tokens(parts))
    tokens = _tokens(parts)
    for char in text:
        states = _step(tokens, states, char)
    return len(tokens) in states


def _tokens(parts: Parts) -> tuple[str, ...]:
    tokens: list[str] = list(parts[0])
    for part in parts[1:]:
        tokens += [_STEP, _LOOP, *part]
    return tuple(tokens)


def _start(tokens: tuple[str, ...]) -> frozenset[int]:
    return _close(tokens, {0})


def _close(tokens: tuple[str, ...], states: set[int]) -> frozenset[int]:
    """With what is reached without a character: a loop may be left at once."""
    for state in list(states):
        while state < len(tokens) and tokens[state] is _LOOP:
            state += 1
            states.add(state)
    return frozenset(states)


def _step(tokens: tuple[str, ...], states: frozenset[int], char: str) -> frozenset[int]:
    following: set[int] = set()
    for state in states:
        if state == len(tokens):
            continue
        token = tokens[state]
        if token is _LOOP:
            following.add(state)
        elif token is _STEP or token == char:
            following.add(state + 1)
    return _close(tokens, following)


def _others(literals: frozenset[str], partial: list[Parts]) -> list[str]:
    """A segment for each set of partial templates that one outside the literals fills."""
    tokens = [_tokens(parts) for parts in partial]
    # A character that stands in no template is like every other such character.
    chars = {char for parts in partial for part in parts for char in part}
    alphabet = [fresh_char(chars), *sorted(chars)]
    prefixes = {text[:n] for text in literals for n in range(len(text) + 1)}
    start = tuple(_start(t) for t in tokens)
    seen = {(start, "" if "" in prefixes else None)}
    waiting: list[tuple[str, tuple[frozenset[int], ...]]] = [("", start)]
    found: dict[tuple[bool, ...], str] = {}
    while waiting:
        following = []
        for text, states in waiting:
            for char in alphabet:
                longer = text + char
                reached = tuple(_step(t, s, char) for t, s in zip(tokens, states, strict=True))
                key = (reached, longer if longer in prefixes else None)
                if key in seen:
                    continue
                seen.add(key)
                if len(seen) > _MANY:
                    raise TooMany
                following.append((longer, reached))
                if longer not in literals:
                    filled = tuple(len(t) in s for t, s in zip(tokens, reached, strict=True))
                    found.setdefault(filled, longer)
        waiting = following
    return list(found.values())


def fresh_char(taken: Iterable[str]) -> str:
    """A character that is none of these, a plain letter if one is left."""
    used = set(taken)
    plain = "x7abcdefghijklmnopqrstuvwyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_-~"
    free = next((char for char in plain if char not in used), None)
    return free or next(char for char in map(chr, range(0x4E00, 0xA000)) if char not in used)
