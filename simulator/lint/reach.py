"""Do the pages that are granted something get as far as the server, and past it?

Local Network Access (WICG, sections 2.1 and 3.1), servers that refuse strange origins
themselves, and fields that do nothing where they are sent.
"""

from __future__ import annotations

from collections.abc import Iterator

from simulator.browser.address_space import space_of_host
from simulator.grants import ALLOW_CREDENTIALS
from simulator.hazard import Hazard, Rule, Severity
from simulator.lint.asking import ask, show
from simulator.lint.hosts import is_internal, is_loopback
from simulator.lint.subject import STRANGER, Subject
from simulator.problem import sentence
from simulator.source import join

PRIVATE_NETWORK = Rule(
    "cors/private-network-obsolete",
    "note",
    "`Access-Control-Allow-Private-Network` means nothing any more",
    "Private Network Access was given up. In its place Chromium asks the user (Local Network "
    "Access, since version 142), and no field of the server's has a say in it.",
    "Remove `private_network`, once no old browser is served.",
    """\
cors:
  origins: [https://shop.example]
  private_network: true # cors/private-network-obsolete
""",
)


TO_STRANGERS = Rule(
    "cors/credentials-to-strangers",
    "note",
    "`Access-Control-Allow-Credentials` is sent to origins that are not admitted",
    "The family sends the field whoever asks. Without `Access-Control-Allow-Origin` it does "
    "nothing, but scanners report it, and a proxy that adds the origin completes it.",
    "Nothing, if you know it. Otherwise send CORS fields to those alone whom you admit.",
    """\
cors:
  behaviour: starlette
  origins: [https://shop.example]
  credentials: true # cors/credentials-to-strangers
""",
)


LOCAL_NETWORK = Rule(
    "cors/local-network",
    "warning",
    "a public page is to reach a host on the user's own network",
    "Chromium asks the user before a page from the internet reaches their machine or network, "
    "whatever the CORS fields are (Local Network Access, section 3.1). That makes it a note. A "
    "page that does not come by https cannot even ask, and never gets through.",
    "Serve the page over https, and tell its users what they will be asked.",
    """\
hosts: ["127.0.0.1:8787"]
cors:
  origins: [http://shop.example] # cors/local-network
""",
)


OWN_PAGE = Rule(
    "cors/own-page-refused",
    "warning",
    "the server's own pages are strangers behind its proxy",
    "Browsers send `Origin` with every POST, also to the page's own server. The server compares "
    "it with its own address, which behind a proxy that replaces `Host` is the proxy's name for "
    "it, and refuses the page.",
    "Let the proxy pass on `Host` and the scheme, or list the page's origin.",
    """\
hosts: [backend, shop.example]
cors: # cors/own-page-refused
  behaviour: spring
  origins: [https://partner.example]
""",
)


def obsolete(subject: Subject) -> Iterator[Hazard]:
    """Fields that do nothing, or nothing where they are sent."""
    for granting in subject.grantings:
        if granting.section.private_network:
            message = sentence(
                "`private_network: true` does nothing in today's browsers",
                "Chromium asks the user instead",
            )
            path = join(granting.path, "private_network")
            yield subject.hazard(PRIVATE_NETWORK, path, message)
        if ALLOW_CREDENTIALS in granting.actual(STRANGER) and not granting.admits(STRANGER):
            message = sentence(
                "`Access-Control-Allow-Credentials` is sent to whoever asks",
                f"`{granting.section.behaviour}` does so; without the origin it does nothing",
            )
            yield subject.hazard(TO_STRANGERS, granting.place("credentials"), message)


def local_network(subject: Subject) -> Iterator[Hazard]:
    """Public pages that are to reach the user's own machine or network."""
    hosts = subject.head.hosts
    spaces = {host: space_of_host(_name(host)) for host in hosts}
    if not hosts or not set(spaces.values()) <= {"local", "loopback"}:
        return
    for granting in subject.grantings:
        for index, pattern in enumerate(granting.patterns):
            origin = pattern.origin
            if pattern.kind == "null" or (origin is not None and _near(origin.host)):
                continue
            space = spaces[hosts[0]]
            insecure = origin is not None and origin.scheme == "http"
            message = sentence(
                f"`{pattern.text}` is a public page, and {hosts[0]} is in the {space} network",
                "a page without https never reaches it" if insecure
                else "Chromium asks the user first, whatever is granted here",
            )  # fmt: skip
            severity: Severity = "warning" if insecure else "note"
            path = granting.origin_path(index)
            yield subject.hazard(LOCAL_NETWORK, path, message, severity=severity)


def _name(host: str) -> str:
    return host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host


def _near(host: str) -> bool:
    """Whether a page's host is in the local network, or on the machine itself."""
    return is_loopback(host) or is_internal(host) or space_of_host(host) in ("local", "loopback")


def own_pages(subject: Subject) -> Iterator[Hazard]:
    """Pages of the server itself that it would refuse."""
    hosts = [host for host in subject.head.hosts if not host.startswith("*.")]
    inside = [host for host in hosts if is_internal(host) and not is_loopback(host)]
    for granting in subject.grantings:
        if not granting.enforces or not inside:
            continue
        for host in hosts:
            origin = f"https://{host}"
            if host in inside or is_loopback(host) or granting.admits(origin):
                continue
            shown = None
            for route in subject.under(granting):
                methods = route.methods if route is not None else ()
                method = "POST" if not methods or "POST" in methods else methods[0]
                request = ask(subject, route, method, [("origin", origin)], host=inside[0])
                shown = shown or show(subject, request)
            message = sentence(
                f"a page of {host} is refused where the request arrives as {inside[0]}",
                f"its origin is then a stranger's, and `{granting.path}` does not list it",
                f"let the proxy keep `Host`, or list `{origin}`",
            )
            yield subject.hazard(OWN_PAGE, granting.path, message, shown=shown)


RULES = (
    PRIVATE_NETWORK,
    TO_STRANGERS,
    LOCAL_NETWORK,
    OWN_PAGE,
)

CHECKS = (
    obsolete,
    local_network,
    own_pages,
)
