"""A text is read in every way that somebody may have written it."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymizer.proof.decoding import readings

SECRET = "jan.żółw@firma.pl"
ENCODINGS: dict[str, Callable[[str], str]] = {
    "url": lambda text: "mailto=" + quote(text, safe=""),
    "html": lambda text: "".join(f"&#{ord(letter)};" for letter in text),
    "json": lambda text: json.dumps({"mail": text}),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 for addresses": lambda text: "?x=" + base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "hex": lambda text: text.encode().hex(),
    "bytea": lambda text: "\\x" + text.encode().hex(),
    "utf-16": lambda text: "\\x" + text.encode("utf-16").hex(),
    "utf-16 without a mark": lambda text: "\\x" + text.encode("utf-16-le").hex(),
    "gzip": lambda text: "\\x" + gzip.compress(text.encode()).hex(),
    "gzip in base64": lambda text: base64.b64encode(gzip.compress(text.encode())).decode(),
    "base64 in a url": lambda text: quote(base64.b64encode(text.encode()).decode(), safe=""),
}


@pytest.mark.parametrize("how", ENCODINGS)
def test_every_encoding_is_read(how: str) -> None:
    assert any(SECRET in reading for reading in readings(ENCODINGS[how](SECRET)))


@given(st.text(max_size=200))
def test_any_text_has_finitely_many_readings_and_none_is_itself(text: str) -> None:
    assert text not in list(readings(text))


def test_a_bomb_is_not_unpacked_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anonymizer.proof.decoding._LONGEST", 1000)
    assert {len(reading) for reading in readings("\\x" + gzip.compress(b"a " * 10**5).hex())} == {1000}
