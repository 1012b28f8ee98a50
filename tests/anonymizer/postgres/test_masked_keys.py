"""Keys masked on a real server: every reference still leads to the same row, and new rows find free keys."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

import anonymizer
from anonymizer.pseudonyms.keys import Key
from foundation.errors import InputError
from foundation.receipts import Receipt
from tests.anonymizer.conftest import MakeDatabase
from tests.anonymizer.databases import ask, do, places_with, rows

pytestmark = pytest.mark.integration

HERE = Path(__file__).parent.parent
KEY = Key(bytes(range(32)))
# Every reference, declared or not, as a join; what it counts and what it finds at the end of it.
JOINS = (
    "SELECT count(*) FROM hr.employees e JOIN hr.departments d ON d.id = e.department",
    "SELECT count(*) FROM hr.employees e JOIN hr.employees b ON b.id = e.boss",
    "SELECT count(*) FROM hr.departments d JOIN hr.employees e ON e.id = d.head",
    "SELECT count(*) FROM hr.details x JOIN hr.employees e ON e.id = x.employee",
    "SELECT count(*) FROM badges_lost x JOIN hr.employees e USING (badge)",
    "SELECT count(*) FROM shifts s JOIN hr.employees e ON e.id = s.employee "
    "JOIN hr.departments d ON d.head = e.id",
    "SELECT count(*) FROM swaps s JOIN shifts USING (department, number)",
    "SELECT count(*) FROM swaps s JOIN hr.employees e ON e.id::text = employee_text AND e.email = s.mail",
    "SELECT count(*) FROM swaps s JOIN hr.employees e ON (s.who #>> '{people,0,id}')::bigint = e.id "
    "AND s.who #>> '{people,0,mail}' = e.email",
    "SELECT count(*) FROM swaps s JOIN badges_lost b ON b.id = s.lost",
    "SELECT count(*) FROM moves JOIN hr.departments USING (code)",
)


@dataclass(frozen=True, kw_only=True)
class Family:
    """A filled source, an empty target, and the policy's file."""

    source: str
    target: str
    policy: Path

    def run(self) -> Receipt:
        return anonymizer.anonymize(self.source, self.target, anonymizer.load_policy(self.policy), KEY)


@pytest.fixture
def family(make_database: MakeDatabase) -> Family:
    tables = (HERE / "family.sql").read_text()
    source = make_database(tables + (HERE / "family_rows.sql").read_text())
    return Family(source=source, target=make_database(tables), policy=HERE / "family.yaml")


def test_every_reference_leads_where_it_led_and_no_key_is_what_it_was(family: Family) -> None:
    assert family.run().verified
    before = [ask(family.source, join) for join in JOINS]
    assert 0 not in before
    assert [ask(family.target, join) for join in JOINS] == before
    assert places_with(family.target, "qwperson") == []
    for table, column in (("hr.employees", "id"), ("hr.departments", "id"), ("badges_lost", "id")):
        query = f"SELECT {column}::text FROM {table}"  # noqa: S608 - names of ours
        assert not set(rows(family.source, query)) & set(rows(family.target, query))


def test_whoever_has_the_key_matches_rows_whose_keys_are_masked(family: Family) -> None:
    do(family.source, "UPDATE hr.details SET note = 'only' WHERE employee = 3")
    assert family.run().verified
    policy = anonymizer.load_policy(family.policy)
    without, knowing = (anonymizer.verify(family.source, family.target, policy, key) for key in (None, KEY))
    assert "hr.employees" in without.unmatched
    assert (knowing.faults, knowing.unmatched) == ((), ("moves",)), "which has no key"
    do(
        family.target,
        "UPDATE hr.employees SET email = 'qwperson3@firma.pl' "
        "WHERE id = (SELECT employee FROM hr.details WHERE note = 'only')",
    )
    [fault] = anonymizer.verify(family.source, family.target, policy).faults
    assert fault.startswith("hr.employees.email: 1 of 400 values stand somewhere in the column: no row ")
    [fault] = anonymizer.verify(family.source, family.target, policy, KEY).faults
    assert fault.startswith("hr.employees.email: 1 of 400 values stand where they stood")
    with pytest.raises(InputError, match="was not masked with this key"):
        anonymizer.verify(family.source, family.target, policy, Key(bytes(range(1, 33))))


def test_new_rows_get_keys_from_the_sequence_that_nobody_has(family: Family) -> None:
    family.run()
    do(
        family.target,
        "INSERT INTO hr.departments (code) SELECT format('new%s', n) FROM generate_series(1, 500) n",
    )
    do(family.target, "INSERT INTO hr.employees (department, email) SELECT id, 'a' FROM hr.departments")
    do(family.target, "INSERT INTO swaps (mail) SELECT 'a' FROM generate_series(1, 500)")
    assert ask(family.target, "SELECT max(id) FROM hr.departments WHERE code LIKE 'new%'") == 500
    assert ask(family.target, "SELECT max(id) FROM swaps WHERE mail = 'a'") == 500


def test_a_key_that_is_too_large_stops_the_run_and_is_not_told(family: Family) -> None:
    do(
        family.source,
        "UPDATE badges_lost SET badge = NULL; UPDATE hr.employees SET badge = 1900000007 WHERE id = 9",
    )
    with pytest.raises(InputError, match="a key has more than 9 digits") as refused:
        family.run()
    assert "hr.employees.badge" in str(refused.value)
    assert "1900000007" not in f"{refused.value} {refused.value.detail}"
