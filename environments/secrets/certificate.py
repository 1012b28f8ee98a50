"""A server's certificate for its names, with its key, signed by the environment's authority; short-lived."""

from __future__ import annotations

from environments.secrets.authority import AUTHORITY
from environments.secrets.kind import Making, SecretKind
from environments.topology import SecretRef
from foundation.secrets import Secret


def _make(ref: SecretRef, making: Making) -> Secret:
    from foundation import pki  # cryptography takes its time; most commands make no certificate

    return pki.new_leaf(making.made[AUTHORITY.name], ref.names, now=making.now)


def _holds(ref: SecretRef, kept: Secret, making: Making) -> bool:
    """For these names, of this authority, and not yet to be renewed."""
    from foundation import pki

    if set(pki.names(kept)) != set(ref.names) or pki.renewal(kept) <= making.now:
        return False
    return pki.signed_by(kept, making.made[AUTHORITY.name])


KIND = SecretKind(make=_make, holds=_holds, needs=(AUTHORITY,))
