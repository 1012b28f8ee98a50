"""A site's own certificate authority. Its key stays in one file on the operator's machine."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from foundation import files, folders, pki
from foundation.errors import InputError, Refused
from foundation.secrets import Secret


def place(site: str) -> Path:
    """Where it lies unless the site says another place."""
    return folders.state() / "hosts" / f"{site}.authority.pem"


def kept(path: Path, site: str, certificate: str, now: datetime) -> Secret:
    """The site's authority, made where there is none yet. `certificate`: the one that a host has, or empty.

    Raises Refused where another authority signed that: a new one here is nobody's whom the hosts trust.
    Raises InputError where the file is no authority's, or others may read it.
    """
    if not path.exists():
        if certificate:
            raise _another(path)
        _make(path, site, now)
    found = _read(path)
    if certificate and not _knows(found, Secret(certificate)):
        raise _another(path)
    return found


def trusted(authority: Secret) -> str:
    """Every certificate in its file, without a key: the first signs, hosts trust them all.

    So authorities change in three runs: trust the next one, too; sign with it; forget the former.
    """
    return "".join(_certificates(authority))


def _certificates(authority: Secret) -> list[str]:
    found = x509.load_pem_x509_certificates(authority.reveal().encode())
    return [each.public_bytes(Encoding.PEM).decode() for each in found]


def _knows(authority: Secret, certificate: Secret) -> bool:
    return any(pki.signed_by(certificate, Secret(each)) for each in _certificates(authority))


def _make(path: Path, site: str, now: datetime) -> None:
    with files.disk_errors(path, "written"):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = pki.new_authority(f"hosts of {site}", now=now)
    files.write_new(path, made.reveal().encode(), mode=0o600, hint="another run made it: run again")


def _read(path: Path) -> Secret:
    with files.disk_errors(path):
        if path.stat().st_mode & 0o077:
            raise InputError("others may read this key", where=str(path), hint=f"`chmod 600 {path}`")
        found = Secret(path.read_text(encoding="utf-8"))
    try:
        load_pem_private_key(found.reveal().encode(), password=None)
        _certificates(found)
    except ValueError as error:
        what = "this is no authority: its key, then its certificate, in PEM"
        raise InputError(what, where=str(path), hint="`certificates_authority` names another file") from error
    return found


def _another(path: Path) -> Refused:
    return Refused(
        "the host's certificate is of another authority, which is not in this file",
        where=str(path),
        hint="`certificates_authority` of the site names the right file; to go on with this one, append "
        "the former's certificate to it, which hosts have in /etc/ssl/peakproof/authority.pem",
    )
