"""Runs on a real server: what arrives in the target, what never does, and what every failure leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

import anonymizer
from anonymizer.pseudonyms import keys
from anonymizer.pseudonyms.keys import Key
from foundation import receipts
from foundation.errors import InputError, PeakproofError, Refused, Unavailable
from tests.anonymizer.conftest import MakeDatabase
from tests.anonymizer.databases import ask, do, places_with, rows
from tests.servers import Server

pytestmark = pytest.mark.integration

HERE = Path(__file__).parent.parent
SCHEMA = (HERE / "shop.sql").read_text()
POLICY = (HERE / "shop.yaml").read_text()
KEY = Key(bytes(range(32)))


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A filled source, an empty target, and the policy's file."""

    source: str
    target: str
    policy: Path

    def run(self, key: Key = KEY, *, replace: bool = False) -> receipts.Receipt:
        policy = anonymizer.load_policy(self.policy)
        return anonymizer.anonymize(self.source, self.target, policy, key, replace=replace)

    def change(self, before: str, after: str) -> None:
        assert before in self.policy.read_text()
        self.policy.write_text(self.policy.read_text().replace(before, after))

    def refusal(self) -> PeakproofError:
        with pytest.raises(PeakproofError) as refused:
            self.run()
        return refused.value


@pytest.fixture
def shop(make_database: MakeDatabase, tmp_path: Path) -> Shop:
    (tmp_path / "policy.yaml").write_text(POLICY)
    source = make_database(SCHEMA + (HERE / "shop_rows.sql").read_text())
    return Shop(source=source, target=make_database(SCHEMA), policy=tmp_path / "policy.yaml")


def require(dsn: str) -> receipts.Receipt:
    with psycopg.connect(dsn) as connection:
        return receipts.require(connection)


def test_no_planted_value_arrives_anywhere(shop: Shop) -> None:
    shop.run()
    planted = [
        "qwosoba",
        "firma.pl",
        "Brzęczyszczykiewicz",
        "tajne-",
        "440514013",
        "5260251",
        "601 000",
        "Rozmowa",
    ]
    assert {text: places_with(shop.source, text) != [] for text in planted} == dict.fromkeys(planted, True)
    assert {text: places_with(shop.target, text) for text in planted} == {text: [] for text in planted}


def test_what_is_kept_arrives_exactly(shop: Shop) -> None:
    shop.run()
    query = "SELECT id, boss, tags, balance, seen, settings #>> '{contact,size}' FROM people ORDER BY id"
    assert rows(shop.target, query) == rows(shop.source, query)


def test_null_and_empty_arrive_as_they_were_and_dropped_is_null(shop: Shop) -> None:
    shop.run()
    assert rows(shop.target, 'SELECT last_name, "Odd Name" FROM people WHERE id = 7') == [(None, "")]
    assert ask(shop.target, "SELECT count(*) FROM people WHERE pesel IS NULL") == 60
    assert ask(shop.target, "SELECT count(photo) FROM people") == 0


def test_the_persona_is_one_person_in_columns_and_documents(shop: Shop) -> None:
    shop.run()
    same = "SELECT count(*) FROM people WHERE email = settings #>> '{contact,mail}'"
    assert ask(shop.target, same) == 300
    assert ask(shop.target, "SELECT count(DISTINCT email) FROM people") == 300
    for first, last, email in rows(
        shop.target, "SELECT first_name, last_name, email FROM people WHERE id <> 7"
    ):
        assert str(email).startswith(f"{str(first)[0].lower().translate(str.maketrans('łśż', 'lsz'))}")
        assert last


def test_identifiers_are_masked_alike_in_every_table(shop: Shop) -> None:
    shop.run()
    found = {nip for (nip,) in rows(shop.target, "SELECT nip FROM people")}
    assert len(found) == 300
    assert {nip for (nip,) in rows(shop.target, "SELECT nip FROM settled")} <= found


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


