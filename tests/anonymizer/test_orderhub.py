"""orderhub's sample and policy, end to end: nothing personal of the sample is left in the copy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import anonymizer
from anonymizer.pseudonyms.keys import Key
from tests.anonymizer.conftest import MakeDatabase
from tests.anonymizer.databases import ask, places_with, rows
from tests.anonymizer.transforms import identifiers as made

pytestmark = pytest.mark.integration

CUSTOMERS = 300
BOOKS = (
    "CREATE TABLE schema_migrations (name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz);"
)


@pytest.fixture
def databases(make_database: MakeDatabase, root: Path, tmp_path: Path) -> tuple[str, str]:
    """A loaded source and its masked copy."""
    platform = root / "platforms" / "orderhub"
    files = sorted((platform / "app" / "migrations").glob("*.sql"))
    schema = "\n".join([*(file.read_text() for file in files), BOOKS])
    source, target = make_database(schema), make_database(schema)
    counts = anonymizer.load_sample(platform / "sample", CUSTOMERS, 7, source, tmp_path)
    policy = anonymizer.load_policy(platform / "policy.yaml")
    receipt = anonymizer.anonymize(source, target, policy, Key(bytes(range(32))))
    assert (receipt.verified, dict(receipt.tables)) == (True, counts)
    return source, target


def personal(source: str) -> Iterator[str]:
    """Values of the first customers, one of each kind that tells who somebody is."""
    query = (
        "SELECT company_name, nip, regon, owner_pesel, email, phone, iban FROM customers ORDER BY id LIMIT 5"
    )
    for row in rows(source, query):
        yield from (str(value) for value in row if value)
    query = "SELECT owner_first_name || ' ' || owner_last_name FROM customers ORDER BY id LIMIT 5"
    yield from (str(name) for (name,) in rows(source, query))
    yield from (str(place) for (place,) in rows(source, "SELECT ship_to_address FROM orders LIMIT 5"))


def test_nothing_personal_is_left_and_the_data_still_works(databases: tuple[str, str]) -> None:
    source, target = databases
    for value in personal(source):
        assert places_with(source, value), "it was there"
        assert places_with(target, value) == []
    _the_masked_data_is_plausible(target)
    _people_are_the_same_everywhere(target)
    _nothing_but_people_changed(source, target)


def _the_masked_data_is_plausible(target: str) -> None:
    for nip, regon, pesel, iban, sex in rows(
        target, "SELECT nip, regon, owner_pesel, iban, owner_first_name ~ 'a$' FROM customers"
    ):
        assert made.is_nip(str(nip))
        assert made.is_regon(str(regon))
        assert made.is_iban(str(iban))
        assert pesel is None or made.is_pesel(str(pesel))
        assert pesel is None or sex is made.is_female(str(pesel)) or not sex


def _people_are_the_same_everywhere(target: str) -> None:
    for same in (
        "SELECT bool_and(email = preferences #>> '{contact,email}') FROM customers",
        "SELECT bool_and(phone = preferences #>> '{contact,phone}') FROM customers",
        "SELECT bool_and(owner_first_name || ' ' || owner_last_name = preferences #>> '{contact,name}') "
        "FROM customers",
        "SELECT bool_and(ship_to_email = contact_snapshot ->> 'email') FROM orders",
        "SELECT bool_and(o.contact_snapshot ->> 'last_name' = c.last_name AND o.ship_to_email = c.email) "
        "FROM orders o JOIN contacts c USING (customer_id) WHERE is_primary",
        "SELECT bool_and(buyer_nip = nip AND buyer_name = company_name) FROM invoices JOIN customers c "
        "ON c.id = customer_id",
        "SELECT bool_and(payer_iban = iban) FROM payments p JOIN invoices i ON i.id = invoice_id "
        "JOIN customers c ON c.id = customer_id",
    ):
        assert ask(target, same) is True, same


def _nothing_but_people_changed(source: str, target: str) -> None:
    for query in (
        "SELECT count(*), sum(total), min(placed_at), count(note) FROM orders",
        "SELECT sum(quantity * unit_price) FROM order_lines",
        "SELECT sum(gross), min(issued_on), count(DISTINCT buyer_nip) FROM invoices",
        "SELECT sum(credit_limit), sum(credit_used), count(owner_pesel), count(account_notes) FROM customers",
        "SELECT sum(available) FROM stock",
    ):
        assert rows(source, query) == rows(target, query)


def test_the_sample_is_accepted_by_orderhub_s_own_function(databases: tuple[str, str]) -> None:
    _, target = databases
    order = (
        "SELECT outcome FROM customers c, accept_order('k' || c.id, 'd', c.id, "
        "(SELECT array_agg(sku) FROM (SELECT sku FROM products LIMIT 3) p), ARRAY[3, 3, 3], 'x') "
        "WHERE c.status = 'active' AND c.id <= 100"
    )
    outcomes = [outcome for (outcome,) in rows(target, order)]
    assert outcomes.count("accepted") > 0.9 * len(outcomes) > 0
