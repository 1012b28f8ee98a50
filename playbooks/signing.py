"""Which certificate a host is to have. Only requests and certificates travel: a host's key stays on the host.

The role `certificates` runs this beside Ansible, as `python -m playbooks.signing`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from foundation import pki
from foundation.errors import InputError, PeakproofError
from foundation.secrets import Secret
from playbooks import authority


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a host wants signed: its key, for these names. `kept`: the certificate that it has, or empty."""

    request: str
    names: tuple[str, ...]
    lifetime: timedelta
    kept: str = ""


def certificate(signer: Secret, asked: Asked, now: datetime, *, anew: bool = False) -> str:
    """The certificate and its authority's: what the host has while that holds, else a new one.

    `anew`: a new one whatever it has. Raises foundation.pki.RequestError.
    """
    if asked.kept and not anew and _holds(signer, asked, now):
        return asked.kept
    return pki.sign_request(signer, asked.request, asked.names, now=now, lifetime=asked.lifetime)


def _holds(signer: Secret, asked: Asked, now: datetime) -> bool:
    """For these names and this key, of this authority, and not yet to be renewed."""
    kept = Secret(asked.kept)
    return (
        pki.signed_by(kept, signer)
        and pki.is_for(kept, asked.request)
        and set(pki.names(kept)) == set(asked.names)
        and now < pki.renewal(kept)
    )


def answer(words: Sequence[str], said: str, now: datetime) -> str:
    """{"certificate": PEM, "authority": PEM} for a host that says {"request": PEM, "certificate": PEM or ""}.

    Raises PeakproofError.
    """
    told, host = _parsed(words), json.loads(said)
    asked = Asked(
        request=host["request"],
        names=tuple(told.names.split(",")),
        lifetime=timedelta(days=told.days),
        kept=_readable(host["certificate"]),
    )
    path = Path(told.authority).expanduser() if told.authority else authority.place(told.site)
    signer = authority.kept(path, told.site, asked.kept, now)
    try:
        chain = certificate(signer, asked, now, anew=told.anew)
    except pki.RequestError as error:
        raise InputError(str(error), hint="remove the host's key, and it makes another") from error
    return json.dumps({"certificate": chain, "authority": authority.trusted(signer)})


def _readable(pem: str) -> str:
    """As it stands in the host's file; empty where that holds no certificate, which is as good as none."""
    try:
        pki.renewal(Secret(pem))
    except (ValueError, IndexError):
        return ""
    return pem.rstrip("\n") + "\n"


def _parsed(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m playbooks.signing", description=__doc__)
    parser.add_argument("--site", required=True)
    parser.add_argument("--names", required=True, help="host names and addresses, with commas between")
    parser.add_argument("--days", type=int, required=True, help="how long a certificate holds")
    parser.add_argument("--authority", default="", help="the file with the authority's key and certificate")
    parser.add_argument("--anew", action="store_true", help="whatever the host has")
    return parser.parse_args(words)


if __name__ == "__main__":
    try:
        sys.stdout.write(answer(sys.argv[1:], sys.stdin.read(), datetime.now(UTC)))
    except PeakproofError as error:
        sys.exit(f"{error}. {error.hint or ''}")
