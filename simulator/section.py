"""How is a section of the policy read so that every mistake in it is told at once?

pydantic stands at the door only: it turns data into a frozen model. Where it finds mistakes the
wrong parts are taken out and the rest is read again, so that rules which look at several fields
still get to see the fields that are right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from simulator.problem import Fault, Problem, did_you_mean, list_words, quote
from simulator.source import Data, Document, join


class Section(BaseModel):
    """The base of everything people may write: frozen, and an unknown key is a mistake."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, hide_input_in_errors=True, defer_build=True
    )


# Taking a value out may leave a mapping without what it needs, which may be in another such.
_ATTEMPTS = 6
_KINDS = {
    "string_type": "text",
    "bool_type": "`true` or `false`",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "tuple_type": "a list, as in `[a, b]`",
    "list_type": "a list, as in `[a, b]`",
    "frozen_set_type": "a list, as in `[a, b]`",
    "dict_type": "a mapping, as in `name: value`",
    "model_type": "a mapping, as in `name: value`",
    "model_attributes_type": "a mapping, as in `name: value`",
    "float_type": "a number",
}


_BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("more than", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("less than", "lt"),
}


def read_section[S: Section](
    model: type[S], document: Document, path: str, data: Data, problems: list[Problem]
) -> S | None:
    """`data` as a `model`; mistakes go to `problems`, and what is wrong is left out of the result.

    None when too little is left to make a model of it.
    """
    if isinstance(data, dict):
        data = _without_empty(model, document, path, data, problems)
    rest = _tuples(data)
    for attempt in range(_ATTEMPTS):
        try:
            return model.model_validate(rest)
        except ValidationError as error:
            details = error.errors(include_url=False)
            if attempt == 0:
                problems.extend(_told(model, document, path, data, details))
            wrong = []
            for detail in details:
                place = _locate(model, data, detail["loc"])[0]
                # What lacks something is itself what is taken out.
                wrong.append(place[:-1] if detail["type"] == "missing" else place)
            if () in wrong:
                return None
            rest = _without(rest, wrong)
    return None


def _without_empty(
    model: type[Section],
    document: Document,
    path: str,
    data: dict[str, Data],
    problems: list[Problem],
) -> dict[str, Data]:
    """The data less the keys that say nothing: `cors:` with all below it commented out is not the
    same as no `cors`, and which of them was meant cannot be known."""
    kept: dict[str, Data] = {}
    for key, value in data.items():
        if value is None and key in _keys(model):
            problems.append(
                document.problem(
                    join(path, key),
                    f"{_name(join(path, key))} is empty",
                    "nothing stands after it",
                    "fill it in, or remove the line",
                )
            )
        else:
            kept[key] = value
    return kept


def _tuples(data: Data) -> Any:
    """Lists as tuples, which is what the frozen models hold."""
    if isinstance(data, list):
        return tuple(_tuples(item) for item in data)
    if isinstance(data, dict):
        return {key: _tuples(value) for key, value in data.items()}
    return data


def _without(data: Any, places: Iterable[tuple[int | str, ...]]) -> Any:
    """The data less the values at these places."""
    heads: dict[int | str, list[tuple[int | str, ...]]] = {}
    for place in places:
        if place:
            heads.setdefault(place[0], []).append(place[1:])
    if isinstance(data, Mapping):
        return {
            key: _without(value, [p for p in heads.get(key, []) if p])
            for key, value in data.items()
            if key not in heads or all(heads[key])
        }
    if isinstance(data, tuple):
        return tuple(
            _without(value, [p for p in heads.get(index, []) if p])
            for index, value in enumerate(data)
            if index not in heads or all(heads[index])
        )
    return data


