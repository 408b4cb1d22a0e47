"""In which ways may a page not reach a device of the local network?

WICG Local Network Access, section 3.1. A page from the internet needs a secure context and the
user's permission to reach a private or loopback address. The question comes ahead of CORS, and
nothing is sent before it is answered; Chromium calls it CORS in its console all the same.
"""

from __future__ import annotations

from simulator.decision import Party, Reason
from simulator.reasons.console import CONSOLE

# `value` is the address space: `local` or `loopback`. Values: url, value, origin.
DENIED = Reason(
    code="local-network.permission-denied",
    status=0,
    party=Party.BROWSER,
    title="the user has not allowed the local network",
    text="`{url}` is in the address space `{value}`, which the user has not let the page at "
    "`{origin}` into",
    meaning="A page from the internet asks for an address of the local network or of this machine, "
    "and the permission for it was denied or never given. Nothing was sent.",
    causes=(
        "the user said no to the prompt, now or earlier",
        "nobody can be asked: a headless browser, a worker, a frame that was not delegated the "
        "permission",
        "the name of a public service resolves to a private address, by a VPN or a proxy",
    ),
    remedies=(
        "allow the local network for this page in the browser's site settings",
        "serve the page from the local network too",
        'delegate the permission to a frame: `allow="local-network; loopback-network"`',
    ),
    spec="WICG Local Network Access, Local Network Access check, steps 5.11 and 5.13",
    chromium=("LocalNetworkAccessPermissionDenied",),
    console=CONSOLE["LocalNetworkAccessPermissionDenied"],
)
# Values: url, value, origin.
INSECURE = Reason(
    code="local-network.insecure-page",
    status=0,
    party=Party.BROWSER,
    title="an insecure page asks for the local network",
    text="`{url}` is in the address space `{value}`, and the page at `{origin}` is not secure",
    meaning="Only a secure context may ask for the local network. A page that came from the "
    "internet by plain HTTP is refused without a prompt. Nothing was sent.",
    causes=("the page was loaded from the internet by `http:`, not `https:`",),
    remedies=("serve the page by `https:`", "serve the page from the local network too"),
    spec="WICG Local Network Access, Local Network Access check, step 5.2",
    chromium=("InsecureLocalNetwork",),
    console=CONSOLE["InsecureLocalNetwork"],
)
# `parameter` is the address space that the page named. Values: url, value, parameter.
WRONG_SPACE = Reason(
    code="local-network.wrong-space",
    status=0,
    party=Party.BROWSER,
    title="the address is in another space than the page said",
    text="`targetAddressSpace` says `{parameter}`, and `{url}` is in `{value}`",
    meaning="The page named the address space it expects to reach, and the name resolved to an "
    "address in another one.",
    causes=(
        "the name resolves to another address here than where the page was written",
        "`local` was written for this very machine, which is `loopback`",
    ),
    remedies=("name the space the address is in, or leave `targetAddressSpace` out",),
    spec="WICG Local Network Access, Local Network Access check, step 4.2",
    chromium=("InvalidLocalNetworkAccess",),
    console=CONSOLE["InvalidLocalNetworkAccess"],
)
REASONS = (DENIED, INSECURE, WRONG_SPACE)
