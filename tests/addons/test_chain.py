"""Is every hook of every part called, in the order that the parts rely on?"""

import inspect

from mitmproxy.hooks import all_hooks

from addons.chain import Chain

PARTS = (
    "reserved", "overlay", "settings", "policies", "simulate", "enforce", "observe", "rewrite",
    "annotate", "explain", "journal",
)  # fmt: skip


def test_no_hook_is_async() -> None:
    for hook in all_hooks:
        assert not inspect.iscoroutinefunction(getattr(Chain, hook, None))


def test_every_hook_of_a_part_is_passed_on() -> None:
    chain = Chain()
    for part in PARTS:
        for hook in set(all_hooks) & set(dir(getattr(chain, part))):
            passed_on = inspect.getattr_static(Chain, hook)
            source = inspect.getsource(passed_on.fget if hook == "update" else passed_on)
            assert f"self.{part}.{hook}" in source


def test_the_verdict_comes_first_and_the_case_is_closed_last() -> None:
    first, second, third = inspect.getsource(Chain.requestheaders).split("self.")[1:4]
    assert first.startswith("reserved")  # what is for why403 itself is judged by nobody
    assert second.startswith("overlay")  # a document's own refusal is entered after it is asked for
    assert third.startswith("simulate")
    for hook in (Chain.response, Chain.error):
        assert inspect.getsource(hook).split("self.")[-1].startswith("journal")
