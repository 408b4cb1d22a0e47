"""Which Content-Type a body brings along."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.browser.body import body_content_type
from simulator.browser.engine import Unsupported
from simulator.browser.safelist import is_safelisted_content_type


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(None, None, id="no body"),
        pytest.param({"type": "string", "value": "x"}, "text/plain;charset=UTF-8", id="text"),
        pytest.param({"type": "string", "value": ""}, "text/plain;charset=UTF-8", id="no text"),
        pytest.param(
            {"type": "urlsearchparams", "value": "a=1"},
            "application/x-www-form-urlencoded;charset=UTF-8",
            id="the fields of a form",
        ),
        pytest.param({"type": "uint8array", "value": "x"}, None, id="bytes"),
        pytest.param({"type": "arraybuffer", "value": "x"}, None, id="a buffer"),
        pytest.param({"type": "stream", "value": "x"}, None, id="a stream"),
        pytest.param({"type": "blob", "value": "x"}, None, id="a blob that has no type"),
        pytest.param({"type": "blob", "ctype": ""}, None, id="a blob whose type is empty"),
        pytest.param(
            {"type": "blob", "ctype": "Application/JSON; Charset=A"},
            "application/json; charset=a",
            id="a blob's type is in small letters",
        ),
        pytest.param({"type": "blob", "ctype": "text/é"}, None, id="a blob's type past ASCII"),
        pytest.param({"type": "blob", "ctype": "text/\tx"}, None, id="a blob's type with a tab"),
        pytest.param({"type": "file", "ctype": "image/png"}, "image/png", id="a file"),
    ],
)
def test_a_body_brings_its_type(body: dict[str, str] | None, expected: str | None) -> None:
    found = body_content_type(body)

    assert found == expected


def test_a_form_with_files_has_a_boundary_as_long_as_those_of_chromium() -> None:
    found = body_content_type({"type": "formdata", "value": "v"})

    assert found is not None
    assert found.startswith("multipart/form-data; boundary=----WebKitFormBoundary")
    assert len(found) == 68


def test_a_body_that_is_not_modelled_is_not_guessed() -> None:
    with pytest.raises(Unsupported, match="`document` is not a type of body"):
        body_content_type({"type": "document", "value": "<html>"})


# Properties


@given(st.sampled_from(["string", "urlsearchparams", "formdata"]))
def test_what_forms_and_text_bring_along_needs_no_preflight(kind: str) -> None:
    found = body_content_type({"type": kind, "value": "x"})

    assert found is not None
    assert is_safelisted_content_type(found)


@given(st.text())
def test_a_blob_says_its_type_as_it_was_told_but_in_small_letters(text: str) -> None:
    found = body_content_type({"type": "blob", "ctype": text})

    printable = all(" " <= char <= "~" for char in text)
    assert found == (text.lower() if printable and text else None)
