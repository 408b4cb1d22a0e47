"""What does a step that fails tell?

The reason, the step of the standard, what the server said that failed, and the name that Chromium
gives it (`Network.CorsError` of its DevTools protocol). A failure belongs to one message; which URL
it was about is the exchange's to know.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from simulator.decision import Reason

_NOTHING: Mapping[str, object] = MappingProxyType({})


class Failure(NamedTuple):
    """One step that did not hold."""

    reason: Reason
    step: str
    parameter: str = ""
    """What the browser names in its message: a field's value, a method, a header's name."""
    chromium: str | None = None
    """Chromium's name; None: it has none, or which it is cannot be told."""
    values: Mapping[str, object] = _NOTHING
    preflight: bool = False

    @property
    def failed_parameter(self) -> str:
        """The parameter as the DevTools protocol has it: text, and empty where it is none."""
        return decoded(self.parameter) or ""

    def with_values(self, **values: object) -> Failure:
        """The same with more to fill its sentence with."""
        return self._replace(values={**self.values, **values})

    def completed(self, **values: object) -> Failure:
        """The same with those of the values that it does not know itself."""
        return self._replace(values={**values, **self.values})


def decoded(value: str) -> str | None:
    """A field's value, whose characters are bytes, read as UTF-8; None where it is none.

    Text that is no bytes is given back as it is.
    """
    if value.isascii():
        return value
    try:
        return value.encode("latin-1").decode()
    except UnicodeDecodeError:
        return None
    except UnicodeEncodeError:
        return value
