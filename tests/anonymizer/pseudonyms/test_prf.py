"""The pseudo-random function agrees with the standard, whatever stands beside a value."""

from __future__ import annotations

import pyarrow as pa
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.cmac import CMAC
from hypothesis import given
from hypothesis import strategies as st

from anonymizer.pseudonyms import prf
from anonymizer.pseudonyms.keys import Key

KEY = Key(bytes(range(32)))


def reference(key: Key, message: str) -> bytes:
    """AES-CMAC by the cryptography package (its own tests hold the vectors of RFC 4493)."""
    mac = CMAC(algorithms.AES(key.aes()))
    mac.update(message.encode())
    return mac.finalize()


@given(st.lists(st.text(max_size=60), max_size=30))
def test_it_is_aes_cmac(messages: list[str]) -> None:
    found = prf.digests(KEY, pa.array(messages, pa.string()))
    assert [row.tobytes() for row in found] == [reference(KEY, message) for message in messages]


def test_every_length_around_a_block_is_right() -> None:
    messages = ["x" * length for length in (0, 1, 15, 16, 17, 31, 32, 33, 511, 512)]
    found = prf.digests(KEY, pa.array(messages))
    assert [row.tobytes() for row in found] == [reference(KEY, message) for message in messages]


def test_a_slice_of_an_array_is_the_same_as_its_values() -> None:
    whole = pa.array(["a", None, "bc", "d" * 40, "e"])
    assert (prf.digests(KEY, whole)[2:4] == prf.digests(KEY, whole.slice(2, 2))).all()


def test_null_counts_as_empty() -> None:
    assert (prf.digests(KEY, pa.array([None], pa.string())) == prf.digests(KEY, pa.array([""]))).all()


def test_long_values_differ_by_their_last_character() -> None:
    found = prf.digests(KEY, pa.array(["x" * 5000 + "a", "x" * 5000 + "b", "x" * 5000 + "a"]))
    assert (found[0] == found[2]).all()
    assert (found[0] != found[1]).any()


def test_a_long_value_beside_it_changes_nothing() -> None:
    alone = prf.digests(KEY, pa.array(["short"]))
    assert (prf.digests(KEY, pa.array(["short", "x" * 5000]))[0] == alone[0]).all()


def test_words_of_different_labels_are_unrelated() -> None:
    blocks = prf.digests(KEY, pa.array(["a", "b"]))
    seen = {
        word for label in ("one", "two") for pair in prf.words(KEY, label, blocks) for word in pair.tolist()
    }
    assert len(seen) == 8
