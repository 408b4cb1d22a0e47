"""The page that stands where a bare 403 would: whole, self-contained, all values escaped."""

from __future__ import annotations

from html.parser import HTMLParser

from simulator import Request, evaluate, load_policy
from simulator.render.webpage import explanation_page

POLICY = load_policy(
    """\
trusted_proxies: [10.0.0.0/8]
cors: {origins: [https://shop.example]}
keys: [{id: web, key: s3cret}]   # <b>bold</b>
routes: [{path: /orders, methods: [GET]}]
""",
    name="<shop>.yaml",
)


class Page(HTMLParser):
    """Tags and text of a document."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def page_of(request: Request) -> Page:
    return Page(explanation_page(POLICY, request, evaluate(POLICY, request)))


def test_the_page_says_status_reason_place_and_what_is_next() -> None:
    page = page_of(Request("POST", "https://api.example/orders"))

    assert "405 Method Not Allowed" in page.text
    assert "/orders does not take the method POST" in page.text
    assert "route.method-not-allowed" in page.text
    assert "<shop>.yaml:4" in page.text
    assert "/orders takes GET" in page.text
    assert "and this would refuse next" in page.text
    assert "authenticate.no-credential" in page.text


def test_nothing_a_client_or_a_policy_wrote_becomes_markup() -> None:
    request = Request(
        "<img>",
        "https://api.example/<script>alert(1)</script>",
        {
            "Origin": "https://<svg onload=x>",
            "X-Api-Key": "<i>",
            "X-Forwarded-For": '"><iframe src=x>, 10.0.0.1',
        },
        client="10.0.0.2",
    )

    page = page_of(request)

    assert not {"script", "img", "svg", "i", "iframe"} & set(page.tags)
    assert page.tags.count("b") == 1
    assert all(not name.startswith("on") for name, _ in page.attributes)


def test_the_page_asks_for_nothing_from_anywhere() -> None:
    page = page_of(Request("GET", "https://api.example/orders"))

    assert not {"script", "link", "img", "iframe", "form"} & set(page.tags)
    assert not [value for name, value in page.attributes if name in ("src", "href", "action")]


def test_the_secret_in_a_line_of_the_policy_is_not_shown() -> None:
    page = page_of(Request("GET", "https://api.example/orders", {"X-Api-Key": "s3cres"}))

    assert "keys: [{id: web, key: •••}]" in page.text
    assert "s3cret" not in page.text


def test_a_backtick_in_a_value_leaves_the_sentence_plain() -> None:
    page = page_of(Request("GET", "https://api.example/a`b"))

    assert "no route has the path `/a`b`" in page.text
