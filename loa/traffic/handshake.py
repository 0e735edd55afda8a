"""How many bytes a TLS 1.3 handshake costs: counted, with a chain like that of a public authority."""

import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_NAME = "dai.xa.example"


def handshake_bytes() -> int:
    """Both ways, TLS records included: a leaf and an intermediate certificate (ECDSA P-256), one session ticket or two."""
    root_key, middle_key, leaf_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    root = _certificate("Root", root_key, "Root", root_key, authority=True)
    middle = _certificate("Intermediate", middle_key, "Root", root_key, authority=True)
    leaf = _certificate(_NAME, leaf_key, "Intermediate", middle_key, authority=False)
    with tempfile.TemporaryDirectory() as folder:
        chain = Path(folder) / "chain.pem"
        private = leaf_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        chain.write_bytes(private + b"".join(c.public_bytes(serialization.Encoding.PEM) for c in (leaf, middle)))
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(chain)
    client = ssl.create_default_context(cadata=root.public_bytes(serialization.Encoding.PEM).decode())
    return _exchanged(client, server)


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: str, issuer_key: ec.EllipticCurvePrivateKey, *, authority: bool
) -> x509.Certificate:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=90))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
        .add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2"), b"\0" * 240), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )  # fmt: skip  # the last extension: as long as the two transparency stamps of a public authority


def _exchanged(client_context: ssl.SSLContext, server_context: ssl.SSLContext) -> int:
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    wire_in, wire_out = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(to_client, wire_out, server_hostname=_NAME)
    server = server_context.wrap_bio(to_server, wire_in, server_side=True)
    total = 0
    waiting = [client, server]
    while waiting or wire_in.pending or wire_out.pending:
        for side in list(waiting):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                pass
            else:
                waiting.remove(side)
            for source, target in ((wire_out, to_server), (wire_in, to_client)):
                data = source.read()
                total += len(data)
                target.write(data)
        if not waiting:
            total += wire_in.pending + wire_out.pending
            break
    return total
