"""Network addresses: IPv4 and MAC one-to-one (FF1), IPv6 below the documentation's prefix (RFC 3849).

What is no address keeps its shape. No address stays what it was, but a network without bits of its own:
0.0.0.0/0, ::/0, and what an IPv6 network of at most 32 bits becomes below that prefix. A masked IPv4 or MAC
address may be somebody's: connect to none.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pydantic import BaseModel

from anonymizer.pseudonyms import digits, ff1, prf
from anonymizer.pseudonyms.keys import Key
from anonymizer.pseudonyms.shuffle import LARGEST, cycle
from anonymizer.transforms.base import INJECTIVE, TEXT, Slot, Transform, always, at_most, holding
from anonymizer.transforms.results import WORDLESS, Flags, Holds, either
from anonymizer.transforms.shape import scrambled

_VALUE = frozenset({"value"})
_DOCUMENTATION = ipaddress.IPv6Network("2001:db8::/32")
_FREE = 128 - _DOCUMENTATION.prefixlen  # bits
_SIX, _EIGHT = re.compile(r"[0-9a-f]{12}"), re.compile(r"[0-9a-f]{16}")
Interface = ipaddress.IPv4Interface | ipaddress.IPv6Interface


def ip(key: Key, subjects: pa.Array, values: pa.Array) -> pa.Array:
    return _by_value(subjects, values, lambda texts, written: _addresses(key, texts, written))


def _by_value(
    subjects: pa.Array, values: pa.Array, mask: Callable[[list[str], list[str]], Sequence[str | None]]
) -> pa.Array:
    """Masks every different value once: addresses repeat, and parsing them is slow."""
    pairs = pa.table({"subject": subjects, "value": values}).group_by(["subject", "value"]).aggregate([])
    found = mask(pairs["subject"].to_pylist(), [value or "" for value in pairs["value"].to_pylist()])
    known = dict(
        zip(zip(*(pairs[name].to_pylist() for name in ("subject", "value")), strict=True), found, strict=True)
    )
    both = zip(subjects.to_pylist(), values.to_pylist(), strict=True)
    return pa.array([known[pair] for pair in both], pa.string())


def _addresses(key: Key, texts: list[str], written: list[str]) -> Sequence[str | None]:
    read = [_interface(text) for text in texts]
    out: list[str | None] = scrambled(
        key, pa.array(texts, pa.string()), pa.array(written, pa.string())
    ).to_pylist()
    for prefix in {one.network.prefixlen for one in read if isinstance(one, ipaddress.IPv4Interface)}:
        rows = [
            at for at, one in enumerate(read) if one and one.version == 4 and one.network.prefixlen == prefix
        ]
        for at, number in zip(rows, _fours(key, [read[at] for at in rows], prefix), strict=True):
            out[at] = _text(ipaddress.IPv4Address(int(number)), written[at], prefix)
    sixes = [at for at, one in enumerate(read) if one and one.version == 6]
    tails = prf.digests(key, pa.array([texts[at] for at in sixes], pa.string()))[:, :12]
    for at, tail in zip(sixes, tails, strict=True):
        out[at] = _six(read[at], tail.tobytes(), written[at])
    return out


def _fours(key: Key, read: Sequence[Interface | None], prefix: int) -> NDArray[np.uint64]:
    """The network's own bits are permuted, so that a network stays one; of a host, all 32."""
    numbers = np.array([int(one.ip) for one in read if one], np.uint64)
    is_network = np.array([one.ip == one.network.network_address for one in read if one])
    bits = np.where(is_network, prefix, 32)
    out = numbers.copy()
    for size in np.unique(bits):
        rows, shift = bits == size, np.uint64(32 - int(size))
        if size:
            out[rows] = _bits(key.derive(f"/{size}"), numbers[rows] >> shift, int(size)) << shift
    return out


def _bits(key: Key, numbers: NDArray[np.uint64], bits: int) -> NDArray[np.uint64]:
    """A permutation of all numbers of that many bits."""
    if 1 << bits <= LARGEST:
        return cycle(key, 1 << bits)[numbers.astype(np.int64)].astype(np.uint64)
    width = max(ff1.SHORTEST, len(str((1 << bits) - 1)))
    below = np.uint64(1 << bits)
    permuted = ff1.permute(
        key, digits.of_numbers(numbers, width), allowed=lambda out, _rows: np.less(digits.numbers(out), below)
    )
    return digits.numbers(permuted)


