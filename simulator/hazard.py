"""What may go wrong with a policy in which nothing is a mistake?

A mistake makes a policy unreadable and is told when it is loaded. A hazard is read as written and
does what it says: lets strangers in, shuts friends out, or does nothing at all. Whoever says so
shows it: by a request and what comes of it, or by the rules that make it so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from simulator.edit import Edit
from simulator.message import Request
from simulator.source import Span

type Severity = Literal["error", "warning", "note"]

# The worst first. An error lets strangers in or can never work; a warning is likely wrong; a note
# is worth knowing.
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Rule:
    """One hazard that is looked for. `code` is stable.

    `severity` is the worst that it is told with. `example` is a policy that has it, in the line
    with the code as its comment. `mends` says what the fix does, where there is one that is safe:
    it shuts nobody out, and lets in only whom the text says.
    """

    code: str
    severity: Severity
    title: str
    why: str
    instead: str
    example: str
    mends: str = ""


class Claim(NamedTuple):
    """What comes of a witness: the decision on it, or where a `page` fetches it (its origin; with
    which `credentials`), what that page gets."""

    allowed: bool | None
    status: int
    reason: str | None
    hidden: bool = False  # answered, and kept from the page by the browser
    page: str = ""
    credentials: str | None = None


class Witness(NamedTuple):
    """A request, and what comes of it."""

    request: Request
    claim: Claim


@dataclass(frozen=True, slots=True)
class Hazard:
    """A hazard in one place of one policy.

    `witness` is sent to the policy with stand-ins for the secrets that it does not know
    (`simulator.standin`), and `claim` comes of it. `suppressed` is the reason that a comment in
    the policy gives for living with it.
    """

    rule: Rule
    severity: Severity
    path: str
    span: Span
    message: str
    witness: Request | None = None
    claim: Claim | None = None
    edits: tuple[Edit, ...] = ()
    suppressed: str = ""

    @property
    def code(self) -> str:
        return self.rule.code

    @property
    def why(self) -> str:
        return self.rule.why
