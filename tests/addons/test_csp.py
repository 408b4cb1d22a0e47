"""What must a page's Content-Security-Policy let in for the panel, and nothing else?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.csp import (
    Directive,
    Opening,
    Sandbox,
    edit_meta,
    edit_policies,
    edit_policy,
    parse_policy,
    sandbox_of,
)

OPENING = Opening("n0nce", "https://app.test/__why403__/")
NONCE, PATH = "'nonce-n0nce'", "https://app.test/__why403__/"


@pytest.mark.parametrize(
    ("policy", "edited"),
    [
        pytest.param("img-src *", "img-src *", id="nothing speaks of scripts or requests"),
        pytest.param(
            "script-src 'self'", f"script-src 'self'; script-src-elem 'self' {NONCE}", id="a copy"
        ),
        pytest.param(
            "script-src-elem https:", f"script-src-elem https: {NONCE}", id="where elements speak"
        ),
        pytest.param(
            "script-src 'self' 'unsafe-inline'",
            "script-src 'self' 'unsafe-inline'",
            id="a nonce would switch 'unsafe-inline' off",
        ),
        pytest.param(
            "script-src 'unsafe-inline' 'nonce-x'",
            f"script-src 'unsafe-inline' 'nonce-x'; "
            f"script-src-elem 'unsafe-inline' 'nonce-x' {NONCE}",
            id="it is off already",
        ),
        pytest.param(
            "SCRIPT-SRC 'Unsafe-Inline' 'Strict-Dynamic'",
            f"script-src 'Unsafe-Inline' 'Strict-Dynamic'; "
            f"script-src-elem 'Unsafe-Inline' 'Strict-Dynamic' {NONCE}",
            id="by strict-dynamic, in any case",
        ),
        pytest.param(
            "default-src 'none'",
            f"default-src 'none'; script-src-elem {NONCE}; connect-src {PATH}",
            id="default-src",
        ),
        pytest.param(
            "default-src 'self'",
            f"default-src 'self'; script-src-elem 'self' {NONCE}",
            id="the page's own server may be asked",
        ),
        pytest.param(
            "connect-src https://api.test",
            f"connect-src https://api.test {PATH}",
            id="one path more may be asked",
        ),
        pytest.param(
            "script-src *; script-src 'none'; ; connect-src *",
            f"script-src *; connect-src *; script-src-elem * {NONCE}",
            id="the first of a name counts",
        ),
    ],
)
def test_a_policy_lets_in_the_panel_and_nothing_else(policy: str, edited: str) -> None:
    assert edit_policy(policy, OPENING) == edited


def test_each_policy_of_a_field_is_edited() -> None:
    edited = edit_policies("script-src 'self', connect-src 'none', img-src *", OPENING)

    assert edited == (
        f"script-src 'self'; script-src-elem 'self' {NONCE}, connect-src {PATH}, img-src *"
    )


@pytest.mark.parametrize(
    ("values", "left"),
    [
        ([], Sandbox()),
        (["script-src 'self'"], Sandbox()),
        (["sandbox"], Sandbox(scripts=False, same_origin=False)),
        (["sandbox allow-scripts"], Sandbox(same_origin=False)),
        (["sandbox Allow-Scripts ALLOW-same-origin"], Sandbox()),
        (["sandbox allow-scripts, sandbox allow-same-origin"], Sandbox(False, False)),
        (
            ["sandbox allow-scripts allow-same-origin", "sandbox allow-scripts"],
            Sandbox(True, False),
        ),
    ],
)
def test_a_sandbox_leaves_what_every_policy_leaves(values: list[str], left: Sandbox) -> None:
    assert sandbox_of(values) == left


SOURCES = st.sampled_from(
    [
        "'self'",
        "'none'",
        "'unsafe-inline'",
        "'nonce-x'",
        "'strict-dynamic'",
        "*",
        "https:",
        "a.test",
    ]
)
NAMES = st.sampled_from(
    ["script-src", "script-src-elem", "script-src-attr", "default-src", "connect-src", "style-src"]
)
DIRECTIVES = st.builds(Directive, NAMES, st.lists(SOURCES, max_size=4).map(tuple))


@given(st.lists(DIRECTIVES, max_size=5))
def test_what_a_policy_said_of_all_else_it_still_says(directives: list[Directive]) -> None:
    policy = "; ".join(map(str, directives))

    before = {d.name: d.values for d in parse_policy(policy)}
    after = {d.name: d.values for d in parse_policy(edit_policy(policy, OPENING))}

    for name, values in before.items():
        if name not in ("script-src-elem", "connect-src"):
            assert after[name] == values
    for name, ours in (("script-src-elem", NONCE), ("connect-src", PATH)):
        falls_back = {"script-src-elem": ["script-src", "default-src"]}.get(name, ["default-src"])
        spoke = next((before[n] for n in (name, *falls_back) if n in before), None)
        speaks = after.get(name, spoke)
        if spoke is None or speaks == spoke:
            assert speaks == spoke
        else:
            assert speaks == (*(v for v in spoke if v != "'none'"), ours)


@given(st.lists(DIRECTIVES, max_size=5))
def test_an_edited_policy_needs_no_second_edit_of_requests(directives: list[Directive]) -> None:
    edited = edit_policy("; ".join(map(str, directives)), OPENING)
    parsed = {d.name: d.values for d in parse_policy(edited)}

    speaking = next((parsed[n] for n in ("connect-src", "default-src") if n in parsed), ("*",))

    assert {"*", "'self'", PATH} & {value.lower() for value in speaking}


@pytest.mark.parametrize(
    ("html", "edited"),
    [
        (
            b"""<META content="connect-src 'none'" HTTP-EQUIV=content-security-policy>x""",
            f'<META content="connect-src {PATH}" HTTP-EQUIV=content-security-policy>x'.encode(),
        ),
        (
            b"<meta http-equiv='Content-Security-Policy' content='connect-src https://a.test'/>",
            b"<meta http-equiv='Content-Security-Policy' "
            + f'content="connect-src https://a.test {PATH}"/>'.encode(),
        ),
        (
            b"""<meta http-equiv="Content-Security-Policy" content="connect-src &#39;none&#39;">""",
            f'<meta http-equiv="Content-Security-Policy" content="connect-src {PATH}">'.encode(),
        ),
    ],
)
def test_a_policy_in_the_head_is_edited(html: bytes, edited: bytes) -> None:
    assert edit_meta(html, OPENING) == edited


@pytest.mark.parametrize(
    "html",
    [
        b"<meta charset=utf-8><meta name=x content=\"connect-src 'none'\">",
        b"<!-- <meta http-equiv=content-security-policy content=\"connect-src 'none'\"> -->",
        b"<script>'<meta http-equiv=content-security-policy content=\"connect-src x\">'</script>",
        b"</head><meta http-equiv=content-security-policy content=\"connect-src 'none'\">",
        b"<meta http-equiv=content-security-policy content=\"connect-src 'self'\">",
        b"<meta http-equiv=content-security-policy>",
        b"<title>\xff\xfe",
    ],
)
def test_all_else_in_the_head_is_left_as_it_is(html: bytes) -> None:
    assert edit_meta(html, OPENING) == html
