"""A local certificate authority, and one server certificate for 127.0.0.1 and localhost.

The SDKs and the containers trust the authority through `REQUESTS_CA_BUNDLE` and `SSL_CERT_FILE`, never
through a setting of the product. https://cryptography.io/en/latest/x509/reference/#x-509-certificate-builder
"""

import datetime as dt
import fcntl
import ipaddress
import os
import ssl
from dataclasses import dataclass
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from emulators.private_files import write_private

LIFETIME = dt.timedelta(days=825)
FOLDER = Path("/etc/ssl/certs")
AUTHORITY = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Autocoder local authority")])


@dataclass(frozen=True, slots=True)
class Certificates:
    """The files: the authority, the public bundle that includes it, the server's certificate and key."""

    authority: Path
    bundle: Path
    server: Path
    key: Path

    @property
    def public_folder(self) -> Path | None:
        """The folder in which OpenSSL finds public authorities by hash, None when the bundle must be used.

        With such a folder, a program need not read a bundle of 140 certificates for each connection.
        https://docs.openssl.org/3.0/man1/openssl-rehash/
        """
        note = _note(self.bundle)
        return Path(note.read_text()) if note.exists() else None

    def server_context(self) -> ssl.SSLContext:
        """Return the TLS context of an emulator's server."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server, self.key)
        return context


def ensure_certificates(state: Path) -> Certificates:
    """Return the certificates under *state*, made once even if several programs ask at the same time."""
    folder = state / "certificates"
    files = Certificates(*(folder / name for name in ("ca.pem", "bundle.pem", "server.pem", "server.key")))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not files.bundle.exists():
            _make(files)
    return files


def _make(files: Certificates) -> None:
    """Write a new authority and server certificate; the bundle is written last."""
    authority_key, server_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    pem = _authority(authority_key).public_bytes(serialization.Encoding.PEM)
    private = server_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_private(files.key, private)
    server = _server(server_key.public_key(), authority_key)
    write_private(files.server, server.public_bytes(serialization.Encoding.PEM))
    write_private(files.authority, pem)
    folder = _hashed_folder()
    if folder is not None:
        write_private(_note(files.bundle), str(folder).encode())
    write_private(files.bundle, Path(_public_bundle()).read_bytes() + b"\n" + pem)


def _authority(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """Return the certificate of the local authority, signed by itself."""
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        _builder(AUTHORITY, AUTHORITY, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs=True), critical=True)
        .add_extension(identifier, critical=False)
        .sign(key, hashes.SHA256())
    )


def _server(key: ec.EllipticCurvePublicKey, authority: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """Return the certificate of this machine's loopback address, signed by the authority."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key())
    return (
        _builder(subject, AUTHORITY, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs=False), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(issuer, critical=False)
        .sign(authority, hashes.SHA256())
    )


def _note(bundle: Path) -> Path:
    """Return the file that records the folder with the public authorities of *bundle*."""
    return bundle.with_name("public-folder")


def _hashed_folder() -> Path | None:
    """Return this machine's folder of authorities by hash, unless its bundle comes from elsewhere."""
    chosen = _chosen_bundle()
    if chosen is not None and Path(chosen).parent != FOLDER:
        return None
    return FOLDER if any(FOLDER.glob("*.0")) else None


def _public_bundle() -> str:
    """Return the bundle of public authorities to extend: this machine's own choice, or certifi's."""
    return _chosen_bundle() or certifi.where()


def _chosen_bundle() -> str | None:
    paths = (os.environ.get(name) for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"))
    return next((path for path in paths if path and Path(path).is_file()), None)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + LIFETIME)
    )


def _key_usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )
