"""A secret that somebody gives, as the definition says; read again whenever an instance is made."""

from __future__ import annotations

from environments.secrets.kind import SecretKind

KIND = SecretKind(
    make=lambda ref, making: making.given[ref.name],
    holds=lambda ref, kept, making: kept == making.given[ref.name],
)
