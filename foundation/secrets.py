"""Secrets as a type that cannot print itself. Nothing here writes a secret anywhere."""

from __future__ import annotations

import secrets as _random
from typing import final

# No look-alikes and nothing that needs quoting in a shell, a URL or a configuration file.
_ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@final
class Secret:
    """A value that shows as *** wherever it is printed; `reveal()` is the only way to it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the one place that must hand it on."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and _random.compare_digest(
            self._value.encode(), other._value.encode()
        )

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> str:
        raise TypeError("a Secret is not pickled")


def new_password(length: int = 32) -> Secret:
    """A random password; 32 characters of a 56-letter alphabet are 185 bits."""
    return Secret("".join(_random.choice(_ALPHABET) for _ in range(length)))
