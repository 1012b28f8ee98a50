"""Latency histograms: HdrHistogram's buckets at 3 significant digits, kept sparse: one a second is cheap.

The V2 compressed payload is HdrHistogram's own and is exchanged with its tools; nothing here reads a clock.
Source of the encoding: HdrHistogram's Java and C implementations, checked against the hdrhistogram package.
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

_SUB_BUCKET_BITS = 11  # 2048 sub-buckets: the least power of two above 2 * 10**3, for 3 significant digits
_HALF_BITS = _SUB_BUCKET_BITS - 1
_HALF = 1 << _HALF_BITS
SIGNIFICANT_DIGITS = 3
HIGHEST = 24 * 3600 * 10**9  # a day in nanoseconds
_COOKIE = 0x1C849303 | 0x10
_COMPRESSED_COOKIE = 0x1C849304 | 0x10
_HEADER = struct.Struct(">IIIIQQd")
_ENVELOPE = struct.Struct(">II")


def index_of(value: int) -> int:
    """The counter a non-negative value belongs to."""
    shift = value.bit_length() - _SUB_BUCKET_BITS
    return value if shift <= 0 else (shift << _HALF_BITS) + (value >> shift)


_LAST = index_of(HIGHEST)


def highest_of(index: int) -> int:
    """The highest value that belongs to a counter: what HdrHistogram reports as a percentile."""
    if index < 2 * _HALF:
        return index
    shift = (index >> _HALF_BITS) - 1
    return ((index - (shift << _HALF_BITS) + 1) << shift) - 1


def rank(quantile: float, total: int) -> int:
    """The rank of a percentile among so many values, as HdrHistogram rounds it: 990 for the p99 of 1,000."""
    return max(int(quantile * total / 100 + 0.5), 1)


class Histogram:
    """Counts of values in nanoseconds, within 0.1 % of each value. Adding histograms loses nothing."""

    __slots__ = ("counts",)

    def __init__(self, counts: Mapping[int, int] | None = None) -> None:
        self.counts: defaultdict[int, int] = defaultdict(int, counts or {})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Histogram) and self.counts == other.counts

    def __hash__(self) -> int:
        raise TypeError("a Histogram changes: it is not hashed")

    def record(self, value: int) -> None:
        """Counts one value; negative ones (a timer that fired early) count as 0."""
        self.counts[_counter_of(value)] += 1

    def add(self, other: Histogram) -> None:
        for index, count in other.counts.items():
            self.counts[index] += count

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def maximum(self) -> int:
        """The highest value, in nanoseconds; 0 when empty."""
        return highest_of(max(self.counts)) if self.counts else 0

    @property
    def mean(self) -> float:
        """The mean of the recorded values in nanoseconds, each at its counter's highest; 0 when empty."""
        return sum(highest_of(i) * n for i, n in self.counts.items()) / self.total if self.counts else 0.0

    def percentile(self, quantile: float) -> int:
        """The value in ns that `quantile` percent of the recorded ones do not exceed; 0 when empty."""
        return self.ranked(rank(quantile, self.total)) or 0

    def ranked(self, wanted: int) -> int | None:
        """The value in ns at a rank, from 1 for the lowest; None where there are not so many."""
        seen = 0
        for index in sorted(self.counts):
            seen += self.counts[index]
            if seen >= wanted:
                return highest_of(index)
        return None

    def above(self, value: int) -> int:
        """How many recorded values exceed `value`, as exactly as the buckets know."""
        limit = index_of(value)
        return sum(count for index, count in self.counts.items() if index > limit)


def merged(histograms: Iterable[Histogram]) -> Histogram:
    """The sum of histograms."""
    total = Histogram()
    for histogram in histograms:
        total.add(histogram)
    return total


def of(values: Iterable[int]) -> Histogram:
    """The histogram of values in nanoseconds: as if each were recorded, but several times faster."""
    return Histogram(Counter(map(_counter_of, values)))


def _counter_of(value: int) -> int:
    """The counter of any value: a negative one (a timer that fired early) is 0, beyond a day is a day."""
    if value >= HIGHEST:
        return _LAST
    shift = value.bit_length() - _SUB_BUCKET_BITS
    if shift > 0 and value > 0:
        return (shift << _HALF_BITS) + (value >> shift)
    return value if value > 0 else 0


def encode(histogram: Histogram) -> str:
    """HdrHistogram's V2 compressed payload as base64."""
    body = b"".join(_varint(number) for number in _runs(histogram.counts))
    header = _HEADER.pack(_COOKIE, len(body), 0, SIGNIFICANT_DIGITS, 1, HIGHEST, 1.0)
    compressed = zlib.compress(header + body)
    return base64.b64encode(_ENVELOPE.pack(_COMPRESSED_COOKIE, len(compressed)) + compressed).decode()


def decode(payload: str) -> Histogram:
    """The histogram in a V2 compressed payload. Raises ValueError: cut off, or not ours (other digits)."""
    try:
        raw = base64.b64decode(payload, validate=True)
        cookie, length = _ENVELOPE.unpack_from(raw)
        if cookie != _COMPRESSED_COOKIE or length != len(raw) - _ENVELOPE.size:
            raise ValueError("not a whole compressed histogram")
        data = zlib.decompress(raw[_ENVELOPE.size :])
        inner, size, offset, digits, unit, _, _ = _HEADER.unpack_from(data)
    except (struct.error, zlib.error) as error:
        raise ValueError(f"not a compressed histogram: {error}") from error
    if (inner, offset, digits, unit) != (_COOKIE, 0, SIGNIFICANT_DIGITS, 1):
        raise ValueError("a histogram of another kind: expected V2, 3 significant digits, unit 1")
    return Histogram(dict(_counts(data[_HEADER.size : _HEADER.size + size])))


def _runs(counts: Mapping[int, int]) -> Iterator[int]:
    """Counts in order of their index; a run of empty ones is one negative number."""
    expected = 0
    for index in sorted(counts):
        if index > expected:
            yield expected - index
        yield counts[index]
        expected = index + 1


def _varint(number: int) -> bytes:
    """ZigZag LEB128."""
    if 0 <= number < len(_SHORT):
        return _SHORT[number]
    rest = (number << 1) ^ (number >> 63)
    encoded = bytearray()
    while rest >= 0x80:
        encoded.append(rest & 0x7F | 0x80)
        rest >>= 7
    encoded.append(rest)
    return bytes(encoded)


# Nearly all counts of a second are small, and a second has a thousand of them.
_SHORT = tuple(bytes([number << 1]) for number in range(64))


def _counts(body: bytes) -> Iterator[tuple[int, int]]:
    index = shift = rest = 0
    for byte in body:
        rest |= (byte & 0x7F) << shift
        shift += 7
        if byte & 0x80:
            continue
        number = (rest >> 1) ^ -(rest & 1)
        if number > 0:
            yield index, number
        index += -number if number < 0 else 1
        shift = rest = 0
