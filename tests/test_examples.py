"""Every example fails as it says, its fix fits and mends it, and the gallery shows it."""

from __future__ import annotations

import re
import shlex
from difflib import ndiff
from pathlib import Path

import pytest
from click.testing import CliRunner

from simulator import Policy, load_policy
from simulator.cases import CaseSection, CasesSection, FixSection, apply_fix, read_cases, run_case
from simulator.cli import why403
from simulator.visit import Visit

ROOT = Path(__file__).parent.parent
POLICIES = ROOT / "policies"
GALLERY = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
NAMES = (
    "apigw-unknown-route-403",
    "auth-before-cors",
    "authorization-under-star",
    "cdn-missing-vary",
    "double-acao-nginx-app",
    "expose-headers-missing",
    "ipv4-mapped-client",
    "istio-rbac-preflight",
    "key-cidr-bound",
    "key-scope-missing",
    "kong-route-without-options",
    "lna-public-to-loopback",
    "netlify-preview-hosts",
    "nginx-without-always",
    "null-origin-sandbox",
    "preflight-redirect",
    "rate-limit-429-no-cors",
    "s3-presigned-put",
    "same-origin-behind-proxy",
    "samesite-lax-cookie",
    "spring-enforcing-403",
    "starlette-unhandled-500",
    "trailing-slash-origin",
    "wildcard-with-cookies",
    "xff-spoof",
)
# The demo's cases are sent through a real proxy, at the time it is then. It has nothing to mend.
DEMO = "demo"
NOW = 1_790_000_000.0
SCHEMA = "# yaml-language-server: $schema=policy.schema.json"


def written(name: str) -> str:
    return (POLICIES / f"{name}.yaml").read_text(encoding="utf-8")


def cases_of(name: str) -> CasesSection:
    file = f"{name}.cases.yaml"
    return read_cases((POLICIES / file).read_text(encoding="utf-8"), name=file)


def fix_of(name: str) -> FixSection:
    fix = cases_of(name).fix
    assert fix is not None
    return fix


def policy_of(name: str) -> Policy:
    return load_policy(written(name), name=f"{name}.yaml")


def mended(name: str) -> Policy:
    return load_policy(apply_fix(written(name), fix_of(name)), name=f"{name}.yaml")


def each_case(*names: str) -> list[object]:
    return [
        pytest.param(name, case, id=f"{name}: {case.name}")
        for name in names
        for case in cases_of(name).cases
    ]


def works(policy: Policy, case: CaseSection) -> bool:
    """Whether whoever asks gets all that they asked for, and may rely on it."""
    story = run_case(policy, case).story
    if not isinstance(story, Visit):
        return story.allowed is True
    unseen = {name for name in case.expect.invisible if name not in story.view.headers}
    return story.allowed and not story.warnings and not unseen


def test_the_examples_are_all_here() -> None:
    found = {
        path.name.removesuffix(".yaml")
        for path in POLICIES.glob("*.yaml")
        if not path.name.endswith(".cases.yaml")
    }

    assert found == {*NAMES, DEMO}
    assert {path.name for path in POLICIES.glob("*.cases.yaml")} == {
        f"{name}.cases.yaml" for name in found
    }


@pytest.mark.parametrize("name", NAMES)
def test_an_example_says_what_it_is_about(name: str) -> None:
    first, *rest = written(name).splitlines()
    comments = [line for line in rest if line.startswith("# ")]

    assert first == SCHEMA
    assert 3 <= len(comments) <= 8
    assert sum(line.startswith(("# Cause: ", "# Fix: ")) for line in comments) == 2
    assert cases_of(name).description


@pytest.mark.parametrize(("name", "case"), each_case(*NAMES, DEMO))
def test_a_case_holds(name: str, case: CaseSection) -> None:
    assert run_case(policy_of(name), case, at=NOW).wrong == ()


@pytest.mark.parametrize(("name", "case"), each_case(*NAMES))
def test_a_case_holds_after_the_fix(name: str, case: CaseSection) -> None:
    assert run_case(mended(name), case, fixed=True, at=NOW).wrong == ()


@pytest.mark.parametrize("name", NAMES)
def test_the_fix_is_what_changes_the_outcome(name: str) -> None:
    after = mended(name)

    changed = [case for case in cases_of(name).cases if run_case(after, case).wrong]

    assert changed
    assert all(case.fixed is not None for case in changed)


# Their fix opens nothing: it closes a hole, or lets the page see what it is refused.
CLOSING = ("xff-spoof",)
SHOWING = ("nginx-without-always", "rate-limit-429-no-cors")


@pytest.mark.parametrize("name", [n for n in NAMES if n not in (*CLOSING, *SHOWING)])
def test_what_did_not_work_does_after_the_fix(name: str) -> None:
    before, after = policy_of(name), mended(name)

    opened = [c.name for c in cases_of(name).cases if works(after, c) and not works(before, c)]
    closed = [c.name for c in cases_of(name).cases if works(before, c) and not works(after, c)]

    assert opened
    assert closed == []


