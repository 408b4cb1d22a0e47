"""Whose is a host: one owner's, everybody's, or the user's own machine?

Public suffixes by the Public Suffix List, with those that its packaged copy does not have yet.
"""

from __future__ import annotations

from functools import lru_cache

# Suffixes that came to the list later than the packaged copy of it, and are much used.
_LATER = frozenset(
    """
    amplifyapp.com azurestaticapps.net deno.dev fly.dev framer.app framer.website gitpod.io
    glitch.me hf.space koyeb.app netlify.app ngrok-free.app ngrok.app ngrok.dev pages.dev r2.dev
    repl.co replit.app replit.dev streamlit.app trycloudflare.com vercel.app vercel.dev webflow.io
    wixsite.com workers.dev
    """.split()
)
# Hosts where the pages of many people have one origin.
_PLAYGROUNDS = {
    "codepen.io", "cdpn.io", "jsbin.com", "output.jsbin.com", "jsfiddle.net", "fiddle.jshell.net",
    "plnkr.co", "run.plnkr.co", "embed.plnkr.co", "codesandbox.io", "stackblitz.com",
    "htmlpreview.github.io", "raw.githack.com", "rawcdn.githack.com", "web.archive.org",
}  # fmt: skip
_STORES = {"storage.googleapis.com", "storage.cloud.google.com", "firebasestorage.googleapis.com"}


@lru_cache(maxsize=4096)
def is_public_suffix(host: str) -> bool:
    """Whether everybody may have a name below this one."""
    if host in _LATER:
        return True
    from publicsuffix2 import get_tld  # type: ignore[import-untyped]  # reads its list when asked

    # A last label that the list does not have is no public one: `internal`, `test`.
    return bool(get_tld(host, strict=True) == host)


def shared_by(host: str) -> str:
    """Who has pages of this host's origin, in words; empty where it is one owner's."""
    if host in _PLAYGROUNDS:
        return f"anybody's pages run at {host}"
    # Path-style buckets: https://s3.eu-west-1.amazonaws.com/BUCKET/page.html
    region = host.removeprefix("s3").removesuffix(".amazonaws.com")
    bucket = host.startswith("s3") and host.endswith(".amazonaws.com") and region.count(".") < 2
    if host in _STORES or bucket:
        return f"{host} has one origin for the buckets of all its customers"
    return ""


def is_loopback(host: str) -> bool:
    """Whether a host, with a port or without, is the machine itself."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    name = name.strip("[]").rstrip(".")
    return name in ("localhost", "::1") or name.endswith(".localhost") or name.startswith("127.")


def is_internal(host: str) -> bool:
    """Whether a host, with a port or without, has a name that only its own network knows."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    if name.startswith("[") or name.replace(".", "").isdigit():
        return False
    return "." not in name or name.rpartition(".")[2] in ("internal", "local", "svc", "lan")