def test_emptied_and_skipped_tables_get_no_row(shop: Shop) -> None:
    do(shop.target, "INSERT INTO bookkeeping VALUES ('target')")
    shop.run()
    assert ask(shop.target, "SELECT count(*) FROM outgoing") == 0
    assert rows(shop.target, "SELECT name FROM bookkeeping") == [("target",)]


def test_the_same_key_gives_the_same_and_another_key_another(shop: Shop) -> None:
    query = "SELECT email, first_name, nip FROM people ORDER BY id"
    shop.run()
    first = rows(shop.target, query)
    shop.run(replace=True)
    assert rows(shop.target, query) == first
    shop.run(keys.ephemeral(), replace=True)
    assert not set(first) & set(rows(shop.target, query))


def test_the_receipt_says_what_was_done_and_nothing_of_the_key(shop: Shop) -> None:
    receipt = shop.run()
    assert receipt == require(shop.target)
    assert (receipt.policy, receipt.complete, receipt.verified) == ("shop 3", True, True)
    assert receipt.tables == {"people": 300, "crm.notes": 300, "settled": 50, "debts": 150}
    assert receipt.key == KEY.fingerprint()
    assert places_with(shop.target, bytes(range(32)).hex()) == []


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


def test_a_new_column_stops_the_run_and_the_patch_lets_it_go_on(shop: Shop) -> None:
    for dsn in (shop.source, shop.target):
        do(dsn, "ALTER TABLE people ADD COLUMN nickname text")
    error = shop.refusal()
    assert error.exit_code == 2
    assert "people.nickname (text) is not named" in error.detail[0]
    assert ask(shop.target, "SELECT to_regclass('peakproof.receipt')") is None, "nothing was begun"
    [line] = [line for line in str(error.hint).splitlines() if "nickname" in line]
    shop.change("      boss: keep\n", f"      boss: keep\n{line}\n")
    assert shop.run().verified


def test_a_target_that_is_the_source_is_refused_by_any_name(shop: Shop) -> None:
    alias = shop.source.replace("127.0.0.1", "localhost") + "?application_name=other"
    with pytest.raises(Refused, match="the target is the source"):
        anonymizer.anonymize(shop.source, alias, anonymizer.load_policy(shop.policy), KEY, replace=True)
    assert ask(shop.source, "SELECT count(*) FROM people") == 300


def test_a_target_with_rows_is_refused_and_replaced_only_when_told(shop: Shop) -> None:
    do(shop.target, "INSERT INTO outgoing VALUES (7, 'x')")
    error = shop.refusal()
    assert (error.exit_code, str(error)) == (5, "the target is not empty: outgoing")
    assert shop.run(replace=True).verified
    assert ask(shop.target, "SELECT count(*) FROM outgoing") == 0


def test_a_masked_value_that_breaks_a_rule_of_the_target_is_told_without_a_value(shop: Shop) -> None:
    do(shop.target, "ALTER TABLE people ADD CONSTRAINT only_poland CHECK (email LIKE '%.pl')")
    error = shop.refusal()
    assert isinstance(error, InputError)
    assert "only_poland" in str(error)
    assert not any(
        word in f"{error} {error.hint} {error.detail}" for word in ("qwosoba", "Brzęcz", ".example")
    )
    assert error.__cause__ is None
    assert ask(shop.target, "SELECT count(*) FROM people") == 0
    with pytest.raises(Refused, match="was not finished"):
        require(shop.target)


def test_no_permission_is_an_error_of_input_that_names_the_table(shop: Shop, postgres_server: Server) -> None:
    do(shop.source, "DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN PASSWORD 'r'")
    name = shop.source.rsplit("/", 1)[1]
    source = f"postgresql://reader:r@{postgres_server.host}:{postgres_server.port}/{name}"
    with pytest.raises(InputError, match="permission denied"):
        anonymizer.anonymize(source, shop.target, anonymizer.load_policy(shop.policy), KEY)
    do(shop.source, "DROP ROLE reader")


