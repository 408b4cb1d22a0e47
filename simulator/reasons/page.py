"""What looks like CORS to a page and is something else?

Script gets the same `TypeError: Failed to fetch` for every network error (Fetch section 5.6), be
it CORS or any of these. `console` is how the line in Chromium's console ends, or the whole line.
"""

from __future__ import annotations

from simulator.decision import Party, Reason

# `value` is a clause: "`CONNECT` is a forbidden method". Values: value.
INVALID_REQUEST = Reason(
    code="page.invalid-request",
    status=0,
    party=Party.BROWSER,
    title="there can be no such request",
    text="there can be no such request: {value}",
    meaning="The API itself throws, and nothing is sent. The message says why; it does not read "
    "`Failed to fetch`.",
    causes=(
        "the method is no token, or is CONNECT, TRACE or TRACK",
        "GET or HEAD has a body",
        "the URL cannot be parsed, or has a user or a password in it",
        "a header's name is no token, or its value has a line break",
        "the mode is `no-cors` and the method is none of GET, HEAD and POST",
    ),
    remedies=("read the message of the TypeError and mend the call",),
    spec="Fetch, Request class, constructor",
)
# The console names what went wrong in each case; this is one. Values: url.
NETWORK_ERROR = Reason(
    code="page.network-error",
    status=0,
    party=Party.BROWSER,
    title="no answer came at all",
    text="no answer came from `{url}`",
    meaning="The name did not resolve, the connection failed or was closed, or its certificate was "
    "not accepted. CORS was not reached.",
    causes=(
        "the server is not running, or listens elsewhere",
        "the certificate is self-signed, out of date or for another name",
        "an extension or a content blocker stopped the request",
    ),
    remedies=(
        "open the URL in a tab of its own and see what the browser says",
        "request it with curl",
    ),
    retryable=True,
    spec="Fetch, HTTP-network fetch",
    console="net::ERR_CONNECTION_REFUSED",
    firefox="CORSDidNotSucceed",
    firefox_console="CORS request did not succeed",
)
# Values: port.
BAD_PORT = Reason(
    code="page.bad-port",
    status=0,
    party=Party.BROWSER,
    title="browsers never connect to this port",
    text="{port} is a port that browsers never connect to",
    meaning="The port belongs to another protocol that could be abused by HTTP requests, so "
    "browsers block it for every page.",
    causes=("a development server was put on a port such as 6000, 6666 or 10080",),
    remedies=("use another port",),
    spec="Fetch, port blocking; main fetch, step 7",
    console="net::ERR_UNSAFE_PORT",
)
# Values: url, origin.
MIXED_CONTENT = Reason(
    code="page.mixed-content",
    status=0,
    party=Party.BROWSER,
    title="a secure page asks for an insecure URL",
    text="the page at `{origin}` is secure, and `{url}` is not",
    meaning="A page from `https:` may not fetch from `http:`; it is blocked before anything is "
    "sent. `localhost`, 127.0.0.1 and ::1 are exempt.",
    causes=(
        "the API's URL begins with `http:`",
        "the API redirects to `http:`, often behind a proxy that ends TLS",
    ),
    remedies=(
        "serve the API by `https:`",
        "say `Content-Security-Policy: upgrade-insecure-requests` on the page",
        "let the server behind the proxy know that it is reached by `https:`",
    ),
    spec="Mixed Content; Fetch, main fetch, step 7",
    console="Mixed Content: The page at '{page}' was loaded over HTTPS, but requested an insecure "
    "resource '{url}'. This request has been blocked; the content must be served over HTTPS.",
)
# Values: url.
CONTENT_SECURITY_POLICY = Reason(
    code="page.content-security-policy",
    status=0,
    party=Party.BROWSER,
    title="the page's own policy forbids the URL",
    text="the page's `Content-Security-Policy` does not let it connect to `{url}`",
    meaning="`connect-src` (or `default-src`) of the page names where its scripts may connect. The "
    "policy is the page's; the API's server has no say in it.",
    causes=(
        "the API's origin is not in `connect-src`",
        "the API redirects to an origin that is not in `connect-src`",
    ),
    remedies=("add the API's origin to `connect-src` of the page",),
    spec="CSP, connect-src; Fetch, main fetch, step 7",
    console="Fetch API cannot load {url}. Refused to connect because it violates the document's "
    "Content Security Policy.",
)
# Values: status.
REDIRECT_REFUSED = Reason(
    code="page.redirect-refused",
    status=0,
    party=Party.BROWSER,
    title="the page wants no redirect",
    text="the answer is a redirect ({status}), and the request says `redirect: 'error'`",
    meaning="The page asked that any redirect be an error.",
    causes=("the URL moved after the page was written", "the user is not logged in any more"),
    remedies=("fetch the URL that the redirect leads to", "leave `redirect` out"),
    spec="Fetch, HTTP fetch, step 6.3",
    console="net::ERR_FAILED",
)
# Values: url.
TOO_MANY_REDIRECTS = Reason(
    code="page.too-many-redirects",
    status=0,
    party=Party.BROWSER,
    title="more than 20 redirects",
    text="the request for `{url}` was redirected more than 20 times",
    meaning="The browser gives up after 20 redirects.",
    causes=("two redirects lead to each other: `http:` and `https:`, with a slash and without",),
    remedies=("follow the redirects with `curl -IL` and take the loop out",),
    spec="Fetch, HTTP-redirect fetch, step 7",
    console="net::ERR_TOO_MANY_REDIRECTS",
)
# Values: location.
UNSAFE_REDIRECT = Reason(
    code="page.unsafe-redirect",
    status=0,
    party=Party.BROWSER,
    title="a redirect leads out of HTTP",
    text="the redirect to `{location}` leads out of HTTP",
    meaning="A redirect may lead to `http:` and `https:` only, not to `data:`, `blob:`, `file:` or "
    "`about:`.",
    causes=("the server answers with a `data:` URL where it should answer with the data",),
    remedies=("send the content itself, or a redirect to where it is served",),
    spec="Fetch, HTTP-redirect fetch, step 6",
    console="net::ERR_UNSAFE_REDIRECT",
)
# Values: location.
REDIRECT_INVALID = Reason(
    code="page.redirect-invalid",
    status=0,
    party=Party.BROWSER,
    title="a redirect leads to no URL",
    text="`{location}` in `Location` is not a URL",
    meaning="The redirect's `Location` cannot be parsed, so there is nowhere to go.",
    causes=("`Location` was put together from parts, one of which was empty or not encoded",),
    remedies=("send an absolute URL, or a path, in `Location`",),
    spec="Fetch, HTTP-redirect fetch, step 5",
    console="net::ERR_INVALID_REDIRECT",
)
# Values: url.
PROXY_AUTHENTICATION = Reason(
    code="page.proxy-authentication",
    status=0,
    party=Party.BROWSER,
    title="a 407 that did not come from a proxy",
    text="`{url}` answered 407, which only a proxy may",
    meaning="407 asks for a login at the proxy. The browser treats it as the proxy's own and shows "
    "none of it to the page, so no CORS field matters.",
    causes=(
        "the server uses 407 where 401 or 403 is meant",
        "a proxy on the way wants a login",
    ),
    remedies=("answer 401 or 403", "log in at the proxy"),
    spec="Fetch, HTTP-network-or-cache fetch, step 16",
    console="net::ERR_UNEXPECTED_PROXY_AUTH",
)
# Values: url.
INTEGRITY = Reason(
    code="page.integrity",
    status=0,
    party=Party.BROWSER,
    title="the content has another hash than the page names",
    text="what `{url}` answered does not have the hash that `integrity` names",
    meaning="The page names the hash of what it expects, and the answer was something else. "
    "An answer that CORS does not open has no hash that the browser may compare.",
    causes=(
        "the file was published anew and the page was not",
        "something on the way changes or compresses the content",
    ),
    remedies=("put the hash of the present file into the page",),
    spec="Subresource Integrity; Fetch, main fetch, step 23",
    console="Fetch API cannot load {url}. SRI's integrity checks failed.",
)
# `NotSameSite` where the value is `same-site`. Values: url, value, origin.
RESOURCE_POLICY = Reason(
    code="page.resource-policy",
    status=0,
    party=Party.BROWSER,
    title="`Cross-Origin-Resource-Policy` keeps other pages out",
    text="`{url}` says `Cross-Origin-Resource-Policy: {value}`, which leaves out `{origin}`",
    meaning="The answer says which pages may load it without CORS. It counts only in the mode "
    "`no-cors`, as images, scripts and styles have it.",
    causes=(
        "a framework's security defaults add `same-origin`",
        "the image or script is served from another host than the page",
    ),
    remedies=(
        "answer `Cross-Origin-Resource-Policy: cross-origin` for what is public",
        "load it by CORS: the attribute `crossorigin`, or the mode `cors`",
    ),
    spec="Fetch, cross-origin resource policy check, step 3",
    console="net::ERR_BLOCKED_BY_RESPONSE.NotSameOrigin",
)
# Values: url.
EMBEDDER_POLICY = Reason(
    code="page.embedder-policy",
    status=0,
    party=Party.BROWSER,
    title="the page embeds only what says that it may be",
    text="`{url}` has no `Cross-Origin-Resource-Policy`, and the page's "
    "`Cross-Origin-Embedder-Policy` asks for one",
    meaning="Under `Cross-Origin-Embedder-Policy: require-corp` an answer without a policy of its "
    "own counts as `same-origin`.",
    causes=("the page was isolated (for SharedArrayBuffer, say) and loads from other origins",),
    remedies=(
        "answer `Cross-Origin-Resource-Policy: cross-origin`",
        "load it by CORS: the attribute `crossorigin`",
        "use `Cross-Origin-Embedder-Policy: credentialless` on the page",
    ),
    spec="Fetch, cross-origin resource policy check, step 5",
    console="net::ERR_BLOCKED_BY_RESPONSE.NotSameOriginAfterDefaultedToSameOriginByCoep",
)
# Only the network panel names it. `value` is the answer's media type. Values: url, value.
OPAQUE_BLOCKED = Reason(
    code="page.opaque-response-blocked",
    status=0,
    party=Party.BROWSER,
    title="an image or script is answered with data",
    text="`{url}` answered `{value}`, which a page may not load without CORS",
    meaning="What an image or a script loads without CORS comes into the page's process. JSON, "
    "HTML, XML and the like are stopped on the way there (Opaque Response Blocking).",
    causes=(
        "the URL answers with an error page or a login page instead of the image",
        "a script element is used to fetch JSON",
    ),
    remedies=("open the URL and see what it answers", "fetch data by the mode `cors`"),
    spec="Opaque Response Blocking",
    console="net::ERR_BLOCKED_BY_ORB",
)
# Values: url.
OPAQUE_UNREADABLE = Reason(
    code="page.opaque-response",
    status=0,
    party=Party.BROWSER,
    title="a no-cors answer cannot be read",
    text="the request's mode is `no-cors`, so the page can read nothing of what `{url}` answered",
    meaning="The request was sent and answered, and `fetch` resolves: with status 0, no headers "
    "and no body. It says nothing about whether the server did what was asked.",
    causes=("`mode: 'no-cors'` was added to make a CORS error go away",),
    remedies=("take `mode: 'no-cors'` out and let the server send CORS fields",),
    spec="Fetch, opaque filtered response",
)
# Values: url.
STREAM_UPLOAD = Reason(
    code="page.stream-upload",
    status=0,
    party=Party.BROWSER,
    title="a stream can be sent by HTTP/2 only",
    text="the body is a stream, and `{url}` does not speak HTTP/2",
    meaning="Chromium sends a body whose length it does not know by HTTP/2 or HTTP/3 only. The "
    "preflight passes and the request fails.",
    causes=("the server, or a proxy in front of it, speaks HTTP/1.1",),
    remedies=("serve the API by HTTP/2", "send a Blob or a string instead of a stream"),
    spec="Fetch, HTTP-network fetch",
    console="net::ERR_ALPN_NEGOTIATION_FAILED",
)
# `value` is what was found: "two of `location`". Values: url, value.
MALFORMED_RESPONSE = Reason(
    code="page.malformed-response",
    status=0,
    party=Party.BROWSER,
    title="the answer cannot be read as HTTP",
    text="the answer of `{url}` cannot be read as HTTP: {value}",
    meaning="The browser could not read the answer as HTTP and dropped it, with whatever CORS "
    "fields it had. Other clients may be more lenient.",
    causes=(
        "a NUL byte stands in a field",
        "two different `Content-Length` or `Location` fields",
        "something that is not a web server listens at the port",
    ),
    remedies=("look at the raw bytes: `curl -v --raw`",),
    spec="RFC 9112",
    console="net::ERR_INVALID_HTTP_RESPONSE",
)
REASONS = (
    INVALID_REQUEST,
    NETWORK_ERROR,
    BAD_PORT,
    MIXED_CONTENT,
    CONTENT_SECURITY_POLICY,
    REDIRECT_REFUSED,
    TOO_MANY_REDIRECTS,
    UNSAFE_REDIRECT,
    REDIRECT_INVALID,
    PROXY_AUTHENTICATION,
    INTEGRITY,
    RESOURCE_POLICY,
    EMBEDDER_POLICY,
    OPAQUE_BLOCKED,
    OPAQUE_UNREADABLE,
    STREAM_UPLOAD,
    MALFORMED_RESPONSE,
)
