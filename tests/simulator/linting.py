"""What the tests of lint share: policies in a few lines, and what is found in them."""

from __future__ import annotations

from strategies import NOON

from simulator import Request, load_policy
from simulator.hazard import Hazard
from simulator.lint import lint
from simulator.lint.asking import reproduces
from simulator.policy import Policy
from simulator.standin import stand_in

# What the examples' keys are read from.
SECRETS = {
    name: f"the-secret-in-{name.lower()}"
    for name in ("WEB_KEY", "DESK_KEY", "BUILD_KEY", "READER_KEY", "WRITER_KEY", "OTHER_KEY")
}


def policy(text: str, **lists: str) -> Policy:
    """The policy; `lists` are the texts of its list files, by their names without `.txt`."""
    return load_policy(
        text,
        name="policy.yaml",
        read_file=lambda file: lists[file.removesuffix(".txt")],
        environment=SECRETS,
    )


def look(text: str, code: str, *, at: float | None = NOON, **lists: str) -> list[Hazard]:
    """The hazards with this code; the witness of each shows what it claims."""
    judge = policy(text, **lists)
    found = [hazard for hazard in lint(judge, at=at) if hazard.code == code]
    for hazard in found:
        assert (hazard.witness is None) == (hazard.claim is None)
        if hazard.witness is not None and hazard.claim is not None:
            assert reproduces(stand_in(judge), hazard.witness, hazard.claim)
    return found


def told(text: str, code: str, *, at: float | None = NOON, **lists: str) -> list[tuple[str, str]]:
    """Where the hazard is found, and how severe it is."""
    return [(h.path, h.severity) for h in look(text, code, at=at, **lists)]


def witness(text: str, code: str) -> tuple[Request, bool | None, str | None]:
    """The request that shows the one hazard with this code, and what comes of it."""
    (hazard,) = look(text, code)
    assert hazard.witness is not None
    assert hazard.claim is not None
    return hazard.witness, hazard.claim.allowed, hazard.claim.reason
