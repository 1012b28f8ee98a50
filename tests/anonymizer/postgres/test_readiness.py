"""What a target itself would stop a run with is told by `check`, by name. What harms nothing is let be."""

from __future__ import annotations

import pytest

import anonymizer
from foundation.errors import InputError
from tests.anonymizer.databases import ask, do
from tests.anonymizer.postgres.shop import Shop

pytestmark = pytest.mark.integration

LISTENER = """
CREATE FUNCTION listens() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN {does}; END $$;
CREATE EVENT TRIGGER listener ON ddl_command_end EXECUTE FUNCTION listens();
"""
REFUSES = """
CREATE FUNCTION no_drop() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'no drops'; END $$;
CREATE EVENT TRIGGER keeper ON sql_drop WHEN TAG IN ('DROP TABLE') EXECUTE FUNCTION no_drop();
"""


def told(shop: Shop) -> InputError:
    with pytest.raises(InputError) as refused:
        anonymizer.check(shop.source, anonymizer.load_policy(shop.policy), shop.target)
    return refused.value


def test_event_triggers_that_would_stop_a_run_or_write_into_its_tables_are_named(shop: Shop) -> None:
    do(shop.target, LISTENER.format(does="PERFORM 1"))
    anonymizer.check(shop.source, anonymizer.load_policy(shop.policy), shop.target)
    do(shop.target, REFUSES)
    refused = told(shop)
    assert str(refused) == (
        "target: an event trigger of the target refuses what a run does (keeper, listener; P0001)"
    )
    assert "ALTER EVENT TRIGGER keeper DISABLE" in str(refused.hint)
    do(shop.target, "DROP EVENT TRIGGER keeper; DROP EVENT TRIGGER listener; DROP FUNCTION listens()")
    do(shop.target, LISTENER.format(does="INSERT INTO outgoing VALUES (1, tg_tag) ON CONFLICT DO NOTHING"))
    assert str(told(shop)) == "target: event triggers of the target (listener) write into public.outgoing"
    assert ask(shop.target, "SELECT count(*) FROM outgoing") == 0, "what was tried is taken back"
    assert ask(shop.target, "SELECT to_regnamespace('peakproof')") is None


def test_a_target_that_is_read_only_by_default_is_told_with_what_makes_it_so(shop: Shop) -> None:
    name = shop.target.rsplit("/", 1)[1]
    do(shop.target, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    refused = told(shop)
    assert str(refused) == "target: the target is read-only by default, by its database"
    assert f"ALTER DATABASE {name} RESET default_transaction_read_only" in str(refused.hint)
