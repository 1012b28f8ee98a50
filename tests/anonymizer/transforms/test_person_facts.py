"""Birth date and sex are those that the persona's PESEL tells."""

from __future__ import annotations

from tests.anonymizer.transforms import identifiers as made
from tests.anonymizer.transforms.applied import mask

PEOPLE = [f"user{number}@firma.pl" for number in range(500)]


def test_birth_date_and_sex_agree_with_the_pesel() -> None:
    pesels = mask("pesel", ["x"] * len(PEOPLE), of=PEOPLE)
    births = mask("birth_date", ["1980-05-05"] * len(PEOPLE), of=PEOPLE)
    sexes = mask("sex", ["?"] * len(PEOPLE), of=PEOPLE, options={"female": "F", "male": "M"})
    for pesel, birth, sex in zip(pesels, births, sexes, strict=True):
        assert str(made.birth(pesel or "")) == birth
        assert made.is_female(pesel or "") == (sex == "F")


def test_a_birth_time_keeps_its_time() -> None:
    assert (mask("birth_date", ["1980-05-05 10:11:12+00"], of=["a"])[0] or "").endswith(" 10:11:12+00")
