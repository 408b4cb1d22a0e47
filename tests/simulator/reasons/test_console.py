"""What Chromium writes into its console: every name of the protocol, every line that was seen."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

from simulator import REASONS
from simulator.reasons.console import (
    CONSOLE,
    PREFLIGHT,
    UNSUPPORTED_SCHEME,
    VALID_VALUE,
    WITH_CREDENTIALS,
)

RECORDED = Path(__file__).parents[2] / "data" / "browser_cases.jsonl.gz"

# `Network.CorsError` of the DevTools protocol, all of it.
PROTOCOL = """
    DisallowedByMode InvalidResponse WildcardOriginNotAllowed MissingAllowOriginHeader
    MultipleAllowOriginValues InvalidAllowOriginValue AllowOriginMismatch InvalidAllowCredentials
    CorsDisabledScheme PreflightInvalidStatus PreflightDisallowedRedirect
    PreflightWildcardOriginNotAllowed PreflightMissingAllowOriginHeader
    PreflightMultipleAllowOriginValues PreflightInvalidAllowOriginValue
    PreflightAllowOriginMismatch PreflightInvalidAllowCredentials PreflightMissingAllowExternal
    PreflightInvalidAllowExternal InvalidAllowMethodsPreflightResponse
    InvalidAllowHeadersPreflightResponse MethodDisallowedByPreflightResponse
    HeaderDisallowedByPreflightResponse RedirectContainsCredentials InsecureLocalNetwork
    InvalidLocalNetworkAccess NoCorsRedirectModeNotFollow LocalNetworkAccessPermissionDenied
""".split()
# Left from Private Network Access, and one that no failed load is reported with.
NEVER_SEEN = {"InvalidResponse", "PreflightMissingAllowExternal", "PreflightInvalidAllowExternal"}

# Chromium tells less than the answer shows: it names the missing field whoever answered, and the
# status only where the fields are right.
SHARED = {
    "MissingAllowOriginHeader": ["cors.no-fields", "cors.error-without-fields"],
    "PreflightMissingAllowOriginHeader": [
        "cors.no-fields",
        "cors.preflight-not-ok",
        "cors.preflight-unauthenticated",
        "cors.preflight-refused",
        "cors.preflight-unrouted",
    ],
    "PreflightInvalidStatus": [
        "cors.preflight-not-ok",
        "cors.preflight-unauthenticated",
        "cors.preflight-unrouted",
    ],
}


def test_every_name_of_the_protocol_that_was_seen_has_its_words() -> None:
    assert set(CONSOLE) == set(PROTOCOL) - NEVER_SEEN


def test_every_name_stands_for_one_reason_but_for_those_that_tell_less() -> None:
    reasons = {
        name: [code for code, reason in REASONS.items() if name in reason.chromium]
        for name in CONSOLE
    }

    assert {name: codes for name, codes in reasons.items() if len(codes) != 1} == SHARED


def test_a_reason_has_the_words_of_its_first_name() -> None:
    named = {r.code: (r.chromium[0], r.console) for r in REASONS.values() if r.chromium}

    assert {c for c, (name, words) in named.items() if words != CONSOLE[name]} == set()


def test_only_known_places_are_left_open() -> None:
    words = [*CONSOLE.values(), UNSUPPORTED_SCHEME]
    words += [text for r in REASONS.values() for text in (r.console, r.firefox_console)]
    places = {place for text in words for place in re.findall(r"{(.*?)}", text)}

    assert places == {"p", "url", "origin", "space", "page"}


def recorded() -> Iterator[tuple[str, str, str, str]]:
    """What Chromium wrote: the API, the protocol's name and parameter, the words of the line."""
    with gzip.open(RECORDED, "rt", encoding="utf-8") as lines:
        for line in lines:
            for step in json.loads(line)["steps"]:
                seen = step["observed"]
                if seen["cors_error"]:
                    for text in seen["console"]:
                        words = text.partition(" has been blocked by CORS policy: ")[2] or text
                        yield (
                            step["request"]["api"],
                            seen["cors_error"],
                            seen["failed_parameter"],
                            words,
                        )


def written(api: str, name: str, parameter: str, words: str) -> bool:
    """Whether the words are those of the name, the open places filled with anything but `{p}`."""
    bare = name.removeprefix("Preflight")
    text = (PREFLIGHT if name != bare else "") + CONSOLE[name]
    if api == "fetch" and bare in {
        "MultipleAllowOriginValues",
        "InvalidAllowOriginValue",
        "AllowOriginMismatch",
    }:
        text += VALID_VALUE
    if api == "xhr" and bare in {"WildcardOriginNotAllowed", "InvalidAllowCredentials"}:
        text += WITH_CREDENTIALS
    if name == "CorsDisabledScheme" and words.startswith("Fetch API"):
        text = UNSUPPORTED_SCHEME
    # An address space is no parameter to the protocol, and bytes past ASCII are written out.
    said = ".*" if name == "InvalidLocalNetworkAccess" else re.escape(parameter)
    pattern = re.escape(text).replace(r"\{p\}", said)
    return re.fullmatch(re.sub(r"\\{(url|origin|space)\\}", ".+", pattern), words) is not None


def test_every_line_that_was_seen_is_written_word_for_word() -> None:
    lines = [line for line in recorded() if r"\u" not in line[3]]

    assert len(lines) > 700
    assert [line for line in lines if not written(*line)] == []


def test_every_name_was_seen_in_a_console_or_shares_its_words_with_one_that_was() -> None:
    seen = {name.removeprefix("Preflight") for _, name, _, _ in recorded()}

    assert {name.removeprefix("Preflight") for name in CONSOLE} == seen
