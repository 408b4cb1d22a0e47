"""Which host does this text name, written as browsers write it?

URL section 3.5 (host parsing) and UTS #46, nontransitional, for names beyond ASCII.
"""

from __future__ import annotations

import re
import unicodedata
from ipaddress import AddressValueError, IPv6Address
from itertools import groupby
from urllib.parse import quote as percent_encode
from urllib.parse import unquote_to_bytes

from simulator.browser.engine import Unsupported
from simulator.problem import quote

_FORBIDDEN_HOST = re.compile(r"[\0\t\n\r #/:<>?@\[\\\]^|]")
_FORBIDDEN_DOMAIN = re.compile(r"[\0-\x20\x7f#%/:<>?@\[\\\]^|]")
_IPV6 = re.compile(r"[0-9A-Fa-f:.]+\Z")
_NOT_CONTROL = "".join(map(chr, range(0x20, 0x7F)))

_DOTS = re.compile("[.\u3002\uff0e\uff61]")
# UTS #46 drops these from a name.
_IGNORED = re.compile(
    "[\xad\u034f\u180b-\u180d\u180f\u200b\u2060\u2064\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]"
)
# Kept as they are, though case folding or NFKC would change or drop them.
_DEVIATIONS = frozenset("\xdf\u03c2\u200c\u200d")
_NON_JOINER, _JOINER = "\u200c", "\u200d"
_VIRAMA = 9  # a canonical combining class
# Letters and symbols that versions of Unicode judge differently: fillers, which show nothing, and
# the parts of which ideographs are described.
_CONTESTED = re.compile("[\u115f\u1160\u17b4\u17b5\u2ff0-\u2fff\u3164\u31ef\uffa0]")
_REPLACEMENTS = frozenset("\ufffc\ufffd")


def parse_host(text: str, *, opaque: bool = False) -> str | None:
    """The host, serialised (IPv6 in brackets, other names in Punycode), or None for failure.

    `opaque`: the scheme is not special, so that the name is not looked into. Raises Unsupported
    for a name whose validity only the full tables of UTS #46 would tell.
    """
    if text.startswith("["):
        return _parse_ipv6(text[1:-1]) if text.endswith("]") else None
    if opaque:
        return None if _FORBIDDEN_HOST.search(text) else percent_encode(text, safe=_NOT_CONTROL)
    domain = unquote_to_bytes(text).decode("utf-8", "replace")
    name = domain.lower() if domain.isascii() else _domain_to_ascii(domain)
    if not name or _FORBIDDEN_DOMAIN.search(name):
        return None
    return _parse_ipv4(name) if _ends_in_a_number(name) else name


def is_loopback(host: str) -> bool:
    """Whether a serialised host is this machine by its name or its address alone."""
    name = host.removesuffix(".")
    return (
        name == "localhost"
        or name.endswith(".localhost")
        or host == "[::1]"
        or re.fullmatch(r"127\.[0-9]+\.[0-9]+\.[0-9]+", host) is not None
    )


# Addresses


def _parse_ipv6(text: str) -> str | None:
    # The pattern keeps out zone identifiers, which the standard library reads.
    if not _IPV6.match(text):
        return None
    try:
        packed = IPv6Address(text).packed
    except AddressValueError:
        return None
    pieces = [int.from_bytes(packed[i : i + 2]) for i in range(0, 16, 2)]
    runs = [list(run) for zero, run in groupby(range(8), lambda i: pieces[i] == 0) if zero]
    longest = max(runs, key=len, default=[])  # the first of equals
    if len(longest) < 2:
        return f"[{':'.join(f'{piece:x}' for piece in pieces)}]"
    before = ":".join(f"{piece:x}" for piece in pieces[: longest[0]])
    after = ":".join(f"{piece:x}" for piece in pieces[longest[-1] + 1 :])
    return f"[{before}::{after}]"


def _ends_in_a_number(name: str) -> bool:
    last = name.removesuffix(".").rpartition(".")[2]
    return (last.isdigit() and last.isascii()) or _ipv4_number(last) is not None


def _parse_ipv4(name: str) -> str | None:
    numbers = [_ipv4_number(part) for part in name.removesuffix(".").split(".")]
    *first, last = numbers
    if len(numbers) > 4 or last is None or last >= 256 ** (5 - len(numbers)):
        return None
    address = last
    for place, number in enumerate(first):
        if number is None or number > 255:
            return None
        address += number * 256 ** (3 - place)
    return ".".join(str(byte) for byte in address.to_bytes(4))


