"""A password: random, made once."""

from __future__ import annotations

from environments.secrets.kind import SecretKind
from foundation.secrets import new_password

KIND = SecretKind(make=lambda _ref, _making: new_password())
