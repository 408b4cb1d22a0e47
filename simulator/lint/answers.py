"""Can pages read what the server answers?

Errors with and without CORS fields, and fields of an answer that script does not see (Fetch
sections 2.2.6 and 3.3.3).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from simulator.behaviour import carries_cors
from simulator.behaviours import STANDARD
from simulator.browser.visible import SAFELISTED
from simulator.hazard import Hazard, Rule, Severity, Witness
from simulator.lint.asking import admitted, ask, show, some_method, some_route
from simulator.lint.subject import Granting, Subject
from simulator.listing import names_of
from simulator.message import REDIRECTS, Request
from simulator.problem import list_words, sentence
from simulator.source import join

_EXPOSE = "access-control-expose-headers"
_FEW = 20  # routes that are tried
# Fields that are there for the page's script; of others nobody expects that it reads them.
_FOR_PAGES = frozenset(
    """
    content-disposition content-range etag link location ratelimit ratelimit-limit ratelimit-policy
    ratelimit-remaining ratelimit-reset retry-after
    """.split()
)
_NOT_FOR_PAGES = frozenset(
    """
    x-aspnet-version x-cache x-content-type-options x-frame-options x-powered-by x-robots-tag
    x-permitted-cross-domain-policies x-served-by x-ua-compatible x-xss-protection
    """.split()
)

ERRORS_HIDDEN = Rule(
    "errors/hidden-from-pages",
    "warning",
    "errors carry no CORS fields",
    "An error without CORS fields is `Failed to fetch` to the page: it cannot tell a wrong key "
    "from a broken network, and retries a 429 at once. Where nothing says so but the family "
    "`standard`, which is no server, it is a note.",
    "Send the fields with errors too (in nginx `add_header … always`), and say so: `errors: "
    "{cors_fields: true}`.",
    """\
cors:
  origins: [https://shop.example]
errors: {cors_fields: false} # errors/hidden-from-pages
routes:
  - {path: /orders, methods: [GET]}
""",
)
UNHANDLED = Rule(
    "errors/unhandled-hidden",
    "warning",
    "an exception's 500 carries no CORS fields",
    "What nobody caught is answered outside of the layer that adds them: in Starlette and "
    "FastAPI, for instance. One endpoint then has `a CORS problem`, and the log has a traceback.",
    "Mend the exception, and catch what may be raised inside of the CORS layer.",
    """\
cors:
  behaviour: starlette
  origins: [https://shop.example]
response: {status: 500, unhandled: true} # errors/unhandled-hidden
""",
)
NOT_EXPOSED = Rule(
    "cors/field-not-exposed",
    "note",
    "fields of the answer that script does not see",
    "Of an answer from another origin script reads seven fields and those that "
    "`Access-Control-Expose-Headers` names. The network panel shows them all, so that "
    "`headers.get(…)` being null surprises.",
    "Add the fields to `cors.expose`, if pages are to read them.",
    """\
cors:
  origins: [https://shop.example]
response:
  headers: {x-total-count: "137"} # cors/field-not-exposed
""",
)
RULES = (ERRORS_HIDDEN, UNHANDLED, NOT_EXPOSED)


def hidden_errors(subject: Subject) -> Iterator[Hazard]:
    """Refusals that pages cannot read."""
    written = subject.policy.cors_on_errors
    for granting in subject.grantings:
        origin = granting.some_origin
        if origin is None or (written is not None and granting.route is not None):
            continue
        behaviour = granting.behaviour
        if written is True or (written is None and carries_cors(behaviour, 403)):
            continue
        shown = _hidden(subject, granting, origin)
        known = written is False or behaviour is not STANDARD
        counted = subject.counts(granting)
        if shown is None or not (known or subject.keys or counted):
            continue
        example = "a 429 of its quotas" if counted else f"the {shown.claim.status}"
        message = sentence(
            f"a page cannot read the server's errors, such as {example}",
            "they carry no CORS fields" if written is False
            else f"`{granting.section.behaviour}` sends no CORS fields with them",
            "send them with errors too, and write `errors: {cors_fields: true}`",
        )  # fmt: skip
        severity: Severity = "warning" if known else "note"
        path = "errors/cors_fields" if written is False else granting.place("behaviour")
        yield subject.hazard(ERRORS_HIDDEN, path, message, severity=severity, shown=shown)


def _hidden(subject: Subject, granting: Granting, origin: str) -> Witness | None:
    """A page's request that is refused, and whose refusal the page does not see: for its key if it
    can be, for its method, or for its path."""
    asked = [
        request
        for route in islice(subject.under(granting), _FEW)
        if (request := ask(subject, route, some_method(route), [("origin", origin)])) is not None
    ]
    for turn in (_as_it_is, _with_another_method, _nowhere):
        for request in asked:
            shown = show(subject, turn(request))
            if shown is None or not shown.claim.hidden or shown.claim.status < 400:
                continue
            if not (shown.claim.reason or "").startswith("cors."):
                return shown
    return None


def _as_it_is(request: Request) -> Request:
    return request


def _with_another_method(request: Request) -> Request:
    other = "DELETE" if request.method != "DELETE" else "PATCH"
    return Request(other, request.url, request.headers, client=request.client, at=request.at)


def _nowhere(request: Request) -> Request:
    url = f"{request.url.rstrip('/')}/no-such-path"
    return Request(request.method, url, request.headers, client=request.client, at=request.at)


def unhandled_errors(subject: Subject) -> Iterator[Hazard]:
    """Exceptions whose 500 a page cannot read."""
    if subject.policy.cors_on_errors is not None:
        return
    for route, path, response in subject.responses:
        granting = subject.granting(route)
        origin = None if granting is None else granting.some_origin
        if granting is None or origin is None or not response.unhandled:
            continue
        if carries_cors(granting.behaviour, response.status, unhandled=True):
            continue
        asked = route or some_route(subject)[0]
        shown = admitted(subject, asked, some_method(asked), [("origin", origin)])
        message = sentence(
            f"a page cannot read the {response.status} of an exception",
            f"`{granting.section.behaviour}` answers it outside of its CORS layer",
            "catch what may be raised",
        )
        yield subject.hazard(UNHANDLED, join(path, "unhandled"), message, shown=shown)


def not_exposed(subject: Subject) -> Iterator[Hazard]:
    """Fields that the policy says the application sends, and script does not see."""
    for route, path, response in subject.responses:
        granting = subject.granting(route)
        origin = None if granting is None else granting.some_origin
        if granting is None or origin is None:
            continue
        sent = dict(granting.actual(origin)).get(_EXPOSE, "")
        exposed = {name.lower() for name in names_of(sent)}
        # Where a redirect leads is for the browser.
        seen = exposed | SAFELISTED | ({"location"} if response.status in REDIRECTS else set())
        hidden = [name for name in response.headers if _is_for_pages(name) and name not in seen]
        if hidden and "*" not in exposed:
            verb = "is" if len(hidden) == 1 else "are"
            message = sentence(
                f"{list_words(hidden, last='and')} {verb} not exposed",
                "a page of another origin does not see what is not",
                f"add to `{join(granting.path, 'expose')}` what pages read",
            )
            yield subject.hazard(NOT_EXPOSED, join(path, "headers", hidden[0]), message)


def _is_for_pages(name: str) -> bool:
    return name in _FOR_PAGES or (name.startswith("x-") and name not in _NOT_FOR_PAGES)


CHECKS = (hidden_errors, unhandled_errors, not_exposed)
