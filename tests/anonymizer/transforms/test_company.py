"""Company names look Polish and spread widely."""

from __future__ import annotations

from anonymizer.pools import pool
from tests.anonymizer.transforms.applied import mask


def test_names_end_in_a_legal_form() -> None:
    forms = tuple(pool("company_suffixes").to_pylist())
    assert all((name or "").endswith(forms) for name in mask("company", ["a", "b", "c"]))


def test_ten_thousand_companies_hardly_share_names() -> None:
    assert len(set(mask("company", [f"Firma {number}" for number in range(10_000)]))) > 9_000


def test_spelling_that_does_not_count_gives_the_same_company() -> None:
    assert len(set(mask("company", ["ACME  sp. z o.o.", "Acme Sp. z o.o. "]))) == 1
