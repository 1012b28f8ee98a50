"""A text is read in every way that somebody may have written it."""

from __future__ import annotations

import base64
import gzip
import json
import quopri
import zlib
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymizer.proof.decoding import readings, spoken, texts_of

SECRET = "jan.żółw@firma.pl"
AROUND = "Zażółć gęślą jaźń, pisał ktoś do kogoś. "  # letters of two bytes: lines of base64 end within some


def in_base64(text: str, width: int = 10**6) -> str:
    whole = base64.b64encode(text.encode()).decode()
    return "\n".join(whole[at : at + width] for at in range(0, len(whole), width))


def in_url(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


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
    "base64 in an address's path": lambda text: "https://a.pl/unsubscribe/" + in_url(text) + "/now",
    "base64 with a dash in a path": lambda text: "https://a.pl/u/" + in_url("c\u2013" + text) + "&x=1",
    "base64 behind a word": lambda text: "user_" + in_url(text),
    "base64 with a plus beside a percent sign": lambda text: "10% " + in_base64("c\u2013" + text),
    "base64 as a mail wraps it": lambda text: base64.encodebytes((AROUND + text + AROUND).encode()).decode(),
    "base64 as PEM wraps it": lambda text: in_base64(AROUND + text + AROUND, 64),
    "base64 wrapped within a document": lambda text: json.dumps(
        {"body": base64.encodebytes((AROUND + text + AROUND).encode()).decode()}
    ),
    "base64 wrapped and with no end": lambda text: (
        in_base64(("ab" * 30 + text + "xyz" * 9)[:96], 64) + "\nJan"
    ),
    "base64 that was cut within a letter": lambda text: in_base64(text + "aż")[:-2],
    "upper case hex": lambda text: text.encode().hex().upper(),
    "utf-16, the other way round": lambda text: "\\x" + text.encode("utf-16-be").hex(),
    "an escape in an escape": lambda text: quote(json.dumps(text), safe=""),
    "zlib": lambda text: "\\x" + zlib.compress(text.encode()).hex(),
    "hexadecimal digits two by two": lambda text: text.encode().hex(" "),
    "hexadecimal digits with colons": lambda text: text.encode().hex(":").upper(),
    "a program's escapes": lambda text: "".join(f"\\x{byte:02x}" for byte in text.encode()),
    "one escape of a program": lambda text: text.replace("@", r"\x40"),
    "quoted-printable": lambda text: quopri.encodestring(text.encode()).decode(),
    "an at sign as mail writes it": lambda text: text.replace("@", "=40"),
    "zero-width spaces": lambda text: text.replace("a", "a\u200b"),
    "soft hyphens": lambda text: text.replace("a", "a\u00ad"),
    "no-break spaces without width": lambda text: "\ufeff" + text.replace("a", "\ufeffa"),
    "tags within words": lambda text: text.replace("a", "<b>a</b>"),
    "bytes between zeros": lambda text: "\\x" + (b"\0" + text.encode() + b"\0").hex(),
    "bytes beside others": lambda text: "\\x" + (b"\xff\xfe\x00 " + text.encode() + b" \xff").hex(),
    "bytes behind a header": lambda text: (
        "\\x" + (b"%PDF-1.4\n\xe2\xe3\xcf\xd3 (" + text.encode() + b") Tj").hex()
    ),
    "a record's field": lambda text: "\\x" + (b"\x00\x01\xff" + text.encode() + b"\xfe").hex(),
    "a field in base64": lambda text: base64.b64encode(
        b"\x08\x01\x12\x11\xff" + text.encode() + b"\x80"
    ).decode(),
    "utf-16 among others": lambda text: "\\x" + (b"\xd0\xcf\x11" + text.encode("utf-16-le") + b"\xff").hex(),
    "utf-16, the other way round, among others": lambda text: (
        "\\x" + (b"\xd0\xcf\x11" + text.encode("utf-16-be") + b"\xff").hex()
    ),
    "gzip behind a header": lambda text: "\\x" + (b"HDR" + gzip.compress(text.encode())).hex(),
    "hex in base64 in gzip": lambda text: (
        "\\x" + gzip.compress(in_base64(text.encode().hex()).encode()).hex()
    ),
}


