"""NIP, REGON, PESEL, IBAN: valid by rules written independently, and tolerant of how people write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.anonymizer.transforms import identifiers as made
from tests.anonymizer.transforms.applied import mask

NUMERALS = st.lists(st.from_regex(r"[1-8][0-9]{8}", fullmatch=True).map(made.nip), min_size=1)


def one(transform: str, value: str) -> str:
    found = mask(transform, [value])[0]
    assert found is not None
    return found


@given(NUMERALS)
def test_a_masked_nip_is_a_nip(values: list[str]) -> None:
    assert all(made.is_nip(found or "") for found in mask("nip", values))


@given(st.integers(0, 10**8 - 1))
def test_a_masked_regon_is_a_regon(number: int) -> None:
    assert made.is_regon(one("regon", made.regon(f"{number:08d}")))


@given(st.from_regex(r"[0-9]{8}", fullmatch=True), st.from_regex(r"[0-9]{4}", fullmatch=True))
def test_a_masked_branch_regon_is_one_and_so_is_its_company(company: str, branch: str) -> None:
    assert made.is_regon(one("regon", made.branch(made.regon(company) + branch)))


@given(st.integers(0, 10**9))
def test_a_masked_pesel_is_valid_and_keeps_sex_and_birth_year(number: int) -> None:
    before = made.pesel(number)
    after = one("pesel", before)
    assert made.is_pesel(after)
    assert made.is_female(after) == made.is_female(before)
    assert made.birth(after).year == made.birth(before).year


def test_the_last_day_of_a_leap_year_has_pseudonyms_of_its_own() -> None:
    days = [f"0432{day:02d}{serial:04d}" for day in (30, 31) for serial in range(2000)]
    values = [f"{payload}{-made.weighted(payload, '1379137913') % 10}" for payload in days]
    assert len(set(mask("pesel", values))) == len(values)


@given(st.from_regex(r"[0-9]{24}", fullmatch=True))
def test_a_masked_iban_is_valid(account: str) -> None:
    assert made.is_iban(one("iban", made.iban(account)))


@pytest.mark.parametrize(
    ("transform", "width"), [("nip", 10), ("regon", 9), ("regon", 14), ("pesel", 11), ("phone", 9)]
)
def test_numbers_with_wrong_check_digits_or_dates_stay_distinct_too(transform: str, width: int) -> None:
    step = 10**width // 20_000
    values = [f"{number:0{width}d}" for number in range(0, 10**width, step)]
    values += [f"{number:0{width}d}" for number in range(5000)]
    assert len(set(mask(transform, values))) == len(set(values))


def test_a_wrong_check_digit_stays_wrong() -> None:
    pesel, iban = made.pesel(1234), made.iban("109010140000071219812874")
    assert not made.is_pesel(one("pesel", f"{pesel[:-1]}{(int(pesel[-1]) + 1) % 10}"))
    assert not made.is_iban(one("iban", f"PL00{iban[4:]}"))


def test_the_way_it_is_written_does_not_count() -> None:
    nip = made.nip("526025027")
    assert len({one("nip", nip), one("nip", f"{nip[:3]}-{nip[3:6]}-{nip[6:8]}-{nip[8:]}")}) == 1
    iban = made.iban("109010140000071219812874")
    assert len({one("iban", iban), one("iban", " ".join(iban[at : at + 4] for at in range(0, 28, 4)))}) == 1


def test_what_is_not_well_formed_keeps_its_shape_but_not_its_digits() -> None:
    found = one("nip", "12-AB 7654321 brak")
    assert [character.isdigit() for character in found] == [
        character.isdigit() for character in "12-AB 7654321 brak"
    ]
    assert found[2] == "-"
    assert found != "12-AB 7654321 brak"


def test_good_and_bad_values_in_one_batch_stay_in_their_rows() -> None:
    good, bad = made.nip("526025027"), "not a nip 7"
    assert mask("nip", [bad, good, None, bad]) == [one("nip", bad), one("nip", good), None, one("nip", bad)]
