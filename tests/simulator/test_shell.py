"""A pasted command falls into the words that its shell would make of it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.curl import read_curl
from simulator.shell import split_command

# Where everything is required a missing tool is a failure.
MISSING = shutil.which("bash") is None and not os.environ.get("WHY403_REQUIRE_ALL")

QUOTINGS = {
    "words are split at blanks": ("curl  -s\ta", ["-s", "a"]),
    "single quotes keep everything": (r"""curl 'a "b" $c \d `e`'""", [r'a "b" $c \d `e`']),
    "single quotes end, an escaped one follows": (r"""curl 'it'\''s'""", ["it's"]),
    "double quotes keep blanks and single quotes": ("""curl "it's a" """, ["it's a"]),
    "a backslash in double quotes escapes five signs": (
        r'''curl "\" \\ \$ \` \n \'"''',
        [r"""" \ $ ` \n \'"""],
    ),
    "a line goes on in double quotes": ('curl "a\\\nb"', ["ab"]),
    "a line break in quotes is kept": ("curl 'a\nb'", ["a\nb"]),
    "a backslash escapes a blank": (r"curl a\ b", ["a b"]),
    "a line goes on after a backslash": ("curl a \\\n  b", ["a", "b"]),
    "a line goes on within a word": ("curl a\\\nb", ["ab"]),
    "quotes of several kinds make one word": ("""curl a'b'"c"$'d'""", ["abcd"]),
    "empty quotes are a word": ("""curl '' "" $''""", ["", "", ""]),
    "ANSI-C letters": (
        r"curl $'\a\b\e\f\n\r\t\v\\\'\"\?'",
        ["\a\b\x1b\f\n\r\t\v\\'\"?"],
    ),
    "ANSI-C code points": (r"curl $'\x41\u0021\u00e9\U0001F600\101\cA'", ["A!\xe9\U0001f600A\x01"]),
    "ANSI-C bytes of UTF-8": (r"curl $'\xc3\xa9\303\251'", ["\xe9\xe9"]),
    "an unknown ANSI-C escape stays": (r"curl $'\z\q'", [r"\z\q"]),
    "a dollar before a blank or a quote is one": ("""curl a$ "b$" "c$ d" """, ["a$", "b$", "c$ d"]),
    "a comment ends with its line": ("# the orders\ncurl a # all of them", ["a"]),
    "a sharp within a word is no comment": ("curl a#b", ["a#b"]),
    "output that goes elsewhere is not curl's": (
        "curl a >out 2>&1 b 2> /dev/null c >>log",
        ["a", "b", "c"],
    ),
    "what reads the answer is not curl's": ("curl a | cat >/dev/null", ["a"]),
    "a semicolon or ampersand may end it": ("curl a ;", ["a"]),
    "variables of its environment are not curl's": ("NO_PROXY='*' LANG=C curl a", ["a"]),
}


@pytest.mark.parametrize(("text", "words"), QUOTINGS.values(), ids=QUOTINGS.keys())
def test_a_command_is_split_as_the_shell_splits_it(text: str, words: list[str]) -> None:
    bytewise = [word.encode("utf-8", "surrogateescape") for word in split_command(text)[1:]]

    assert bytewise == [word.encode() for word in words]


@pytest.mark.skipif(MISSING, reason="no bash here")
@pytest.mark.parametrize(("text", "words"), QUOTINGS.values(), ids=QUOTINGS.keys())
def test_bash_agrees_on_the_words(text: str, words: list[str], tmp_path: Path) -> None:
    script = f"curl() {{ printf '%s\\0' \"$@\" >&9; }}\n{text}"
    with subprocess.Popen(
        ["bash", "-c", f"exec 9>&1 >/dev/null\n{script}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
        cwd=tmp_path,
    ) as bash:
        output, _ = bash.communicate(timeout=30)

    assert output.decode().split("\0")[:-1] == words


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"))))
def test_what_shlex_joins_is_split_again(words: list[str]) -> None:
    assert split_command(shlex.join(["curl", *words])) == ["curl", *words]


VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc"])).map(str.strip).filter(bool)


@given(VALUES)
def test_any_field_value_comes_through_the_shells_quotes(value: str) -> None:
    request = read_curl(f"curl http://a.example/ -H {shlex.quote(f'X-Any: {value}')}")

    assert request.headers.get("x-any") == value.strip(" \t")


def chromium_for_cmd(text: str) -> str:
    """Quotes for cmd.exe as Chromium's network panel writes them."""
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    text = re.sub(r"[^a-zA-Z0-9\s_\-:=+~'/.,?;()*`]", r"^\g<0>", text)
    text = re.sub(r"%(?=[a-zA-Z0-9_])", "%^", text).replace("\n", "^\n\n")
    return f'^"{text}^"'


@given(VALUES)
def test_any_field_value_comes_through_chromiums_quotes_for_cmd(value: str) -> None:
    text = f'curl ^"http://a.example/^" ^\n  -H {chromium_for_cmd(f"X-Any: {value}")}'

    assert read_curl(text).headers.get("x-any") == value.strip(" \t")


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r")))
def test_any_body_comes_through_chromiums_quotes_for_cmd(body: str) -> None:
    text = f'curl ^"http://a.example/^" ^\n  --data-raw {chromium_for_cmd(body)} ^\n  --compressed'

    assert read_curl(text).body == body.encode()
