"""Which requests does a policy tell apart?

Requests without number fall into finitely many kinds, since each check looks at few facts and
compares them with what the policy lists. The kinds of several policies together are exact: what is
true of one request of a kind is true of all.
"""

from simulator.space.cells import Cell, Space
from simulator.space.conditions import Condition
from simulator.space.globs import Glob
from simulator.space.judging import NOT_JUDGED, Verdict
from simulator.space.segments import TooMany
from simulator.space.witness import witness_of
from simulator.space.words import Words, describe

__all__ = [
    "NOT_JUDGED",
    "Cell",
    "Condition",
    "Glob",
    "Space",
    "TooMany",
    "Verdict",
    "Words",
    "describe",
    "witness_of",
]