def _ipv4_number(text: str) -> int | None:
    """A number in decimal, in octal after `0`, in hexadecimal after `0x` (which may be all)."""
    if re.fullmatch("0[xX][0-9A-Fa-f]*", text):
        return int(text[2:] or "0", 16)
    if re.fullmatch("0[0-7]*", text):
        return int(text, 8)
    if not re.fullmatch("[1-9][0-9]*", text):
        return None
    return int(text[:11])  # more digits than an address has would be too many in any case


# Names beyond ASCII


def _domain_to_ascii(domain: str) -> str | None:
    """UTS #46 section 4, ToASCII, with the mapping approximated by NFKC and case folding."""
    labels = []
    for part in _DOTS.split(domain):
        label = _map(part)
        if label is not None and label.startswith("xn--"):
            label = _decode_punycode(label[4:])
        if label is None or not _is_valid(label):
            return None
        labels.append(label)
    is_bidi = any(unicodedata.bidirectional(c) in ("R", "AL", "AN") for c in "".join(labels))
    if is_bidi and not all(_keeps_bidi_rule(label) for label in labels if label):
        return None
    return ".".join(
        label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}"
        for label in labels
    )


def _map(label: str) -> str | None:
    """The label in the form in which it is compared; None where it holds what no name may."""
    if contested := _CONTESTED.search(label):
        raise _not_known(contested[0])
    mapped = "".join(
        char if char in _DEVIATIONS else "\xdf" if char == "\u1e9e" else _fold(char)
        for char in _IGNORED.sub("", label)
    )
    if _DOTS.search(mapped):
        raise Unsupported(f"{quote(label)} holds a character that stands for a dot and more")
    mapped = unicodedata.normalize("NFC", mapped)
    for char in mapped:
        if char.isascii() or char in _DEVIATIONS:
            continue  # what is forbidden in ASCII is told for the whole domain at once
        kind = unicodedata.category(char)
        if kind in ("Cf", "Cn") and not _is_noncharacter(char):
            raise _not_known(char)
        if kind in ("Cc", "Cn", "Co", "Cs", "Zl", "Zp", "Zs") or char in _REPLACEMENTS:
            return None
    return mapped


def _is_noncharacter(char: str) -> bool:
    return (ord(char) & 0xFFFE) == 0xFFFE or "\ufdd0" <= char <= "\ufdef"


def _fold(char: str) -> str:
    once = unicodedata.normalize("NFKC", char).casefold()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", once).casefold())


def _not_known(char: str) -> Unsupported:
    return Unsupported(f"whether U+{ord(char):04X} may stand in a host is not known")


def _decode_punycode(text: str) -> str | None:
    try:
        label = text.encode("ascii").decode("punycode")
    except ValueError:
        return None
    # What is in Punycode must need it, and be as mapping would leave it.
    return None if label.isascii() or _map(label) != label else label


def _is_valid(label: str) -> bool:
    """UTS #46 section 4.1, what mapping has not seen to."""
    if not label:
        return True
    if unicodedata.category(label[0]).startswith("M"):
        return False
    if not label.isascii() and label.startswith("xn--"):
        return False
    for before, char in zip(f" {label}", label, strict=False):
        if char in (_JOINER, _NON_JOINER) and unicodedata.combining(before) != _VIRAMA:
            if char == _JOINER:
                return False
            raise _not_known(char)  # RFC 5892 A.1 allows it between letters that join
    return True


def _keeps_bidi_rule(label: str) -> bool:
    """RFC 5893 section 2."""
    kinds = [unicodedata.bidirectional(char) for char in label]
    used = set(kinds)
    while kinds and kinds[-1] == "NSM":
        kinds.pop()
    if not kinds:
        return False
    neutral = {"EN", "ES", "CS", "ET", "ON", "BN", "NSM"}
    if kinds[0] == "L":
        return used <= {"L", *neutral} and kinds[-1] in ("L", "EN")
    return (
        kinds[0] in ("R", "AL")
        and used <= {"R", "AL", "AN", *neutral}
        and kinds[-1] in ("R", "AL", "EN", "AN")
        and not {"EN", "AN"} <= used
    )
