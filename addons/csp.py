"""What must a page's Content-Security-Policy let in for the panel, and nothing else?

One inline script with a nonce that is made for this one answer, and requests to the panel's own
path (Content Security Policy Level 3). Every policy counts, so each is edited, those that only
report too: they would report what no page of theirs did. Nothing is taken out of a policy but
`'none'`, which means nothing beside another source.
"""

from __future__ import annotations

import re
from html import escape, unescape
from typing import NamedTuple

# Which list speaks for script elements, and which for requests, the nearest first (sections 6.1.11
# and 6.1.2: a directive that is absent falls back to the next).
_SCRIPTS = ("script-src-elem", "script-src", "default-src")
_REQUESTS = ("connect-src", "default-src")
_HASH_OR_NONCE = re.compile(r"'(?:nonce-|sha(?:256|384|512)-)", re.IGNORECASE)
_SPACES = "\t\n\f\r "
FIELDS = ("content-security-policy", "content-security-policy-report-only")


class Directive(NamedTuple):
    """One directive of a policy: its name in lower case, and its values as written."""

    name: str
    values: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join((self.name, *self.values))


class Opening(NamedTuple):
    """What is let in: the script with this nonce, and requests to URLs below this one."""

    nonce: str
    url: str


class Sandbox(NamedTuple):
    """What a policy's `sandbox` leaves to a document."""

    scripts: bool = True
    same_origin: bool = True


def edit_policies(value: str, opening: Opening) -> str:
    """The value of a policy field, each of its policies edited."""
    return ", ".join(edit_policy(policy, opening) for policy in value.split(","))


def edit_policy(text: str, opening: Opening) -> str:
    """One serialised policy (section 2.2), edited."""
    directives = parse_policy(text)
    edited = _let_script(directives, opening.nonce)
    edited = _let_request(edited, opening.url)
    return text.strip(_SPACES) if edited == directives else "; ".join(map(str, edited))


def parse_policy(text: str) -> list[Directive]:
    """The directives; of several with one name only the first counts (section 2.2.1)."""
    found: dict[str, Directive] = {}
    for part in text.split(";"):
        words = part.split()
        if words:
            name = words[0].lower()
            found.setdefault(name, Directive(name, tuple(words[1:])))
    return list(found.values())


def sandbox_of(values: list[str]) -> Sandbox:
    """What the `sandbox` directives of all enforced policies leave (section 6.3.1)."""
    scripts = same_origin = True
    for value in values:
        for policy in value.split(","):
            for directive in parse_policy(policy):
                if directive.name == "sandbox":
                    allowed = {word.lower() for word in directive.values}
                    scripts = scripts and "allow-scripts" in allowed
                    same_origin = same_origin and "allow-same-origin" in allowed
    return Sandbox(scripts, same_origin)


def _let_script(directives: list[Directive], nonce: str) -> list[Directive]:
    speaking = _speaking(directives, _SCRIPTS)
    if speaking is None or _lets_inline(speaking.values):
        return directives  # a nonce would switch `'unsafe-inline'` off, and break the page
    return _let(directives, speaking, "script-src-elem", f"'nonce-{nonce}'")


def _let_request(directives: list[Directive], url: str) -> list[Directive]:
    speaking = _speaking(directives, _REQUESTS)
    if speaking is None or any(v == "*" or v.lower() == "'self'" for v in speaking.values):
        return directives  # the panel's path is the page's own origin
    return _let(directives, speaking, "connect-src", url)


def _speaking(directives: list[Directive], names: tuple[str, ...]) -> Directive | None:
    by_name = {directive.name: directive for directive in directives}
    return next((by_name[name] for name in names if name in by_name), None)


def _let(
    directives: list[Directive], speaking: Directive, name: str, source: str
) -> list[Directive]:
    """The list that speaks, with this source too, under this name: the directives that it falls
    back to speak for other things as well, and are left as they are."""
    kept = tuple(value for value in speaking.values if value.lower() != "'none'")
    let = Directive(name, (*kept, source))
    if speaking.name == name:
        return [let if directive.name == name else directive for directive in directives]
    return [*directives, let]


def _lets_inline(values: tuple[str, ...]) -> bool:
    """Whether any inline script runs (section 6.7.3.2)."""
    lowered = [value.lower() for value in values]
    return (
        "'unsafe-inline'" in lowered
        and "'strict-dynamic'" not in lowered
        and not any(_HASH_OR_NONCE.match(value) for value in values)
    )


# Elements, and what only looks like them: comments, and the text of scripts and styles.
_HEAD = re.compile(
    rb"<!--.*?(?:-->|\Z)|<(script|style|title|template|noscript)[\s/>].*?(?:</\1|\Z)"
    rb"|(?P<meta><meta[\s/](?:[^>\"']|\"[^\"]*\"|'[^']*')*>)|(?P<end></head[\s>]|<body[\s/>])",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTE = re.compile(
    r"""([^\s/>="']+)\s*(?:=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""", re.IGNORECASE
)


def edit_meta(html: bytes, opening: Opening) -> bytes:
    """The policies that stand in `<meta http-equiv>` elements of a document's beginning, edited.

    They hold from where they stand, so the panel's script runs in any case; without this its
    requests would not. `html` is in an encoding that agrees with ASCII.
    """
    pieces: list[bytes] = []
    done = 0
    for match in _HEAD.finditer(html):
        if match["end"]:
            break
        if match["meta"]:
            pieces += [html[done : match.start()], _edit_element(match["meta"], opening)]
            done = match.end()
    return b"".join([*pieces, html[done:]])


def _edit_element(element: bytes, opening: Opening) -> bytes:
    text = element.decode("latin-1")
    attributes = {}
    content: re.Match[str] | None = None
    for match in _ATTRIBUTE.finditer(text, len("<meta")):
        name = match[1].lower()
        if name not in attributes:
            attributes[name] = next((v for v in match.groups()[1:] if v is not None), "")
            content = match if name == "content" else content
    if attributes.get("http-equiv", "").strip().lower() != FIELDS[0] or content is None:
        return element
    policy = unescape(attributes["content"])
    edited = edit_policies(policy, opening)
    if edited == policy:
        return element
    written = f'content="{escape(edited)}"'
    return (text[: content.start()] + written + text[content.end() :]).encode("latin-1")
