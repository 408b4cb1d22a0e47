"""Do the verbs that run mitmproxy refuse what they cannot use, and the others do without it?"""

from __future__ import annotations

from running import run


def test_proxy_refuses_an_address_without_a_port() -> None:
    result = run(["proxy", "--listen", "localhost"])

    assert result.exit_code == 2
    assert "`localhost` is not an address to listen on" in result.stderr
