"""What is read of a finished database is what PostgreSQL itself writes, whatever the types."""

from __future__ import annotations

import psycopg
import pytest

from anonymizer.postgres.contents import opened
from anonymizer.postgres.wire import content, csv_rows
from tests.anonymizer.conftest import MakeDatabase

pytestmark = pytest.mark.integration

SCHEMA = """
CREATE TABLE kinds (id bigint, padded char(6), address inet, net cidr, whole boolean, at timestamptz,
                    amount numeric(9, 2), raw bytea, form jsonb, tags text[], note text,
                    twice numeric GENERATED ALWAYS AS (amount * 2) STORED);
INSERT INTO kinds VALUES
  (1, 'ab', '10.0.0.1', '10.0.0.0/8', true, '2024-06-01 10:00+02', 1.50, '\\x00ff', '{"a": 1}', '{a,"b c"}',
   E'two\\nlines, "quoted"'),
  (2, '', '::1', '::/0', false, NULL, -7, '', '[]', '{}', ''),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)"""
BACK = "id, padded, address, net, whole, at, amount, raw, form, tags, note"


def test_every_type_reads_as_the_server_writes_it(make_database: MakeDatabase) -> None:
    dsn = make_database(SCHEMA)
    with opened(dsn, "target") as there:
        rows = list(there.batches(there.schema.tables["kinds"]))
        written = b"".join(content(csv_rows(batch.columns)).to_pybytes() for batch in rows)
        cells = {name: rows[0].column(name).to_pylist() for name in ("padded", "address", "net")}
    assert cells["padded"] == ["ab    ", "      ", None]
    assert cells["address"] == ["10.0.0.1", "::1", None]
    assert cells["net"] == ["10.0.0.0/8", "::/0", None]
    with psycopg.connect(dsn) as again:
        again.execute("CREATE TABLE copied AS SELECT * FROM kinds WITH NO DATA")
        with again.cursor().copy(f"COPY copied ({BACK}) FROM STDIN (FORMAT csv)") as into:
            into.write(written)
        differ = again.execute(f"SELECT {BACK} FROM kinds EXCEPT SELECT {BACK} FROM copied").fetchall()  # noqa: S608
    assert differ == []