def _six(was: Interface | None, tail: bytes, written: str) -> str:
    prefix = was.network.prefixlen if was else 128
    number = int(_DOCUMENTATION.network_address) | int.from_bytes(tail, "big")
    free = 0
    if was and was.ip == was.network.network_address and prefix < 128:
        free = 128 - prefix
        number = number >> free << free
    if was and int(was.ip) == number and free < _FREE:
        number ^= 1 << free  # it was below that prefix and came out as it was
    return _text(ipaddress.IPv6Address(number), written, prefix)


def _text(address: object, written: str, prefix: int) -> str:
    return f"{address}/{prefix}" if "/" in written else str(address)


def _interface(text: str) -> Interface | None:
    try:
        return ipaddress.ip_interface(text)
    except ValueError:
        return None


def canonical_ip(values: pa.Array) -> pa.Array:
    """One way to write an address: IPv6 in full, IPv4 without zeros; with its network, if it has one."""
    plain = pc.utf8_lower(pc.utf8_trim_whitespace(values))
    different = plain.unique()
    read = [None if text is None else _interface(text) for text in different.to_pylist()]
    written = pa.array(
        [str(one) if one else text for one, text in zip(read, different.to_pylist(), strict=True)]
    )
    return written.cast(pa.string()).take(pc.index_in(plain, different)) if len(different) else plain


def mac(key: Key, subjects: pa.Array, values: pa.Array) -> pa.Array:
    """Six bytes one-to-one; eight by the PRF. Written with colons."""
    return _by_value(subjects, values, lambda texts, written: _hardware(key, texts, written))


def _hardware(key: Key, texts: list[str], written: list[str]) -> Sequence[str | None]:
    out: list[str | None] = scrambled(
        key, pa.array(texts, pa.string()), pa.array(written, pa.string())
    ).to_pylist()
    six = [at for at, text in enumerate(texts) if _SIX.fullmatch(text)]
    numbers = _bits(key, np.array([int(texts[at], 16) for at in six], np.uint64), 48)
    for at, number in zip(six, numbers, strict=True):
        out[at] = _colons(f"{int(number):012x}")
    eight = [at for at, text in enumerate(texts) if _EIGHT.fullmatch(text)]
    tails = prf.digests(key, pa.array([texts[at] for at in eight], pa.string()))[:, :8]
    for at, tail in zip(eight, tails, strict=True):
        out[at] = _colons(tail.tobytes().hex())
    return out


def _colons(text: str) -> str:
    return ":".join(text[at : at + 2] for at in range(0, len(text), 2))


def canonical_mac(values: pa.Array) -> pa.Array:
    """The hexadecimal digits alone, if nothing else stands there."""
    plain = pc.utf8_lower(pc.replace_substring_regex(values, r"[\s:.-]", ""))
    return pc.if_else(pc.match_substring_regex(plain, r"^[0-9a-f]+$"), plain, pc.utf8_trim_whitespace(values))


def _boundless(texts: pa.Array) -> Flags:
    """Networks of which no bit can be another one: of no bits, and IPv6 ones above the documentation's."""
    found = np.zeros(len(texts), np.bool_)
    for at in np.flatnonzero(pc.match_substring(texts, "/").fill_null(False).to_numpy(zero_copy_only=False)):
        network = _interface(texts[int(at)].as_py().strip())
        if network is not None:
            same = network.version == 6 and str(network) == _six(network, bytes(12), "/")
            found[at] = same or network.network.prefixlen == 0
    return found


def _addresses_there(_options: BaseModel, slot: Slot) -> int:
    """IPv6 addresses have 96 bits below the documentation's prefix, and its usual networks (/64) 32."""
    return 1 << 32 if slot.element.type == "cidr" else 1 << 96


def _devices_there(_options: BaseModel, slot: Slot) -> int:
    return 1 << 64 if slot.element.type == "macaddr8" else INJECTIVE


IP = Transform(
    summary="a network address of the same version and prefix", bind=always(ip),
    types=TEXT | {"inet", "cidr"}, family="ip", scopes=_VALUE, canonical=canonical_ip, longest=at_most(43),
    results=_addresses_there, holds=holding(Holds(exact=True, stays=either(_boundless, WORDLESS))),
)  # fmt: skip
MAC = Transform(
    summary="a hardware address", bind=always(mac), types=TEXT | {"macaddr", "macaddr8"}, family="mac",
    scopes=_VALUE, canonical=canonical_mac, longest=at_most(23), results=_devices_there,
    holds=holding(Holds(exact=True, stays=WORDLESS)),
)  # fmt: skip
