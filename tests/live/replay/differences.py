"""Where do the browser and the model disagree about a case?"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

# Not the header or value a failure names: of several headers Chromium names any one.
FIELDS = (
    "settled",
    "type",
    "status",
    "headers",
    "sequence",
    "preflight_method",
    "preflight_headers",
    "preflight_origin",
    "actual_method",
    "actual_origin",
    "cors_error",
)

type Seen = Mapping[str, Any]


def differences(case: Mapping[str, Any], browser: Sequence[Seen], model: Sequence[Seen]) -> str:
    """What is to be told of a case, a line for each field that differs; empty if none does.

    What was recorded stands beside it: where the model agrees with it, the browser has changed.
    """
    told: list[str] = []
    for number, (step, seen, said) in enumerate(
        zip(case["steps"], browser, model, strict=True), start=1
    ):
        recorded = step["observed"]
        differing = [field for field in FIELDS if seen.get(field) != said.get(field)]
        if not differing:
            continue
        told.append(
            f"{case['id']} ({case['group']}), step {number} of {len(model)}, "
            f"on {step.get('page', case['page']['url'])}: {json.dumps(step['request'])}"
        )
        told += [
            f"  {field}: browser {seen.get(field)!r}, model {said.get(field)!r}, "
            f"recorded {recorded.get(field)!r}"
            for field in differing
        ]
        if "error" in seen:
            told.append(f"  page: {seen['error']}")
        told += [f"  console: {line}" for line in seen["console"]]
    return "\n".join(told)
