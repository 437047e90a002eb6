"""A certificate for TURN over TLS: the operator's, or one we sign ourselves."""

import ipaddress
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from stack.trouble import Trouble

_VALID = timedelta(days=365)
_RENEWED = timedelta(days=30)
"""How long before its end it is made anew, at the next start."""
_BEFORE = timedelta(days=1)
"""For clocks that are behind ours."""


@dataclass(frozen=True)
class Certificate:
    path: Path
    """PEM; with the whole chain, where somebody else signed it."""

    key: Path

    trusted: bool
    """Whether browsers may believe it: they refuse `turns:` with one that we signed."""


def given(path: str | None, key: str | None) -> Certificate | None:
    """Return the operator's certificate, None when there is none.

    Raises:
        Trouble: Half of it is missing, or a file cannot be read.
    """
    if path is None and key is None:
        return None
    for name, each in (("CONVO_TURN_CERTIFICATE", path), ("CONVO_TURN_KEY", key)):
        if each is None:
            raise Trouble(
                f"{name} is not set, but the other half of the certificate is.",
                remedy="Set CONVO_TURN_CERTIFICATE and CONVO_TURN_KEY, or neither.",
            )
        if not os.access(each, os.R_OK):
            raise Trouble(
                f"{name} names {each}, which cannot be read.",
                remedy="Name a PEM file that whoever starts the platform may read.",
            )
    assert path is not None
    assert key is not None
    return Certificate(Path(path).resolve(), Path(key).resolve(), trusted=True)


def self_signed(folder: Path, names: Iterable[str]) -> Certificate:
    """Return a certificate for these host names and addresses; it is kept for a year.

    It encrypts, and lets `make doctor` try the port. Browsers do not believe it.
    """
    certificate = Certificate(folder / "certificate.pem", folder / "key.pem", trusted=False)
    wanted = {_name(each) for each in names}
    if not (certificate.key.is_file() and _serves(certificate.path, wanted)):
        _make(certificate, wanted)
    return certificate


def _name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text.encode("idna").decode())


def _serves(path: Path, wanted: set[x509.GeneralName]) -> bool:
    try:
        old = x509.load_pem_x509_certificate(path.read_bytes())
        held = old.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (FileNotFoundError, ValueError, x509.ExtensionNotFound):
        return False
    return wanted <= set(held) and old.not_valid_after_utc > datetime.now(UTC) + _RENEWED


def _make(certificate: Certificate, names: set[x509.GeneralName]) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ConvoConnect TURN")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(own)
        .issuer_name(own)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BEFORE)
        .not_valid_after(now + _VALID)
        .add_extension(x509.SubjectAlternativeName(sorted(names, key=repr)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate.path.parent.mkdir(parents=True, exist_ok=True)
    # A crash in between leaves no certificate, never one that does not go with its key.
    certificate.path.unlink(missing_ok=True)
    certificate.key.unlink(missing_ok=True)
    descriptor = os.open(certificate.key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
    certificate.path.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
