"""No verdict fails by coincidence: the sample platform under many keys, each copy checked by its run."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

import anonymizer
from anonymizer.pseudonyms.keys import Key
from tests.anonymizer.conftest import MakeDatabase

BOOKS = (
    "CREATE TABLE schema_migrations (name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz);"
)


@pytest.mark.integration
@pytest.mark.prove
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("customers", "keys"), [(3000, 30), (20_000, 4)])
def test_no_key_raises_a_false_alarm(
    customers: int, keys: int, make_database: MakeDatabase, root: Path, tmp_path: Path
) -> None:
    platform = root / "platforms" / "orderhub"
    files = sorted((platform / "app" / "migrations").glob("*.sql"))
    schema = "\n".join([*(file.read_text() for file in files), BOOKS])
    source, target = make_database(schema), make_database(schema)
    anonymizer.load_sample(platform / "sample", customers, 7, source, tmp_path)
    policy = anonymizer.load_policy(platform / "policy.yaml")
    alarms = {}
    for number in range(keys):
        key = Key(hashlib.sha256(f"{customers} {number}".encode()).digest())
        receipt = anonymizer.anonymize(source, target, policy, key, replace=True)
        if not receipt.verified:
            alarms[number] = receipt.findings
    assert alarms == {}
