"""Content codings: what a server compressed is read again, when a journey asks for it. Pure.

Reading is in no clock: an answer is there when its last byte is.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping

_GZIP, _EITHER = 16 + zlib.MAX_WBITS, 32 + zlib.MAX_WBITS


class Unreadable(ValueError):  # noqa: N818 - says what happened
    """A body that its Content-Encoding does not describe, or that nobody here can read."""


def decoded(body: bytes, coding: str) -> bytes:
    """A body without its codings (a Content-Encoding), the last one first. Raises Unreadable."""
    for name in reversed([each.strip().lower() for each in coding.split(",")]):
        if name in ("", "identity"):
            continue
        read = _READERS.get(name)
        if read is None:
            raise Unreadable(f"the content coding {name!r} is none of {', '.join(_READERS)}")
        body = read(body)
    return body


def _inflated(body: bytes) -> bytes:
    try:  # gzip, or the zlib format that "deflate" means (RFC 9110, 8.4.1.2)
        return _whole(zlib.decompressobj(_EITHER), body)
    except zlib.error:
        return _plainly_inflated(body)


def _plainly_inflated(body: bytes) -> bytes:
    """Without the zlib header, as some servers send it."""
    try:
        return _whole(zlib.decompressobj(-zlib.MAX_WBITS), body)
    except zlib.error as error:
        raise Unreadable(f"the body is not deflate: {error}") from error


def _gunzipped(body: bytes) -> bytes:
    found = b""
    try:
        while body:  # members may follow each other (RFC 1952, 2.2)
            reader = zlib.decompressobj(_GZIP)
            found += _whole(reader, body)
            body = reader.unused_data
    except zlib.error as error:
        raise Unreadable(f"the body is not gzip: {error}") from error
    return found


def _whole(reader: zlib._Decompress, body: bytes) -> bytes:
    found = reader.decompress(body) + reader.flush()
    if not reader.eof:
        raise Unreadable("the compressed body is cut off")
    return found


def _unbrotlied(body: bytes) -> bytes:
    try:
        import brotli
    except ImportError as error:
        raise Unreadable("br needs the package brotli, which is not installed here") from error
    try:
        return bytes(brotli.decompress(body))
    except brotli.error as error:
        raise Unreadable(f"the body is not br: {error}") from error


_READERS: Mapping[str, Callable[[bytes], bytes]] = {
    "gzip": _gunzipped,
    "x-gzip": _gunzipped,
    "deflate": _inflated,
    "br": _unbrotlied,
}
