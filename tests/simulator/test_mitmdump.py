"""Do the options of `why403 proxy` reach mitmdump as meant?"""

import pytest

from simulator.mitmdump import mitmdump_arguments
from simulator.problem import Fault


def test_without_options_it_listens_on_this_machine_alone() -> None:
    arguments = mitmdump_arguments("why403.py")

    assert arguments[:6] == [
        "-s",
        "why403.py",
        "--listen-host",
        "127.0.0.1",
        "--listen-port",
        "8080",
    ]
    assert "why403_mode=annotate" in arguments
    assert not any(word.startswith("why403_policy") for word in arguments)


def test_every_policy_is_an_option_of_its_own() -> None:
    arguments = mitmdump_arguments("x", ["a.yaml", "b.yaml"], mode="enforce")

    found = [word for word in arguments if word.startswith("why403_policy")]
    assert found == ["why403_policy=a.yaml", "why403_policy=b.yaml"]
    assert "why403_mode=enforce" in arguments


def test_in_front_of_a_server_the_name_that_clients_use_stays() -> None:
    arguments = mitmdump_arguments("x", reverse="http://127.0.0.1:3000")

    assert arguments[arguments.index("--mode") + 1] == "reverse:http://127.0.0.1:3000"
    assert "keep_host_header=true" in arguments


def test_client_and_explained_bodies_are_passed_on() -> None:
    arguments = mitmdump_arguments("x", client="203.0.113.9", explain_body=True)

    assert {"why403_client=203.0.113.9", "why403_explain_body=true"} <= set(arguments)


@pytest.mark.parametrize("listen", ["127.0.0.1", "localhost:", ":99999", "8080x", "host:+80"])
def test_what_is_no_address_is_refused(listen: str) -> None:
    with pytest.raises(Fault, match="is not an address to listen on"):
        mitmdump_arguments("x", listen=listen)


def test_a_port_alone_means_this_machine() -> None:
    assert mitmdump_arguments("x", listen=":81")[3:6:2] == ["127.0.0.1", "81"]


def test_what_is_told_and_shown_are_options_too() -> None:
    arguments = mitmdump_arguments(
        "why403.py", stream="json", overlay=True, live=False, dashboard="127.0.0.1:8403"
    )

    assert {
        "why403_stream=json",
        "why403_overlay=true",
        "why403_live=false",
        "why403_dashboard=127.0.0.1:8403",
        "termlog_verbosity=error",
    } <= set(arguments)
    assert "termlog_verbosity=error" not in mitmdump_arguments("why403.py")
