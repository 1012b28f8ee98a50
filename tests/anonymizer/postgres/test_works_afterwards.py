"""What stands around the rows works in the target as it did in the source. One copy of many odd things."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import anonymizer
from anonymizer.pseudonyms.keys import Key
from foundation.receipts import Receipt
from tests.anonymizer.conftest import databases
from tests.anonymizer.databases import ask, do, rows
from tests.servers import Server

pytestmark = pytest.mark.integration

SEQUENCES = """
CREATE SEQUENCE ids START 1000 INCREMENT 10;
CREATE TABLE credit (id bigint PRIMARY KEY DEFAULT nextval('ids'), email text);
CREATE TABLE invoice (id bigint PRIMARY KEY DEFAULT nextval('ids'), email text);
CREATE SEQUENCE down INCREMENT -1 MAXVALUE 100 MINVALUE -5 START 100;
CREATE TABLE queue (pos int PRIMARY KEY DEFAULT nextval('down'), email text);
CREATE SEQUENCE code_seq START 100;
CREATE FUNCTION next_code() RETURNS text LANGUAGE plpgsql AS $$
BEGIN RETURN 'P' || nextval('public.code_seq'); END $$;
CREATE TABLE person (id int PRIMARY KEY, code text UNIQUE DEFAULT next_code(), email text);
CREATE SEQUENCE ticket_seq;
CREATE TABLE ticket (id int PRIMARY KEY, code text UNIQUE DEFAULT 'T' || nextval('ticket_seq'));
CREATE SEQUENCE never_used START 7;
CREATE TABLE beyond (id serial PRIMARY KEY);
ALTER SEQUENCE beyond_id_seq MAXVALUE 50;
CREATE TABLE account (id bigserial PRIMARY KEY);
"""
SEQUENCE_ROWS = """
INSERT INTO credit (email) VALUES ('b@firma.pl');
INSERT INTO invoice (email) VALUES ('a@firma.pl');
INSERT INTO credit (email) VALUES ('b@firma.pl');
INSERT INTO queue (email) VALUES ('a@firma.pl'), ('b@firma.pl');
INSERT INTO person (id, email) VALUES (1, 'a@firma.pl'), (2, 'b@firma.pl');
INSERT INTO ticket (id) VALUES (1), (2);
INSERT INTO beyond VALUES (3), (900);
INSERT INTO account SELECT FROM generate_series(1, 9);
"""
COMPUTED = """
CREATE TABLE client (id int PRIMARY KEY, email text NOT NULL,
                     email_key text GENERATED ALWAYS AS (lower(email)) STORED UNIQUE);
CREATE TABLE login (id int PRIMARY KEY, email_key text REFERENCES client (email_key));
CREATE TABLE only_generated (one int GENERATED ALWAYS AS (1) STORED);
CREATE TABLE no_columns ();
"""
COMPUTED_ROWS = """
INSERT INTO client (id, email) VALUES (1, 'Anna@firma.pl'), (2, 'jan@firma.pl');
INSERT INTO login VALUES (1, 'anna@firma.pl'), (2, 'jan@firma.pl'), (3, NULL);
INSERT INTO only_generated SELECT FROM generate_series(1, 3);
INSERT INTO no_columns SELECT FROM generate_series(1, 2);
"""
AROUND = """
CREATE TABLE agent (id int PRIMARY KEY, email text);
CREATE TABLE booking (id int PRIMARY KEY, agent_id int);
{orphan}
ALTER TABLE booking ADD CONSTRAINT of_agent FOREIGN KEY (agent_id) REFERENCES agent NOT VALID;
CREATE SCHEMA shop;
CREATE TABLE shop.rate (of int);
CREATE MATERIALIZED VIEW shop.cannot AS SELECT 1 / count(*) AS n FROM shop.rate WITH NO DATA;
CREATE MATERIALIZED VIEW shop.follows AS SELECT n FROM shop.cannot WITH NO DATA;
CREATE MATERIALIZED VIEW shop.never AS SELECT id FROM agent WITH NO DATA;
CREATE MATERIALIZED VIEW shop.filled AS SELECT id FROM agent WITH NO DATA;
CREATE TABLE documents (id int PRIMARY KEY, doc json);
"""
# What somebody has set for the databases, and values that it would change or end.
SETTINGS = """
DO $$ DECLARE setting text;
BEGIN
    FOREACH setting IN ARRAY ARRAY[
        'xmloption = document', 'array_nulls = off', 'default_transaction_isolation = serializable',
        'idle_session_timeout = 200', 'idle_in_transaction_session_timeout = 200', 'statement_timeout = 200',
        'datestyle = "SQL, DMY"'
    ] LOOP
        EXECUTE format('ALTER DATABASE %I SET %s', current_database(), setting);
    END LOOP;
