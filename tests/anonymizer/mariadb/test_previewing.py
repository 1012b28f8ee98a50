"""The preview on MariaDB shows what masks make, the same as a run writes, and never a source value."""

from __future__ import annotations

import pytest

import anonymizer
from tests.anonymizer.mariadb.conftest import KEY, Shop

pytestmark = pytest.mark.integration


def test_the_preview_is_what_a_run_writes_and_no_source_value(finished: Shop) -> None:
    policy = anonymizer.load_policy(finished.policy)
    people, notes = anonymizer.preview(finished.server.dsn(finished.source), policy, KEY, rows=300)
    at = people.columns.index("email")
    written = [email for (email,) in finished.rows("SELECT email FROM people")]
    assert sorted(str(row[at]) for row in people.rows) == sorted(map(str, written))
    assert (people.table, notes.table, list(notes.columns)) == ("people", "notes", ["body"])
    assert [one for one in ("qwosoba", "firma.pl", "601 000") if one in str((people, notes))] == []


def test_a_table_without_rows_is_shown_as_empty(shop: Shop) -> None:
    policy = anonymizer.load_policy(shop.policy)
    shown = anonymizer.preview(shop.server.dsn(shop.target), policy, KEY)
    assert [list(table.rows) for table in shown] == [[], []]