@pytest.mark.parametrize("how", ENCODINGS)
def test_every_encoding_is_read(how: str) -> None:
    assert any(SECRET in reading for reading in readings(ENCODINGS[how](SECRET)))


@pytest.mark.parametrize(
    "text",
    ["", "jan", "44051401359", "PL61 1090 1014 0000 0712 1981 2874", "Konstantynopolitanczykowianeczka",
     "KONSTANTYNOPOLITANCZYK", "konstantynopolitanczyk", "2024-01-01_2024-12-31", "100% pewne", "R&D", "a\\b",
     "d41d8cd98f00b204e9800998ecf8427e", "a < b, c > d", "1 <2> 3", "x = 40", "?a=2024&b=12",
     "\\xd41d8cd98f00b204e9800998ecf8427e", "aa:bb:cc:dd:ee:ff"],
)  # fmt: skip
def test_words_numbers_and_digests_have_no_other_reading(text: str) -> None:
    assert [*readings(text)] == []


@pytest.mark.parametrize("depth", [0, 1, 2, 3, 4])
def test_three_layers_are_read_and_no_more(depth: int) -> None:
    text = SECRET
    for _ in range(depth):
        text = in_base64(text)
    assert (SECRET in [*readings(text)]) is (1 <= depth <= 3)


@pytest.mark.parametrize(
    ("raw", "texts"),
    [
        (b"", []),
        (b"jan", ["jan"]),
        ("żółw".encode(), ["żółw"]),
        ("żółw".encode()[:-1], ["żół"]),
        ("jan ż".encode()[:-1], ["jan "]),
        ("żółw".encode()[1:], []),
        (b"janek\x00", []),
        (b"jan\xff\xfe", []),
        ("jan".encode("utf-16"), ["jan"]),
        ("jan".encode("utf-16-be"), ["jan"]),
        (gzip.compress(b"jan"), ["jan"]),
        (gzip.compress(gzip.compress(b"jan")), ["jan"]),
        (gzip.compress(b"jan " * 99)[:20], ["jan "]),
        (b"\x1f\x8bjan", []),
    ],
)
def test_bytes_say_what_they_are_as_text(raw: bytes, texts: list[str]) -> None:
    found = [*texts_of(raw)]
    assert [one[: len(text)] for one, text in zip(found, texts, strict=True)] == texts


@pytest.mark.parametrize("encoding", ["cp1250", "iso8859-2"])
@pytest.mark.parametrize("around", [(b"", b""), (b"\x00\x07", b"\x00"), (b"\xff\xff", b"\xfe")])
def test_polish_letters_of_one_byte_are_read(encoding: str, around: tuple[bytes, bytes]) -> None:
    raw = around[0] + "Zbigniew Żółwiński Łęcki".encode(encoding) + around[1]
    assert any("Zbigniew Żółwiński Łęcki" in reading for reading in readings("\\x" + raw.hex()))


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("jan.kowal5<br>@firma.pl", "jan.kowal5 @firma.pl"),
        ("<p>jan.kowal5<span class='x'>@</span>firma.pl</p>", " jan.kowal5 @ firma.pl "),
        ("<td>Jan</td><td>Nowak</td>", "Jan  Nowak"),
        ("Jan &lt;b&gt;Nowak&lt;/b&gt;", "Jan  Nowak "),
        ("No&shy;wak", "Nowak"),
    ],
)
def test_tags_neither_part_words_nor_join_them(html: str, shown: str) -> None:
    assert any(shown in reading for reading in readings(html))


def test_what_stands_among_bytes_is_told_from_what_a_text_says() -> None:
    raw = b"\x00\xff" + SECRET.encode() + b"\x00"
    assert {rough for _, rough in spoken("\\x" + raw.hex())} == {True}
    assert {rough for _, rough in spoken("\\x" + SECRET.encode().hex())} == {False}


@given(st.text(max_size=200))
def test_any_text_has_finitely_many_readings_and_none_is_itself(text: str) -> None:
    assert text not in list(readings(text))


def test_a_bomb_is_not_unpacked_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anonymizer.proof.decoding._LONGEST", 1000)
    assert {len(reading) for reading in readings("\\x" + gzip.compress(b"a " * 10**5).hex())} == {1000}
