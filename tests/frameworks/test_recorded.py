"""Do the simulated answers equal those that real servers gave, as they were recorded?"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from frameworks.comparing import Answer, difference, load, shown, simulated
from frameworks.translations import TRANSLATE, NotExpressible

RECORDED = Path(__file__).parent.parent / "data" / "cors_answers.jsonl.gz"
with gzip.open(RECORDED, "rt", encoding="utf-8") as _file:
    CONFIGURATIONS = [json.loads(line) for line in _file]
# How many answers each family gave under configurations that a policy can express: none may drop
# out unseen.
EXPRESSIBLE = {
    "starlette": 164, "litestar": 52, "flask-cors": 68, "django-cors-headers": 100,
    "aiohttp-cors": 52, "express": 76, "koa": 180, "fastify": 100, "hono": 52, "kong": 26, "s3": 12,
    "envoy": 11,
}  # fmt: skip


def section(configuration: dict[str, Any]) -> dict[str, Any] | None:
    """The policy's section that says the same, if there is one."""
    family = configuration["family"]
    if "policy" in configuration:
        return dict(configuration["policy"])
    try:
        return {"behaviour": family, **TRANSLATE[family](configuration["config"])}
    except NotExpressible:
        return None


def answers(family: str) -> Iterator[tuple[str, str]]:
    """Each answer that can be compared: what was asked, and how the simulated one differs."""
    for configuration in CONFIGURATIONS:
        cors = section(configuration) if configuration["family"] == family else None
        if cors is None:
            continue
        policy = load(cors, configuration["routes"])
        for method, url, sent, status, fields in configuration["answers"]:
            if not _comparable(configuration, sent):
                continue
            expected = Answer(status, shown(family, fields))
            found = simulated(policy, family, method, url, sent)._replace(body="")
            yield f"{cors} {method} {url} {sent}", difference(expected, found)


def _comparable(configuration: dict[str, Any], sent: list[list[str]]) -> bool:
    """A policy has no word for Kong's `allow_origin_absent: false`, which counts without Origin."""
    options = configuration.get("config", {})
    quiet = configuration["family"] == "kong" and not options.get("allow_origin_absent", True)
    return not quiet or any(name.lower() == "origin" for name, _ in sent)


@pytest.mark.parametrize("family", EXPRESSIBLE)
def test_a_server_answered_as_simulated(family: str) -> None:
    compared = list(answers(family))

    assert [f"{asked}: {told}" for asked, told in compared if told] == []
    assert len(compared) == EXPRESSIBLE[family]