def _told(
    model: type[Section], document: Document, path: str, data: Data, details: list[ErrorDetails]
) -> list[Problem]:
    told: list[Problem] = []
    guessed = _guesses(model, data, details)
    for detail in details:
        place, value, owner = _locate(model, data, detail["loc"])
        here = join(path, *place)
        kind = detail["type"]
        if kind == "extra_forbidden":
            key = str(place[-1])
            known = _keys(owner)
            guess = did_you_mean(key, known)
            told.append(
                document.problem(
                    here,
                    f"{quote(key)} is not known in {_name(join(path, *place[:-1]))}",
                    f"it takes {list_words(known, last='and', limit=14)}",
                    f"did you mean `{guess}`?" if guess else "remove it, or correct its name",
                )
            )
        elif kind == "missing" and place in guessed:
            continue  # said already: it is there under a wrong name
        elif kind == "missing":
            told.append(
                document.problem(
                    join(path, *place[:-1]),
                    f"{_name(join(path, *place[:-1]))} has no {quote(place[-1])}",
                    "it cannot do without",
                    f"add `{place[-1]}:`",
                )
            )
        else:
            told.append(_wrong_value(document, here, place, value, detail))
    return told


def _guesses(
    model: type[Section], data: Data, details: list[ErrorDetails]
) -> set[tuple[int | str, ...]]:
    """The places of keys that are probably meant by unknown ones."""
    found: set[tuple[int | str, ...]] = set()
    for detail in details:
        if detail["type"] == "extra_forbidden":
            place, _, owner = _locate(model, data, detail["loc"])
            guess = did_you_mean(str(place[-1]), _keys(owner))
            if guess is not None:
                found.add((*place[:-1], guess))
    return found


def _wrong_value(
    document: Document, here: str, place: tuple[int | str, ...], value: Data, detail: ErrorDetails
) -> Problem:
    kind = detail["type"]
    context = detail.get("ctx") or {}
    fault = context.get("error")
    if isinstance(fault, Fault):
        return document.problem(here, fault.problem, fault.cause, fault.remedy)
    name = _name(here)
    secret = here == "keys" or (here.startswith("keys/") and (not place or place[-1] == "key"))
    shown = "nothing" if value is None else "something else" if secret else _kind(value)
    if kind in _BOUNDS:
        word, name_of_bound = _BOUNDS[kind]
        bound = context.get(name_of_bound)
        return document.problem(
            here, f"{name} is {shown}", f"it must be {word} {bound}", "correct it"
        )
    if kind == "string_too_short":
        return document.problem(here, f"{name} is empty", "it must say something", "fill it in")
    if kind in _KINDS:
        remedy = f"write {_KINDS[kind]}"
        if kind == "string_type" and isinstance(value, (int, float)):
            remedy = "put it in quotes"
        if value is None:
            remedy = f"write {_KINDS[kind]}, or remove the line"
        return document.problem(here, f"{name} is {shown}", f"it must be {_KINDS[kind]}", remedy)
    if kind in ("literal_error", "enum"):
        expected = [
            word.strip("' ") for word in context["expected"].replace(" or ", ",").split(",")
        ]
        guess = did_you_mean(value, expected) if isinstance(value, str) else None
        return document.problem(
            here,
            f"{quote(value) if isinstance(value, str) else shown} is not a value of {name}",
            f"it takes {list_words(expected, limit=12)}",
            f"did you mean `{guess}`?" if guess else "choose one of them",
        )
    return document.problem(here, f"{name} is {shown}", detail["msg"].lower(), "correct it")


def _locate(
    model: type[Section], data: Data, loc: tuple[int | str, ...]
) -> tuple[tuple[int | str, ...], Data, type[Section]]:
    """The place of a mistake in the data (pydantic also names union branches), what stands there,
    and the model that owns it."""
    place: list[int | str] = []
    value: Data = data
    owner = model
    for index, step in enumerate(loc):
        last = index == len(loc) - 1
        if isinstance(value, dict) and isinstance(step, str) and (step in value or last):
            annotation = owner.model_fields.get(step)
            value = value.get(step)
            if annotation is not None:
                owner = _inner(annotation.annotation) or owner
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            continue
        place.append(step)
    return tuple(place), value, owner


def _inner(annotation: Any) -> type[Section] | None:
    """The section inside `tuple[X, ...]`, `dict[str, X]` or `X | None`."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _inner(argument)
        if found is not None:
            return found
    return None


def _keys(model: type[Section]) -> list[str]:
    return [info.alias or name for name, info in model.model_fields.items()]


def _name(path: str) -> str:
    return quote(path) if path else "the policy"


def _kind(value: Data) -> str:
    """The value, or where that is too large to show, what sort of thing it is."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return quote(value)
