"""What does Chromium write into its console when it blocks a request?

The names are those of `Network.CorsError` in the DevTools protocol. A line begins with what was
asked for and from where, then comes one of these; `{p}` is the protocol's `failedParameter`.
"""

from __future__ import annotations

from collections.abc import Mapping

# Before the words of every name that begins with `Preflight`.
PREFLIGHT = "Response to preflight request doesn't pass access control check: "

# After the words on a value of `Access-Control-Allow-Origin`, if `fetch` asked.
VALID_VALUE = " Have the server send the header with a valid value."

# After the words on credentials, if XMLHttpRequest asked.
WITH_CREDENTIALS = (
    " The credentials mode of requests initiated by the XMLHttpRequest is controlled by the "
    "withCredentials attribute."
)

# Instead of all else, if `fetch` was given such a URL and not redirected to it.
UNSUPPORTED_SCHEME = 'Fetch API cannot load {url}. URL scheme "{p}" is not supported.'

_ANSWER = {
    "MissingAllowOriginHeader": "No 'Access-Control-Allow-Origin' header is present on the "
    "requested resource.",
    "MultipleAllowOriginValues": "The 'Access-Control-Allow-Origin' header contains multiple "
    "values '{p}', but only one is allowed.",
    "InvalidAllowOriginValue": "The 'Access-Control-Allow-Origin' header contains the invalid "
    "value '{p}'.",
    "AllowOriginMismatch": "The 'Access-Control-Allow-Origin' header has a value '{p}' that is "
    "not equal to the supplied origin.",
    "WildcardOriginNotAllowed": "The value of the 'Access-Control-Allow-Origin' header in the "
    "response must not be the wildcard '*' when the request's credentials mode is 'include'.",
    "InvalidAllowCredentials": "The value of the 'Access-Control-Allow-Credentials' header in the "
    "response is '{p}' which must be 'true' when the request's credentials mode is 'include'.",
}

# `{space}` is an address space, `{p}` the one that the page had named: the protocol's parameter is
# empty for these three. A line that begins `Fetch API` has nothing before it.
CONSOLE: Mapping[str, str] = {
    **_ANSWER,
    **{f"Preflight{name}": words for name, words in _ANSWER.items()},
    "PreflightInvalidStatus": "It does not have HTTP ok status.",
    "PreflightDisallowedRedirect": "Redirect is not allowed for a preflight request.",
    "InvalidAllowMethodsPreflightResponse": "Cannot parse Access-Control-Allow-Methods response "
    "header field in preflight response.",
    "InvalidAllowHeadersPreflightResponse": "Cannot parse Access-Control-Allow-Headers response "
    "header field in preflight response.",
    "MethodDisallowedByPreflightResponse": "Method {p} is not allowed by "
    "Access-Control-Allow-Methods in preflight response.",
    "HeaderDisallowedByPreflightResponse": "Request header field {p} is not allowed by "
    "Access-Control-Allow-Headers in preflight response.",
    "RedirectContainsCredentials": "Redirect location '{p}' contains a username and password, "
    "which is disallowed for cross-origin requests.",
    "CorsDisabledScheme": "Cross origin requests are only supported for protocol schemes: chrome, "
    "chrome-experimental-site-token-provider, chrome-extension, chrome-untrusted, data, http, "
    "https, isolated-app.",
    "DisallowedByMode": 'Fetch API cannot load {url}. Request mode is "same-origin" but the '
    "URL's origin is not same as the request origin {origin}.",
    "NoCorsRedirectModeNotFollow": 'Fetch API cannot load {url}. Request mode is "no-cors" but '
    'the redirect mode is not "follow".',
    "LocalNetworkAccessPermissionDenied": "Permission was denied for this request to access the "
    "`{space}` address space.",
    "InsecureLocalNetwork": "The request client is not a secure context and the resource is in "
    "more-private address space `{space}`.",
    "InvalidLocalNetworkAccess": "Request had a target IP address space of `{p}` yet the resource "
    "is in address space `{space}`.",
}
