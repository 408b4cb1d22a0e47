"""A certificate authority of our own and leaf certificates for test names.

The extensions are those RFC 5280 section 4.2 asks for; OpenSSL 3 in strict mode (Python 3.13's
default) refuses a chain without key identifiers or key usage.
"""

import base64
import hashlib
import ipaddress
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# Chromium refuses leaf certificates that live longer than 398 days.
LEAF_LIFETIME = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A leaf certificate with its key, as files: the leaf first, the authority after it."""

    names: tuple[str, ...]
    cert_file: Path
    key_file: Path


class Authority:
    """Issues certificates; its files live as long as the `with` block.

    with Authority() as authority:
        certificate = authority.issue("app.test", "127.0.0.1")
    """

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._cert = _build(
            subject="why403 test authority",
            issuer="why403 test authority",
            key=self._key,
            signer=self._key,
            lifetime=timedelta(days=3650),
            names=(),
        )
        self._issued = 0

    def __enter__(self) -> Self:
        self._directory = tempfile.TemporaryDirectory(prefix="why403-certs-")
        self.directory = Path(self._directory.name)
        self.ca_file = self.directory / "ca.pem"
        self.ca_file.write_bytes(_pem(self._cert))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._directory.cleanup()

    @property
    def spki(self) -> str:
        """What Chromium's `spki=[...]` takes to trust every certificate of this authority."""
        return spki_of(self._cert)

    def issue(self, *names: str) -> Certificate:
        """Issue a leaf for DNS names and IP addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        cert = _build(
            subject=names[0],
            issuer="why403 test authority",
            key=key,
            signer=self._key,
            lifetime=LEAF_LIFETIME,
            names=names,
        )
        self._issued += 1
        cert_file = self.directory / f"leaf-{self._issued}.pem"
        key_file = self.directory / f"leaf-{self._issued}.key"
        cert_file.write_bytes(_pem(cert) + _pem(self._cert))
        key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return Certificate(names, cert_file, key_file)


def spki_of(cert: x509.Certificate) -> str:
    """Hash a certificate's public key the way `--ignore-certificate-errors-spki-list` wants it."""
    der = cert.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(hashlib.sha256(der).digest()).decode()


def spki_of_file(pem: Path) -> str:
    """Hash the public key of the first certificate in a PEM file."""
    return spki_of(x509.load_pem_x509_certificate(pem.read_bytes()))


def _build(
    *,
    subject: str,
    issuer: str,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    lifetime: timedelta,
    names: tuple[str, ...],
) -> x509.Certificate:
    is_ca = not names
    start = datetime.now(UTC) - timedelta(days=1)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + lifetime)
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not is_ca,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=is_ca,
                crl_sign=is_ca,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()),
            critical=False,
        )
    )
    if names:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False
        ).add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return builder.sign(signer, hashes.SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _general_name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _pem(cert: x509.Certificate) -> bytes:
    return cert.public_bytes(serialization.Encoding.PEM)