END $$;
CREATE TYPE mood AS ENUM ('calm');
CREATE TABLE odd (id int PRIMARY KEY, doc xml, tags text[], day date, seen inet, about regtype, of regclass);
"""
SETTINGS_ROWS = """
INSERT INTO odd VALUES (1, xml '<a/>and more', ARRAY['a', NULL], '2024-02-03', '10.1.2.3', 'mood', 'credit');
"""
AROUND_ROWS = r"""
INSERT INTO agent VALUES (1, 'anna@firma.pl');
INSERT INTO shop.rate VALUES (1);
REFRESH MATERIALIZED VIEW shop.cannot;
REFRESH MATERIALIZED VIEW shop.follows;
REFRESH MATERIALIZED VIEW shop.filled;
INSERT INTO documents VALUES
    (1, '{"mail": "anna@firma.pl", "bin": "x\u0000y"}'), (2, '{"mail": "jan@firma.pl"}');
"""
POLICY = """
policy: odd
version: 1
tables:
  credit: {columns: {id: keep, email: &mail {transform: email, class: identifying}}}
  invoice: {columns: {id: keep, email: *mail}}
  queue: {columns: {pos: keep, email: *mail}}
  person: {columns: {id: keep, code: keep, email: *mail}}
  ticket: {columns: {id: keep, code: keep}}
  beyond: {columns: {id: keep}}
  account: {columns: {id: {transform: integer_key, class: identifying}}}
  client: {columns: {id: keep, email: *mail}}
  login: {columns: {id: keep, email_key: inherit}}
  only_generated: {columns: {}}
  no_columns: {columns: {}}
  agent: {columns: {id: keep, email: *mail}}
  booking: {columns: {id: keep, agent_id: keep}}
  shop.rate: skip
  odd:
    columns:
      {id: keep, doc: keep, tags: keep, day: keep, about: keep, of: keep,
       seen: {transform: ip, class: identifying}}
  documents:
    columns:
      id: keep
      doc: {transform: json, class: free, others: keep,
            paths: {$.mail: {transform: email, class: identifying}}}
