"""The browser's half: which answers does it let a page read, and which does it keep?

Servers only hand out permission; the browser decides. This is its side of CORS by the steps of the
Fetch standard (https://fetch.spec.whatwg.org/), with what Chromium really does as a variant.
"""

from simulator.browser.engine import ENGINES, Engine, Unsupported
from simulator.browser.exchange import Verdict, cors_check, judge_exchange
from simulator.browser.failure import Failure
from simulator.browser.fetch import PageView, Server, fetch
from simulator.browser.page import Page, PageRequest, Sent
from simulator.browser.preflight_cache import PreflightCache
from simulator.browser.record import judge_case
from simulator.browser.words import sentence

__all__ = [
    "ENGINES",
    "Engine",
    "Failure",
    "Page",
    "PageRequest",
    "PageView",
    "PreflightCache",
    "Sent",
    "Server",
    "Unsupported",
    "Verdict",
    "cors_check",
    "fetch",
    "judge_case",
    "judge_exchange",
    "sentence",
]
