"""The check after a copy on a real server: what somebody puts back or takes away is found."""

from __future__ import annotations

import pytest

import anonymizer
from foundation.errors import Refused
from tests.anonymizer.databases import do
from tests.anonymizer.postgres.shop import Shop, require

pytestmark = pytest.mark.integration


def test_a_kept_identifying_column_fails_the_check_and_the_database_is_refused(shop: Shop) -> None:
    shop.change(
        "nip: {transform: nip, class: identifying}\n      born",
        "nip: {transform: keep, class: identifying}\n      born",
    )
    receipt = shop.run()
    assert receipt.verified is False
    assert receipt.findings == (
        "people.nip: 300 of 300 values stand where they stood (0 expected by chance)",
    )
    with pytest.raises(Refused, match="did not pass"):
        require(shop.target)


def test_check_finds_a_single_value_that_somebody_put_back(shop: Shop) -> None:
    shop.run()
    policy = anonymizer.load_policy(shop.policy)
    assert anonymizer.verify(shop.source, shop.target, policy).passes
    do(shop.target, "UPDATE people SET email = 'QWOSOBA42@firma.pl' WHERE id = 42")
    seen = anonymizer.verify(shop.source, shop.target, policy)
    assert seen.faults == ("people.email: 1 of 300 values stand where they stood (0 expected by chance)",)
    with pytest.raises(Refused):
        require(shop.target)


def test_check_finds_a_value_inside_a_document(shop: Shop) -> None:
    shop.run()
    do(
        shop.target,
        """UPDATE people SET settings = '{"contact": {"mail": "qwosoba9@firma.pl"}}' WHERE id = 9""",
    )
    [fault] = anonymizer.verify(shop.source, shop.target, anonymizer.load_policy(shop.policy)).faults
    assert fault.startswith("people.settings $.contact.mail: 1 of 300")


def test_check_finds_values_in_a_table_whose_key_is_masked(shop: Shop) -> None:
    shop.run()
    do(shop.target, "INSERT INTO settled SELECT format('526025%s', 1000 + n) FROM generate_series(1, 3) AS n")
    faults = anonymizer.verify(shop.source, shop.target, anonymizer.load_policy(shop.policy)).faults
    assert "settled: 50 rows in the source, 53 in the target" in faults
    assert any(fault.startswith("settled.nip: 3 of 50 values") for fault in faults)


def test_check_finds_missing_rows(shop: Shop) -> None:
    shop.run()
    do(shop.target, "DELETE FROM crm.notes WHERE id = 5")
    faults = anonymizer.verify(shop.source, shop.target, anonymizer.load_policy(shop.policy)).faults
    assert "crm.notes: 300 rows in the source, 299 in the target" in faults
