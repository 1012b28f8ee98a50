"""What cannot be copied is refused on a real server: what, where, what to do, and no value."""

from __future__ import annotations

import os

import pytest

import anonymizer
from foundation.errors import InputError, PeakproofError, Refused, Unavailable
from tests.anonymizer.databases import ask, do
from tests.anonymizer.postgres.shop import KEY, SCHEMA, Shop, require
from tests.servers import Server

pytestmark = pytest.mark.integration


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
    with pytest.raises(InputError, match="may not read") as refused:
        anonymizer.anonymize(source, shop.target, anonymizer.load_policy(shop.policy), KEY)
    assert "source, people: no SELECT (GRANT SELECT ON public.people TO reader)" in refused.value.detail
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
        with pytest.raises(InputError, match="may not read") as refused:
            anonymizer.anonymize(source, shop.target, anonymizer.load_policy(shop.policy), KEY)
        [told] = refused.value.detail
        assert told.startswith("source, people: row-level security hides rows")
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


def test_a_masked_value_that_does_not_fit_is_told_with_its_column(shop: Shop) -> None:
    for dsn in (shop.source, shop.target):
        do(dsn, "ALTER TABLE people ADD COLUMN wealth float8")
    do(shop.source, "UPDATE people SET wealth = 1.7e308 - id * 1e305")
    shop.change(
        "      boss: keep\n", "      boss: keep\n      wealth: {transform: perturb, class: sensitive}\n"
    )
    error = shop.refusal()
    assert isinstance(error, InputError)
    assert str(error).startswith("target, people, wealth: a masked value does not fit")
    assert "e+308" not in f"{error} {error.hint}"


def test_a_text_that_cannot_be_read_is_told_with_its_table(shop: Shop, postgres_server: Server) -> None:
    source = _database(postgres_server, "SQL_ASCII")
    do(source, SCHEMA)
    do(source, "INSERT INTO outgoing VALUES (1, convert_from('\\x4a616eff', 'SQL_ASCII'))")
    shop.change(
        "  outgoing: empty", "  outgoing: {columns: {id: keep, body: {transform: regenerate, class: free}}}"
    )
    with pytest.raises(InputError, match=r"^source, outgoing: a text is no valid UTF-8") as refused:
        anonymizer.anonymize(source, shop.target, anonymizer.load_policy(shop.policy), KEY)
    assert "4a" not in f"{refused.value} {refused.value.hint}"


def test_a_character_that_the_target_does_not_know_is_told(shop: Shop, postgres_server: Server) -> None:
    target = _database(postgres_server, "LATIN1")
    do(target, SCHEMA)
    with pytest.raises(InputError, match="not in the server's encoding") as refused:
        anonymizer.anonymize(shop.source, target, anonymizer.load_policy(shop.policy), KEY)
    assert "UTF8" in str(refused.value.hint)


def _database(server: Server, encoding: str) -> str:
    name = f"encoded_{encoding.lower()}_{os.getpid()}"
    do(server.dsn("postgres"), f"CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0")
    return server.dsn(name)
