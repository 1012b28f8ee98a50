"""What a server compressed is read again; what is cut off or something else is said to be."""

from __future__ import annotations

import gzip
import sys
import zlib

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.loadtests.generator.alone import alone

codings = alone("http.codings")
PACK = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "x-gzip": gzip.compress,
    "identity": bytes,
}


@given(body=st.binary(max_size=200), coding=st.sampled_from(sorted(PACK)))
def test_every_coding_is_read_again(body: bytes, coding: str) -> None:
    assert codings.decoded(PACK[coding](body), coding.upper()) == body


def test_several_are_read_the_last_one_first() -> None:
    assert codings.decoded(gzip.compress(brotli.compress(b"body")), "br, gzip") == b"body"
    assert (
        codings.decoded(gzip.compress(b"one", mtime=0) + gzip.compress(b"two", mtime=0), "gzip") == b"onetwo"
    )


def test_deflate_without_its_header_is_read_too() -> None:
    raw = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    assert codings.decoded(raw.compress(b"body") + raw.flush(), "deflate") == b"body"


@pytest.mark.parametrize(
    ("body", "coding", "told"),
    [
        (b"{}", "gzip", "not gzip"),
        (gzip.compress(b"body" * 99, mtime=0)[:-9], "gzip", "cut off"),
        (b"\xff\xff", "deflate", "not deflate"),
        (b"{}", "br", "not br"),
        (b"{}", "zstd", "the content coding 'zstd' is none of gzip"),
    ],
)
def test_what_it_is_not_is_said(body: bytes, coding: str, told: str) -> None:
    with pytest.raises(codings.Unreadable, match=told):
        codings.decoded(body, coding)


def test_without_its_package_br_is_said_to_need_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "brotli", None)
    with pytest.raises(codings.Unreadable, match="needs the package brotli"):
        codings.decoded(b"", "br")
