"""Originals in rows that no policy names are found; what repeats masked values raises no alarm."""

from __future__ import annotations

from typing import NamedTuple

import pytest

import anonymizer
from anonymizer.policies.policy import Policy
from anonymizer.pools import first_names, last_names
from anonymizer.pseudonyms.keys import Key
from foundation.receipts import Receipt
from tests.anonymizer.databases import do
from tests.servers import Server

pytestmark = pytest.mark.integration

SCHEMA = """
CREATE TABLE people (id int PRIMARY KEY, name text, email text, phone text);
CREATE TABLE skipped (id int PRIMARY KEY, x text);
CREATE MATERIALIZED VIEW directory AS SELECT name, phone, email FROM people;
CREATE TABLE audit (what text);
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN INSERT INTO audit VALUES (NEW.name || NEW.phone); NEW.greeting := NEW.name; RETURN NEW; END';
"""
ROWS = """
INSERT INTO people SELECT g, (ARRAY[{first}])[1 + g % 100] || ' ' || (ARRAY[{last}])[1 + g % 3000],
  format('jagna.brzecz%s@firma.pl', g), format('+48 6%s', 10203040 + g * 7) FROM generate_series(1, 3000) g;
REFRESH MATERIALIZED VIEW directory"""
POLICY = """
policy: beyond
version: 1
tables:
  people:
    columns:
      id: keep
      name: {transform: full_name, class: identifying}
      email: {transform: email, class: identifying, domain: person}
      phone: {transform: phone, class: identifying}
  skipped: skip
  audit: skip
"""
MAIL = "jagna.brzecz7@firma.pl"
# What somebody does, where the finding says it is, how it is undone.
PLANTED = [
    ("CREATE TABLE backup AS SELECT '{}'::text AS email", "backup.email", "DROP TABLE backup"),
    ("CREATE UNLOGGED TABLE u AS SELECT ARRAY['{}'] AS m", "u.m", "DROP TABLE u"),
    ("CREATE SCHEMA old CREATE TABLE bak (v jsonb); INSERT INTO old.bak VALUES ('{{\"m\": \"{}\"}}')",
     "old.bak.v", "DROP SCHEMA old CASCADE"),
    ("CREATE TABLE parted (b bytea) PARTITION BY LIST (b); CREATE TABLE part PARTITION OF parted DEFAULT;"
     "INSERT INTO parted VALUES (convert_to('{}', 'UTF8'))", "parted.b", "DROP TABLE parted"),
    ("INSERT INTO skipped VALUES (1, 'ask {}')", "skipped.x", "TRUNCATE skipped"),
    ("ALTER TABLE people ADD old_mail text; UPDATE people SET old_mail = '{}' WHERE id = 7",
     "people.old_mail", "ALTER TABLE people DROP old_mail"),
    ("CREATE TABLE held AS SELECT '{}'::text AS v; CREATE MATERIALIZED VIEW stale AS TABLE held;"
     "DELETE FROM held", "stale.v", "DROP TABLE held CASCADE"),
]  # fmt: skip


class Copied(NamedTuple):
    source: str
    target: str
    policy: Policy
    receipt: Receipt


@pytest.fixture(scope="module")
def copied(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Copied:
    """One masked copy for all; its target has a trigger that repeats masked values elsewhere."""
    file = tmp_path_factory.mktemp("policy") / "policy.yaml"
    file.write_text(POLICY)
    policy = anonymizer.load_policy(file)
    # Names as the pools have them: some of those that are dealt out are somebody else's.
    first, last = (
        ", ".join(f"'{name}'" for name in names[1].to_pylist()[:count])
        for names, count in ((first_names("pl_PL"), 100), (last_names("pl_PL"), 3000))
    )
    full = SCHEMA + ROWS.format(first=first, last=last)
    source, target = (postgres_server.dsn(name) for name in ("beyond_source", "beyond_target"))
    for name, dsn, script in (("beyond_source", source, full), ("beyond_target", target, SCHEMA)):
        postgres_server.create_database(name)
        do(dsn, script)
    do(
        target,
        "ALTER TABLE people ADD greeting text;"
        "CREATE TRIGGER t BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION noted()",
    )
    receipt = anonymizer.anonymize(source, target, policy, Key(bytes(range(32))))
    return Copied(source, target, policy, receipt)


def test_masked_values_that_views_and_triggers_repeat_are_no_finding(copied: Copied) -> None:
    assert (copied.receipt.verified, copied.receipt.findings) == (True, ())
    do(
        copied.target,
        "INSERT INTO audit SELECT name || phone FROM people; REFRESH MATERIALIZED VIEW directory",
    )
    do(copied.target, "UPDATE people SET greeting = name; ANALYZE")
    seen = anonymizer.verify(copied.source, copied.target, copied.policy)
    assert (seen.faults, seen.noted) == ((), ())


def test_an_original_in_rows_that_no_policy_names_is_found_and_its_column_named(copied: Copied) -> None:
    for statement, _, _ in PLANTED:
        do(copied.target, statement.format(MAIL))
    try:
        faults = anonymizer.verify(copied.source, copied.target, copied.policy).faults
    finally:
        for _, _, undo in PLANTED:
            do(copied.target, undo)
    assert {fault.partition(": ")[0] for fault in faults if "catalogue" not in fault} == {
        place for _, place, _ in PLANTED
    }
    assert all("1 originals (person) stand there (0 expected" in fault for fault in faults)
    assert anonymizer.verify(copied.source, copied.target, copied.policy).passes


def test_what_is_not_searched_is_told(copied: Copied) -> None:
    do(copied.target, "SELECT lo_from_bytea(71, 'a letter')")
    do(copied.target, "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w")
    do(copied.target, "CREATE FOREIGN TABLE f (a text) SERVER s")
    try:
        seen = anonymizer.verify(copied.source, copied.target, copied.policy)
    finally:
        do(copied.target, "SELECT lo_unlink(71); DROP FOREIGN DATA WRAPPER w CASCADE")
    assert seen.passes
    assert seen.noted == (
        "not searched: 1 large objects",
        "not searched: 1 foreign tables, whose rows are on another server",
    )