def test_rows_hidden_by_row_security_are_an_error(shop: Shop, postgres_server: Server) -> None:
    name = shop.source.rsplit("/", 1)[1]
    do(
        shop.source,
        f"""
        CREATE ROLE "half_{name}" LOGIN PASSWORD 'h'; GRANT pg_read_all_data TO "half_{name}";
        ALTER TABLE people ENABLE ROW LEVEL SECURITY; CREATE POLICY part ON people USING (id < 10);
    """,
    )
    source = f"postgresql://half_{name}:h@{postgres_server.host}:{postgres_server.port}/{name}"
    try:
        with pytest.raises(PeakproofError, match="row-level security"):
            anonymizer.anonymize(source, shop.target, anonymizer.load_policy(shop.policy), KEY)
    finally:
        do(shop.source, f'DROP OWNED BY "half_{name}"; DROP ROLE "half_{name}"')


@pytest.mark.parametrize(
    ("dsn", "kind", "what"),
    [
        ("postgresql://x:y@127.0.0.1:1/x", Unavailable, "Connection refused"),
        ("not a dsn", InputError, "not a connection string"),
        ("postgresql://{user}:wrong@{host}:{port}/postgres", InputError, "password authentication failed"),
        ("postgresql://{user}:{password}@{host}:{port}/nowhere", InputError, "does not exist"),
    ],
)
def test_a_dsn_that_does_not_work_says_why_without_the_password(
    shop: Shop, postgres_server: Server, dsn: str, kind: type[PeakproofError], what: str
) -> None:
    place = {name: getattr(postgres_server, name) for name in ("host", "port", "user", "password")}
    with pytest.raises(kind, match=what) as refused:
        anonymizer.anonymize(dsn.format(**place), shop.target, anonymizer.load_policy(shop.policy), KEY)
    assert "wrong" not in str(refused.value)
    assert refused.value.hint


def test_a_killed_run_is_refused_by_everyone_and_the_next_one_goes_on(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(bytes(range(32)).hex())
    program = (
        "import sys; from foundation.console import run; from anonymizer.cli import app; sys.exit(run(app))"
    )
    arguments = ["run", "--source", shop.source, "--target", shop.target, "--policy", str(shop.policy),
                 "--key-file", str(tmp_path / "key")]  # fmt: skip
    do(
        shop.source,
        "INSERT INTO crm.notes (person, body) SELECT 1, repeat('x', 900) FROM generate_series(1, 40000)",
    )
    process = subprocess.Popen([sys.executable, "-c", program, *arguments], cwd=HERE.parent.parent,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    copying = "SELECT count(*) FROM pg_stat_progress_copy WHERE datname = '{}' AND tuples_processed > 100"
    try:
        wait_until(shop.target, copying.format(shop.target.rsplit("/", 1)[1]))
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.wait()
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


@pytest.mark.parametrize(
    ("table", "condition", "what"),
    [
        ("people", "id <= 10", "refer by"),
        ("people", "no_such_column = 1", "no condition"),
        ("people", "id = )", "no condition"),
        ("people", "id", "no condition"),
    ],
)
def test_a_filter_that_cannot_be_is_refused_before_a_row_is_read(
    shop: Shop, table: str, condition: str, what: str
) -> None:
    shop.change(f"  {table}:\n", f"  {table}:\n    filter: {condition!r}\n")
    error = shop.refusal()
    assert isinstance(error, InputError)
    assert what in " ".join([str(error), *error.detail])
    assert ask(shop.target, "SELECT to_regclass('peakproof.receipt') IS NULL")


def wait_until(dsn: str, query: str) -> None:
    deadline = time.monotonic() + 60
    while not ask(dsn, query):
        assert time.monotonic() < deadline, query
        os.sched_yield()
