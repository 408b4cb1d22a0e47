"""Does the script load as mitmproxy loads it, and say so in a line where it cannot?"""

import runpy
import sys
from pathlib import Path

import pytest
from mitmproxy.hooks import all_hooks

import addons
from addons.chain import Chain

SCRIPT = Path(addons.__file__).with_name("why403.py")


def test_a_script_that_is_loaded_twice_shares_nothing() -> None:
    first, second = (runpy.run_path(str(SCRIPT))["chain"] for _ in range(2))
    assert first.name == second.name == "why403"
    parts = [
        {id(part) for part in vars(chain).values() if not isinstance(part, bool)}
        for chain in (first, second)
    ]
    assert not parts[0] & parts[1]


def test_every_hook_of_the_chain_is_the_modules() -> None:
    loaded = runpy.run_path(str(SCRIPT))
    chain = loaded["chain"]
    for hook in set(all_hooks) & set(dir(Chain)) - {"update"}:
        assert loaded[hook] == getattr(chain, hook)
    assert loaded["name"] == "why403"


def test_updates_are_wanted_only_while_a_refusal_waits_for_a_body() -> None:
    loaded = runpy.run_path(str(SCRIPT))
    look_up, chain = loaded["__getattr__"], loaded["chain"]
    assert look_up("update") is None
    chain.enforce.waiting["a flow"] = None
    assert look_up("update") == chain.enforce.update
    with pytest.raises(AttributeError):
        look_up("websocket_start")


def test_a_project_that_is_not_installed_is_told_in_one_line(monkeypatch, caplog) -> None:
    monkeypatch.setitem(sys.modules, "addons.chain", None)
    loaded = runpy.run_path(str(SCRIPT))
    assert not set(all_hooks) & set(loaded)
    (message,) = caplog.messages
    assert message.startswith("why403 cannot start: ")
    assert message.endswith("`pip install why403`, or `pip install -e .` in a checkout")


@pytest.mark.parametrize("file", sorted(SCRIPT.parent.glob("*.py")), ids=lambda f: f.stem)
def test_no_file_hides_a_module_of_the_standard_library(file: Path) -> None:
    # mitmproxy puts the folder first on the path of the whole process.
    assert file.stem not in sys.stdlib_module_names
