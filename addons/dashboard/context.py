"""What do the dashboard's parts share with the addons?"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from addons.documents import Documents
from addons.failures import Failures
from addons.journal import Journal
from addons.policies import Policies
from addons.settings import Settings


@dataclass(slots=True, eq=False)
class Context:
    """The shared parts, and the secrets of this run.

    `token` is what whoever changes something, or reads without coming through the proxy, has to
    know. `inside` marks a request that the proxy itself has sent on from a reserved name or path;
    it never leaves this machine. `port` is 0 while nothing is served.
    """

    settings: Settings
    policies: Policies
    journal: Journal
    documents: Documents
    failures: Failures
    port: int = 0
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    inside: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    @property
    def url(self) -> str:
        """Where the dashboard is, without the token; empty while nothing is served."""
        return f"http://127.0.0.1:{self.port}/" if self.port else ""
