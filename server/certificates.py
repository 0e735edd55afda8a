"""HTTPS on the commune's own network: a certificate authority of the station's own, and a certificate for the station.

Microphones and installable pages need HTTPS, and no public authority vouches for an address like 192.168.1.10. Whoever trusts the
authority once (`/tin-cay` says how) trusts it for private addresses and local names only: its certificate is constrained to them.
"""

import contextlib
import ipaddress
import os
import socket
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_CA_LASTS = timedelta(days=3650)
_LEAF_LASTS = timedelta(days=397)
"""Longer ones are refused by phones."""
_RENEWED = timedelta(days=60)
_SKEW = timedelta(days=1)
"""A computer without a battery for its clock may be behind."""
_NETWORKS = (
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
)
_DOMAINS = ("local", "lan", "home.arpa", "internal", "localhost")


@dataclass(frozen=True)
class Certificates:
    """Files of one station. `ca` is what people trust; `chain` and `key` are what the server shows and keeps."""

    ca: Path
    chain: Path
    key: Path


def ensure(folder: Path, host: str = "") -> Certificates:
    """Make what is missing, renew what ends within 60 days or does not name the addresses of this machine.

    `host` is the address that the station listens on. The authority is kept for its ten years: people trusted it by hand.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = Certificates(ca=folder / "ca.crt", chain=folder / "station.crt", key=folder / "station.key")
    authority, signer = _authority(found.ca, folder / "ca.key")
    names = _names(host)
    if not _good(found, authority, names):
        _leaf(found, authority, signer, names)
    return found


def _authority(path: Path, key_path: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    if path.exists() and key_path.exists():
        loaded = serialization.load_pem_private_key(key_path.read_bytes(), None)
        assert isinstance(loaded, ec.EllipticCurvePrivateKey)
        authority = x509.load_pem_x509_certificate(path.read_bytes())
        if authority.not_valid_after_utc > datetime.now(UTC):  # else nobody believes it any more
            return authority, loaded
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Loa Làng {socket.gethostname()}"[:64])])
    at = datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), at - _SKEW, at + _CA_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.NameConstraints([*_permitted()], None), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write(key_path, _pem(key), private=True)
    _write(path, made.public_bytes(serialization.Encoding.PEM))
    return made, key


def _leaf(found: Certificates, ca: x509.Certificate, signer: ec.EllipticCurvePrivateKey, names: list[str]) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    at = datetime.now(UTC)
    identifier = ca.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    made = (
        x509.CertificateBuilder(
            ca.subject, subject, key.public_key(), x509.random_serial_number(), at - _SKEW, at + _LEAF_LASTS
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(signer, hashes.SHA256())
    )
    _write(found.key, _pem(key), private=True)
    _write(found.chain, made.public_bytes(serialization.Encoding.PEM))


def _good(found: Certificates, authority: x509.Certificate, names: list[str]) -> bool:
    if not (found.chain.exists() and found.key.exists()):
        return False
    try:
        leaf = x509.load_pem_x509_certificate(found.chain.read_bytes())
        key = serialization.load_pem_private_key(found.key.read_bytes(), None)
        leaf.verify_directly_issued_by(authority)
    except (ValueError, InvalidSignature):
        return False
    if leaf.public_key() != key.public_key():  # power was lost between the two files
        return False
    said = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    known = {str(name.value) for name in said}
    return leaf.not_valid_after_utc > datetime.now(UTC) + _RENEWED and known.issuperset(names)


def _names(host: str) -> list[str]:
    """What browsers may call this machine: its name, its private addresses."""
    name = socket.gethostname().lower().split(".")[0]
    found = ["localhost", f"{name}.local", f"{name}.lan", "127.0.0.1"]
    for address in (host, *_addresses()):
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            continue
        if not ip.is_unspecified and any(ip in ipaddress.ip_network(network) for network in _NETWORKS):
            found.append(str(ip))
    return list(dict.fromkeys(found))


def _addresses() -> list[str]:
    """This machine's own addresses, as far as they can be told without asking the network."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):  # no network at all
        probe.connect(("10.255.255.255", 1))  # sends nothing: it only chooses the way out
        found.append(probe.getsockname()[0])
    with contextlib.suppress(OSError):  # its own name is not known here
        found += [str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None)]
    return found


def _permitted() -> list[x509.GeneralName]:
    return [
        *(x509.DNSName(domain) for domain in _DOMAINS),
        *(x509.IPAddress(ipaddress.ip_network(network)) for network in _NETWORKS),
    ]


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes, *, private: bool = False) -> None:
    part = path.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if private else 0o644), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
