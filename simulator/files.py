"""How does a policy get from a file into the library?

The one place of the package, beside the command, that opens files: policies, the lists they name,
and nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from simulator.policy import Policy, PolicyError, load_policy
from simulator.problem import Problem, quote
from simulator.source import MAX_CHARACTERS

# Four bytes a character at most: a larger file is refused before it is read.
_MAX_BYTES = 4 * MAX_CHARACTERS
_MAX_LIST_BYTES = 256 * 1024 * 1024


def open_policy(
    path: str | os.PathLike[str], *, edit: Callable[[str], str] | None = None
) -> Policy:
    """The policy in a file; lists it names are found beside it, `env:` in the environment.

    `edit` changes its text before it is read. Raises PolicyError, also for what cannot be read,
    and what `edit` raises.
    """
    name = os.fspath(path)
    text = read_text(name) if edit is None else edit(read_text(name))
    return load_policy(text, name=name, read_file=list_reader(name), environment=dict(os.environ))


def list_reader(policy: str) -> Callable[[str], str]:
    """A reader of the list files that the policy at this path names. It raises OSError."""
    folder = Path(policy).parent

    def read(file: str) -> str:
        path = folder / file
        if path.stat().st_size > _MAX_LIST_BYTES:
            raise OSError(0, "the file is larger than 256 MB")
        return path.read_text(encoding="utf-8", errors="strict")

    return read


def read_text(name: str) -> str:
    """The text of a file. Raises PolicyError for what cannot be read."""
    try:
        size = Path(name).stat().st_size
        if size > _MAX_BYTES:
            raise _broken(
                name,
                0,
                f"the policy has {size:,} bytes",
                f"at most {_MAX_BYTES:,} are read",
                "move long address lists to files of their own and name them with `{file: …}`",
            )
        data = Path(name).read_bytes()
    except OSError as error:
        cause = (error.strerror or str(error)).lower()
        raise _broken(
            name, 0, f"the policy {quote(name)} cannot be read", cause, "correct its path"
        ) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _broken(
            name,
            line,
            f"the byte {data[error.start]:#04x} is not UTF-8",
            "a policy is UTF-8 text",
            "is this a binary file? if not, save it as UTF-8",
        ) from None


def _broken(name: str, line: int, problem: str, cause: str, remedy: str) -> PolicyError:
    return PolicyError((Problem(name, line, "", problem, cause, remedy),))
