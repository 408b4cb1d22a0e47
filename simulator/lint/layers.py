"""Does the answer stay whole between application, CORS layer and caches?

Fields that the application sends beside those of the CORS layer (Fetch, CORS check: one value,
compared byte by byte), and `Vary` for whatever stores answers (RFC 9110 section 12.5.5).
"""

from __future__ import annotations

from collections.abc import Iterator

from simulator.grants import ALLOW_ORIGIN
from simulator.hazard import Hazard, Rule, Severity, Witness
from simulator.lint.asking import ask, show_page, some_method, some_route
from simulator.lint.subject import STRANGER, Granting, Subject, sample
from simulator.listing import names_of
from simulator.origin import OriginPattern
from simulator.problem import Fault, sentence
from simulator.routes import Route
from simulator.source import join

NO_VARY = Rule(
    "cors/vary-missing",
    "warning",
    "answers differ by origin and do not say so",
    "The answer names whoever asks, and `Vary` does not have `Origin`. A cache hands the first "
    "page's answer to the second, whose browser refuses it. Where nothing says that answers may "
    "be stored, it is a note.",
    "Send `Vary: Origin` with every answer of these URLs, also to requests without an Origin.",
    """\
cors: # cors/vary-missing
  behaviour: envoy
  origins: [https://shop.example, https://blog.example]
response:
  headers: {cache-control: "public, max-age=300"}
""",
)


TWO_LAYERS = Rule(
    "cors/two-layers",
    "error",
    "the application adds CORS fields beside the CORS layer",
    "Two lines of `Access-Control-Allow-Origin` are read as one list, and a list is no origin: "
    "the browser refuses it, however right both are.",
    "Let one of the two do it. In nginx: `proxy_hide_header Access-Control-Allow-Origin;`.",
    """\
cors:
  origins: [https://shop.example]
response:
  headers:
    access-control-allow-origin: https://shop.example # cors/two-layers
""",
)


INVALID_ORIGIN = Rule(
    "cors/response-origin",
    "error",
    "an allowed origin that is no page's",
    "Browsers compare `Access-Control-Allow-Origin` with the page's origin byte by byte. A slash "
    "at the end, a path, capital letters, the default port, a list or a pattern never match.",
    "Send the origin as browsers do: scheme, host, and the port where it is not the usual one.",
    """\
response:
  headers:
    access-control-allow-origin: https://shop.example/ # cors/response-origin
""",
)


def missing_vary(subject: Subject) -> Iterator[Hazard]:
    """Answers that depend on the origin, and do not tell caches."""
    for granting in subject.grantings:
        origins = [sample(pattern) for pattern in granting.patterns if pattern.kind != "null"]
        asked = [None, STRANGER, *origins[:3]]
        answers = [dict(granting.actual(origin)) for origin in asked]
        sent = {fields.get(ALLOW_ORIGIN) for fields in answers}
        varies = [names_of(fields.get("vary", "").lower()) for fields in answers]
        silent = any(
            ALLOW_ORIGIN in f and not {"origin", "*"} & {*v}
            for f, v in zip(answers, varies, strict=True)
        )
        if len(sent) < 2 or not silent:
            continue
        if len(sent - {None}) < 2 and all(pattern.kind == "any" for pattern in granting.patterns):
            continue  # with or without, everybody is sent the same
        storing = _stored(subject, granting)
        if storing is False:
            continue
        message = sentence(
            f"answers under `{granting.path}` differ by who asks",
            f"`{granting.section.behaviour}` names the origin and sends no `Vary: Origin`",
            "send it with every answer",
        )
        severity: Severity = "warning" if storing else "note"
        yield subject.hazard(NO_VARY, granting.path, message, severity=severity)


def _stored(subject: Subject, granting: Granting) -> bool | None:
    """Whether caches may store what the application answers; None where nothing says so."""
    found: list[bool] = []
    under = {None if route is None else route.index for route in subject.under(granting)}
    for response in subject.responses:
        if response.route is not None and response.route.index not in under:
            continue
        fields = response.fields
        if "origin" in names_of((fields.get("vary") or "").lower()):
            found.append(False)
            continue
        control = names_of((fields.get("cache-control") or "").lower())
        names = {item.partition("=")[0].strip(): item.partition("=")[2] for item in control}
        age = names.get("s-maxage", names.get("max-age", ""))
        if "no-store" in names:
            found.append(False)
        elif "public" in names or (age.isdigit() and int(age) > 0) or "expires" in fields:
            found.append(True)
    return None if not found else any(found)


def layers(subject: Subject) -> Iterator[Hazard]:
    """CORS fields of the application's own."""
    for response in subject.responses:
        lines = response.fields.lines(ALLOW_ORIGIN)
        if not lines or response.section.preflights:
            continue
        route = response.route
        place = join(response.path, "headers", ALLOW_ORIGIN)
        granting = subject.granting(route)
        origin = None if granting is None else granting.some_origin
        if granting is not None and origin is not None:
            shown = _page(subject, route, origin)
            message = sentence(
                f"the application sends `Access-Control-Allow-Origin` beside `{granting.path}`",
                "two lines of it are read as a list, and a list is no origin",
                "let one of the two send it",
            )
            yield subject.hazard(TWO_LAYERS, place, message, shown=shown)
            continue
        wrong = _why_no_origin(lines)
        if wrong is not None:
            shown = _page(subject, route, _meant(lines[0]))
            yield subject.hazard(INVALID_ORIGIN, place, wrong, shown=shown)


def _page(subject: Subject, route: Route | None, origin: str) -> Witness | None:
    """What a page gets, if it is refused by its browser."""
    asked = route or some_route(subject)[0]
    shown = show_page(subject, ask(subject, asked, some_method(asked)), origin, "cors.")
    return shown if shown is not None and shown.claim.allowed is False else None


def _why_no_origin(lines: tuple[str, ...]) -> str | None:
    if len(lines) > 1 or "," in lines[0]:
        return sentence(
            "the application sends several origins in `Access-Control-Allow-Origin`",
            "a list is no origin",
            "send the one that asks, if it is admitted",
        )
    try:
        pattern = OriginPattern.parse(lines[0])
    except Fault as fault:
        return sentence(fault.problem, fault.cause, fault.remedy)
    if pattern.kind == "subdomains" or (pattern.origin is not None and pattern.origin.port == "*"):
        return sentence(
            f"`{lines[0]}` is sent as it stands",
            "to a browser it is no pattern, and no page has this origin",
            "send the origin that asks, if it is admitted",
        )
    return None


def _meant(text: str) -> str:
    """The origin that was probably meant."""
    head = text.partition(",")[0].strip().lower().replace("*.", "www.").replace(":*", "")
    scheme, separator, rest = head.partition("://")
    if not separator:
        scheme, rest = "https", head
    host = rest.partition("/")[0]
    for usual in (":443", ":80"):
        host = host.removesuffix(usual)
    return f"{scheme}://{host}"


RULES = (
    NO_VARY,
    TWO_LAYERS,
    INVALID_ORIGIN,
)

CHECKS = (
    missing_vary,
    layers,
)
