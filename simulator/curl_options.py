"""Which options does this curl command have?

The names of curl 8's options (https://curl.se/docs/manpage.html), which of them take a value, and
which make the request unknowable from the command alone. Messages name options, never what was
given to them: that is where credentials stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

from simulator.problem import Fault, printable

type Options = tuple[tuple[str, str], ...]  # long names with their values; switches: "yes" or ""

_SWITCHES = frozenset(
    """alpn anyauth append basic buffer ca-native cert-status clobber compressed compressed-ssh
    create-dirs crlf digest disable disable-eprt disable-epsv disallow-username-in-url
    doh-cert-status doh-insecure fail fail-early fail-with-body false-start follow form-escape
    ftp-create-dirs ftp-pasv ftp-pret ftp-skip-pasv-ip ftp-ssl-ccc get globoff haproxy-protocol head
    help http0.9 http1.0 http1.1 http2 http2-prior-knowledge http3 http3-only ignore-content-length
    include insecure ipv4 ipv6 junk-session-cookies keepalive list-only location location-trusted
    mail-rcpt-allowfails manual metalink mptcp negotiate netrc netrc-optional next npn ntlm ntlm-wb
    out-null parallel parallel-immediate path-as-is post301 post302 post303 progress-bar
    progress-meter proxy-anyauth proxy-basic proxy-ca-native proxy-digest proxy-http2 proxy-insecure
    proxy-negotiate proxy-ntlm proxy-ssl-allow-beast proxy-ssl-auto-client-cert proxy-tlsv1
    proxytunnel raw remote-header-name remote-name remote-name-all remote-time remove-on-error
    retry-all-errors retry-connrefused sasl-ir sessionid show-error show-headers silent
    skip-existing socks5-basic socks5-gssapi socks5-gssapi-nec ssl ssl-allow-beast
    ssl-auto-client-cert ssl-no-revoke ssl-reqd ssl-revoke-best-effort sslv2 sslv3 styled-output
    suppress-connect-headers tcp-fastopen tcp-nodelay tftp-no-options tls-earlydata tlsv1 tlsv1.0
    tlsv1.1 tlsv1.2 tlsv1.3 tr-encoding trace-ids trace-time use-ascii verbose version
    xattr""".split()
)
_VALUED = frozenset(
    """abstract-unix-socket alt-svc aws-sigv4 cacert capath cert cert-type ciphers config
    connect-timeout connect-to continue-at cookie cookie-jar create-file-mode crlfile curves data
    data-ascii data-binary data-raw data-urlencode delegation dns-interface dns-ipv4-addr
    dns-ipv6-addr dns-servers doh-url dump-header ech egd-file engine etag-compare etag-save
    expect100-timeout form form-string ftp-account ftp-alternative-to-user ftp-method ftp-port
    ftp-ssl-ccc-mode happy-eyeballs-timeout-ms haproxy-clientip header hostpubmd5 hostpubsha256 hsts
    interface ip-tos ipfs-gateway json keepalive-cnt keepalive-time key key-type krb libcurl
    limit-rate local-port login-options mail-auth mail-from mail-rcpt max-filesize max-redirs
    max-time netrc-file noproxy oauth2-bearer output output-dir parallel-max parallel-max-host pass
    pinnedpubkey preproxy proto proto-default proto-redir proxy proxy-cacert proxy-capath proxy-cert
    proxy-cert-type proxy-ciphers proxy-crlfile proxy-header proxy-key proxy-key-type proxy-pass
    proxy-pinnedpubkey proxy-service-name proxy-tls13-ciphers proxy-tlsauthtype proxy-tlspassword
    proxy-tlsuser proxy-user proxy1.0 pubkey quote random-file range rate referer request
    request-target resolve retry retry-delay retry-max-time sasl-authzid service-name sigalgs socks4
    socks4a socks5 socks5-gssapi-service socks5-hostname speed-limit speed-time ssl-sessions stderr
    telnet-option tftp-blksize time-cond tls-max tls13-ciphers tlsauthtype tlspassword tlsuser trace
    trace-ascii trace-config unix-socket upload-file upload-flags url url-query user user-agent
    variable vlan-priority write-out""".split()
)
_LETTERS: Mapping[str, str] = dict(
    re.findall(
        r"(\S)=(\S+)",
        """0=http1.0 1=tlsv1 2=sslv2 3=sslv3 4=ipv4 6=ipv6 :=next #=progress-bar A=user-agent
        B=use-ascii C=continue-at D=dump-header E=cert F=form G=get H=header I=head
        J=remote-header-name K=config L=location M=manual N=buffer O=remote-name P=ftp-port
        Q=quote R=remote-time S=show-error T=upload-file U=proxy-user V=version X=request
        Y=speed-limit Z=parallel a=append b=cookie c=cookie-jar d=data e=referer f=fail g=globoff
        h=help i=include j=junk-session-cookies k=insecure l=list-only m=max-time n=netrc o=output
        p=proxytunnel q=disable r=range s=silent t=telnet-option u=user v=verbose w=write-out
        x=proxy y=speed-time z=time-cond""",
    )
)
# Options whose request cannot be known from the command: why, and what to write instead.
IN_A_FILE = "what it sends stands in a file"
_UNREADABLE: Mapping[str, tuple[str, str]] = {
    "upload-file": (IN_A_FILE, "paste the body, as `-X PUT --data-binary 'BODY'`"),
    "config": ("its options stand in a file", "write them into the command"),
    **dict.fromkeys(
        ("netrc", "netrc-file", "netrc-optional"),
        ("the credential stands in a file", "write it into the command, with `-u`"),
    ),
    **dict.fromkeys(
        ("anyauth", "aws-sigv4", "digest", "negotiate", "ntlm", "ntlm-wb"),
        (
            "the credential is worked out while sending",
            "paste the field that was sent, as `-H 'Authorization: …'`",
        ),
    ),
    "next": ("it begins a second request", "paste the commands one by one"),
    "etag-compare": (IN_A_FILE, "paste the field, as `-H 'If-None-Match: …'`"),
    "time-cond": ("curl works out the date", "paste the field, as `-H 'If-Modified-Since: …'`"),
    "request-target": ("its path is not the URL's", "put the path into the URL"),
    "variable": ("other options expand it", "write its value where it is used"),
}


def read_options(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each option by its long name, in the order given; a word that is no option is a URL.

    Raises Fault for an option that curl has not, and for one that leaves the request unknown.
    """
    left = iter(words)
    for word in left:
        if word == "--":
            yield from (("url", url) for url in left)
        elif word.startswith("--"):
            name = word[2:]
            if name.startswith("no-") and name[3:] in _SWITCHES:
                yield name[3:], ""
            else:
                yield name, _value(name, word, left)
        elif word.startswith("-"):
            for place, letter in enumerate(word[1:], 2):
                name, option = _LETTERS.get(letter, ""), f"-{letter}"
                if name in _VALUED and word[place:]:
                    yield name, _value(name, option, iter([word[place:]]))
                    break
                yield name, _value(name, option, left)
        else:
            yield "url", word


def _value(name: str, option: str, left: Iterator[str]) -> str:
    """The option's value, taken from the words that are left; "yes" for a switch."""
    if name in _UNREADABLE:
        raise Fault(f"`{option}` cannot be read", *_UNREADABLE[name])
    if name in _SWITCHES:
        return "yes"
    if name in _VALUED:
        value = next(left, None)
        if value is None:
            raise Fault(f"`{option}` has no value", "it is the last word", "write one after it")
        return value
    name, equals, _ = name.partition("=")
    if equals and name in _VALUED:
        raise Fault(
            f"`--{name}=` is not an option",
            "curl takes the value as a word of its own",
            f"write `--{name} VALUE`",
        )
    # What follows `=` may be a credential.
    shown = printable(option.partition("=")[0][:40])
    near = get_close_matches(name[:40], sorted(_SWITCHES | _VALUED), n=1)
    raise Fault(
        f"`{shown}` is not an option",
        "curl has none of this name",
        f"did you mean `--{near[0]}`?" if near else "see `curl --help all`",
    )
