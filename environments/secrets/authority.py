"""The environment's own certificate authority, and its certificate by which clients know its servers.

Its key goes to no node. Another environment's authority is another, so nobody is taken for somebody else.
"""

from __future__ import annotations

from environments.secrets.kind import Making, SecretKind
from environments.topology import SecretRef
from foundation.secrets import Secret

AUTHORITY = SecretRef(name="environment.authority", kind="authority")
TRUST = SecretRef(name="environment.trust", kind="trust")


def _authority(_ref: SecretRef, making: Making) -> Secret:
    from foundation import pki  # cryptography takes its time; most commands make no certificate

    return pki.new_authority(f"peakproof {making.instance}", now=making.now)


def _trust(_ref: SecretRef, making: Making) -> Secret:
    from foundation import pki

    return Secret(pki.certificate(making.made[AUTHORITY.name]))


KIND = SecretKind(make=_authority, apart=True)
TRUST_KIND = SecretKind(
    make=_trust,
    holds=lambda ref, kept, making: kept == _trust(ref, making),
    needs=(AUTHORITY,),
)
