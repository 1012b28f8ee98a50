"""An answer's headers, by name in whatever case. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

Fields = Sequence[tuple[bytes, bytes]]
"""Headers as they came."""


class Headers(Mapping[str, str]):
    """Several of one name are one text, joined by commas (RFC 9110, 5.3); `all` has them one by one."""

    __slots__ = ("_values",)

    def __init__(self, fields: Fields = ()) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in fields:
            self._values.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of that name, in order; none where the answer has no such header."""
        return tuple(self._values.get(name.lower(), ()))

    def __getitem__(self, name: str) -> str:
        return ", ".join(self._values[name.lower()])

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Headers({', '.join(self._values)})"  # without values: a session may stand there
