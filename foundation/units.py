"""Quantities as people write them: "512MiB", "90s", "60/s", "10k". Parsing only; values are plain numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic.fields import FieldInfo

SECONDS: Mapping[str, float] = {
    "ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400,
}  # fmt: skip
BYTES: Mapping[str, float] = {
    "B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
    "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3, "TiB": 1024**4,
}  # fmt: skip
BITS: Mapping[str, float] = {"bit": 1, "kbit": 1e3, "mbit": 1e6, "gbit": 1e9}
PER_SECOND: Mapping[str, float] = {"/s": 1, "/min": 1 / 60, "/h": 1 / 3600}
MULTIPLES: Mapping[str, float] = {"": 1, "k": 1e3, "M": 1e6}

_QUANTITY = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z/]*)\s*")


def duration(text: object) -> float:
    """Seconds of "90s", "1.5h", "250ms". Raises ValueError that lists the units."""
    return _parse(text, SECONDS, 'a duration such as "90s"')


def size(text: object) -> int:
    """Bytes of "512MiB", "1.5GB". Raises ValueError that lists the units."""
    return round(_parse(text, BYTES, 'a size such as "512MiB"'))


def bit_rate(text: object) -> int:
    """Bits per second of "1mbit", "500kbit", as tc writes them. Raises ValueError that lists the units."""
    return round(_parse(text, BITS, 'a bit rate such as "1mbit"'))


def rate(text: object) -> float:
    """Events per second of "60/s", "4200/min". Raises ValueError that lists the units."""
    return _parse(text, PER_SECOND, 'a rate such as "60/s"')


def count(text: object) -> int:
    """A whole number of "10k", "2M", 500. Raises ValueError that lists the multiples."""
    expected = 'a count such as "10k"'
    if isinstance(text, int) and not isinstance(text, bool) and text >= 0:
        return text
    number = _parse(text, MULTIPLES, expected)
    if not math.isclose(number, round(number), rel_tol=1e-12):
        raise ValueError(f"expected {expected}, got {text!r}: it is not whole")
    return round(number)


def _parse(text: object, units: Mapping[str, float], expected: str) -> float:
    match = _QUANTITY.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError(f"expected {expected}, got {text!r}")
    number, unit = match.groups()
    if unit not in units:
        allowed = ", ".join(unit or "none" for unit in units)
        raise ValueError(f"expected {expected}, got {text!r}: its unit must be one of {allowed}")
    value = float(number) * units[unit]
    if math.isinf(value):
        raise ValueError(f"expected {expected}, got a number of {len(number)} digits: it is too large")
    return value


def _written(parse: Callable[[object], float]) -> BeforeValidator:
    return BeforeValidator(parse)


def _described(example: str) -> FieldInfo:
    info: FieldInfo = Field(json_schema_extra={"type": "string", "examples": [example]})
    return info


Duration = Annotated[float, _written(duration), _described("90s")]
Size = Annotated[int, _written(size), _described("512MiB")]
BitRate = Annotated[int, _written(bit_rate), _described("1mbit")]
Rate = Annotated[float, _written(rate), _described("60/s")]
Count = Annotated[int, _written(count), _described("10k")]


def in_unit_of(written: object, number: float) -> str:
    """A number in the kind of unit in which a person wrote another one: bytes beside "5MiB" as "64MiB"."""
    found = _QUANTITY.fullmatch(written) if isinstance(written, str) else None
    unit = found[2] if found else ""
    if unit in BYTES:
        return size_in_words(round(number))
    if unit in SECONDS:
        return _in_largest(number, ("d", "h", "m", "s", "ms"), SECONDS)
    if unit in BITS:
        return _in_largest(number, ("gbit", "mbit", "kbit", "bit"), BITS)
    return f"{number:g}{'/s' if unit in PER_SECOND else ''}"


def _in_largest(number: float, names: tuple[str, ...], units: Mapping[str, float]) -> str:
    """In the largest unit that leaves a whole number, or else in the last but one: 0s, 90s, 1h."""
    whole = (name for name in names if number and (number / units[name]).is_integer())
    unit = next(whole, names[-2])
    return f"{number / units[unit]:g}{unit}"


def in_words(seconds: float) -> str:
    """A duration for people: "340 ms", "12.5 s", "3 min 20 s", "7 h 59 min"."""
    if round(seconds, 3) < 1:
        return f"{seconds * 1000:.0f} ms"
    if round(seconds, 1) < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def size_in_words(count: int) -> str:
    """Bytes for people, in the largest unit that leaves a whole number or one decimal: "1.5GiB", "512MiB"."""
    for unit in ("TiB", "GiB", "MiB", "KiB"):
        if count >= BYTES[unit]:
            return f"{count / BYTES[unit]:.1f}".removesuffix(".0") + unit
    return f"{count}B"
