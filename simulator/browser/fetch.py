"""What does a page see of what it fetches?

Fetch section 4: main fetch, HTTP fetch, HTTP-redirect fetch, CORS-preflight fetch, as far as they
decide whether the page may have the answer. The server is a function from what is sent to what
comes back, so that a policy, a recording or a test can stand there.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from simulator.behaviour import SAFELISTED_METHODS
from simulator.browser.api import Normalised, check_call
from simulator.browser.cors_check import cors_check
from simulator.browser.data_url import open_data_url
from simulator.browser.elements import ELEMENTS, can_use
from simulator.browser.embedding import check_resource_policy
from simulator.browser.engine import Engine, Unsupported
from simulator.browser.failure import Failure
from simulator.browser.http_cache import HttpCache, Question
from simulator.browser.integrity import check_integrity
from simulator.browser.network import Network, NetworkError
from simulator.browser.network import Server as Server
from simulator.browser.orb import check_opaque
from simulator.browser.origin_field import origin_field, serialised_origin
from simulator.browser.page import Page, PageRequest, Sent
from simulator.browser.preflight import Asked, judge_preflight
from simulator.browser.preflight_cache import Key, PreflightCache
from simulator.browser.reach import check_policy, check_reach
from simulator.browser.redirect import (
    Hop,
    check_location,
    is_redirect,
    next_hop,
)
from simulator.browser.safelist import unsafe_headers
from simulator.browser.tainting import Tainting, choose_tainting
from simulator.browser.url import WebUrl
from simulator.browser.visible import visible_headers
from simulator.browser.wire import no_answer
from simulator.browser.words import without_secrets
from simulator.message import REDIRECTS, Response
from simulator.reasons.page import (
    REDIRECT_INVALID,
    REDIRECT_REFUSED,
    STREAM_UPLOAD,
    TOO_MANY_REDIRECTS,
)

MOST_REDIRECTS = 20


@dataclass(frozen=True, slots=True)
class PageView:
    """What became of a fetch.

    `settled` is how the promise ended, or for an element whether it loaded; `type`, `status` and
    `headers` are what script sees of the answer (`headers`: the names, lower case, sorted).
    `exchange` is everything that was sent.
    """

    settled: Literal["resolved", "rejected"]
    exchange: tuple[Sent, ...]
    cache: PreflightCache
    url: WebUrl | None
    """Where it ended."""
    failure: Failure | None = None
    """What was not let; None also where an element was given what it cannot use."""
    type: str | None = None
    status: int | None = None
    headers: tuple[str, ...] = ()
    stored: HttpCache = field(default_factory=HttpCache)


class _Answer(NamedTuple):
    kind: str
    response: Response
    usable: bool = True


def fetch(
    request: PageRequest,
    page: Page,
    server: Server,
    *,
    cache: PreflightCache | None = None,
    stored: HttpCache | None = None,
    engine: Engine = "chromium",
    at: float = 0.0,
) -> PageView:
    """What the page sees. `at` is Unix seconds; `cache` and `stored` are what earlier fetches left.

    Raises Unsupported where what a browser does is not modelled, and what `server` raises.
    """
    kept = PreflightCache() if cache is None else cache
    answers = HttpCache() if stored is None else stored
    call = check_call(request, page, engine)
    if isinstance(call, Failure):
        return PageView("rejected", (), kept, None, call, stored=answers)
    network = Network(server, answers, engine, at, call.sends_credentials)
    run = _Fetch(call, page, network, kept)
    failure, answer = None, None
    try:
        answer = run.main()
    except NetworkError as error:
        href = without_secrets(run.hop.url.href)
        failure = error.failure.completed(url=href, origin=page.origin)
    used = answer is not None and answer.usable
    view = PageView(
        "resolved" if used else "rejected",
        tuple(network.sent),
        run.cache,
        run.hop.url,
        failure,
        stored=network.stored,
    )
    if answer is None or call.api in ELEMENTS:
        return view
    kind, response, _ = answer
    return replace(
        view,
        type=kind,
        status=response.status if kind in ("basic", "cors") else 0,
        headers=visible_headers(response.headers, kind, include=call.include),
    )


class _Fetch:
    """One fetch under way. Lives no longer than the call."""

    def __init__(
        self, call: Normalised, page: Page, network: Network, cache: PreflightCache
    ) -> None:
        self.call, self.page, self.network, self.cache = call, page, network, cache
        self.engine, self.at = network.engine, network.at
        self.tainting: Tainting = "basic"
        self.hop = Hop(call.url, call.method, call.headers, call.body)

    @property
    def origin(self) -> str:
        """The request's origin, serialised."""
        return serialised_origin(self.hop, self.page)

    def main(self) -> _Answer:
        """Main fetch, and once more for each redirect."""
        call = self.call
        for _ in range(MOST_REDIRECTS + 1):
            url, redirected = self.hop.url, self.hop.redirects > 0
            self._check(check_policy(url, call, self.page, self.engine, redirected=redirected))
            if url.scheme == "data":
                return self._open_data()
            # Chromium's renderer looks at the mode first, the standard at where the URL leads.
            early = self.engine == "chromium" and call.mode in ("same-origin", "no-cors")
            forced = early and self._choose_tainting()
            self._check(check_reach(url, call, self.page, self.engine))
            forced = forced or self._choose_tainting()
            if self.tainting == "cors":
                self._preflight(forced)
            response = self._actual()
            if response.status in REDIRECTS and call.redirect != "follow":
                return self._not_followed(response)
            if not is_redirect(response, self.engine):
                return _Answer(self.tainting, response, self._check_content(response))
            self.hop = self._follow(response)
        raise NetworkError(Failure(TOO_MANY_REDIRECTS, "Fetch, HTTP-redirect fetch, step 7"))

    def _check(self, failed: Failure | None) -> None:
        if failed is not None:
            raise NetworkError(failed)

    def _open_data(self) -> _Answer:
        response = open_data_url(self.hop.url)
        if response is None:
            raise NetworkError(no_answer("Fetch, scheme fetch, `data`"))
        return _Answer("basic", response, self._check_content(response))

    def _choose_tainting(self) -> bool:
        """Main fetch, step 12. True: a preflight is forced."""
        call = self.call
        found = choose_tainting(
            self.hop.url, call, self.page, self.tainting, first=not self.network.sent
        )
        if isinstance(found, Failure):
            raise NetworkError(found)
        self.tainting = found
        # A listener to the upload forces it even where a redirect has left the body behind.
        listened = call.upload_listener and call.body is not None
        return found == "cors" and (listened or self.hop.body == "stream")

    def _preflight(self, forced: bool) -> None:
        """CORS-preflight fetch, unless nothing asks for one or an earlier answer covers it."""
        hop, call, engine = self.hop, self.call, self.engine
        names = tuple([unsafe.name for unsafe in unsafe_headers(hop.headers, engine)])
        if not (forced or names or hop.method not in SAFELISTED_METHODS):
            return
        asked = Asked(self.origin, hop.method, names, call.include, forced)
        key = Key(self.page.partition, self.origin, hop.url.href)
        # Chromium takes a request that asks for fresh answers at its word here too, and each of
        # its opaque origins is one of its own, so that no answer fits another.
        bypass = engine == "chromium" and (
            call.cache in ("no-store", "reload", "no-cache")
            or call.conditional
            or self.origin == "null"
        )
        if not bypass:
            covered, self.cache = self.cache.covers(key, asked, self.at, engine)
            if covered:
                return
        sent = Sent(
            True,
            "OPTIONS",
            hop.url,
            self.origin,
            ",".join(names) if names else None,
            hop.method,
            hop=hop.redirects,
        )
        response = self.network.send(sent)
        found = judge_preflight(response, asked, engine)
        if isinstance(found, Failure):
            if engine == "standard":
                self.cache = self.cache.without(key)
            raise NetworkError(found)
        if not (engine == "chromium" and (call.cache == "no-store" or self.origin == "null")):
            self.cache = self.cache.store(key, found, response.headers, self.at, engine)

    def _actual(self) -> Response:
        """HTTP fetch with its checks of the answer."""
        self._check_stream()
        hop, call = self.hop, self.call
        cors = self.tainting == "cors"
        origin = origin_field(hop, call, self.page, self.engine, cors=cors)
        sent = Sent(False, hop.method, hop.url, origin, headers=hop.headers, hop=hop.redirects)
        response = self.network.answer(sent, self._question(origin))
        redirect = is_redirect(response, self.engine)
        if self.engine == "chromium" and redirect:
            self._read_location(response)
        failed = None
        if cors:
            failed = cors_check(response, self.origin, include=call.include)
            if failed is not None and self.engine == "standard":
                key = Key(self.page.partition, self.origin, hop.url.href)
                self.cache = self.cache.without(key)
        if self.tainting == "opaque":
            page = None if self.page.origin == "null" or hop.tainted else self.page.parsed
            failed = check_resource_policy(response.headers, page, hop.url, self.page.embedder)
        if failed is not None and not redirect:
            # Others than `fetch` read on for a moment, and a short body is kept after all.
            self.network.drop(certain=call.api == "fetch" or self.tainting == "opaque")
        self._check(failed)
        return response

    def _question(self, origin: str | None) -> Question:
        hop, call, page = self.hop, self.call, self.page
        element = ELEMENTS.get(call.api)
        return Question(
            None if page.origin == "null" else page.parsed,
            hop.url,
            hop.method,
            origin,
            hop.headers if element is None else (*hop.headers, *element.fields),
            "no-store" if call.conditional else call.cache,
            (page.url, call.mode, call.credentials, call.referrer_policy),
        )

    def _check_content(self, response: Response) -> bool:
        """What is asked once the answer may be had: whether it is of use."""
        call, element = self.call, ELEMENTS.get(self.call.api)
        if self.tainting == "opaque" and not self.page.is_home(self.hop.url):
            failed = check_opaque(response)
            if failed is not None:
                self.network.drop()
                # Where no element waits, an empty body takes the answer's place.
                if call.api not in ("fetch", "preload-fetch"):
                    raise NetworkError(failed)
        self._check(check_integrity(call.integrity, response, self.tainting, self.engine))
        waits = call.api != "fetch" if element is None else element.reads_body
        if waits and self.network.cut_short:
            raise NetworkError(no_answer())
        return element is None or can_use(call.api, response, self.engine)

    def _check_stream(self) -> None:
        """A body whose length nobody knows needs HTTP/2, which Chromium speaks over TLS alone."""
        if self.hop.body != "stream" or self.engine == "standard":
            return
        if self.hop.url.scheme == "https":
            raise Unsupported(
                "whether the server speaks HTTP/2, which a stream needs, is not known"
            )
        raise NetworkError(Failure(STREAM_UPLOAD, STREAM_UPLOAD.spec))

    def _read_location(self, response: Response) -> None:
        """Chromium's network stack reads it, and ends where it is no URL, before CORS is asked."""
        found = self._location(response)
        if isinstance(found, Failure) and found.reason is REDIRECT_INVALID:
            raise NetworkError(found)

    def _location(self, response: Response) -> Failure | WebUrl:
        call = self.call
        return check_location(
            response,
            self.hop,
            self.page.origin,
            call.mode,
            self.tainting,
            self.engine,
            api="fetch" if call.api in ELEMENTS else call.api,
        )

    def _not_followed(self, response: Response) -> _Answer:
        """HTTP fetch, step 6: a redirect, and the page does not want any followed."""
        manual = self.call.redirect == "manual"
        if self.engine == "chromium":
            if not is_redirect(response, self.engine):
                return _Answer("opaqueredirect" if manual else self.tainting, response)
            found = self._location(response)
            if isinstance(found, Failure) and found.chromium is not None and not manual:
                raise NetworkError(found)
        self.network.drop()
        if manual:
            return _Answer("opaqueredirect", response)
        raise NetworkError(
            Failure(
                REDIRECT_REFUSED, "Fetch, HTTP fetch, step 6", values={"status": response.status}
            )
        )

    def _follow(self, response: Response) -> Hop:
        """HTTP-redirect fetch: where to, or what forbids it."""
        found = self._location(response)
        if isinstance(found, Failure):
            raise NetworkError(found)
        return next_hop(response.status, self.hop, found, self.page.origin)
