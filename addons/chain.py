"""In which order do the parts see a flow?

Options first, then the verdict, then whatever acts on it, and last the journal, which closes the
case. To mitmproxy they are one addon: each one more costs it time at every event, for asking
whether there is a hook.
"""

from __future__ import annotations

from collections.abc import Callable, Set

from mitmproxy import contentviews, http
from mitmproxy.addonmanager import Loader
from mitmproxy.proxy.layer import NextLayer

from addons.annotate import Annotate
from addons.commands import Commands
from addons.dashboard.context import Context
from addons.dashboard.server import Server
from addons.documents import Documents
from addons.enforce import Enforce
from addons.explain import Explain
from addons.failures import Failures
from addons.journal import Cases, Journal
from addons.observe import Observe
from addons.overlay import Overlay
from addons.policies import Policies
from addons.reserved import Reserved
from addons.rewrite import Rewrite
from addons.settings import Settings
from addons.simulate import Simulate
from addons.sink import Sink
from addons.terminal import Terminal
from addons.views import WhyView


class Chain:
    """All parts as one addon. Nothing here is async: mitmproxy would not load it again."""

    name = "why403"

    def __init__(self) -> None:
        self._running = False
        cases: Cases = {}
        failures = Failures()
        self.policies = Policies(failures)
        self.settings = Settings(self.policies)
        self.journal = Journal(cases)
        self.documents = Documents(self.journal)
        self.context = Context(self.settings, self.policies, self.journal, self.documents, failures)
        self.server = Server(self.context)
        self.reserved = Reserved(self.context)
        self.overlay = Overlay(self.settings, self.context, failures)
        self.simulate = Simulate(self.settings, self.policies, cases, self.journal, failures)
        self.enforce = Enforce(self.settings, cases, Sink(), failures)
        self.observe = Observe(self.settings, cases, self.journal, failures)
        self.rewrite = Rewrite(self.settings, cases, self.observe, failures)
        self.annotate = Annotate(self.settings, cases, self.observe, failures)
        self.explain = Explain(self.settings, cases, failures)
        self.commands = Commands(self.policies)
        self.terminal = Terminal(self.settings, self.journal, self.documents, failures)

    def load(self, loader: Loader) -> None:
        self.settings.load(loader)
        # Not an addon of its own: mitmproxy would ask it at every event.
        loader.master.commands.collect_commands(self.commands)
        contentviews.add(WhyView)

    def configure(self, updated: Set[str]) -> None:
        self.settings.configure(updated)
        if self._running:
            self.server.follow()

    def running(self) -> None:
        self._running = True
        self.settings.running()
        self.policies.running()
        self.server.follow()
        self.terminal.running()

    def done(self) -> None:
        self._running = False
        self.terminal.done()
        self.server.stop()
        self.policies.done()
        self.enforce.done()

    def http_connect(self, flow: http.HTTPFlow) -> None:
        self.reserved.http_connect(flow)

    def next_layer(self, nextlayer: NextLayer) -> None:
        self.reserved.next_layer(nextlayer)

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        if self.reserved.requestheaders(flow):
            return
        # Before the request is judged: its own refusal is the document's, too.
        self.overlay.requestheaders(flow)
        self.simulate.requestheaders(flow)
        self.enforce.requestheaders(flow)

    @property
    def update(self) -> Callable[[list[http.HTTPFlow]], None] | None:
        """Wanted only while a refusal waits for its request's body; otherwise mitmproxy would call
        it four times a request for nothing."""
        return self.enforce.update if self.enforce.waiting else None

    def request(self, flow: http.HTTPFlow) -> None:
        self.enforce.request(flow)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        if self.reserved.responseheaders(flow):
            return
        # What the server really said is judged before any of it is changed.
        self.observe.responseheaders(flow)
        self.enforce.responseheaders(flow)
        self.rewrite.responseheaders(flow)
        self.annotate.responseheaders(flow)
        self.overlay.responseheaders(flow)

    def response(self, flow: http.HTTPFlow) -> None:
        self.rewrite.response(flow)
        self.explain.response(flow)
        self.overlay.response(flow)
        self.observe.response(flow)
        self.journal.response(flow)

    def error(self, flow: http.HTTPFlow) -> None:
        if self.reserved.error(flow):
            return
        self.enforce.error(flow)
        self.rewrite.error(flow)
        self.overlay.error(flow)
        self.observe.error(flow)
        self.journal.error(flow)
