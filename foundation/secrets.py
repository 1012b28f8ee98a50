"""Secrets as a type that cannot print itself. Nothing here writes a secret anywhere."""

from __future__ import annotations

import secrets as _random
from collections.abc import Iterable
from typing import final
from urllib.parse import quote

_TOLD_APART = 6  # letters: shorter values are words that may stand anywhere
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


def blanked(text: str, secrets: Iterable[Secret]) -> str:
    """A text of others, such as the end of a log, with *** for each of these that stands in it.

    Also for one that is quoted as in a URL; what is too short to be told from other words stays.
    """
    values = {secret.reveal() for secret in secrets}
    for value in sorted({*values, *(quote(each, safe="") for each in values)}, key=len, reverse=True):
        if len(value) >= _TOLD_APART:
            text = text.replace(value, "***")
    return text


def new_password(length: int = 32) -> Secret:
    """A random password; 32 characters of a 56-letter alphabet are 185 bits."""
    return Secret("".join(_random.choice(_ALPHABET) for _ in range(length)))
