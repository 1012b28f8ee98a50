"""Roles that are no superusers: what they lack is told as what to grant, and what is granted is enough."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

import anonymizer
from anonymizer.copying.how import Reading
from foundation.errors import InputError
from tests.anonymizer.conftest import MakeDatabase
from tests.anonymizer.databases import ask, do
from tests.anonymizer.postgres.shop import KEY, SCHEMA, Shop
from tests.anonymizer.roles import Role, plain

pytestmark = pytest.mark.integration

# What a managed server's administrator has made, and no other role may touch.
EXTENSIONS = "CREATE EXTENSION hstore; CREATE EXTENSION citext;"
COLUMNS = "ALTER TABLE people ADD COLUMN nick citext, ADD COLUMN attributes hstore;"


@pytest.fixture
def reader(shop: Shop) -> Iterator[Role]:
    with plain(shop.source, "reader") as role:
        yield role


@pytest.fixture
def owner(shop: Shop) -> Iterator[Role]:
    with plain(shop.target, "owner") as role:
        yield role


def grants(error: InputError) -> list[str]:
    """The statements that an error says would help."""
    return re.findall(r"GRANT [^()\n]+", "\n".join([*error.detail, error.hint or ""]))


def test_granting_what_is_asked_for_is_enough(shop: Shop, reader: Role, owner: Role) -> None:
    do(shop.target, "DROP TRIGGER on_note ON crm.notes")  # it would write into a table that nobody named
    do(shop.target, "CREATE SEQUENCE places; ALTER TABLE debts ALTER place SET DEFAULT nextval('places')")
    source, target = reader.of(shop.source), owner.of(shop.target)
    policy, asked = anonymizer.load_policy(shop.policy), list[str]()
    for _ in range(4):
        try:
            receipt = anonymizer.anonymize(source, target, policy, KEY)
            assert (receipt.verified, receipt.remarks) == (True, ())
            break
        except InputError as error:
            for statement in grants(error):
                do(shop.source if reader.name in statement else shop.target, statement)
                asked.append(statement)
            assert ask(shop.target, "SELECT count(*) FROM people") == 0, "nothing was begun"
    else:
        pytest.fail(f"still refused after {asked}")
    assert f"GRANT SELECT ON public.people TO {reader.name}" in asked
    assert f"GRANT USAGE ON SCHEMA crm TO {reader.name}" in asked
    assert f"GRANT SELECT, UPDATE ON SEQUENCE public.places TO {owner.name}" in asked
    assert not any("outgoing" in one for one in asked if reader.name in one), "what is emptied is not read"


def test_a_column_that_is_dropped_needs_no_privilege(shop: Shop, reader: Role) -> None:
    do(shop.source, f"GRANT USAGE ON SCHEMA crm TO {reader.name}")
    do(shop.source, f"GRANT SELECT ON crm.notes, settled, debts TO {reader.name}")
    names = ask(shop.source, "SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute "
                "WHERE attrelid = 'people'::regclass AND attnum > 0 AND attname <> 'photo'")  # fmt: skip
    do(shop.source, f"GRANT SELECT ({names}) ON people TO {reader.name}")
    policy = anonymizer.load_policy(shop.policy)
    assert anonymizer.anonymize(reader.of(shop.source), shop.target, policy, KEY).verified


def test_an_owner_who_is_no_superuser_fills_a_database_with_somebody_else_s_extensions(
    shop: Shop, reader: Role, owner: Role, make_database: MakeDatabase
) -> None:
    do(shop.source, EXTENSIONS + COLUMNS)
    do(shop.source, "UPDATE people SET nick = 'Nick' || id, attributes = 'a=>1'")
    do(shop.source, f"GRANT USAGE ON SCHEMA public, crm TO {reader.name}")
    do(shop.source, f"GRANT SELECT ON ALL TABLES IN SCHEMA public, crm TO {reader.name}")
    target = make_database(EXTENSIONS)
    do(target, f"ALTER DATABASE {target.rsplit('/', 1)[1]} OWNER TO {owner.name}")
    mine = owner.of(target)
    do(mine, SCHEMA + COLUMNS)
    shop.change("      boss: keep\n", "      boss: keep\n      nick: {transform: login, class: identifying}\n"
                "      attributes: keep\n")  # fmt: skip
    policy = anonymizer.load_policy(shop.policy)
    source = reader.of(shop.source)
    receipt = anonymizer.anonymize(source, mine, policy, KEY, how=Reading(hold=60))
    assert receipt.verified
    assert ask(target, "SELECT count(*) FROM fired") == 0, "an owner's triggers keep still"
    assert anonymizer.verify(source, mine, policy, KEY).passes
    again = anonymizer.anonymize(source, mine, policy, KEY, replace=True)
    assert replace(again, started=receipt.started, finished=receipt.finished) == receipt
    do(target, f"REASSIGN OWNED BY {owner.name} TO CURRENT_USER")


def test_a_receipt_of_another_role_is_told_with_its_owner(shop: Shop, owner: Role) -> None:
    shop.run()
    policy = anonymizer.load_policy(shop.policy)
    with pytest.raises(InputError, match="the schema peakproof belongs to"):
        anonymizer.anonymize(shop.source, owner.of(shop.target), policy, KEY, replace=True)
    assert ask(shop.target, "SELECT count(*) FROM people") == 300
