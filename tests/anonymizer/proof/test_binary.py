"""What is readable among other bytes is read, whatever stands beside it; noise says hardly anything."""

from __future__ import annotations

import numpy as np
import pytest

from anonymizer.proof.binary import within


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "cp1250", "iso8859-2"])
@pytest.mark.parametrize(
    ("before", "after"), [(b"", b""), (b"\x00\x01", b"\x00"), (b"\xff\x80", b"\x81\xff")]
)
def test_a_name_is_read_in_any_letters(encoding: str, before: bytes, after: bytes) -> None:
    raw = before + "Zbigniew Żółwiński".encode(encoding) + after
    assert any("Zbigniew Żółwiński" in text for text in within(raw))


@pytest.mark.parametrize("raw", [b"", b"\x00", b"\x00jan\x00", b"\xff" * 99, bytes(range(0x80, 0xA0))])
def test_what_is_too_short_or_no_letters_says_nothing(raw: bytes) -> None:
    assert [*within(raw)] == []


def test_noise_says_little() -> None:
    noise = np.random.default_rng(3).bytes(1 << 16)
    assert sum(map(len, within(noise))) < len(noise) / 20
