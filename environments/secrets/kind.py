"""What a kind of secret is: how it is made, until when what was kept still is it, and where it is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from environments.topology import SecretRef
from foundation.secrets import Secret


@dataclass(frozen=True, kw_only=True)
class Making:
    """What a secret is made from: the instance's name, what people give, the time, what is made already."""

    instance: str
    now: datetime
    given: Mapping[str, Secret] = field(default_factory=dict, repr=False)
    made: Mapping[str, Secret] = field(default_factory=dict, repr=False)


def _stays(_ref: SecretRef, _kept: Secret, _making: Making) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class SecretKind:
    """One kind of secret.

    make   a new value
    holds  whether a value that was kept still is the secret; else it is made anew
    needs  the secrets that it is made from
    apart  it is given to no node, so it is kept apart from them instead of being read back from their files
    """

    make: Callable[[SecretRef, Making], Secret]
    holds: Callable[[SecretRef, Secret, Making], bool] = _stays
    needs: tuple[SecretRef, ...] = ()
    apart: bool = False
