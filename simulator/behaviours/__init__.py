"""Which families of servers are simulated?

`standard` is no server: it answers as the standard recommends, and says no more than it must.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator.behaviour import COVERED, SAFELISTED_METHODS, Behaviour, Errors, Names, Vary
from simulator.behaviours.frameworks import FRAMEWORKS
from simulator.behaviours.servers import SERVERS
from simulator.problem import Fault, did_you_mean, list_words, quote

STANDARD = Behaviour(
    basis="own",
    exempts_own=True,
    judges=("origin", "method", "headers"),
    refused=403,
    private_network="ignored",
    withholds=True,
    exact_first=True,
    star_credentials="alone",
    methods=Names(always=SAFELISTED_METHODS, sort=True, star=COVERED),
    headers=Names(sort=True, case="lower", star=COVERED, echo="lower"),
    expose=Names(case="lower"),
    vary=Vary(
        preflight=("Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"),
        to="granted",
        origin="echo",
    ),
    errors=Errors(carried=False),
)

BEHAVIOURS: Mapping[str, Behaviour] = {"standard": STANDARD, **FRAMEWORKS, **SERVERS}


def check_behaviour(text: str) -> str:
    """The name itself, if it is one of BEHAVIOURS. Raises Fault."""
    if text not in BEHAVIOURS:
        guess = did_you_mean(text, BEHAVIOURS)
        raise Fault(
            f"{quote(text)} is not a behaviour that is simulated",
            f"there are {list_words(BEHAVIOURS, last='and', limit=len(BEHAVIOURS))}",
            f"did you mean `{guess}`?" if guess else "leave it out for the standard one",
        )
    return text
