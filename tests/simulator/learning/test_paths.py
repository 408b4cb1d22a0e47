"""Which templates do paths come from?"""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.learning.paths import find_templates, kind_of, segments_of
from simulator.routes import Route, RouteTable


def templates(paths: Iterable[str], methods: Iterable[str] = ("GET",)) -> list[str]:
    found = find_templates({("h", path): set(methods) for path in paths})
    return sorted({template.path for template in found.values()})


@pytest.mark.parametrize(
    ("segment", "kind"),
    [
        ("7", "numbers"),
        ("2026-0007", "numbers"),
        ("2026-03-02", "dates"),
        ("550e8400-e29b-41d4-a716-446655440000", "UUIDs"),
        ("5f2c9a01", "hexadecimal numbers"),
        ("01ARZ3NDEKTSV4RRFFQ69G5FAV", "ULIDs"),
        ("cus_9s6XKzkNRiz8i3", "identifiers"),
        ("V1StGXR8_Z5jdHi6B-myT", "identifiers"),
        ("ann@example.com", "e-mail addresses"),
        ("orders", None),
        ("deadbeef", None),
        ("v2", None),
        ("order-items", None),
        ("en-GB", None),
        ("internationalisation", None),
    ],
)
def test_identifiers_are_known_by_their_looks(segment: str, kind: str | None) -> None:
    assert kind_of(segment) == kind


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        pytest.param(["/orders/7"], ["/orders/{id}"], id="one number is enough"),
        pytest.param(["/orders", "/health", "/find"], ["/find", "/health", "/orders"], id="names"),
        pytest.param(
            ["/api/v1/orders", "/api/v1/users", "/api/v1/carts"],
            ["/api/v1/carts", "/api/v1/orders", "/api/v1/users"],
            id="names behind a prefix",
        ),
        pytest.param(
            ["/users/ann", "/users/bob"], ["/users/ann", "/users/bob"], id="two words are names"
        ),
        pytest.param(["/users/ann", "/users/bob", "/users/eve"], ["/users/{id}"], id="several"),
        pytest.param(
            ["/users/ann/pets", "/users/bob/pets", "/users/eve/pets"],
            ["/users/{id}/pets"],
            id="several words amid a path",
        ),
        pytest.param(
            ["/users/ann/pets", "/users/bob/cats", "/users/eve"],
            ["/users/ann/pets", "/users/bob/cats", "/users/eve"],
            id="paths that go on otherwise",
        ),
        pytest.param(["/users/7/orders/8"], ["/users/{user}/orders/{order}"], id="two parameters"),
        pytest.param(["/files/7.pdf"], ["/files/{id}.pdf"], id="an extension stays"),
        pytest.param(
            ["/files/a.pdf", "/files/b.pdf", "/files/c.pdf"], ["/files/{id}.pdf"], id="of words too"
        ),
        pytest.param(["/orders/7", "/orders/new"], ["/orders/new", "/orders/{id}"], id="both"),
        pytest.param(["/a%2Fb/%7Bx%7D"], ["/a%2Fb/%7Bx%7D"], id="what is encoded stays so"),
        pytest.param(["/a/../b", "/b", "/%62"], ["/b"], id="spellings of one path"),
        pytest.param(["/days/2026-03-02"], ["/days/{date}"], id="a date is called one"),
    ],
)  # fmt: skip
def test_what_varies_is_a_parameter(paths: list[str], found: list[str]) -> None:
    assert templates(paths) == found


def test_words_with_other_methods_are_other_things() -> None:
    asked = {("h", f"/orders/{word}"): {"POST"} for word in ("search", "export")}
    asked |= {("h", "/orders/all"): {"GET"}}

    assert len({t.path for t in find_templates(asked).values()}) == 3


def test_a_template_says_what_its_parameters_stood_for() -> None:
    found = find_templates({("h", f"/orders/{n}"): {"GET"} for n in (7, 8)})

    assert dict(found["h", "/orders/7"].varies) == {"id": "2 numbers"}


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="?#"), max_size=9))
)
def test_every_path_is_taken_by_its_template(names: list[str]) -> None:
    path = "/" + "/".join(names)

    (template,) = find_templates({("h", path): {"GET"}}).values()
    table = RouteTable([Route(0, template.path, ("GET",))])

    assert table.find("GET", path, "h", 443).route is not None
    assert len(segments_of(path)) == len(template.path[1:].split("/"))
