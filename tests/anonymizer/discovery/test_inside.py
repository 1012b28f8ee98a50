"""Texts that contain an address or a number of somebody are told from those that look a little like it."""

from __future__ import annotations

import pytest

from anonymizer.discovery.inside import contains, share


@pytest.mark.parametrize(
    "text",
    [
        "Jan Kowalski <jan1@firma.pl>", "jan1@firma.pl; ewa1@firma.pl",
        "https://x.pl/reset?email=jan1%40firma.pl&t=1", "https://x.pl/go?to=%2Fr%3Fm%3Djan%2540firma.pl",
        '{"email":"jan1@firma.pl","name":"Jan Kowalski"}', r'{"m":"jan\u0040firma.pl"}', "jan&#64;firma.pl",
        "PESEL 80010112345 klient 7", "klient 44051401359 z Krakowa", "80010112345 klient",
        "https://ela:haslo@panel.example/zwroty", "GET /a from 10.20.30.40", "tel. 601234567",
        "+48 601 234 567", "dzwonić 601 234 567 po 16", "NIP 526-025-02-74",
        "wpłata na PL61 1090 1014 0000 0712 1981 2874",
        "karta 4111 1111 1111 1111", "44051401359", "jan@firma.pl",
    ],
)  # fmt: skip
def test_an_address_or_a_number_is_seen_wherever_it_stands(text: str) -> None:
    assert contains(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "FV/2025/000000123", "ZAM-0000001234", "Mozilla/5.0 Chrome/120.0.0.0 Safari/537.36", "v1.2.3.4",
        "2025-11-29 07:18:26", "@angular/core@1.2.3", "550e8400-e29b-41d4-a716-446655440000", "12:00-14:00",
        "https://x.pl/a?b=1", "5901234123471", "100 200 30", "kwota 1200,50", "80991312345 sztuk",
    ],
)  # fmt: skip
def test_what_looks_a_little_like_it_is_not(text: str) -> None:
    assert not contains(text)


def test_the_share_is_one_of_different_values() -> None:
    assert share(["a@b.pl x", "a@b.pl x", "nobody", ""]) == 0.5
    assert share([]) == share([" "]) == 0.0
