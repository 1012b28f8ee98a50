"""Telephone numbers: one form, one-to-one on Polish numbers."""

from __future__ import annotations

import re

import pytest

from tests.anonymizer.transforms.applied import mask


def test_a_number_is_the_same_however_it_is_written() -> None:
    ways = ["+48 601 234 567", "601-234-567", "0048601234567", "601234567", "(601) 234 567"]
    assert len(set(mask("phone", ways))) == 1


@pytest.mark.parametrize(
    ("form", "pattern"),
    [("international", r"\+48 [2-9]\d\d \d{3} \d{3}"), ("national", r"[2-9]\d{8}")],
)
def test_it_is_written_in_the_form_that_was_chosen(form: str, pattern: str) -> None:
    found = mask("phone", [f"{number}" for number in range(600_000_000, 600_000_500)], options={"form": form})
    assert all(re.fullmatch(pattern, one or "") for one in found)


def test_a_foreign_number_keeps_its_shape() -> None:
    assert re.fullmatch(r"\+\d \d{3} \d{3} \d{4}", mask("phone", ["+1 212 555 0100"])[0] or "")


def test_a_number_is_the_same_with_and_without_its_country() -> None:
    polish = ["601234567", "+48 601 234 567", "0048601234567", "0 601-234-567"]
    assert len(set(mask("phone", polish))) == 1
    assert mask("phone", ["+49 30 1234567"])[0] != mask("phone", ["+48 30 1234567"])[0]
