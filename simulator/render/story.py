"""The whole story of a request: a decision's, or a page's fetch with all its messages."""

from __future__ import annotations

from rich.console import RenderableType

from simulator.decision import Decision
from simulator.facts import Facts
from simulator.policy import Policy
from simulator.render.terminal import as_text, explanation
from simulator.render.visit import visit_page
from simulator.visit import Visit

_WIDTH = 100


def story_page(policy: Policy, story: Decision | Visit) -> RenderableType:
    """The story for a person at a terminal."""
    if isinstance(story, Visit):
        return visit_page(policy, story)
    assert isinstance(story.facts, Facts)
    return explanation(policy, story.facts.request, story)


def story_text(policy: Policy, story: Decision | Visit) -> str:
    """The story as text, for a test's report."""
    return as_text(story_page(policy, story), width=_WIDTH).rstrip()
