"""What happens while somebody looks at a page by `why403 open`?"""

from __future__ import annotations

import pytest

from addons.browse import Wish, browse
from simulator.problem import Fault


def test_a_browser_that_is_not_there_is_told_before_anything_starts() -> None:
    with pytest.raises(Fault, match="`/none` is no browser that can be started"):
        browse(Wish("https://app.test/", browser="/none"))


def test_an_option_that_cannot_be_is_told() -> None:
    with pytest.raises(Fault, match=r"cannot be set so: .*`nobody` is not an address"):
        browse(Wish("https://app.test/", browser="/bin/sh", client="nobody"))
