"""Company names look Polish and spread widely."""

from __future__ import annotations

from typing import get_args

import pytest

from anonymizer.pools import Locale, of_country
from tests.anonymizer.transforms.applied import mask


@pytest.mark.parametrize("locale", get_args(Locale))
def test_names_end_in_a_legal_form_of_their_country(locale: Locale) -> None:
    forms = tuple(of_country("company_suffixes", locale).to_pylist())
    found = mask("company", ["a", "b", "c"], options={"locale": locale})
    assert all((name or "").endswith(forms) for name in found)


def test_ten_thousand_companies_hardly_share_names() -> None:
    assert len(set(mask("company", [f"Firma {number}" for number in range(10_000)]))) > 9_000


def test_spelling_that_does_not_count_gives_the_same_company() -> None:
    assert len(set(mask("company", ["ACME  sp. z o.o.", "Acme Sp. z o.o. "]))) == 1
