"""What goes by its form, and what looks a little like it and stays."""

from __future__ import annotations

import pyarrow as pa
import pytest

from anonymizer.redaction import marks
from anonymizer.redaction.forms import without_forms

GOES = {
    "[e-mail]": (
        "jan.kowalski@firma.pl", "jan @ firma.pl", "a.nowak (at) firma.pl", "nowak.a małpa poczta.pl",
        "kowalska[małpa]poczta[kropka]pl",
    ),
    "[link]": (
        "https://jan:Haslo1@panel.example/zwroty", "facebook.com/anna.nowak.52", "https://www.linkedin.com/in/a-n",
    ),
    "[address]": (
        "ul. Polna 12/4", "ul. Żwirki i Wigury 16A", "os. Złotego Wieku 14 m. 2", "al. 3 Maja 5",
        "ulicę gen. Józefa Bema 7", "31-154 Kraków", "Polna 12/4", "00-950",
    ),
    "[number]": (
        "+48 601 234 567", "(22) 555-12-90", "85 03 12 12346", "PL61 1090 1014 0000 0712 1981 2874",
        "526-025-02-74", "83.12.44.190", "2a02:a31b:8440:1180::12", "fe80::1", "555-12-90",
        "22/555 12 90", "4111 1111 1111 1111",
    ),
    "[document]": ("ABC123456", "CCE 214587", "AB1234567", "KR 7YU21", "PO 4J512"),
}  # fmt: skip
PLACES = {
    "ur. 14.05.1968": "ur. [date]", "urodzona 3 maja 1971": "urodzona [date]",
    "mieszka na Kwiatowej 8": "mieszka na [address]", "auto WA 12345": "auto [document]",
    "pisze jako @ania_nowak": "pisze jako [link]",
    "/a?u=wanda.kool%40grachten.example&n=1": "/a?u=[e-mail]&n=1",
    "/go?to=%2Fa%3Fu=wanda%2540grachten.example": "/go?to=%2Fa%3Fu=[e-mail]",
    r'{"m":"\u0072ut.aske@eng.example"}': '{"m":"[e-mail]"}',
    r'{"m":"a\nrut\u0040eng.example"}': r'{"m":"a\n[e-mail]"}',
    r'{"m":"a\nhttps://ela:tajne@x.example/y"}': r'{"m":"a\n[link]"}', "mailto:a@b.pl": "mailto:[e-mail]",
}  # fmt: skip
STAYS = (
    "Zamówienie ZK/2025/11/00871 opłacone 28.11 o 9:42", "dostawa 12.12.2025 14:30", "EAN 12345",
    "3 szt. po 120,50 zł",
    "www.sklep.example/zwroty", "od 14:30:05", "na 3 piętro", "w Grudniu 2025", "RB38", "termin 2025-11-28",
    "faktura 118/2025", "1200,50 zł, 14 dni", "rabat 5%", "na Black Friday", "M8", "godz. 8-16",
)  # fmt: skip


def without(text: str) -> str:
    return str(marks.spelled(without_forms(pa.array([text], pa.string())))[0].as_py())


@pytest.mark.parametrize(("mark", "text"), [(mark, text) for mark, texts in GOES.items() for text in texts])
def test_it_goes_as_a_whole(mark: str, text: str) -> None:
    assert without(f"Dane: {text}, pilne") == f"Dane: {mark}, pilne"


@pytest.mark.parametrize("text", PLACES)
def test_what_told_it_stays(text: str) -> None:
    assert without(text) == PLACES[text]


@pytest.mark.parametrize("text", STAYS)
def test_it_stays(text: str) -> None:
    assert without(text) == text


def test_what_is_no_text_stays_none() -> None:
    assert without_forms(pa.array([None, "a 601234567"], pa.string())).to_pylist()[0] is None
