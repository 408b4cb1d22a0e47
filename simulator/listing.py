"""What is sent in a field that lists what is granted, and does it grant what is asked for?

Access-Control-Allow-Methods, -Allow-Headers and -Expose-Headers (Fetch section 3.3.3): a list as a
policy has it, written as a family of servers writes it.
"""

from __future__ import annotations

from functools import lru_cache

from simulator.behaviour import ASKED, COVERED, ROUTES, Names


class Listing:
    """One list, compiled. `fold`: its names compare without case."""

    __slots__ = (
        "_credentials", "_fold", "_form", "_sent", "all", "by_route", "echoes", "granted", "plain",
    )  # fmt: skip

    def __init__(
        self, form: Names, names: tuple[str, ...] | None, credentials: bool, *, fold: bool
    ) -> None:
        self._form = form
        self._credentials = credentials
        self._fold = fold
        default = form.default if names is None else ""
        self.by_route = default == ROUTES  # what the path's routes take is granted
        starred = default == "*" or (names is not None and "*" in names and bool(form.star))
        # What is sent is a text that is always the same, or ASKED, or COVERED.
        self.echoes = default == ASKED
        if starred:
            same = form.star_credentials is None or not credentials
            sent = form.star if same else str(form.star_credentials)
            listed = names_of(sent) if sent not in ("*", ASKED, COVERED) else ()
            self._sent = self.write(names or ("*",), always=False) if sent == "*" else sent
        elif default:
            listed = () if default in (ASKED, ROUTES) else names_of(default)
            self._sent = ASKED if default in (ASKED, ROUTES) or not form.listed else default
            if form.always and self._sent != ASKED:
                self._sent = self.write(listed)
        else:
            listed = names or ()
            self._sent = self.write(listed) if form.listed else ASKED
        self.all = self.echoes or self.by_route or (starred and form.star_is_all)
        self.granted = frozenset(self._key(name) for name in (*listed, *form.always))
        # The list as it is configured, for families that send it on actual requests too.
        self.plain = self.write(names, always=False) if names is not None else default
        if not form.listed or self.plain in (ASKED, ROUTES):
            self.plain = ""

    @property
    def same_for_all(self) -> bool:
        """Whether the field is the same whatever is asked for."""
        return self._sent not in (ASKED, COVERED) and not self._form.unsaid

    def _key(self, name: str) -> str:
        return name.lower() if self._fold else name

    def allows(self, name: str) -> bool:
        """Whether the server grants it."""
        return self.all or self._key(name) in self.granted

    def write(self, names: tuple[str, ...], *, always: bool = True) -> str:
        """Names as the field's value."""
        form = self._form
        if form.case == "lower":
            names = tuple(name.lower() for name in names)
        elif form.case == "canonical":  # as Go's net/textproto writes field names
            names = tuple("-".join(w.capitalize() for w in name.split("-")) for name in names)
        return self._join(names, form.always if always and form.listed else ())

    def _join(self, names: tuple[str, ...], always: tuple[str, ...] = ()) -> str:
        if always:
            names = tuple(dict.fromkeys((*names, *always)))
        return self._form.separator.join(sorted(names) if self._form.sort else names)

    def answer(self, asked: str | None) -> str:
        """The field's value for what is asked for, as it was sent; empty: the field is not sent."""
        form = self._form
        if form.unsaid and asked in form.always:
            return ""
        sent = self._sent
        if sent == COVERED:
            names = names_of(asked)
            named = self._credentials or any(name.lower() == "authorization" for name in names)
            sent = ASKED if names and named else "*"
        if sent != ASKED:
            return sent
        if not asked:
            return ""
        if form.echo == "raw":
            return asked
        granted = tuple(name for name in names_of(asked) if self.allows(name))
        return self._join(self.echo(granted), form.always if form.listed else ())

    def echo(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Names that were asked for, as the server writes them."""
        match self._form.echo:
            case "upper":
                return tuple(dict.fromkeys(name.upper() for name in names))
            case "lower":
                return tuple(name.lower() for name in names)
            case _:
                return names


def names_of(text: str | None) -> tuple[str, ...]:
    """The names in a field's value (RFC 9110 section 5.6.1)."""
    return tuple([name for part in (text or "").split(",") if (name := part.strip(" \t"))])


def lists(value: str | None, name: str) -> bool:
    """Whether the value of such a field grants a name, to a browser that sends no credentials.

    `*` is meant to leave out Authorization (Fetch, CORS-preflight fetch, step 7.6); browsers let
    it pass.
    """
    names = _listed(value or "")
    return name in names or "*" in names


# Servers send few lists; a memo of a pure function is no state.
@lru_cache(maxsize=256)
def _listed(value: str) -> frozenset[str]:
    return frozenset(names_of(value))