"""


ROWS = SEQUENCE_ROWS + COMPUTED_ROWS + AROUND_ROWS + SETTINGS_ROWS


class Copied:
    """A source, its copy, and what the run said of it."""

    def __init__(self, source: str, target: str, receipt: Receipt) -> None:
        self.source, self.target, self.receipt = source, target, receipt


@pytest.fixture(scope="module")
def copied(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copied]:
    policy: Path = tmp_path_factory.mktemp("odd") / "policy.yaml"
    policy.write_text(POLICY)
    schema = SEQUENCES + COMPUTED + AROUND + SETTINGS
    orphan = "INSERT INTO agent VALUES (99); INSERT INTO booking VALUES (1, 1), (2, 99); DELETE FROM agent;"
    with databases(postgres_server) as make:
        source = make(schema.format(orphan=orphan) + ROWS)
        # Other numbers than in the source stand for the names of types and tables.
        target = make("CREATE TYPE first AS ENUM ('x');" + schema.format(orphan=""))
        receipt = anonymizer.anonymize(source, target, anonymizer.load_policy(policy), Key(bytes(range(32))))
        for dsn in (source, target):
            do(dsn, f"ALTER DATABASE {dsn.rpartition('/')[2]} RESET ALL")
        yield Copied(source, target, receipt)


def test_the_copy_is_whole_and_passes_its_check(copied: Copied) -> None:
    assert (copied.receipt.complete, copied.receipt.verified, copied.receipt.findings) == (True, True, ())


def test_shared_descending_and_hidden_sequences_go_on_after_the_rows(copied: Copied) -> None:
    for insert in ("INSERT INTO credit", "INSERT INTO invoice", "INSERT INTO queue"):
        do(copied.target, f"{insert} (email) VALUES ('c@firma.pl')")
    assert ask(copied.target, "SELECT max(id) FROM credit") == 1030
    assert ask(copied.target, "SELECT max(id) FROM invoice") == 1040
    assert ask(copied.target, "SELECT min(pos) FROM queue") == 98
    do(copied.target, "INSERT INTO person (id) VALUES (3); INSERT INTO ticket (id) VALUES (3)")
    assert ask(copied.target, "SELECT code FROM person WHERE id = 3") == "P102"
    assert ask(copied.target, "SELECT code FROM ticket WHERE id = 3") == "T3"


def test_a_sequence_that_nobody_asked_stays_and_one_of_masked_keys_begins_again(copied: Copied) -> None:
    assert ask(copied.target, "SELECT nextval('never_used')") == 7
    assert ask(copied.target, "SELECT nextval('account_id_seq')") == 1


def test_a_value_that_a_sequence_never_gives_is_no_place_to_go_on_from(copied: Copied) -> None:
    assert ask(copied.target, "SELECT nextval('beyond_id_seq')") == 4


def test_a_key_to_a_generated_column_follows_what_that_is_made_of(copied: Copied) -> None:
    assert ask(copied.target, "SELECT count(*) FROM login JOIN client USING (email_key)") == 2
    assert ask(copied.target, "SELECT count(*) FROM client WHERE email_key LIKE '%firma.pl'") == 0


def test_tables_without_columns_of_their_own_have_their_rows(copied: Copied) -> None:
    assert ask(copied.target, "SELECT sum(one) FROM only_generated") == 3
    assert ask(copied.target, "SELECT count(*) FROM no_columns") == 2
    assert copied.receipt.tables["no_columns"] == 2


def test_orphans_that_the_source_has_under_a_key_that_is_not_valid_are_no_fault(copied: Copied) -> None:
    orphans = "SELECT count(*) FROM booking WHERE agent_id NOT IN (SELECT id FROM agent)"
    assert ask(copied.target, orphans) == ask(copied.source, orphans) == 1
    assert ask(copied.target, "SELECT convalidated FROM pg_constraint WHERE conname = 'of_agent'") is False


def test_views_that_cannot_be_filled_are_named_and_the_others_filled(copied: Copied) -> None:
    filled = "SELECT relname, relispopulated FROM pg_class WHERE relkind = 'm' ORDER BY relname"
    assert rows(copied.target, filled) == [
        ("cannot", False), ("filled", True), ("follows", False), ("never", False),
    ]  # fmt: skip
    assert [remark.partition(":")[0] for remark in copied.receipt.remarks] == ["shop.cannot", "shop.follows"]


def test_a_document_with_an_escaped_nul_is_masked_and_checked(copied: Copied) -> None:
    found = rows(copied.target, "SELECT doc::text FROM documents ORDER BY id")
    assert [("x\\u0000y" in str(doc), "firma.pl" in str(doc)) for (doc,) in found] == [
        (True, False), (False, False),
    ]  # fmt: skip


def test_settings_of_a_database_change_no_value_and_end_no_run(copied: Copied) -> None:
    told = "SELECT doc::text, tags, day, about::text, of::text FROM odd"
    assert rows(copied.target, told) == rows(copied.source, told)
    assert ask(copied.target, "SELECT seen = '10.1.2.3' FROM odd") is False
