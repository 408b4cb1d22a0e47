"""How is a failure told to the developer?

One sentence with what the server really said in it, from which the mistake can be seen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from simulator.browser.failure import Failure, decoded
from simulator.browser.spelling import difference
from simulator.problem import list_words, printable, quote

_LONGEST = 200
# What stands in front of the last `@` of an authority, as browsers find it: a backslash is a slash
# to them, and after `https:` there need be none.
_LOGIN = re.compile(r"((?:\A|:)[/\\]{2,}|\A(?:https?|wss?|ftp):[/\\]*)[^/\\?#]*@", re.IGNORECASE)
_QUERY_OR_FRAGMENT = re.compile(r"([?#]).+", re.DOTALL)
_TABS_AND_NEWLINES = str.maketrans("", "", "\t\n\r")
_C0_AND_SPACE = "".join(map(chr, range(0x21)))

type Values = Mapping[str, object]


def sentence(failed: Failure) -> str:
    """What fails, in lower case and without a full stop."""
    code = failed.reason.code
    lead = "the preflight: " if failed.preflight and code not in _OF_PREFLIGHTS else ""
    write = _WRITERS.get(code)
    if write is not None:
        return lead + write(failed.values)
    return lead + failed.reason.text.format_map(_Shown(failed.values))


def without_secrets(url: str) -> str:
    """A URL, well-formed or not, without user and password, and without what its query and its
    fragment say: either may be a token."""
    bare = url.strip(_C0_AND_SPACE).translate(_TABS_AND_NEWLINES)
    return _QUERY_OR_FRAGMENT.sub(r"\1…", _LOGIN.sub(r"\1", bare))


class _Shown(dict[str, object]):
    """Values as a sentence shows them: short, and without what a terminal would act on."""

    def __init__(self, values: Values) -> None:
        super().__init__((name, _shown(value)) for name, value in values.items())

    def __missing__(self, name: str) -> str:
        return "?"


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return list_words([str(item) for item in value], last="and")
    text = _as_text(str(value))
    return printable(text) if len(text) <= _LONGEST else f"{printable(text[:_LONGEST])}…"


def _as_text(value: str) -> str:
    """What a field's value says: it is bytes, and most people write UTF-8."""
    text = decoded(value)
    return value if text is None else text


def _text(values: Values, name: str) -> str:
    return _shown(values.get(name, ""))


def _origin(values: Values) -> str:
    value, origin = str(values.get("value", "")), str(values.get("origin", ""))
    why = difference(_as_text(value), origin)
    hint = f": {why}" if why else ""
    granted = f"Access-Control-Allow-Origin: {_shown(value)}".rstrip()
    return f"`{granted}` is not the page's origin {quote(origin)}{hint}"


def _wildcard(values: Values) -> str:
    return (
        "`Access-Control-Allow-Origin: *` admits no request with credentials; the origin "
        f"{quote(_text(values, 'origin'))} must be named"
    )


def _credentials(values: Values) -> str:
    value = _text(values, "value")
    if not value:
        return (
            "the origin is admitted and `Access-Control-Allow-Credentials: true` is missing, which "
            "a request with credentials needs"
        )
    twice = ": it is there twice" if set(value.split(", ")) == {"true"} else ""
    return (
        f"`Access-Control-Allow-Credentials: {value}` is not `true`, byte for byte, and a request "
        f"with credentials needs it{twice}"
    )


def _method(values: Values) -> str:
    method, granted = _text(values, "method"), str(values.get("granted", ""))
    if not granted:
        return f"there is no `Access-Control-Allow-Methods`, which has to grant `{method}`"
    listed = _listed(granted)
    hint = ""
    if any(word.upper() == method.upper() for word in listed):
        hint = ": methods compare by case"
    elif "*" in listed:
        hint = _MERE_NAME
    return f"`Access-Control-Allow-Methods: {_shown(granted)}` does not grant `{method}`{hint}"


def _headers(values: Values) -> str:
    found, granted = values.get("headers"), str(values.get("granted", ""))
    names = found if isinstance(found, tuple) else ()
    missing = list_words(names, last="and", limit=6)
    if not granted:
        return f"there is no `Access-Control-Allow-Headers`, which has to grant {missing}"
    hint = ""
    if "*" in _listed(granted):
        # Without credentials `*` stands for all but one.
        hint = ": `*` does not cover it" if values.get("star") else _MERE_NAME
    return f"`Access-Control-Allow-Headers: {_shown(granted)}` does not grant {missing}{hint}"


_MERE_NAME = ": with credentials `*` is a name like any other"


def _listed(value: str) -> list[str]:
    return [word.strip(" \t") for word in value.split(",")]


_WRITERS: Mapping[str, Callable[[Values], str]] = {
    "cors.origin-not-allowed": _origin,
    "cors.invalid-origin": _origin,
    "cors.multiple-origins": _origin,
    "cors.wildcard-with-credentials": _wildcard,
    "cors.credentials-not-allowed": _credentials,
    "cors.method-not-allowed": _method,
    "cors.header-not-allowed": _headers,
}
# Their sentences say themselves that it was the preflight.
_OF_PREFLIGHTS = frozenset(
    {
        "cors.preflight-not-ok", "cors.preflight-redirected", "cors.preflight-unauthenticated",
        "cors.preflight-refused",
        "cors.preflight-unrouted", "cors.authorization-under-star",
    }
)  # fmt: skip
