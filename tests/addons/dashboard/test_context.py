"""What do the dashboard's parts share with the addons?"""

from __future__ import annotations

from typing import Any

from addons.chain import Chain


def test_each_run_has_secrets_of_its_own() -> None:
    first, second = Chain().context, Chain().context

    secrets = {first.token, first.inside, second.token, second.inside}

    assert len(secrets) == 4
    assert all(len(secret) >= 32 for secret in secrets)


def test_its_address_is_told_while_it_is_served(rig: Any) -> None:
    context = rig.chain.context

    assert context.url == ""
    context.port = 8403
    assert context.url == "http://127.0.0.1:8403/"