@pytest.mark.parametrize("name", CLOSING)
def test_a_hole_is_closed_by_the_fix_and_nobody_else_is_shut_out(name: str) -> None:
    before, after = policy_of(name), mended(name)

    cases = cases_of(name).cases
    closed = [c.name for c in cases if works(before, c) and not works(after, c)]

    assert closed
    assert any(works(before, c) and works(after, c) for c in cases)


@pytest.mark.parametrize("name", SHOWING)
def test_an_error_that_was_hidden_is_read_after_the_fix(name: str) -> None:
    shown = [
        case.name
        for case in cases_of(name).cases
        if isinstance(before := run_case(policy_of(name), case).story, Visit)
        and isinstance(after := run_case(mended(name), case).story, Visit)
        and not before.readable
        and after.readable
        and before.reason == after.reason
    ]

    assert shown


def section(name: str) -> str:
    """The gallery's section about an example."""
    return GALLERY.partition(f"\n### {name}\n")[2].partition("\n### ")[0]


def test_the_gallery_shows_each_example_once() -> None:
    assert sorted(re.findall(r"^### (.+)$", GALLERY, re.MULTILINE)) == sorted(NAMES)


def test_the_readme_leads_to_each_example_once() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    rows = re.findall(r"^\| .* \| .* \| \[([^\]]+)\]\(policies/([^)]+)\.yaml\) \|$", readme, re.M)

    assert sorted(rows) == [(name, name) for name in NAMES]


@pytest.mark.parametrize("name", NAMES)
def test_the_gallery_says_what_is_seen_what_it_is_and_what_mends_it(name: str) -> None:
    text = section(name)

    assert all(part in text for part in ("**You see:** ", "**It is:** ", "```sh\n"))
    assert f"](../policies/{name}.yaml)" in text
    assert f"**The fix:** {fix_of(name).say}." in text


@pytest.mark.parametrize("name", NAMES)
def test_the_gallery_has_the_fix_as_it_changes_the_policy(name: str) -> None:
    before = written(name)
    after = apply_fix(before, fix_of(name))

    shown = re.findall(r"^```diff\n(.*?)^```$", section(name), re.DOTALL | re.MULTILINE)

    lines = ndiff(before.splitlines(), after.splitlines())
    changes = [line[0] + line[2:] for line in lines if line[0] in "+-"]
    assert [sorted(block.splitlines()) for block in shown] == [sorted(changes)]


def named(name: str) -> list[str]:
    """The reasons that the gallery gives for an example."""
    line = re.search(r"^\*\*It is:\*\* .*$", section(name), re.MULTILINE)
    assert line is not None
    return re.findall(r"\[([^\]]+)\]\(reasons\.md", line[0])


@pytest.mark.parametrize("name", NAMES)
def test_the_gallery_names_the_reasons_that_cases_expect(name: str) -> None:
    expected = {
        code for case in cases_of(name).cases for code in (case.expect.reason, *case.expect.warns)
    }

    assert set(named(name)) <= expected
    assert named(name) or name in (*CLOSING, "expose-headers-missing")


def shown(name: str, policy: str) -> str:
    """What the gallery's command prints with this policy in place of the example's."""
    block = re.search(r"^```sh\n(.*?)^```$", section(name), re.DOTALL | re.MULTILINE)
    assert block is not None
    line = block[1].replace("\\\n", " ")
    sent = re.fullmatch(r"yes '(.*)' \| head -(\d+) +\| (.*) \| tail -1\s*", line)
    words = shlex.split(sent[3] if sent else line)
    told = [policy if word == f"policies/{name}.yaml" else word for word in words]
    assert words[0] == "why403"
    assert told != words

    result = CliRunner().invoke(
        why403, told[1:], input=f"{sent[1]}\n" * int(sent[2]) if sent else None
    )

    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.stdout


@pytest.mark.parametrize("name", NAMES)
def test_the_gallerys_command_tells_the_reason(name: str) -> None:
    text = shown(name, str(POLICIES / f"{name}.yaml"))

    if name == "xff-spoof":
        assert "✓ 200 OK" in text
    elif name == "expose-headers-missing":
        assert "it does not see `x-total-count`" in text
    else:
        assert any(code in text for code in named(name))


# A command has no cookies, so that what it shows of a login is the same before and after.
COOKIES = "samesite-lax-cookie"


@pytest.mark.parametrize("name", [n for n in NAMES if n not in (*SHOWING, COOKIES)])
def test_after_the_fix_the_gallerys_command_tells_it_no_more(name: str, tmp_path: Path) -> None:
    policy = tmp_path / "fixed.yaml"
    policy.write_text(apply_fix(written(name), fix_of(name)), encoding="utf-8")

    text = shown(name, str(policy))

    assert not any(code in text for code in named(name))
    assert "does not see `x-total-count`" not in text
    assert text.splitlines()[1].startswith("✗ 403" if name in CLOSING else "✓ ")
