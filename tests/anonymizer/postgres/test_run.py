"""Runs on a real server: what arrives in the target, and what never does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest

import anonymizer
from anonymizer.pseudonyms import keys
from foundation.errors import Refused
from foundation.receipts import Receipt
from tests.anonymizer.conftest import MakeDatabase
from tests.anonymizer.databases import ask, do, places_with, rows
from tests.anonymizer.postgres.shop import HERE, KEY, POLICY, ROWS, SCHEMA, Shop, require
from tests.servers import Server

pytestmark = pytest.mark.integration


class Copied(NamedTuple):
    source: str
    target: str
    receipt: Receipt


@pytest.fixture(scope="module")
def copied(shared_database: MakeDatabase, tmp_path_factory: pytest.TempPathFactory) -> Copied:
    """One run for all that only look at what it made."""
    policy = tmp_path_factory.mktemp("shop") / "policy.yaml"
    policy.write_text(POLICY)
    shop = Shop(source=shared_database(SCHEMA + ROWS), target=shared_database(SCHEMA), policy=policy)
    do(shop.target, "INSERT INTO bookkeeping VALUES ('target')")
    return Copied(source=shop.source, target=shop.target, receipt=shop.run())


def test_no_planted_value_arrives_anywhere(copied: Copied) -> None:
    planted = [
        "qwosoba",
        "firma.pl",
        "Brzęczyszczykiewicz",
        "tajne-",
        "440514013",
        "5260251",
        "601 000",
        "Rozmowa z ",  # the first word alone stands in the pool of sentences, too
    ]
    assert {text: places_with(copied.source, text) != [] for text in planted} == dict.fromkeys(planted, True)
    assert {text: places_with(copied.target, text) for text in planted} == {text: [] for text in planted}


def test_what_is_kept_arrives_exactly(copied: Copied) -> None:
    query = "SELECT id, boss, tags, balance, seen, settings #>> '{contact,size}' FROM people ORDER BY id"
    assert rows(copied.target, query) == rows(copied.source, query)


def test_null_and_empty_arrive_as_they_were_and_dropped_is_null(copied: Copied) -> None:
    assert rows(copied.target, 'SELECT last_name, "Odd Name" FROM people WHERE id = 7') == [(None, "")]
    assert ask(copied.target, "SELECT count(*) FROM people WHERE pesel IS NULL") == 60
    assert ask(copied.target, "SELECT count(photo) FROM people") == 0


def test_the_persona_is_one_person_in_columns_and_documents(copied: Copied) -> None:
    same = "SELECT count(*) FROM people WHERE email = settings #>> '{contact,mail}'"
    assert ask(copied.target, same) == 300
    assert ask(copied.target, "SELECT count(DISTINCT email) FROM people") == 300
    for first, last, email in rows(
        copied.target, "SELECT first_name, last_name, email FROM people WHERE id <> 7"
    ):
        assert str(email).startswith(f"{str(first)[0].lower().translate(str.maketrans('łśż', 'lsz'))}")
        assert last


def test_identifiers_are_masked_alike_in_every_table(copied: Copied) -> None:
    found = {nip for (nip,) in rows(copied.target, "SELECT nip FROM people")}
    assert len(found) == 300
    assert {nip for (nip,) in rows(copied.target, "SELECT nip FROM settled")} <= found


def test_references_hold_and_constraints_and_triggers_are_as_before(shop: Shop) -> None:
    query = (
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint ORDER BY 1, 2"
    )
    before = rows(shop.target, query)
    shop.run()
    assert [row for row in rows(shop.target, query) if "peakproof" not in str(row[0])] == before
    assert ask(shop.target, "SELECT count(*) FROM debts JOIN settled ON nip = settled_nip") == 150
    assert ask(shop.target, "SELECT count(*) FROM fired") == 0, "copying is no reason for triggers to fire"
    do(shop.target, "INSERT INTO crm.notes (person, body) VALUES (1, 'x')")
    assert ask(shop.target, "SELECT count(*) FROM fired") == 1


def test_sequences_go_on_after_the_last_row_and_generated_columns_follow(shop: Shop) -> None:
    shop.run()
    do(shop.target, "INSERT INTO people (email, first_name) VALUES ('a@b.pl', 'A')")
    assert ask(shop.target, "SELECT max(id) FROM people") == 301
    assert ask(shop.target, "SELECT count(*) FROM people WHERE upper_name = upper(last_name)") == 299


def test_emptied_and_skipped_tables_get_no_row(copied: Copied) -> None:
    assert ask(copied.target, "SELECT count(*) FROM outgoing") == 0
    assert rows(copied.target, "SELECT name FROM bookkeeping") == [("target",)]


def test_the_same_key_gives_the_same_and_another_key_another(shop: Shop) -> None:
    query = "SELECT email, first_name, nip FROM people ORDER BY id"
    shop.run()
    first = rows(shop.target, query)
    shop.run(replace=True)
    assert rows(shop.target, query) == first
    shop.run(keys.ephemeral(), replace=True)
    assert not set(first) & set(rows(shop.target, query))


def test_the_receipt_says_what_was_done_and_nothing_of_the_key(copied: Copied) -> None:
    receipt = copied.receipt
    assert receipt == require(copied.target)
    assert (receipt.policy, receipt.complete, receipt.verified) == ("shop 3", True, True)
    assert receipt.tables == {"people": 300, "crm.notes": 300, "settled": 50, "debts": 150}
    assert receipt.key == KEY.fingerprint()
    assert places_with(copied.target, bytes(range(32)).hex()) == []


def test_a_role_that_owns_nothing_but_may_write_can_run(shop: Shop, postgres_server: Server) -> None:
    name = shop.target.rsplit("/", 1)[1]
    do(
        shop.target,
        f"""
        CREATE ROLE "writer_{name}" LOGIN PASSWORD 'w';
        GRANT CREATE ON DATABASE "{name}" TO "writer_{name}";
        GRANT USAGE ON SCHEMA crm TO "writer_{name}";
        GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public, crm TO "writer_{name}";
        GRANT USAGE, UPDATE ON ALL SEQUENCES IN SCHEMA public, crm TO "writer_{name}";
    """,
    )
    target = f"postgresql://writer_{name}:w@{postgres_server.host}:{postgres_server.port}/{name}"
    try:
        receipt = anonymizer.anonymize(shop.source, target, anonymizer.load_policy(shop.policy), KEY)
        assert receipt.verified
        assert ask(shop.target, "SELECT count(*) FROM fired") == 300, "only an owner can keep triggers still"
    finally:
        do(shop.target, f'DROP OWNED BY "writer_{name}"; DROP ROLE "writer_{name}"')


@pytest.mark.parametrize(
    ("cut", "status", "told"),
    [(signal.SIGKILL, -signal.SIGKILL, ""), (signal.SIGINT, 130, "it goes on where it stopped")],
)
def test_a_run_that_was_ended_is_refused_by_everyone_and_the_next_one_goes_on(
    shop: Shop, tmp_path: Path, cut: signal.Signals, status: int, told: str
) -> None:
    (tmp_path / "key").write_text(bytes(range(32)).hex())
    program = (
        "import sys; from foundation.console import run; from anonymizer.cli import app; sys.exit(run(app))"
    )
    arguments = ["run", "--source", shop.source, "--target", shop.target, "--policy", str(shop.policy),
                 "--key-file", str(tmp_path / "key")]  # fmt: skip
    do(
        shop.source,
        "INSERT INTO crm.notes (person, body) SELECT 1, repeat('x', 900) FROM generate_series(1, 120000)",
    )
    process = subprocess.Popen([sys.executable, "-c", program, *arguments], cwd=HERE.parent.parent,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # fmt: skip
    copying = "SELECT count(*) FROM pg_stat_progress_copy WHERE datname = '{}' AND tuples_processed > 100"
    try:
        wait_until(shop.target, copying.format(shop.target.rsplit("/", 1)[1]))
        process.send_signal(cut)
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == status
    assert told in said
    with pytest.raises(Refused, match="was not finished"):
        require(shop.target)
    do(shop.source, "DELETE FROM crm.notes WHERE length(body) = 900")
    assert shop.run().verified, "what has changed since is copied again"
    assert ask(shop.target, "SELECT count(*) FROM crm.notes") == 300
    assert ask(shop.target, "SELECT to_regclass('peakproof.chunk')") is None


def test_a_filter_leaves_rows_out_and_the_verification_agrees(shop: Shop) -> None:
    shop.change("  crm.notes:\n", "  crm.notes:\n    filter: person <= 10 -- the first ones\n")
    receipt = shop.run()
    assert receipt.verified
    assert ask(shop.source, "SELECT count(*) > 0 FROM crm.notes WHERE person > 10")
    kept = ask(shop.source, "SELECT count(*) FROM crm.notes WHERE person <= 10")
    assert receipt.tables["crm.notes"] == kept == ask(shop.target, "SELECT count(*) FROM crm.notes")


def wait_until(dsn: str, query: str) -> None:
    deadline = time.monotonic() + 60
    while not ask(dsn, query):
        assert time.monotonic() < deadline, query
        os.sched_yield()
