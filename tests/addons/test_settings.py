"""Which options are refused, and in what words?"""

from pathlib import Path

import pytest
from mitmproxy.exceptions import OptionsError


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param(
            {"mode": "enforc"},
            "why403_mode=`enforc` is not a mode: the modes are `observe`, `annotate`, `enforce`, "
            "`unmask`, `browser-message` and `simulate`; did you mean `enforce`?",
            id="a misspelt mode",
        ),
        pytest.param(
            {"mode": ""},
            "why403_mode=(nothing) is not a mode: the modes are `observe`, `annotate`, `enforce`, "
            "`unmask`, `browser-message` and `simulate`; write `why403_mode=observe`",
            id="no mode",
        ),
        pytest.param(
            {"client": "10.0.0.0/8"},
            "why403_client=`10.0.0.0/8` is not an address: a client is one IPv4 or IPv6 address, "
            "without a port, prefix or zone; write `why403_client=203.0.113.9`, or leave it empty "
            "for the real peer",
            id="a block for a client",
        ),
        pytest.param(
            {"client": "fe80::1%eth0"},
            "why403_client=`fe80::1%eth0` is not an address: a client is one IPv4 or IPv6 "
            "address, without a port, prefix or zone; write `why403_client=203.0.113.9`, or "
            "leave it empty for the real peer",
            id="a client with a zone",
        ),
        pytest.param(
            {"mode": "enforce", "policy": []},
            "why403_mode=`enforce` has nothing to enforce: why403_policy is empty, and every "
            "request would pass; set `why403_policy=FILE` too",
            id="enforcing nothing",
        ),
        pytest.param(
            {"mode": "simulate", "policy": []},
            "why403_mode=`simulate` has nothing to simulate: why403_policy is empty, and every "
            "request would pass; set `why403_policy=FILE` too",
            id="simulating nothing",
        ),
        pytest.param(
            {"mode": "x", "client": "y"},
            "why403_mode=`x` is not a mode: the modes are `observe`, `annotate`, `enforce`, "
            "`unmask`, `browser-message` and `simulate`; write `why403_mode=observe`\n"
            "why403_client=`y` is not an address: a client is one "
            "IPv4 or IPv6 address, without a port, prefix or zone; write "
            "`why403_client=203.0.113.9`, or leave it empty for the real peer",
            id="two mistakes at once",
        ),
    ],
)
def test_a_wrong_option_is_refused_with_cause_and_remedy(rig, options, message) -> None:
    with pytest.raises(OptionsError) as refused:
        rig.use(**options)
    assert str(refused.value) == message


def test_all_problems_of_all_policies_are_told(rig, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("hosts: [x.test]\nroutes: 3\nfoo: 1\n")
    gone = tmp_path / "gone.yaml"
    with pytest.raises(OptionsError) as refused:
        rig.use(policy=[str(bad), str(rig.policy), str(gone)])
    lines = str(refused.value).split("\n")
    assert lines[0].endswith("cannot be used: 3 problems to mend")
    assert [line.partition(": ")[0] for line in lines[1:]] == [f"{bad}:2", f"{bad}:3", str(gone)]


def test_a_refused_option_leaves_the_last_good_ones_in_force(rig, tmp_path: Path, flow) -> None:
    rig.use(mode="enforce")
    with pytest.raises(OptionsError):
        rig.use(policy=[str(tmp_path / "gone.yaml")])
    with pytest.raises(OptionsError):
        rig.use(mode="nonsense")
    refused = rig.request(flow("https://api.test/orders"))
    assert refused.response is not None
    assert refused.response.status_code == 401


def test_options_that_cannot_be_used_when_a_script_is_loaded_let_nothing_pass(
    rig, flow, caplog: pytest.LogCaptureFixture
) -> None:
    rig.options.update(why403_policy=[str(rig.policy)], why403_mode="enforce")
    rig.policy.write_text("routes: 3\n")
    fresh = type(rig.chain.settings)(rig.chain.policies)
    rig.chain.policies.active = ()
    fresh.configure(rig.options.keys())
    assert fresh.mode == "enforce"
    assert fresh.broken is not None
    assert "`routes` is `3`" in caplog.text
    vars(rig.chain.settings).update(vars(fresh))
    assert rig.exchange(flow()).status_code == 500


def test_a_policy_below_the_home_directory_is_found(
    rig, flow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    rig.use(policy=["~/shop.yaml"])
    assert rig.request(flow("https://api.test/orders")).marked == ":no_entry:"


def test_a_proxy_without_a_policy_says_so(rig, caplog: pytest.LogCaptureFixture) -> None:
    rig.chain.settings.running()
    assert "no policy is set: what browsers make of real answers is explained" in caplog.text


@pytest.mark.parametrize(
    ("mode", "keep", "told"),
    [
        pytest.param("reverse:http://127.0.0.1:1", False, True, id="reverse, Host replaced"),
        pytest.param("reverse:http://127.0.0.1:1", True, False, id="reverse, Host kept"),
        pytest.param("regular", False, False, id="regular"),
    ],
)
def test_the_user_is_told_when_hosts_go_by_the_target(
    rig, caplog: pytest.LogCaptureFixture, mode: str, keep: bool, told: bool
) -> None:
    rig.use()
    rig.options.update(mode=[mode], keep_host_header=keep)
    rig.chain.settings.running()
    assert ("keep_host_header=true" in caplog.text) is told
