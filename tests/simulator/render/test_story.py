"""The story of a request and that of a page's fetch are told each their own way."""

from simulator import Request, evaluate, load_policy
from simulator.browser import PageRequest
from simulator.render.story import story_text
from simulator.visit import page_of, visit

POLICY = load_policy("routes: [{path: /a}]", name="p.yaml")


def test_a_decision() -> None:
    decision = evaluate(POLICY, Request("GET", "https://api.example/b"))

    assert story_text(POLICY, decision).startswith(
        "GET https://api.example/b\n✗ 404 Not Found  route.not-found\n"
    )


def test_a_pages_fetch() -> None:
    story = visit(POLICY, page_of("https://app.example"), PageRequest("https://api.example/a"))

    text = story_text(POLICY, story)

    assert "from a page at https://app.example" in text.splitlines()[0]
    assert text == text.rstrip()
