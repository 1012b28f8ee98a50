"""Numbers, times and faults as the report writes them. Pure; knows no HTML."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from peakproof.results import FaultRecord

UNKNOWN = "not known"
NBSP = "\N{NO-BREAK SPACE}"  # between a number and its unit, so that no line ends there


def count(number: int) -> str:
    """12345 as "12,345"."""
    return f"{number:,}"


def plural(number: int, one: str, many: str | None = None) -> str:
    """1 as "1 order", 2 as "2 orders"."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def milliseconds(value: float | None) -> str:
    """A latency in milliseconds with the three digits that a histogram knows: "8.42 ms", "1.32 s"."""
    if value is None:
        return UNKNOWN
    return f"{value / 1000:.3g}{NBSP}s" if value >= 999.5 else f"{value:.3g}{NBSP}ms"


def seconds(value: float | None) -> str:
    """A duration in seconds: "340 ms", "4.2 s", "30 s", "3 min 20 s"."""
    if value is None:
        return UNKNOWN
    if value >= 60 and value != 60:
        minutes, rest = divmod(round(value), 60)
        return f"{minutes}{NBSP}min" + (f" {rest}{NBSP}s" if rest else "")
    if 0 < value < 0.95:
        return f"{value * 1000:.0f}{NBSP}ms"
    return f"{value:.1f}".removesuffix(".0") + f"{NBSP}s"


def share(part: float, whole: float) -> str:
    """A part of a whole in per cent with two significant digits: "0.083 %"."""
    value = part / whole * 100 if whole else 0.0
    return (f"{value:.2g}" if 0 < value < 10 else f"{value:.1f}".removesuffix(".0")) + f"{NBSP}%"


def rate(per_second: float) -> str:
    """60.0 as "60/s"."""
    return f"{per_second:,.4g}/s" if per_second < 1000 else f"{per_second:,.0f}/s"


def moment(iso: str) -> str:
    """An ISO 8601 time for people, in its own zone; anything else as it is."""
    try:
        found = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{found.day} {found:%B %Y, %H:%M:%S} {found:%Z}".strip()


def clock(nanoseconds: int) -> str:
    """Nanoseconds since the epoch as the time of day in UTC, to the millisecond."""
    whole, rest = divmod(nanoseconds, 1_000_000_000)
    return f"{datetime.fromtimestamp(whole, UTC):%H:%M:%S}.{rest // 1_000_000:03d}"


def fault(record: FaultRecord) -> str:
    """What befell which node: "api-2 killed"."""
    return f"{record.node} {record.how or f'hit by {record.name}'}"


def listed(parts: Sequence[str], last: str = "and") -> str:
    """ "a, b and c"."""
    return f" {last} ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)
